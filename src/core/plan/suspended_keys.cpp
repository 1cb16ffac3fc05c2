// Suspended keys: foreign keys of targets that exist already and hold while rows come in, where no order of
// the tables puts every parent first: a table that refers to itself, two that refer to each other.
#include <algorithm>

#include "core/plan/designer.hpp"

namespace pgsqlite::plan {
namespace {

/// Whether rows of the child may come before their parents: its first table before the parent's last.
bool IsLate(const Design& design, const PlannedTable& child, const ExistingForeignKey& key,
            std::size_t* parent) {
    std::size_t first = design.tables.size(), last = 0;
    bool loaded = false;
    for (std::size_t i = 0; i < design.tables.size(); ++i) {
        const PlannedTable& table = design.tables[i];
        if (!table.not_migrated.empty()) continue;
        if (table.target == child.target) first = std::min(first, i);
        if (!RefersTo(key, table)) continue;
        if (!table.merged_into) *parent = i;
        last = i;
        loaded = true;
    }
    return loaded && first <= last;
}

PlannedForeignKey Suspend(const Design& design, const PlannedTable& table, const ExistingForeignKey& key,
                          std::size_t parent) {
    PlannedForeignKey planned;
    planned.name = key.name;
    planned.columns = key.columns;
    planned.parent = parent;
    planned.parent_planned = true;
    planned.references = design.tables[parent].target;
    planned.parent_columns = key.parent_columns;
    // Rows without a parent that were there before are none of the job's business.
    planned.orphans = key.validated ? table.settings.orphans : spec::Orphans::kKeep;
    planned.source = key.definition;
    planned.suspended = &key;
    return planned;
}

}  // namespace

void DesignSuspendedKeys(Designer& designer) {
    Design& design = designer.design;
    for (PlannedTable& table : design.tables) {
        if (!table.not_migrated.empty() || table.existing == nullptr || table.merged_into) continue;
        for (const ExistingForeignKey& key : table.existing->foreign_keys) {
            std::size_t parent = 0;
            if (!IsLate(design, table, key, &parent)) continue;
            // Then it is checked once all rows are there.
            if (key.deferred && design.job.transaction == spec::Transaction::kSingle) continue;
            const std::string what = "foreign key " + key.name + " of target " + QualifiedName(table.target) +
                                     " refers to rows that may come later: ";
            if (key.droppable) {
                table.foreign_keys.push_back(Suspend(design, table, key, parent));
                designer.Report(table, Severity::kNote,
                                what + "it is dropped before the data and added again behind it");
                continue;
            }
            designer
                .Report(
                    table, Severity::kWarning,
                    what +
                        "it can't be dropped meanwhile (it is another role's, or that of the table's parent)")
                .suggestion = "run it as the owner, or make the key DEFERRABLE INITIALLY DEFERRED";
        }
    }
}

}  // namespace pgsqlite::plan
