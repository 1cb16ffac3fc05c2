#include "core/assess/facts.hpp"

#include <algorithm>
#include <map>

#include "core/base/error.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::assess {
namespace {

using plan::PlannedColumn;
using plan::PlannedForeignKey;
using plan::PlannedTable;

void ReadMisfits(sqlite::Database& db, ProfileCache& cache, const PlannedTable& table,
                 const FactsOptions& options, TableFacts& facts) {
    std::vector<RowCondition> conditions;
    std::vector<ColumnRule> rules;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const PlannedColumn& column = table.columns[i];
        if (column.source == nullptr || !column.written()) continue;
        // Arrays go element by element through the server's own types.
        if (column.read_type.kind == value::Kind::kArray) continue;
        RowCondition condition;
        condition.rule = RuleOf(column, options);
        condition.refuses_misfits = column.settings.policies.on_error != value::OnError::kNull;
        // What an expression makes of a NULL is not foreseen.
        condition.refuses_nulls =
            column.settings.convert.empty() &&
            (column.refuses_null() || (column.required && !column.has_chosen_default()));
        rules.push_back(condition.rule);
        conditions.push_back(std::move(condition));
        places.push_back(i);
    }
    if (rules.empty()) return;
    const auto misfits = cache.Misfits(db, table.table(), rules);
    for (std::size_t i = 0; i < places.size(); ++i) {
        facts.columns[places[i]].misfits = misfits[i];
        facts.row_count = misfits[i]->rows;
    }
    facts.refused_rows = cache.RefusedRows(db, table.table(), conditions);
}

/// What a policy makes of the values that it changes.
const char* MendedWords(value::Applied applied) noexcept {
    switch (applied) {
        case value::Applied::kEmptyAsNull:
        case value::Applied::kZeroDateAsNull:
            return "values that become NULL";
        case value::Applied::kExcessDigits:
            return "values that are rounded";
        case value::Applied::kNulBytes:
            return "values that lose their NUL characters";
        case value::Applied::kInvalidJson:
            return "values that become JSON strings";
        default:
            return nullptr;
    }
}

/// Times with and without a zone are read by the same encodings.
bool ReadAlike(value::Kind one, value::Kind other) noexcept {
    const auto is_timestamp = [](value::Kind kind) {
        return kind == value::Kind::kTimestamp || kind == value::Kind::kTimestamptz;
    };
    return one == other || (is_timestamp(one) && is_timestamp(other));
}

/// The settings that keep the rows of a column whose type stays, whatever they make of the values: nothing
/// that could be read back is lost but digits that the type does not have.
std::optional<Mending> Mend(sqlite::Database& db, ProfileCache& cache, const PlannedTable& table,
                            const PlannedColumn& column, const ColumnFacts& own, ColumnRule rule) {
    const ColumnMisfits& misfits = *own.misfits;
    Mending mending;
    const auto set = [&](const char* key, const std::string& value) {
        mending.settings.push_back({key, value, plan::Setting::Level::kColumn});
    };
    // What an encoding has read may have more digits than the column keeps.
    std::shared_ptr<const ColumnMisfits> read = own.misfits;
    const bool encoded = own.suggestion && !own.suggestion->encoding.empty() && rule.encoding.empty() &&
                         ReadAlike(own.suggestion->type.kind, column.read_type.kind);
    if (encoded) {
        rule.encoding = own.suggestion->encoding;
        read = cache.Misfits(db, table.table(), {rule}).front();
        set("encoding", rule.encoding);
        mending.settings.back().json = rule.encoding.front() == '[';
    }
    const auto has = [&](value::Code code) { return read->by_code[static_cast<std::size_t>(code)].rows > 0; };
    if (has(value::Code::kExcessDigits) || has(value::Code::kInexact)) {
        rule.policies.excess_digits = value::ExcessDigits::kRound;
        set("excess_digits", "round");
    }
    if (has(value::Code::kEmptyText) && !column.refuses_null()) {
        rule.policies.empty_as_null = true;
        set("empty_as_null", "true");
    }
    if (has(value::Code::kZeroDate) && !column.refuses_null()) {
        rule.policies.zero_date_as_null = true;
        set("zero_date_as_null", "true");
    }
    if (has(value::Code::kNulByte)) {
        rule.policies.nul_bytes = value::NulBytes::kStrip;
        set("nul_bytes", "strip");
    }
    if (has(value::Code::kInvalidJson)) {
        rule.policies.invalid_json = value::InvalidJson::kString;
        set("invalid_json", "string");
    }
    const bool blobs =
        has(value::Code::kWrongClass) && rule.type.kind == value::Kind::kText && rule.encoding.empty();
    if (blobs) {
        rule.encoding = "utf8";
        set("encoding", "utf8");
    }
    if (mending.settings.empty()) return std::nullopt;
    const std::shared_ptr<const ColumnMisfits> after = cache.Misfits(db, table.table(), {rule}).front();
    if (after->refused >= misfits.refused) return std::nullopt;
    mending.left = after->refused;
    const auto tell = [&](const std::string& what) {
        mending.words += (mending.words.empty() ? "" : ", ") + what;
    };
    if (encoded) tell("read it by encoding " + rule.encoding);
    if (blobs) tell("blobs are read as UTF-8 text");
    std::map<std::string_view, std::uint64_t> changed;
    for (std::size_t i = 0; i < after->applied.size(); ++i)
        if (const char* words = MendedWords(static_cast<value::Applied>(i)))
            changed[words] += after->applied[i] - read->applied[i];
    for (const auto& [words, rows] : changed)
        if (rows > 0) tell(std::string(words) + ": " + std::to_string(rows));
    if (mending.left > 0) tell("rows that are put aside all the same: " + std::to_string(mending.left));
    return mending;
}

void ReadMendings(sqlite::Database& db, ProfileCache& cache, const PlannedTable& table,
                  const FactsOptions& options, TableFacts& facts) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const PlannedColumn& column = table.columns[i];
        ColumnFacts& own = facts.columns[i];
        if (own.misfits == nullptr || own.misfits->refused == 0 || column.existing == nullptr) continue;
        if (column.settings.policies.on_error != value::OnError::kError) continue;
        own.mending = Mend(db, cache, table, column, own, RuleOf(column, options));
    }
}

void ReadProfileOf(sqlite::Database& db, ProfileCache& cache, const PlannedTable& table,
                   const ServerTypes& types, TableFacts& facts) {
    facts.profile = cache.Profile(db, table.table());
    facts.row_count = facts.profile->rows;
    const std::vector<ColumnProfile>& profiles = facts.profile->columns;
    const std::vector<Suggestion> suggestions = SuggestAll(db, table.table(), *facts.profile, types, &cache);
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        if (table.columns[i].source == nullptr) continue;
        for (std::size_t j = 0; j < profiles.size(); ++j) {
            if (!sqlite::EqualNames(profiles[j].name, table.columns[i].source->name)) continue;
            facts.columns[i].profile = &profiles[j];
            facts.columns[i].suggestion = suggestions[j];
        }
    }
}

/// "rowid 5: " in SQL, as the first part of an example; empty where rows have no such name.
std::string RowName(const PlannedTable& table, const char* alias) {
    const std::string rowid = table.table().rowid_name();
    if (rowid.empty()) return {};
    return std::string("'rowid ' || ") + alias + "." + sqlite::QuoteIdentifier(rowid);
}

/// A target column's place in SQLite; empty where it comes from nowhere or is converted on its way.
std::string SourceOf(const PlannedTable& table, const std::string& target) {
    const PlannedColumn* column = table.FindTarget(target);
    return column == nullptr ? std::string() : column->source_name();
}

/// Children whose parent is not there as PostgreSQL compares: byte by byte.
OrphanFacts CountOrphans(sqlite::Database& db, const PlannedTable& table, const PlannedForeignKey& key,
                         const PlannedTable& parent) {
    std::string where, match, value;
    OrphanFacts facts;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string child_name = SourceOf(table, key.columns[i]);
        const std::string parent_name = SourceOf(parent, key.parent_columns[i]);
        if (child_name.empty() || parent_name.empty()) return facts;
        const std::string column = "c." + sqlite::QuoteIdentifier(child_name);
        where += (i > 0 ? " AND " : "") + column + " IS NOT NULL";
        // The parent's index may be of another collation: it finds the candidates, bytes decide.
        const std::string parent_column = "p." + sqlite::QuoteIdentifier(parent_name);
        match += (i > 0 ? " AND " : "") + parent_column + " = " + column + " AND " + parent_column +
                 " COLLATE BINARY = " + column;
        value += (i > 0 ? " || ', ' || " : "") + ("quote(" + column + ")");
    }
    if (const std::string row = RowName(table, "c"); !row.empty()) value = row + " || ': ' || " + value;
    sqlite::Statement statement(
        db, "SELECT count(*), min(" + value + ") FROM main." + sqlite::QuoteIdentifier(table.table().name) +
                " AS c" + table.table().without_indexes() + " WHERE " + where +
                " AND NOT EXISTS (SELECT 1 FROM main." + sqlite::QuoteIdentifier(parent.table().name) +
                " AS p WHERE " + match + ")");
    if (statement.Fetch()) {
        facts.rows = static_cast<std::uint64_t>(statement.Int(0));
        facts.example = statement.Text(1).substr(0, 120);
    }
    return facts;
}

void ReadOrphans(sqlite::Database& db, const plan::Design& design, const PlannedTable& table,
                 const FactsOptions& options, TableFacts& facts) {
    for (const PlannedForeignKey& key : table.foreign_keys) {
        facts.orphans.emplace_back();
        if (!options.misfits && !key.follows_rows) continue;
        if (!key.parent_planned || !key.reason.empty()) continue;
        // Between two databases PostgreSQL counts (trial).
        const PlannedTable& parent = design.tables[key.parent];
        // Rows that an existing target has already may be parents, too.
        if (parent.existing != nullptr && parent.existing->has_rows) continue;
        if (parent.source != table.source || key.columns.size() != key.parent_columns.size()) continue;
        try {
            facts.orphans.back() = CountOrphans(db, table, key, parent);
        } catch (const Error& error) {
            if (!sqlite::IsObjectsOwnFault(error)) throw;
            facts.orphans.back().failure = error.what();
        }
    }
}

/// Values of columns that go nowhere.
void ReadLostValues(sqlite::Database& db, const PlannedTable& table, TableFacts& facts) {
    std::string list;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const PlannedColumn& column = table.columns[i];
        if (column.source == nullptr || !(column.skipped || column.lacking)) continue;
        list += (list.empty() ? "count(" : ", count(") + sqlite::QuoteIdentifier(column.source->name) + ")";
        places.push_back(i);
    }
    if (places.empty()) return;
    sqlite::Statement statement(db, "SELECT " + list + " FROM main." +
                                        sqlite::QuoteIdentifier(table.table().name) +
                                        table.table().without_indexes());
    if (!statement.Fetch()) return;
    for (std::size_t i = 0; i < places.size(); ++i)
        facts.columns[places[i]].lost_values = static_cast<std::uint64_t>(statement.Int(static_cast<int>(i)));
}

/// Rows that SQLite took although they break a CHECK, and what a type's name says that SQLite never checks.
void ReadChecks(sqlite::Database& db, const PlannedTable& table, TableFacts& facts) {
    for (const plan::PlannedCheck& check : table.checks) {
        facts.checks.emplace_back();
        if (!check.condition.ok() || check.condition.guaranteed || check.source_condition.empty()) continue;
        const std::string row = RowName(table, "c");
        try {
            sqlite::Statement statement(db, "SELECT count(*), min(" + (row.empty() ? "NULL" : row) +
                                                ") FROM main." + sqlite::QuoteIdentifier(table.table().name) +
                                                " AS c" + table.table().without_indexes() + " WHERE NOT (" +
                                                check.source_condition + "\n)");
            if (!statement.Fetch()) continue;
            facts.checks.back().rows = static_cast<std::uint64_t>(statement.Int(0));
            facts.checks.back().example = statement.Text(1);
        } catch (const Error& error) {
            if (!sqlite::IsObjectsOwnFault(error)) throw;
            facts.checks.back().failure = error.what();
        }
    }
}

/// Rows that an index lacks, or the table, and values that STRICT and NOT NULL rule out. CHECKs are counted
/// by ReadChecks.
void ReadDamage(sqlite::Database& db, const sqlite::Table& table, TableFacts& facts) {
    constexpr std::string_view kCheck = "CHECK constraint failed";
    if (table.kind != sqlite::TableKind::kTable && table.kind != sqlite::TableKind::kShadow) return;
    // What begins with a number SQLite takes for one, of faults.
    const std::size_t start = table.name.find_first_not_of("+-");
    if (start == std::string::npos || (table.name[start] >= '0' && table.name[start] <= '9')) return;
    try {
        sqlite::Statement check(db,
                                "PRAGMA main.integrity_check(" + sqlite::QuoteIdentifier(table.name) + ")");
        while (facts.damage.size() < kMostDamage && check.Fetch()) {
            std::string fault = check.Text(0);
            if (fault != "ok" && fault.compare(0, kCheck.size(), kCheck) != 0)
                facts.damage.push_back(std::move(fault));
        }
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        // Anything else, a collation of the application's say, only keeps it from being checked.
        if (std::string_view(error.sqlstate()) == sqlstate::kDataCorrupted)
            facts.damage.push_back(sqlite::SqliteReason(error));
    }
}

}  // namespace

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

TableFacts ReadTableFacts(sqlite::Database& db, ProfileCache& cache, const plan::Design& design,
                          const plan::PlannedTable& table, const FactsOptions& options) {
    TableFacts facts;
    facts.columns.resize(table.columns.size());
    if (!table.not_migrated.empty()) return facts;
    try {
        if (options.profile) ReadProfileOf(db, cache, table, options.types, facts);
        if (options.misfits) ReadMisfits(db, cache, table, options, facts);
        if (options.misfits && options.profile) ReadMendings(db, cache, table, options, facts);
        ReadLostValues(db, table, facts);
        ReadOrphans(db, design, table, options, facts);
        ReadChecks(db, table, facts);
        if (options.integrity) ReadDamage(db, table.table(), facts);
    } catch (const Error& error) {
        if (!sqlite::IsObjectsOwnFault(error)) throw;
        facts.failure = error.what();
    }
    return facts;
}

void ApplyFacts(const TableFacts& facts, plan::PlannedTable& table) {
    for (std::size_t i = 0; i < facts.columns.size(); ++i)
        table.columns[i].lost_values = facts.columns[i].lost_values;
    for (std::size_t i = 0; i < facts.checks.size(); ++i)
        table.checks[i].violated = table.checks[i].violated || facts.checks[i].rows > 0;
    for (std::size_t i = 0; i < facts.orphans.size(); ++i)
        if (table.foreign_keys[i].follows_rows && facts.orphans[i].rows > 0)
            table.foreign_keys[i].orphans = spec::Orphans::kKeep;
}

}  // namespace pgsqlite::assess
