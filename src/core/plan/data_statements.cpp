#include "core/plan/data_statements.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/plan/designer.hpp"
#include "core/plan/match_statements.hpp"
#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;
using schema::QuotePgLiteral;

struct PolicyOption {
    const char* name;
    std::string value;
};

/// Policies as options of a foreign table or column.
std::array<PolicyOption, 9> OptionsOf(const value::Policies& policies) {
    static constexpr const char* kOnError[] = {"error", "null", "reject"};
    static constexpr const char* kDigits[] = {"error", "round", "truncate"};
    static constexpr const char* kText[] = {"error", "replace", "null"};
    static constexpr const char* kNul[] = {"error", "strip", "null"};
    static constexpr const char* kJson[] = {"error", "null", "string"};
    static constexpr const char* kLong[] = {"error", "truncate"};
    static constexpr const char* kTime[] = {"error", "earlier", "later"};
    const auto word = [](const auto& words, auto value) { return words[static_cast<std::size_t>(value)]; };
    return {{{"on_error", word(kOnError, policies.on_error)},
             {"excess_digits", word(kDigits, policies.excess_digits)},
             {"invalid_text", word(kText, policies.invalid_text)},
             {"nul_bytes", word(kNul, policies.nul_bytes)},
             {"invalid_json", word(kJson, policies.invalid_json)},
             {"too_long", word(kLong, policies.too_long)},
             {"empty_as_null", policies.empty_as_null ? "true" : "false"},
             {"zero_date_as_null", policies.zero_date_as_null ? "true" : "false"},
             {"ambiguous_time", word(kTime, policies.ambiguous_time)}}};
}

/// What the spec says of policies here that is not said one level above.
std::string PolicyOptions(const value::Policies& policies, const spec::Sources& sources,
                          const spec::Sources* above) {
    std::string list;
    for (const PolicyOption& option : OptionsOf(policies)) {
        if (!sources.Has(option.name)) continue;
        if (above != nullptr && above->From(option.name) == sources.From(option.name)) continue;
        list += std::string(", ") + option.name + " " + QuotePgLiteral(option.value);
    }
    return list;
}

/// Whether an assignment to a column may round, cut or shift what is assigned.
bool MayLose(const schema::MappedType& type) noexcept {
    switch (type.kind) {
        case value::Kind::kBoolean:
        case value::Kind::kBytea:
        case value::Kind::kUuid:
        case value::Kind::kJson:
        case value::Kind::kJsonb:
            return false;
        case value::Kind::kText:
            return type.sql != "text";
        case value::Kind::kArray:
            return type.sql != "text[]";
        default:
            return true;
    }
}

/// A `convert` whose result arrives as it is, or under a policy.
std::string Assigned(const PlannedColumn& column) {
    if (!MayLose(column.type)) return column.settings.convert;
    const value::Policies& policies = column.settings.policies;
    static constexpr const char* kDigits[] = {"", "round", "truncate"};
    const std::string digits = kDigits[static_cast<std::size_t>(policies.excess_digits)];
    std::string arguments = column.settings.convert + ", NULL::" + column.type.sql;
    if (!digits.empty()) arguments += ", excess_digits => '" + digits + "'";
    if (policies.too_long == value::TooLong::kTruncate) arguments += ", too_long => 'truncate'";
    return "sqlite.assign(" + arguments + ")";
}

}  // namespace

std::string SourceExpression(const PlannedColumn& column) {
    std::string value;
    if (!column.settings.convert.empty())
        value = Assigned(column);
    else if (column.source != nullptr)
        value = QuotePgIdentifierIfNeeded(column.foreign_name);
    if (!column.has_chosen_default()) return value;
    const std::string chosen = column.settings.default_value
                                   ? QuotePgLiteral(*column.settings.default_value) + "::" + column.type.sql
                                   : column.settings.default_sql;
    return value.empty() ? chosen : "COALESCE(" + value + ", " + chosen + ")";
}

namespace {

/// The primary key that a table's target has, or is to have.
std::vector<std::string> PrimaryKeyOf(const PlannedTable& table) {
    if (table.existing != nullptr) return table.existing->primary_key;
    for (const PlannedKey& key : table.keys)
        if (key.primary) return key.columns;
    return {};
}

/// The columns that an upsert writes in a row that is there. Unless the spec names them: neither the key by
/// which it was found nor its primary key, which others refer to, nor what the spec alone has a value for,
/// which would be made anew.
std::vector<std::string> UpsertSet(const PlannedTable& table, const std::vector<std::string>& written) {
    const std::vector<std::string> key = UpsertKey(table);
    std::vector<std::string> kept = key;
    if (!table.settings.upsert.set) {
        for (const std::string& name : PrimaryKeyOf(table))
            kept.push_back(name);
        for (const PlannedColumn& column : table.columns)
            if (column.source == nullptr && column.settings.convert.empty()) kept.push_back(column.name);
    }
    std::vector<std::string> set;
    for (const std::string& name : table.settings.upsert.set.value_or(written))
        if (std::find(kept.begin(), kept.end(), name) == kept.end()) set.push_back(name);
    return set;
}

/// Rows that the target has already are met only where something may have filled it before.
std::string ConflictTarget(const PlannedMatch& match) {
    if (match.elements.empty()) return ColumnList(match.on);
    std::string list;
    for (const std::string& element : match.elements)
        list += (list.empty() ? "(" : ", ") + element;
    return list + ")";
}

std::string ConflictClause(const PlannedTable& table, const std::vector<std::string>& written) {
    const bool meets_rows = table.existing != nullptr || table.merged_into;
    if (!meets_rows) return {};
    if (table.settings.existing == spec::Existing::kSkip) return "ON CONFLICT DO NOTHING";
    if (table.settings.existing == spec::Existing::kMatch)
        return table.match && table.match->usable
                   ? "ON CONFLICT " + ConflictTarget(*table.match) + " DO NOTHING"
                   : std::string();
    if (table.settings.existing != spec::Existing::kUpsert) return {};
    std::string set, old_values, new_values;
    const char* separator = "";
    for (const std::string& name : UpsertSet(table, written)) {
        const std::string quoted = QuotePgIdentifierIfNeeded(name);
        set += separator + quoted + " = EXCLUDED." + quoted;
        old_values += separator + QuotePgIdentifierIfNeeded(table.target.table) + "." + quoted;
        new_values += separator + ("EXCLUDED." + quoted);
        separator = ", ";
    }
    const std::string conflict = "ON CONFLICT " + ColumnList(UpsertKey(table));
    if (set.empty()) return conflict + " DO NOTHING";
    // By their bytes: not every type can say that two values are equal. A row that is the same stays as it
    // is.
    return conflict + " DO UPDATE SET " + set + "\nWHERE ROW(" + old_values +
           ")::record OPERATOR(pg_catalog.*<>) ROW(" + new_values + ")::record";
}

/// The column by which a job reads a table in ranges.
struct RowidColumn {
    std::string name;        ///< SQL; empty: the rows have no rowid, or no name for it is left
    std::string definition;  ///< of a column that only a job's foreign table has; empty: one of the plan's
};

/// A condition on the column must reach SQLite, or each range would read the whole table. Under a policy it
/// does not, even though no policy changes a rowid.
RowidColumn FindRowid(const PlannedTable& table) {
    const int alias = table.table().rowid_alias();
    schema::NameAllocator names(schema::FoldCase::kPreserve, true);
    for (const PlannedColumn& column : table.columns) {
        if (column.source == nullptr) continue;
        names.Reserve(column.foreign_name);
        const bool plain = column.read_type.sql == "bigint" && column.settings.encoding.empty() &&
                           column.settings.policies == value::Policies();
        if (alias >= 0 && column.source == &table.table().columns[static_cast<std::size_t>(alias)] && plain)
            return {QuotePgIdentifierIfNeeded(column.foreign_name), {}};
    }
    const std::string source = table.table().rowid_name();
    if (source.empty()) return {};
    RowidColumn rowid;
    rowid.name = QuotePgIdentifierIfNeeded(names.Take("rowid").name);
    rowid.definition = rowid.name + " bigint OPTIONS (column_name " + QuotePgLiteral(source);
    const auto above = OptionsOf(table.settings.policies), none = OptionsOf(value::Policies());
    for (std::size_t i = 0; i < none.size(); ++i)
        if (above[i].value != none[i].value)
            rowid.definition += std::string(", ") + none[i].name + " " + QuotePgLiteral(none[i].value);
    rowid.definition += ")";
    return rowid;
}

}  // namespace

std::vector<std::string> UpsertKey(const PlannedTable& table) {
    if (!table.settings.upsert.key.empty()) return table.settings.upsert.key;
    if (table.settings.primary_key) return *table.settings.primary_key;
    std::vector<std::string> key;
    for (const int i : table.table().primary_key())
        if (const PlannedColumn* column = table.Find(table.table().columns[static_cast<std::size_t>(i)].name))
            key.push_back(column->name);
    return key;
}

std::string ForeignTableName(const PlannedTable& table) {
    schema::NameAllocator names(schema::FoldCase::kPreserve, false);
    return "pg_temp." +
           QuotePgIdentifierIfNeeded(names.Take(table.source->server + "_" + table.table().name).name);
}

std::string CreateForeignTable(const PlannedTable& table, const std::string& more) {
    return CreateForeignTable(table, ForeignTableName(table), more);
}

std::string CreateForeignTable(const PlannedTable& table, const std::string& name, const std::string& more) {
    std::string sql = "CREATE FOREIGN TABLE " + name + " (";
    const char* separator = "\n    ";
    for (const PlannedColumn& column : table.columns) {
        if (column.source == nullptr) continue;
        sql += separator + QuotePgIdentifierIfNeeded(column.foreign_name) + " " + column.read_type.sql +
               " OPTIONS (column_name " + QuotePgLiteral(column.source->name);
        if (!column.settings.encoding.empty())
            sql += ", encoding " + QuotePgLiteral(column.settings.encoding);
        if (column.settings.sources.Has("timezone"))
            sql += ", timezone " + QuotePgLiteral(column.settings.timezone);
        sql +=
            PolicyOptions(column.settings.policies, column.settings.sources, &table.settings.sources) + ")";
        separator = ",\n    ";
    }
    if (!more.empty()) sql += separator + more;
    return sql + "\n) SERVER " + QuotePgIdentifierIfNeeded(table.source->server) + " OPTIONS (\"table\" " +
           QuotePgLiteral(table.table().name) +
           PolicyOptions(table.settings.policies, table.settings.sources, nullptr) + ")";
}

std::string DropForeignTable(const PlannedTable& table) {
    return "DROP FOREIGN TABLE " + ForeignTableName(table);
}

LoadTask MakeLoadTask(const Design& design, const PlannedTable& table) {
    LoadTask task;
    task.by_path = table.by_path;
    task.server = table.source->server;
    task.table = table.table().name;
    task.target = table.SqlName();
    for (const PlannedColumn& column : table.columns) {
        // A column of the foreign table has its target's type.
        const bool typed =
            column.source != nullptr && column.settings.convert.empty() && !IsLookedUp(table, column);
        const std::string type = typed ? std::string() : column.bare_type;
        if (column.computed() && column.left_out) {
            task.computed_columns.push_back(column.name);
            task.computed_expressions.push_back(SourceExpression(column));
            task.computed_sources.push_back(column.foreign_name);
            task.computed_types.push_back(type);
        }
        if (!column.written()) continue;
        task.columns.push_back(column.name);
        task.expressions.push_back(WrittenExpression(design, table, column));
        task.source_columns.push_back(column.source_name());
        const int alias = table.table().rowid_alias();
        if (alias >= 0 && column.source == &table.table().columns[static_cast<std::size_t>(alias)] &&
            column.settings.convert.empty() && column.settings.encoding.empty() && !IsLookedUp(table, column))
            task.rowid_target = column.name;
        task.types.push_back(type);
        task.on_error.push_back(column.settings.policies.on_error);
        task.overriding = task.overriding || (column.existing != nullptr && column.existing->identity_always);
    }
    const RowidColumn rowid = FindRowid(table);
    task.rowid_name = table.table().rowid_name();
    if (task.rowid_name.empty())
        for (const int i : table.table().primary_key())
            task.key.push_back(table.table().columns[static_cast<std::size_t>(i)].name);
    task.rowid_column = rowid.name;
    for (const MatchStatement& statement : PrepareMatches(design, table)) {
        std::string& texts = statement.drop.empty() ? task.fill : task.prepare;
        texts += (texts.empty() ? "" : ";\n") + statement.make;
        if (!statement.drop.empty())
            task.clean_up = statement.drop + (task.clean_up.empty() ? "" : ";\n" + task.clean_up);
    }
    task.source = ForeignTableName(table);
    task.create_source = CreateForeignTable(table, rowid.definition);
    task.drop_source = DropForeignTable(table);
    task.where = table.settings.where;
    task.conflict = ConflictClause(table, task.columns);
    if (!task.conflict.empty() && table.settings.existing == spec::Existing::kUpsert) {
        task.upsert_key = UpsertKey(table);
        task.upsert_set = UpsertSet(table, task.columns);
        task.overwrites = !task.upsert_set.empty();
    }
    if (!task.conflict.empty() && table.settings.existing == spec::Existing::kMatch) {
        task.match_on = table.match->on;
        task.match_elements = table.match->elements;
    }
    task.must_be_empty =
        table.existing != nullptr && !table.merged_into && table.settings.existing == spec::Existing::kError;
    task.reject = table.settings.policies.on_error == value::OnError::kReject;
    task.rejecting_keys = table.rejecting_keys;
    for (const PlannedRule& rule : table.rules)
        task.rules.push_back({rule.name, rule.condition.text,
                              rule.condition.ok() ? rule.on_fail : spec::OnFail::kReject, rule.columns});
    return task;
}

std::string OrphanCondition(const PlannedForeignKey& key) {
    std::string present, match;
    const char* conjunction = "";
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
        const std::string child = "c." + QuotePgIdentifierIfNeeded(key.columns[i]);
        present += (i == 0 ? "" : key.match_full ? " OR " : " AND ") + child + " IS NOT NULL";
        match += conjunction + ("p." + QuotePgIdentifierIfNeeded(key.parent_columns[i])) + " = " + child;
        conjunction = " AND ";
    }
    if (key.match_full && key.columns.size() > 1) present = "(" + present + ")";
    return present + " AND NOT EXISTS (SELECT FROM " + QualifiedName(key.references) + " AS p WHERE " +
           match + ")";
}

std::string RemoveOrphans(const std::string& target, const std::string& condition) {
    return "DELETE FROM " + target + " AS c\nWHERE " + condition;
}

std::string RemoveOrphans(const PlannedTable& table, const PlannedForeignKey& key) {
    const std::string condition = OrphanCondition(key);
    if (key.orphans == spec::Orphans::kReject) return RemoveOrphans(table.SqlName(), condition);
    std::string set;
    for (const std::string& column : key.columns)
        set += (set.empty() ? "" : ", ") + QuotePgIdentifierIfNeeded(column) + " = NULL";
    return "UPDATE " + table.SqlName() + " AS c SET " + set + "\nWHERE " + condition;
}

std::string CountOrphans(const PlannedTable& table, const PlannedForeignKey& key) {
    std::string shown;
    for (const std::string& column : key.columns)
        shown += (shown.empty() ? "c." : " || ', ' || c.") + QuotePgIdentifierIfNeeded(column) + "::text";
    return "SELECT pg_catalog.count(*), pg_catalog.min(" + shown + ") FROM " + table.SqlName() +
           " AS c WHERE " + OrphanCondition(key);
}

bool CanSet(const PlannedColumn& column, const ExistingSequence& sequence) noexcept {
    using value::Kind;
    const Kind kind = column.type.kind;
    const bool counts =
        kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8 || kind == Kind::kNumeric;
    return counts && sequence.plain && sequence.settable;
}

namespace {

/// The greatest number that SQLite remembers to have given for a key of the table's target.
std::int64_t GivenBefore(const Design& design, const PlannedTable& table) {
    std::int64_t given = 0;
    for (const PlannedTable& other : design.tables)
        if (other.not_migrated.empty() && other.target == table.target)
            given = std::max(given, other.from->sequence.value_or(0));
    return given;
}

bool IsKeyOfSource(const PlannedTable& table, const PlannedColumn& column) {
    const int alias = table.table().rowid_alias();
    return alias >= 0 && column.source == &table.table().columns[static_cast<std::size_t>(alias)];
}

/// Of one that counts 1, 2, 3 …
/// @param sequence SQL of its name, text; @param there null: a new one
std::string SetBehind(const PlannedTable& table, const PlannedColumn& column, const std::string& sequence,
                      const ExistingSequence* there, std::int64_t given) {
    std::string most = "max(" + QuotePgIdentifierIfNeeded(column.name) + ")";
    if (column.type.kind == value::Kind::kNumeric) most = "pg_catalog.ceil(" + most + ")";
    std::string highest = "GREATEST(" + most + ", " + std::to_string(given);
    // A sequence that was there never goes back.
    if (there != nullptr)
        highest += ", pg_catalog.pg_sequence_last_value(" + sequence + "::pg_catalog.regclass)";
    highest += ")";
    const bool wider = there != nullptr && there->greatest < INT64_MAX &&
                       (column.type.kind == value::Kind::kInt8 || column.type.kind == value::Kind::kNumeric ||
                        given > there->greatest);
    if (wider) highest = "LEAST(" + highest + ", " + std::to_string(there->greatest) + ")";
    if (column.type.kind == value::Kind::kNumeric) highest += "::bigint";
    return "SELECT pg_catalog.setval(" + sequence + ", GREATEST(" + highest + ", 1), " + highest +
           " > 0)\nFROM " + table.SqlName();
}

/// Of one that counts otherwise: down, or in steps that it shares with others (1, 3, 5 … and 2, 4, 6 …). It
/// moves by whole steps, and only on.
std::string MoveOn(const PlannedTable& table, const PlannedColumn& column, const ExistingSequence& sequence,
                   std::int64_t given) {
    const bool down = sequence.increment < 0;
    const std::string name = QuotePgLiteral(sequence.name);
    std::string extreme = (down ? "min(" : "max(") + QuotePgIdentifierIfNeeded(column.name) + ")";
    if (!down && given > 0) extreme = "GREATEST(" + extreme + ", " + std::to_string(given) + ")";
    const std::string step = std::to_string(sequence.increment);
    const std::string bound = std::to_string(down ? sequence.least : sequence.greatest);
    return std::string("SELECT pg_catalog.setval(") + name + ", " + (down ? "GREATEST(" : "LEAST(") +
           "s.last + pg_catalog.ceil((s.extreme - s.last) / " + step + ") * " + step + ", " + bound +
           ")::bigint)\nFROM (SELECT COALESCE(pg_catalog.pg_sequence_last_value(" + name +
           "::pg_catalog.regclass)::numeric, " + std::to_string(sequence.start) + "::numeric - " + step +
           ") AS last, " + extreme + "::numeric AS extreme FROM " + table.SqlName() +
           ") AS s\nWHERE s.extreme " + (down ? "<" : ">") + " s.last";
}

}  // namespace

std::vector<std::string> SetSequences(const Design& design, const PlannedTable& table) {
    std::vector<std::string> statements;
    for (const PlannedColumn& column : table.columns) {
        if (!column.written()) continue;
        const bool is_key = column.existing == nullptr || IsKeyOfSource(table, column);
        const std::int64_t given = is_key ? GivenBefore(design, table) : 0;
        const std::string own = "pg_catalog.pg_get_serial_sequence(" + QuotePgLiteral(table.SqlName()) +
                                ", " + QuotePgLiteral(column.name) + ")";
        if (column.existing == nullptr) {
            if (column.identity) statements.push_back(SetBehind(table, column, own, nullptr, given));
            continue;
        }
        bool owns = false;
        for (const ExistingSequence& sequence : column.existing->sequences) {
            if (!CanSet(column, sequence) || (design.is_trial && !sequence.owned)) continue;
            const bool counts = sequence.increment == 1 && sequence.least <= 1 && sequence.start <= 1;
            const bool is_own = sequence.owned && !std::exchange(owns, true);
            if (!counts && !design.is_trial)
                statements.push_back(MoveOn(table, column, sequence, given));
            else if (is_own || !design.is_trial)
                statements.push_back(
                    SetBehind(table, column, is_own ? own : QuotePgLiteral(sequence.name), &sequence, given));
        }
    }
    return statements;
}

}  // namespace pgsqlite::plan
