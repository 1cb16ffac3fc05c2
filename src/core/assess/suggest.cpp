#include "core/assess/suggest.hpp"

#include "core/assess/judge.hpp"
#include "core/assess/profile_cache.hpp"
#include "core/schema/stored_candidates.hpp"

namespace pgsqlite::assess {

using schema::MappedType;
using value::StorageClass;

ColumnRule Suggestion::Rule(const ColumnProfile& column) const {
    ColumnRule rule;
    rule.column = column.name;
    rule.type = type;
    rule.encoding = encoding;
    return rule;
}

std::optional<MappedType> NearestForAll(const ColumnProfile& column) {
    // The same ladder that types 'stored' climbs.
    for (schema::Candidate& wider :
         schema::WiderTypes(column.declared, {column.declared_type, column.rowid_alias, {}}, false, true)) {
        const Tally* misfits = column.Misfits(wider.type.kind);
        if (misfits == nullptr || (misfits->rows > 0 && wider.type.kind != value::Kind::kBytea)) continue;
        bool takes = true;
        for (const StorageClass c :
             {StorageClass::kInteger, StorageClass::kReal, StorageClass::kText, StorageClass::kBlob})
            takes = takes && (column.Count(c) == 0 || (wider.classes & schema::ClassBit(c)) != 0);
        if (wider.form == schema::TextForm::kWithoutOffset)
            takes = takes &&
                    column.Count(Format::kIsoDatetimeOffset) + column.Count(Format::kIsoDatetimeTOffset) == 0;
        if (takes) return std::move(wider.type);
    }
    return std::nullopt;
}

Suggestion Suggest(const ColumnProfile& column, const ServerTypes& types) {
    return Judge(column, types).Run();
}

std::vector<Suggestion> SuggestAll(sqlite::Database& db, const sqlite::Table& table,
                                   const TableProfile& profile, const ServerTypes& types,
                                   ProfileCache* cache) {
    std::vector<Suggestion> suggestions;
    std::vector<ColumnRule> rules;
    std::vector<std::size_t> asked;
    for (const ColumnProfile& column : profile.columns) {
        suggestions.push_back(Suggest(column, types));
        if (suggestions.back().against) continue;
        asked.push_back(suggestions.size() - 1);
        rules.push_back(suggestions.back().Rule(column));
    }
    if (rules.empty()) return suggestions;
    ProfileCache none(0);
    const auto counted = (cache != nullptr ? *cache : none).Misfits(db, table, rules);
    for (std::size_t i = 0; i < asked.size(); ++i)
        suggestions[asked[i]].against = Tally{counted[i]->refused, counted[i]->First()};
    return suggestions;
}

}  // namespace pgsqlite::assess
