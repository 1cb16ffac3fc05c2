// What is said of the sequences of targets that exist: the numbers that they give must not be those of rows
// that come in.
#include "core/plan/data_statements.hpp"
#include "core/plan/designer.hpp"

namespace pgsqlite::plan {
namespace {

/// Why a sequence stays as it is.
std::string Obstacle(const ExistingSequence& sequence) {
    if (!sequence.plain) return "the default makes something else of its numbers";
    if (!sequence.settable) return "that needs the privileges USAGE and UPDATE on it";
    return "the column has no numbers";
}

}  // namespace

void ReportSequences(Designer& designer, const PlannedTable& table) {
    if (table.existing == nullptr || table.merged_into) return;
    for (const PlannedColumn& column : table.columns) {
        if (column.existing == nullptr || !column.written()) continue;
        for (const ExistingSequence& sequence : column.existing->sequences) {
            if (CanSet(column, sequence)) {
                if (sequence.named_alike)
                    designer.Report(table, Severity::kNote,
                                    "sequence " + sequence.name +
                                        " is set behind the column's values: nothing but its name ties it",
                                    &column);
                continue;
            }
            designer
                .Report(table, Severity::kWarning,
                        "sequence " + sequence.name + " is not set: " + Obstacle(sequence), &column)
                .suggestion = "set it by hand with setval(), or it may give numbers that rows have already";
        }
    }
}

}  // namespace pgsqlite::plan
