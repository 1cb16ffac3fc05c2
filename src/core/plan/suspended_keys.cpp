// Foreign keys of targets that exist. They hold while rows come in, so one is dropped before the data and
// added again behind it where no order of the tables puts every parent first (a table that refers to itself,
// two that refer to each other), and where `orphans` says what becomes of rows without a parent.
#include <algorithm>

#include "core/plan/designer.hpp"

namespace pgsqlite::plan {
namespace {

/// Where the parent's rows come from in this job.
struct ParentRows {
    bool planned = false;
    std::size_t place = 0;  ///< of the table that fills it first
    /// Rows of the child may come before them: its first table before the parent's last.
    bool late = false;
};

ParentRows FindParentRows(const Design& design, const PlannedTable& child, const ExistingForeignKey& key) {
    ParentRows rows;
    std::size_t first = design.tables.size(), last = 0;
    for (std::size_t i = 0; i < design.tables.size(); ++i) {
        const PlannedTable& table = design.tables[i];
        if (!table.not_migrated.empty()) continue;
        if (table.target == child.target) first = std::min(first, i);
        if (!RefersTo(key, table)) continue;
        if (!table.merged_into) rows.place = i;
        last = i;
        rows.planned = true;
    }
    rows.late = rows.planned && first <= last;
    return rows;
}

/// What the spec says of a key's orphans: at a key of its own over the same columns, else at the table.
spec::Orphans OrphansOf(const Design& design, const PlannedTable& table, const ExistingForeignKey& key) {
    if (table.settings.foreign_keys)
        for (const spec::ForeignKeySpec& said : *table.settings.foreign_keys) {
            const std::string& schema =
                said.references.schema.empty() ? design.target_schema : said.references.schema;
            if (said.orphans && said.columns == key.columns && schema == key.parent_schema &&
                said.references.table == key.parent)
                return *said.orphans;
        }
    return table.settings.orphans;
}

class ExistingKeyDesigner {
  public:
    explicit ExistingKeyDesigner(Designer& designer) : designer_(designer), design_(designer.design) {}

    void Run() {
        for (PlannedTable& table : design_.tables) {
            if (!table.not_migrated.empty() || table.existing == nullptr || table.merged_into) continue;
            for (const ExistingForeignKey& key : table.existing->foreign_keys)
                Add(table, key);
        }
        for (PlannedTable& table : design_.tables)
            if (table.merged_into) table.rejecting_keys = design_.tables[*table.merged_into].rejecting_keys;
    }

  private:
    void Add(PlannedTable& table, const ExistingForeignKey& key) {
        const ParentRows parent = FindParentRows(design_, table, key);
        PlannedForeignKey planned;
        planned.name = key.name;
        planned.columns = key.columns;
        planned.parent = parent.place;
        planned.parent_planned = parent.planned;
        planned.references = {key.parent_schema, key.parent};
        planned.parent_columns = key.parent_columns;
        planned.orphans = OrphansOf(design_, table, key);
        planned.source = key.definition;
        planned.existing = &key;
        planned.match_full = key.definition.find(") MATCH FULL") != std::string::npos;
        planned.takes_orphans = key.droppable && !(table.existing->partitioned && key.validated);
        // Where it is asked at the commit only, all rows are there by then.
        const bool late =
            parent.late && !(key.deferred && design_.job.transaction == spec::Transaction::kSingle);
        if (planned.orphans != spec::Orphans::kError) SettleOrphans(table, planned, late);
        if (late) SuspendLate(table, planned);
        table.foreign_keys.push_back(std::move(planned));
    }

    /// What `orphans` asks for, as far as the key lets it.
    void SettleOrphans(PlannedTable& table, PlannedForeignKey& planned, bool late) {
        const ExistingForeignKey& key = *planned.existing;
        const bool keeps = planned.orphans == spec::Orphans::kKeep;
        const char* obstacle = nullptr;
        if (!key.droppable)
            obstacle = "it can't be dropped meanwhile (it is another role's, or that of the table's parent)";
        else if (keeps && !planned.takes_orphans)
            obstacle = "a partitioned table takes no foreign key that is NOT VALID";
        else if (!keeps && !key.validated)
            // Rows without a parent that were there before are none of the job's business.
            obstacle = "it is NOT VALID, so that older rows may have no parent either";
        if (obstacle == nullptr) {
            planned.suspended = &key;
            return;
        }
        const bool rejects = planned.orphans == spec::Orphans::kReject && !key.deferred;
        planned.orphans = spec::Orphans::kError;
        if (late) return;
        if (rejects) {
            table.rejecting_keys.push_back(key.name);
            return;
        }
        designer_
            .Report(table, Severity::kWarning,
                    "orphans of foreign key " + key.name + " of target " + QualifiedName(table.target) +
                        " end the job, whatever the spec says: " + obstacle)
            .suggestion = "set orphans to reject for this table, or run it as the owner";
    }

    /// The rows come before their parents.
    void SuspendLate(PlannedTable& table, PlannedForeignKey& planned) {
        const ExistingForeignKey& key = *planned.existing;
        const std::string what = "foreign key " + key.name + " of target " + QualifiedName(table.target) +
                                 " refers to rows that may come later: ";
        if (key.droppable) {
            if (!key.validated) planned.orphans = spec::Orphans::kKeep;
            planned.suspended = &key;
            designer_.Report(table, Severity::kNote,
                             what + "it is dropped before the data and added again behind it");
            return;
        }
        designer_
            .Report(
                table, Severity::kWarning,
                what + "it can't be dropped meanwhile (it is another role's, or that of the table's parent)")
            .suggestion = "run it as the owner, or make the key DEFERRABLE INITIALLY DEFERRED";
    }

    Designer& designer_;
    Design& design_;
};

}  // namespace

void DesignExistingKeys(Designer& designer) {
    ExistingKeyDesigner(designer).Run();
}

}  // namespace pgsqlite::plan
