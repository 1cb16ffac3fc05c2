// Findings of a trial: what PostgreSQL does with the rows, where the values alone do not tell.
#include "core/assess/finding_rules.hpp"
#include "core/assess/suggest.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedColumn;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;

const PlannedColumn* BlamedColumn(const PlannedTable& table, const Refusal& refusal) {
    if (refusal.columns.size() != 1) return nullptr;
    for (const PlannedColumn& column : table.columns)
        if (column.source_name() == refusal.columns[0] || column.name == refusal.columns[0]) return &column;
    return nullptr;
}

/// Whether a column's own findings tell of it already.
bool IsTold(const PlannedTable& table, const TableFacts& facts, const Refusal& refusal) {
    // A column of a target that nothing fills, and rows without a partition, are findings of the design; what
    // a table lacks that is merged into a new one is not.
    const bool merged_anew = table.merged_into && table.existing == nullptr;
    if (refusal.sqlstate == "23502" && !merged_anew && BlamedColumn(table, refusal) == nullptr) return true;
    if (refusal.sqlstate == "23514" && refusal.columns.empty() && table.partitioning) return true;
    if (!refusal.conversion || refusal.columns.empty()) return false;
    return std::all_of(refusal.columns.begin(), refusal.columns.end(), [&](const std::string& name) {
        for (std::size_t i = 0; i < table.columns.size(); ++i) {
            if (table.columns[i].source_name() != name) continue;
            const ColumnFacts& own = facts.columns[i];
            return (own.misfits != nullptr && own.misfits->refused > 0) || own.input.rows > 0;
        }
        return false;
    });
}

void FindRefusal(Findings& findings, const PlannedTable& table, const TableFacts& facts,
                 const Refusal& refusal) {
    if (IsTold(table, facts, refusal)) return;
    const PlannedColumn* column = BlamedColumn(table, refusal);
    Finding& finding = findings.Add(
        table, refusal.failure ? Severity::kBlocker : Severity::kWarning,
        (refusal.failure ? "rows that PostgreSQL refuses: " : "rows are put aside: ") + refusal.message,
        column);
    finding.rows = refusal.rows;
    finding.example = refusal.example;
    if (!refusal.failure) return;
    finding.suggestion = "clean the values, or set the rows aside as rejects";
    finding.settings.push_back(
        {"on_error", "reject",
         refusal.conversion && column != nullptr ? Setting::Level::kColumn : Setting::Level::kTable});
}

constexpr char kTooLong[] = "54000";

/// The columns of a key or index, by the name of the step that makes it.
std::vector<const PlannedColumn*> ColumnsOf(const PlannedTable& table, const std::string& object) {
    std::vector<const PlannedColumn*> columns;
    const auto names = [&](const std::string& name) {
        return object.find(" " + name + " of ") != std::string::npos;
    };
    for (const plan::PlannedKey& key : table.keys)
        if (names(key.name))
            for (const std::string& column : key.columns)
                columns.push_back(table.FindTarget(column));
    for (const plan::PlannedIndex& planned : table.indexes) {
        if (!names(planned.name)) continue;
        for (const sqlite::Index& index : table.table().indexes)
            if (index.name == planned.source_name)
                for (const sqlite::IndexColumn& part : index.columns)
                    columns.push_back(table.Find(part.name));
    }
    std::erase(columns, nullptr);
    return columns;
}

/// An entry of an index is too long: the longest of its columns is to blame.
void FindLongEntry(Findings& findings, const PlannedTable& table, const TableFacts& facts,
                   const StepFault& fault) {
    const PlannedColumn* longest = nullptr;
    std::uint64_t bytes = 0;
    for (const PlannedColumn* column : ColumnsOf(table, fault.object)) {
        const auto& misfits = facts.columns[static_cast<std::size_t>(column - table.columns.data())].misfits;
        if (misfits == nullptr || misfits->longest <= bytes) continue;
        longest = column;
        bytes = misfits->longest;
    }
    Finding& finding =
        findings.Add(table, Severity::kBlocker, fault.object + " fails: " + fault.message, longest);
    if (longest == nullptr) return;
    finding.example = "the longest value has " + std::to_string(bytes) + " bytes";
    SettleLongEntry(finding);
}

/// Rows that SQLite tells apart are equal under a key or index: as text its columns stay apart, else it is
/// left out.
void FindEqualRows(Findings& findings, const PlannedTable& table, const TableFacts& facts,
                   const StepFault& fault) {
    const std::string words = fault.object + " fails: " + fault.message;
    std::vector<const PlannedColumn*> columns = ColumnsOf(table, fault.object), merging;
    for (const PlannedColumn* column : columns) {
        const ColumnFacts& own = facts.columns[static_cast<std::size_t>(column - table.columns.data())];
        if (!KeepsApart(*column) && column->type.kind != value::Kind::kText && own.profile != nullptr &&
            own.profile->Misfits(value::Kind::kText)->rows == 0)
            merging.push_back(column);
    }
    // One value is written in several ways by such a column, where there is one.
    const auto varies = [&](const PlannedColumn* column) {
        return FoundFormats(*facts.columns[static_cast<std::size_t>(column - table.columns.data())].profile)
                   .size() > 1;
    };
    if (std::any_of(merging.begin(), merging.end(), varies))
        std::erase_if(merging, [&](const PlannedColumn* column) { return !varies(column); });
    if (merging.empty()) {
        const PlannedColumn* column = columns.empty() ? nullptr : columns.front();
        Finding& finding = findings.Add(table, Severity::kBlocker, words, column);
        if (column == nullptr) return;
        finding.suggestion = "clean the values, or leave the key out";
        finding.settings.push_back({"index_as", "none", Setting::Level::kColumn});
        return;
    }
    for (const PlannedColumn* column : merging) {
        const bool first = column == merging.front();
        Finding& finding = findings.Add(
            table, first ? Severity::kBlocker : Severity::kNote,
            first ? words : "values may be equal under " + fault.object + " that SQLite tells apart", column);
        finding.suggestion = "clean the values, or keep the column as text";
        finding.settings.push_back({"type", "text", Setting::Level::kColumn});
    }
}

}  // namespace

void FindTrial(Findings& findings, const PlannedTable& table, const TableFacts& facts) {
    if (!facts.trial) return;
    const TrialFacts& trial = *facts.trial;
    if (!trial.unforeseen.empty()) {
        findings.Add(table, Severity::kNote, "what becomes of its rows is not foreseen: " + trial.unforeseen);
        return;
    }
    for (const Refusal& refusal : trial.refusals)
        FindRefusal(findings, table, facts, refusal);
    for (const StepFault& fault : trial.faults) {
        if (fault.sqlstate == kTooLong) {
            FindLongEntry(findings, table, facts, fault);
            continue;
        }
        if (fault.sqlstate == "23505") {
            // Told with what settles it.
            if (facts.duplicates.empty()) FindEqualRows(findings, table, facts, fault);
            continue;
        }
        findings.Add(table, Severity::kBlocker, fault.object + " fails: " + fault.message);
    }
}

}  // namespace pgsqlite::assess
