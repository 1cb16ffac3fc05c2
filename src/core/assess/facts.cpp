#include "core/assess/facts.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::assess {
namespace {

using plan::PlannedColumn;
using plan::PlannedForeignKey;
using plan::PlannedTable;

/// Whether a refused cell takes its row along.
bool RefusesRow(const PlannedColumn& column) noexcept {
    return column.settings.policies.on_error != value::OnError::kNull;
}

ColumnRule RuleOf(const PlannedColumn& column, const FactsOptions& options) {
    ColumnRule rule;
    rule.column = column.source->name;
    rule.type = column.read_type;
    rule.encoding = column.settings.encoding;
    rule.policies = column.settings.policies;
    rule.utf8_server = options.utf8_server;
    rule.zone_name = column.settings.timezone.empty() ? "UTC" : column.settings.timezone;
    if (options.zones != nullptr)
        if (const auto zone = options.zones->find(rule.zone_name); zone != options.zones->end())
            rule.zone = zone->second;
    return rule;
}

void ReadMisfits(sqlite::Database& db, ProfileCache& cache, const PlannedTable& table,
                 const FactsOptions& options, TableFacts& facts) {
    std::vector<ColumnRule> rules;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const PlannedColumn& column = table.columns[i];
        if (column.source == nullptr || !column.written()) continue;
        // Arrays go element by element through the server's own types.
        if (column.read_type.kind == value::Kind::kArray) continue;
        rules.push_back(RuleOf(column, options));
        places.push_back(i);
    }
    if (rules.empty()) return;
    const auto misfits = cache.Misfits(db, table.table(), rules);
    for (std::size_t i = 0; i < places.size(); ++i) {
        facts.columns[places[i]].misfits = misfits[i];
        facts.row_count = misfits[i]->rows;
        if (RefusesRow(table.columns[places[i]])) facts.refused_rows += misfits[i]->refused;
    }
    facts.refused_rows = std::min(facts.refused_rows, facts.rows());
}

void ReadProfileOf(sqlite::Database& db, ProfileCache& cache, const PlannedTable& table, TableFacts& facts) {
    facts.profile = cache.Profile(db, table.table());
    facts.row_count = facts.profile->rows;
    const std::vector<ColumnProfile>& profiles = facts.profile->columns;
    const std::vector<Suggestion> suggestions = SuggestAll(db, table.table(), *facts.profile, &cache);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].source == nullptr) continue;
        for (std::size_t j = 0; j < profiles.size(); ++j) {
            if (!sqlite::EqualNames(profiles[j].name, table.columns[i].source->name)) continue;
            facts.columns[i].profile = &profiles[j];
            facts.columns[i].suggestion = suggestions[j];
        }
    }
}

/// Children whose parent is not there as PostgreSQL compares: byte by byte.
OrphanFacts CountOrphans(sqlite::Database& db, const PlannedTable& table, const sqlite::ForeignKey& key) {
    const std::string child = sqlite::QuoteIdentifier(table.table().name);
    const std::string parent = sqlite::QuoteIdentifier(key.parent_table);
    std::string where, match, value;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string column = "c." + sqlite::QuoteIdentifier(key.columns[i]);
        where += (i > 0 ? " AND " : "") + column + " IS NOT NULL";
        match += (i > 0 ? " AND " : "") + ("p." + sqlite::QuoteIdentifier(key.parent_columns[i])) +
                 " COLLATE BINARY = " + column;
        value += (i > 0 ? " || ', ' || " : "") + ("quote(" + column + ")");
    }
    const std::string rowid = table.table().rowid_name();
    if (!rowid.empty()) value = "'rowid ' || c." + sqlite::QuoteIdentifier(rowid) + " || ': ' || " + value;
    sqlite::Statement statement(db, "SELECT count(*), min(" + value + ") FROM main." + child +
                                        " AS c WHERE " + where + " AND NOT EXISTS (SELECT 1 FROM main." +
                                        parent + " AS p WHERE " + match + ")");
    OrphanFacts facts;
    if (statement.Fetch()) {
        facts.rows = static_cast<std::uint64_t>(statement.Int(0));
        facts.example = statement.Text(1).substr(0, 120);
    }
    return facts;
}

void ReadOrphans(sqlite::Database& db, const PlannedTable& table, TableFacts& facts) {
    for (const PlannedForeignKey& key : table.foreign_keys) {
        facts.orphans.emplace_back();
        if (key.key == nullptr || !key.reason.empty()) continue;
        if (key.key->columns.size() != key.key->parent_columns.size()) continue;
        try {
            facts.orphans.back() = CountOrphans(db, table, *key.key);
        } catch (const Error& error) {
            if (!sqlite::IsObjectsOwnFault(error)) throw;
            facts.orphans.back().failure = error.what();
        }
    }
}

}  // namespace

TableFacts ReadTableFacts(sqlite::Database& db, ProfileCache& cache, const plan::PlannedTable& table,
                          const FactsOptions& options) {
    TableFacts facts;
    facts.columns.resize(table.columns.size());
    if (!table.not_migrated.empty()) return facts;
    try {
        if (options.profile) {
            ReadProfileOf(db, cache, table, facts);
        }
        ReadMisfits(db, cache, table, options, facts);
        if (options.profile) ReadOrphans(db, table, facts);
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        facts.failure = error.what();
    }
    return facts;
}

}  // namespace pgsqlite::assess
