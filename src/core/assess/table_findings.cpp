// Findings about a table as a whole: its constraints, its width, what can't be read or carried over.
#include "core/assess/finding_rules.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedColumn;
using plan::PlannedForeignKey;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;
using plan::Translated;

/// Something of the schema that has no equivalent; and what is carried over with a known difference.
void FindTranslated(Findings& findings, const PlannedTable& table, const std::string& what,
                    const Translated& translated) {
    if (!translated.ok() && translated.written != plan::SpecSql::kNone) {
        // What the spec asks for is wanted.
        findings
            .Add(table, Severity::kBlocker,
                 "the spec's " + translated.pointer + " can't be used: " + translated.reason)
            .example = translated.text;
        return;
    }
    if (!translated.ok()) {
        Finding& finding =
            findings.Add(table, Severity::kWarning, what + " is not carried over: " + translated.reason);
        finding.example = translated.source;
        return;
    }
    if (translated.guaranteed) return;
    for (const std::string& note : translated.notes)
        findings.Add(table, Severity::kNote, what + ": " + note).example = translated.source;
}

void FindConstraints(Findings& findings, const PlannedTable& table) {
    for (const plan::PlannedCheck& check : table.checks)
        FindTranslated(findings, table, "check " + check.name, check.condition);
    for (const plan::PlannedKey& key : table.keys) {
        if (key.reason.empty() || key.reported) continue;
        std::string columns;
        for (const std::string& column : key.columns)
            columns += (columns.empty() ? "" : ", ") + column;
        findings.Add(table, Severity::kWarning,
                     std::string(key.primary ? "primary key (" : "unique key (") + columns +
                         ") is not carried over: " + key.reason);
    }
    for (const plan::PlannedIndex& index : table.indexes)
        FindTranslated(findings, table,
                       "index " + (index.source_name.empty() ? index.name : index.source_name), index.tail);
    if (table.filter && !table.filter->ok())
        findings
            .Add(table, Severity::kBlocker,
                 "the spec's " + table.filter->pointer + " can't be used: " + table.filter->reason)
            .example = table.filter->source;
}

/// What the spec's `required` and `rules` ask for and can't have.
void FindRules(Findings& findings, const PlannedTable& table) {
    for (const plan::PlannedRule& rule : table.rules) {
        if (!rule.condition.ok()) {
            findings
                .Add(table, Severity::kBlocker,
                     "the spec's " + rule.condition.pointer + " can't be used: " + rule.condition.reason)
                .example = rule.condition.source;
            continue;
        }
        if (rule.check && !table.creates())
            findings
                .Add(table, Severity::kNote,
                     "the spec's " + rule.condition.pointer +
                         " is no CHECK: the target is there, and stays as it is")
                .example = rule.condition.source;
        if (rule.on_fail != spec::OnFail::kNull) continue;
        for (const std::string& name : rule.columns) {
            const PlannedColumn* column = table.FindTarget(name);
            const bool takes_null =
                column == nullptr ||
                !(column->existing != nullptr ? column->existing->not_null : column->not_null);
            if (takes_null) continue;
            findings
                .Add(table, Severity::kBlocker,
                     "the spec's " + rule.condition.pointer +
                         " can't clear the column: it is NOT NULL in the target",
                     column)
                .suggestion = "set on_fail to reject, or name other columns in the rule";
        }
    }
}

/// `orphans` null for a column that takes no NULL.
void FindNotNullable(Findings& findings, const PlannedTable& table, const PlannedForeignKey& key) {
    for (const std::string& name : key.columns) {
        const PlannedColumn* column = table.FindTarget(name);
        if (column == nullptr ||
            !(column->existing != nullptr ? column->existing->not_null : column->not_null))
            continue;
        Finding& finding =
            findings.Add(table, Severity::kBlocker,
                         "orphans null: the column is NOT NULL, so it can't be cleared", column);
        finding.suggestion = "set orphans to reject or keep for this table";
        finding.settings.push_back({"orphans", "keep", Setting::Level::kTable});
        return;
    }
}

/// Rows that break what their table says. The CHECK is put behind them, so nothing stops.
void FindBroken(Findings& findings, const PlannedTable& table, const TableFacts& facts) {
    for (std::size_t i = 0; i < facts.checks.size(); ++i) {
        const CheckFacts& check = facts.checks[i];
        if (check.rows == 0) continue;
        Finding& finding = findings.Add(
            table, Severity::kWarning,
            "rows break check " + table.checks[i].name + ": it is added as NOT VALID, for new rows only");
        finding.rows = check.rows;
        finding.example = check.example.empty() ? table.checks[i].condition.source
                                                : check.example + ": " + table.checks[i].condition.source;
        finding.suggestion = "clean the rows, then ALTER TABLE … VALIDATE CONSTRAINT";
    }
}

void FindForeignKeys(Findings& findings, const PlannedTable& table, const TableFacts* facts) {
    for (std::size_t i = 0; i < table.foreign_keys.size(); ++i) {
        const PlannedForeignKey& key = table.foreign_keys[i];
        if (!key.reason.empty()) {
            // What the spec asks for is wanted; what SQLite has may have meant nothing there, either.
            findings
                .Add(table, key.key == nullptr ? Severity::kBlocker : Severity::kWarning,
                     (key.key == nullptr ? "the spec's " + key.source + " can't be carried out: "
                                         : "foreign key is not carried over: ") +
                         key.reason)
                .example = key.key == nullptr ? "" : key.source;
            continue;
        }
        // The rows are told one by one.
        if (table.PutsAside(key) || (key.held() && key.doubtful())) continue;
        if (key.orphans == spec::Orphans::kNull) FindNotNullable(findings, table, key);
        if (facts == nullptr || i >= facts->orphans.size()) continue;
        const OrphanFacts& orphans = facts->orphans[i];
        if (!orphans.failure.empty()) {
            findings.Add(table, Severity::kWarning, "orphans could not be counted: " + orphans.failure)
                .example = key.source;
            continue;
        }
        if (orphans.rows == 0) continue;
        std::string columns;
        for (const std::string& column : key.columns)
            columns += (columns.empty() ? "" : ", ") + column;
        Finding& finding = findings.Add(table, Severity::kWarning,
                                        "orphans: rows whose (" + columns + ") has no parent in " +
                                            key.references.schema + "." + key.references.table);
        finding.rows = orphans.rows;
        finding.example = orphans.example;
        switch (key.orphans) {
            case spec::Orphans::kReject:
                finding.text += ": they are put aside";
                continue;
            case spec::Orphans::kNull:
                finding.text += ": the reference becomes NULL";
                continue;
            case spec::Orphans::kKeep:
                finding.text += ": the foreign key is added as NOT VALID, for new rows only";
                if (!key.follows_rows) continue;
                break;
            case spec::Orphans::kError:
                if (key.follows_rows)
                    finding.text += ": the foreign key is added as NOT VALID, for new rows only";
                else
                    finding.severity = Severity::kBlocker;
        }
        if (!key.takes_orphans) {
            finding.suggestion = "set them aside (reject)";
            finding.settings.push_back({"orphans", "reject", Setting::Level::kTable});
            continue;
        }
        finding.suggestion =
            "set them aside (reject), clear the reference (null), or keep them under a NOT VALID "
            "constraint (keep)";
        finding.settings.push_back({"orphans", "keep", Setting::Level::kTable});
    }
}

/// A row must fit a page: what can't go to a TOAST table counts in full, what can counts as its pointer.
void FindWidth(Findings& findings, const PlannedTable& table) {
    constexpr std::size_t kMaxRow = 8160;
    std::size_t width = 24 + table.columns.size() / 8;
    for (const PlannedColumn& column : table.columns) {
        const bool fixed = value::IsTemporal(column.type.kind) || column.type.kind == value::Kind::kInt8 ||
                           column.type.kind == value::Kind::kFloat8;
        const bool narrow = column.type.kind == value::Kind::kBoolean ||
                            column.type.kind == value::Kind::kInt2 || column.type.kind == value::Kind::kInt4;
        width += narrow ? 4 : fixed ? 8 : column.type.kind == value::Kind::kUuid ? 16 : 18;
    }
    if (width <= kMaxRow) return;
    Finding& finding =
        findings.Add(table, Severity::kWarning,
                     "row width: " + std::to_string(table.columns.size()) + " columns may need " +
                         std::to_string(width) + " bytes, and a row of PostgreSQL has 8160");
    finding.suggestion = "leave columns out, split the table, or gather columns in one jsonb column";
}

/// Rows of the source that would find each other in the target: one would stay, or be written over, unseen.
void FindMeetingRows(Findings& findings, const PlannedTable& table, const TableFacts& facts) {
    for (const DuplicateFacts& duplicates : facts.duplicates) {
        if (!duplicates.finds) continue;
        Finding& finding = findings.Add(
            table, Severity::kBlocker,
            "rows of the source are equal under " + duplicates.key + ", and would find each other");
        finding.rows = duplicates.groups;
        finding.example = duplicates.example;
        finding.column = duplicates.column;
        finding.suggestion = "find them by other columns, leave rows out (where), or add them all (append)";
        finding.settings.push_back({"existing", "append", Setting::Level::kTable});
    }
}

void FindDuplicates(Findings& findings, const PlannedTable& table, const TableFacts& facts) {
    const bool tried = facts.trial && facts.trial->unforeseen.empty();
    if (tried && std::none_of(facts.trial->faults.begin(), facts.trial->faults.end(),
                              [](const StepFault& fault) { return fault.sqlstate == "23505"; }))
        return FindMeetingRows(findings, table, facts);
    FindMeetingRows(findings, table, facts);
    for (const DuplicateFacts& duplicates : facts.duplicates) {
        if (duplicates.finds) continue;
        Finding& finding = findings.Add(
            table, Severity::kBlocker,
            "duplicates under " + duplicates.key +
                (duplicates.merged ? ": rows of several databases that are merged have the same key"
                                   : ": values that SQLite tells apart are equal in PostgreSQL"));
        finding.rows = duplicates.groups;
        finding.example = duplicates.example;
        finding.column = duplicates.column;
        if (duplicates.merged) {
            finding.suggestion = "keep the tables apart, or make UUIDs of the keys (keys uuid)";
            finding.settings.push_back({"conflicts", "prefix", Setting::Level::kJob});
            continue;
        }
        const PlannedColumn* column = table.Find(duplicates.column);
        const ColumnProfile* profile =
            column == nullptr
                ? nullptr
                : facts.columns[static_cast<std::size_t>(column - table.columns.data())].profile;
        const bool text_holds_all = profile != nullptr && profile->Misfits(value::Kind::kText)->rows == 0 &&
                                    column->type.kind != value::Kind::kText;
        if (text_holds_all) {
            finding.suggestion = "clean the values, or keep the column as text";
            finding.settings.push_back({"type", "text", Setting::Level::kColumn});
        } else {
            finding.suggestion = "clean the values, or leave the key out";
            finding.settings.push_back({"index_as", "none", Setting::Level::kColumn});
        }
    }
}

/// A migration reads the tables, never their indexes, so what is wrong in an index costs no row.
void FindDamage(Findings& findings, const PlannedTable& table, const TableFacts& facts) {
    if (facts.damage.empty()) return;
    Finding& finding = findings.Add(
        table, Severity::kWarning,
        "the table and its indexes do not agree, or hold what their declarations rule out: " +
            std::to_string(facts.damage.size()) + (facts.damage.size() < kMostDamage ? "" : " or more") +
            " by SQLite's integrity check");
    finding.example = facts.damage.front();
    finding.suggestion =
        "look at all with PRAGMA integrity_check; REINDEX mends an index, .recover what the table itself has "
        "lost";
}

void FindKind(Findings& findings, const PlannedTable& table) {
    const sqlite::Table& source = table.table();
    if (source.kind == sqlite::TableKind::kVirtual)
        findings.Add(table, Severity::kWarning,
                     "virtual table (" + source.module +
                         ") becomes an ordinary table: its rows are copied, what "
                         "its module does is not");
    if (table.creates() && table.keys.empty() && source.kind == sqlite::TableKind::kTable &&
        source.primary_key().empty())
        findings.Add(table, Severity::kNote, "table has no primary key: SQLite's rowid is not carried over");
    if (table.from->sequence && *table.from->sequence >= INT64_MAX - 1)
        findings.Add(table, Severity::kWarning,
                     "its sequence is used up: the next key would be over the range of bigint");
}

}  // namespace

void FindTable(Findings& findings, const PlannedTable& table, const TableFacts* facts) {
    if (facts != nullptr && !facts->failure.empty()) {
        Finding& finding =
            findings.Add(table, Severity::kBlocker, "table can't be read to its end: " + facts->failure);
        finding.suggestion = "repair the file (sqlite3's .recover), or leave the table out";
        finding.settings.push_back(
            {"exclude", table.source->server + "." + table.table().name, Setting::Level::kJob});
    }
    FindKind(findings, table);
    FindConstraints(findings, table);
    FindRules(findings, table);
    FindForeignKeys(findings, table, facts);
    if (table.creates()) FindWidth(findings, table);
    if (facts == nullptr) return;
    FindBroken(findings, table, *facts);
    FindDuplicates(findings, table, *facts);
    FindDamage(findings, table, *facts);
}

}  // namespace pgsqlite::assess
