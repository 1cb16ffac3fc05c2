// Findings about one column's values: what does not fit, what is missing, what a better type would be.
#include "core/assess/finding_rules.hpp"
#include "core/schema/constant_default.hpp"
#include "core/schema/names.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedColumn;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;
using value::Code;

std::uint64_t CountOf(const ColumnMisfits& misfits, Code code) noexcept {
    return misfits.by_code[static_cast<std::size_t>(code)].rows;
}

std::string ExampleOf(const Example& example) {
    return example.any() ? example.at + ": " + example.value : std::string();
}

/// The type, with its encoding, as settings of the column.
void SuggestType(Finding& finding, const schema::MappedType& type, const std::string& encoding) {
    finding.suggestion = "read it as " + type.sql + (encoding.empty() ? "" : " by encoding " + encoding);
    finding.settings.push_back({"type", type.sql, Setting::Level::kColumn});
    if (encoding.empty()) return;
    finding.settings.push_back({"encoding", encoding, Setting::Level::kColumn});
    finding.settings.back().json = encoding.front() == '[';
}

/// The same in a target that exists, whose type stays.
void SettleForTarget(Finding& finding, const ColumnFacts& facts) {
    if (facts.mending) {
        finding.suggestion = facts.mending->words;
        finding.settings = facts.mending->settings;
        if (facts.mending->left > 0)
            finding.settings.push_back({"on_error", "reject", Setting::Level::kColumn});
        return;
    }
    finding.suggestion = "clean the values, or give the column convert, encoding or on_error";
    finding.settings.push_back({"on_error", "reject", Setting::Level::kColumn});
}

/// What settles values that do not fit without losing one of them.
void SettleMisfits(Finding& finding, const PlannedColumn& column, const ColumnFacts& facts) {
    const ColumnMisfits& misfits = *facts.misfits;
    const bool takes_null = !column.refuses_null();
    if (takes_null && CountOf(misfits, Code::kEmptyText) == misfits.refused) {
        finding.suggestion = "read '' as NULL";
        finding.settings.push_back({"empty_as_null", "true", Setting::Level::kColumn});
        return;
    }
    if (takes_null && CountOf(misfits, Code::kZeroDate) == misfits.refused) {
        finding.suggestion = "read 0000-00-00 as NULL";
        finding.settings.push_back({"zero_date_as_null", "true", Setting::Level::kColumn});
        return;
    }
    if (column.existing != nullptr) return SettleForTarget(finding, facts);
    if (facts.profile == nullptr) return;
    const Suggestion& suggestion = *facts.suggestion;
    const std::string choice = suggestion.note.empty() ? "" : "; or choose: " + suggestion.note;
    if (suggestion.changes && suggestion.against && suggestion.against->rows == 0) {
        SuggestType(finding, suggestion.type, suggestion.encoding);
        finding.suggestion += choice;
        return;
    }
    // A type that holds every row goes before putting any aside.
    if (const auto holds_all = NearestForAll(*facts.profile);
        holds_all && holds_all->sql != column.type.sql) {
        SuggestType(finding, *holds_all, {});
        finding.suggestion += choice;
        return;
    }
    finding.suggestion = "set the rows aside as rejects" + choice;
    finding.settings.push_back({"on_error", "reject", Setting::Level::kColumn});
}

void FindMisfits(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
                 const ColumnFacts& facts) {
    const ColumnMisfits& misfits = *facts.misfits;
    if (misfits.refused == 0) return;
    const value::OnError on_error = column.settings.policies.on_error;
    Code code = Code::kOk;
    const Example& first = misfits.First(&code);
    std::string reasons;
    for (std::size_t i = 1; i < misfits.by_code.size(); ++i) {
        const std::uint64_t rows = misfits.by_code[i].rows;
        if (rows == 0) continue;
        reasons +=
            (reasons.empty() ? "" : ", ") + (std::to_string(rows) + " × ") + FaultName(static_cast<Code>(i));
    }
    std::string text = "values do not fit type " + column.read_type.sql + ": " + reasons;
    if (on_error == value::OnError::kReject) text += ": their rows are put aside";
    if (on_error == value::OnError::kNull) text += ": they become NULL";
    Finding& finding =
        findings.Add(table, on_error == value::OnError::kError ? Severity::kBlocker : Severity::kWarning,
                     std::move(text), &column);
    finding.rows = misfits.refused;
    finding.example = ExampleOf(first);
    if (on_error == value::OnError::kError) SettleMisfits(finding, column, facts);
}

/// What only the type's own function, or a domain's checks, refuse.
void FindInput(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
               const InputFacts& input) {
    if (input.rows == 0) return;
    Finding& finding = findings.Add(table, Severity::kBlocker,
                                    "values that type " + column.read_type.sql + " refuses", &column);
    finding.rows = input.rows;
    finding.example = input.example;
    if (!input.settings.empty()) {
        for (const auto& [key, value] : input.settings)
            finding.settings.push_back({key, value, Setting::Level::kColumn});
        finding.suggestion = "read the values by these";
        if (input.left == 0) return;
        finding.suggestion += "; rows that are put aside all the same: " + std::to_string(input.left);
        finding.settings.push_back({"on_error", "reject", Setting::Level::kColumn});
    } else if (column.existing != nullptr || !column.settings.type.empty()) {
        finding.suggestion = "set the rows aside as rejects, clean the values, or give the column convert";
        finding.settings.push_back({"on_error", "reject", Setting::Level::kColumn});
    } else {
        SuggestType(finding, schema::PlainType(value::Kind::kText), {});
    }
}

/// Values that the target computes otherwise than SQLite has them.
void FindDifferent(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
                   const DifferentFacts& different) {
    if (different.rows == 0) return;
    Finding& finding = findings.Add(table, Severity::kWarning,
                                    "generated column \"" + column.name + "\" of target " + table.SqlName() +
                                        " gives other values than SQLite holds, which are not migrated",
                                    &column);
    finding.rows = different.rows;
    finding.example = different.example;
    finding.suggestion =
        "make it an ordinary column of the target, or leave the column out (skip) where the target is right";
}

bool IsInKey(const PlannedTable& table, const std::string& name) {
    const auto in = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    const plan::ExistingRelation& target = *table.existing;
    return in(target.primary_key) || std::any_of(target.unique_keys.begin(), target.unique_keys.end(), in) ||
           std::any_of(target.expression_keys.begin(), target.expression_keys.end(),
                       [&](const plan::ExpressionKey& key) { return in(key.columns); }) ||
           std::any_of(target.foreign_keys.begin(), target.foreign_keys.end(),
                       [&](const plan::ExistingForeignKey& key) { return in(key.columns); });
}

/// The empty value of a type that an application writes where it has nothing; null: it has none.
const char* EmptyValue(const plan::PlannedColumn& column) noexcept {
    using value::Kind;
    switch (column.type.kind) {
        case Kind::kText:
            return "";
        case Kind::kBoolean:
            return "false";
        case Kind::kInt2:
        case Kind::kInt4:
        case Kind::kInt8:
        case Kind::kFloat4:
        case Kind::kFloat8:
        case Kind::kNumeric:
            return "0";
        default:
            return nullptr;
    }
}

/// What keeps rows with NULL in a column of an existing target that refuses it: the target's own default, or
/// the type's empty value, said with numbers.
void SettleNulls(Finding& finding, const PlannedTable& table, const PlannedColumn& column,
                 std::uint64_t nulls) {
    if (column.existing != nullptr && !column.has_chosen_default() && !IsInKey(table, column.name)) {
        const std::string& own = column.existing->default_sql;
        const char* empty = EmptyValue(column);
        const std::string count = std::to_string(nulls) + (nulls == 1 ? " NULL becomes " : " NULLs become ");
        if (!own.empty()) {
            finding.suggestion = count + "the target's default, " + own;
            finding.settings.push_back({"default_sql", own, Setting::Level::kColumn});
            return;
        }
        if (empty != nullptr) {
            const std::string words = count + (*empty == '\0' ? "''" : empty);
            finding.suggestion =
                words + "; choose another default, or set the rows aside as rejects (on_error)";
            finding.settings.push_back({"default", empty, Setting::Level::kColumn});
            finding.settings.push_back({"comment", words, Setting::Level::kColumn});
            return;
        }
    }
    finding.suggestion = "give the column a default or default_sql, or set the rows aside as rejects";
    finding.settings.push_back({"on_error", "reject", Setting::Level::kTable});
}

void FindNulls(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
               const ColumnFacts& facts) {
    if (facts.misfits == nullptr || !column.refuses_null() || !column.settings.convert.empty()) return;
    if (column.required) return;
    const ColumnMisfits& misfits = *facts.misfits;
    const bool clears = column.settings.policies.on_error == value::OnError::kNull;
    const std::uint64_t nulls = misfits.nulls + (clears ? misfits.refused : 0);
    if (nulls == 0) return;
    // NULL is a value that its type takes; it is the row that does not fit.
    const bool aside = table.settings.policies.on_error == value::OnError::kReject ||
                       column.settings.policies.on_error == value::OnError::kReject;
    const bool key = column.source->primary_key_position > 0;
    std::string text =
        key ? "NULLs in the primary key, which PostgreSQL refuses" : "NULLs in a column that is NOT NULL";
    if (aside) text += ": their rows are put aside";
    Finding& finding =
        findings.Add(table, aside ? Severity::kWarning : Severity::kBlocker, std::move(text), &column);
    finding.rows = nulls;
    finding.example = ExampleOf(misfits.nulls > 0 ? misfits.first_null : misfits.First());
    if (aside) return;
    if (key && column.existing == nullptr && table.settings.types != spec::Types::kStored &&
        !table.settings.primary_key) {
        finding.suggestion = "let the key follow the rows, as a unique key, or give the column a default";
        finding.settings.push_back({"types", "stored", Setting::Level::kTable});
    } else if (key && column.existing == nullptr) {
        finding.suggestion = "go without this primary key, or give the column a default";
        finding.settings.push_back({"primary_key", "[]", Setting::Level::kTable, true});
    } else {
        SettleNulls(finding, table, column, nulls);
    }
}

void FindBetterType(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
                    const ColumnFacts& facts) {
    if (!column.settings.type.empty() || !column.settings.convert.empty() ||
        !column.settings.encoding.empty() || column.source->is_generated())
        return;
    if (facts.misfits != nullptr && facts.misfits->refused > 0) return;
    const Suggestion& suggestion = *facts.suggestion;
    if (!suggestion.note.empty()) {
        Finding& finding = findings.Add(table, Severity::kNote, suggestion.note, &column);
        finding.rows = facts.profile->non_null();
        finding.suggestion = "give the column the type or encoding that is meant";
    }
    if (column.existing != nullptr) return;
    if (!suggestion.changes || !suggestion.against || suggestion.against->rows > 0) return;
    // A default is not given up for a type that is only better.
    if (column.default_value && column.default_value->ok() && column.source->default_sql &&
        !schema::TranslateColumnDefault(*column.source->default_sql, column.source->declared_type,
                                        suggestion.type))
        return;
    Finding& finding = findings.Add(table, Severity::kNote,
                                    "could be " + suggestion.type.sql + ": " + suggestion.reason, &column);
    finding.rows = facts.profile->non_null();
    SuggestType(finding, suggestion.type, suggestion.encoding);
}

/// PostgreSQL's limit on an entry of a btree index, where no trial says whether the value's compressed form
/// is within it. (Values over 1 GB do not fit their type.)
void FindSizes(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
               const ColumnProfile& profile) {
    constexpr std::uint64_t kMaxIndexEntry = 2704;
    const std::uint64_t longest = std::max(profile.max_text_bytes, profile.blob_bytes.max);
    if (longest <= kMaxIndexEntry || column.settings.index_as != spec::IndexAs::kValue) return;
    const auto in_key = [&](const std::vector<std::string>& names) {
        return std::find(names.begin(), names.end(), column.name) != names.end();
    };
    bool indexed = false;
    for (const plan::PlannedKey& key : table.keys)
        indexed = indexed || in_key(key.columns);
    for (const sqlite::Index& index : table.table().indexes)
        for (const sqlite::IndexColumn& part : index.columns)
            indexed = indexed || part.name == column.source->name;
    if (!indexed || !table.creates()) return;
    Finding& finding = findings.Add(table, Severity::kWarning,
                                    "an indexed value of " + std::to_string(longest) +
                                        " bytes: a btree index takes at most 2704 after compression",
                                    &column);
    finding.example = ExampleOf(profile.text_chars.longest);
    SettleLongEntry(finding);
}

void FindTranslations(Findings& findings, const PlannedTable& table, const PlannedColumn& column) {
    const auto untranslated = [&](const char* what, const std::optional<plan::Translated>& translated,
                                  Severity severity) {
        if (!translated || translated->ok()) return;
        Finding& finding = findings.Add(
            table, severity, std::string(what) + " is not carried over: " + translated->reason, &column);
        finding.example = translated->source;
        finding.suggestion = "set default_sql or change the column after the migration";
    };
    if (column.conversion && !column.conversion->ok()) {
        Finding& finding = findings.Add(
            table, Severity::kBlocker,
            "the spec's " + column.conversion->pointer + " can't be used: " + column.conversion->reason,
            &column);
        finding.example = column.conversion->source;
    }
    const bool chosen = column.has_chosen_default();
    if (chosen && column.default_value && !column.default_value->ok()) {
        Finding& finding = findings.Add(
            table, Severity::kBlocker,
            "the spec's " + column.default_value->pointer + " can't be used: " + column.default_value->reason,
            &column);
        finding.example = column.default_value->source;
    } else {
        untranslated("default", column.default_value, Severity::kWarning);
    }
    untranslated("generated column", column.generated, Severity::kWarning);
    for (const auto* translated : {&column.default_value, &column.generated}) {
        if (!*translated || !(*translated)->ok()) continue;
        for (const std::string& note : (*translated)->notes)
            findings.Add(table, Severity::kNote, note, &column).example = (*translated)->source;
    }
}

std::string CountedValues(const std::optional<std::uint64_t>& values) {
    if (!values) return {};
    if (*values == 0) return ": it has no values";
    return ": " + std::to_string(*values) + (*values == 1 ? " value is" : " values are") + " not migrated";
}

/// A column that the spec leaves out.
void FindSkipped(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
                 const ColumnFacts* facts) {
    const std::optional<std::uint64_t> lost = facts != nullptr ? facts->lost_values : std::nullopt;
    Finding& finding = findings.Add(table, lost == 0 ? Severity::kNote : Severity::kWarning,
                                    "the spec leaves the column out" + CountedValues(lost), &column);
    finding.rows = lost;
}

/// A column of SQLite that the target does not have.
void FindLacking(Findings& findings, const PlannedTable& table, const PlannedColumn& column,
                 const ColumnFacts* facts) {
    // Then its foreign name has its underscores already.
    const bool folds_to_snake =
        column.source != nullptr && column.foreign_name == schema::SnakeCase(column.source->name);
    Finding& finding =
        findings.Add(table, Severity::kBlocker,
                     "target " + table.SqlName() + " has no column \"" + column.name + "\"", &column);
    if (facts != nullptr) finding.rows = facts->lost_values;
    if (!column.near_column.empty()) {
        finding.suggestion = "did it become \"" + column.near_column + "\"?";
        if (column.source != nullptr && !folds_to_snake &&
            schema::SnakeCase(column.source->name) == column.near_column) {
            finding.suggestion = "let names have underscores for capitals (fold_case snake)";
            finding.settings.push_back({"fold_case", "snake", Setting::Level::kJob});
            return;
        }
        finding.settings.push_back({"target", column.near_column, Setting::Level::kColumn});
        return;
    }
    if (column.source == nullptr) {
        finding.suggestion = "add the column to the target, or take it out of the spec";
        return;
    }
    finding.suggestion =
        "add the column to the target, name one of its columns as the column's target, or "
        "leave it out";
    if (facts != nullptr && facts->lost_values) finding.suggestion += CountedValues(facts->lost_values);
    finding.settings.push_back({"skip", "true", Setting::Level::kColumn});
    // In the spec that comes of it, too.
    if (facts != nullptr && facts->lost_values.value_or(0) > 0)
        finding.settings.push_back({"comment",
                                    "the target has no such column" + CountedValues(facts->lost_values),
                                    Setting::Level::kColumn});
}

}  // namespace

void SettleLongEntry(Finding& finding) {
    finding.suggestion = "index a hash of the column in place of its value, or leave the index out (none)";
    finding.settings.push_back({"index_as", "hash", Setting::Level::kColumn});
}

void FindColumn(Findings& findings, const PlannedTable& table, std::size_t index, const TableFacts* facts) {
    const PlannedColumn& column = table.columns[index];
    const ColumnFacts* known = facts != nullptr ? &facts->columns[index] : nullptr;
    if (column.skipped) return FindSkipped(findings, table, column, known);
    if (column.lacking) return FindLacking(findings, table, column, known);
    FindTranslations(findings, table, column);
    if (column.source == nullptr) return;
    const std::string& collation = column.source->collation;
    if (!collation.empty() && !sqlite::EqualNames(collation, "BINARY") &&
        !sqlite::EqualNames(collation, "NOCASE") && !sqlite::EqualNames(collation, "RTRIM"))
        findings.Add(
            table, Severity::kWarning,
            "collation " + collation +
                " is the application's own: its order is not known here, and PostgreSQL will sort and "
                "compare by the database's collation",
            &column);
    else if (sqlite::EqualNames(collation, "NOCASE"))
        findings
            .Add(table, Severity::kNote,
                 "collation NOCASE: = and LIKE on this column will tell case apart in PostgreSQL", &column)
            .suggestion = "compare lower(column), or use a nondeterministic collation or citext";
    if (facts == nullptr) return;
    const ColumnFacts& own = facts->columns[index];
    FindDifferent(findings, table, column, own.different);
    if (!column.written()) return;
    if (own.misfits != nullptr) FindMisfits(findings, table, column, own);
    FindInput(findings, table, column, own.input);
    FindNulls(findings, table, column, own);
    if (own.profile == nullptr) return;
    if (!facts->trial || !facts->trial->unforeseen.empty()) FindSizes(findings, table, column, *own.profile);
    FindBetterType(findings, table, column, own);
}

}  // namespace pgsqlite::assess
