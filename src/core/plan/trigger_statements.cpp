#include "core/plan/trigger_statements.hpp"

#include "core/plan/comments.hpp"
#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

bool Fires(const ExistingTrigger& trigger) noexcept {
    return trigger.fires != 'D' && trigger.fires != 'R';
}

}  // namespace

std::string AlterTriggers(const PlannedTable& table, bool enable) {
    std::string actions;
    for (const ExistingTrigger& trigger : table.existing->triggers) {
        if (trigger.fires == 'D') continue;
        const char* when = trigger.fires == 'A' ? "ALWAYS " : trigger.fires == 'R' ? "REPLICA " : "";
        actions += actions.empty() ? " " : ", ";
        actions += enable ? "ENABLE " + std::string(when) : std::string("DISABLE ");
        actions += "TRIGGER " + schema::QuotePgIdentifierIfNeeded(trigger.name);
    }
    return actions.empty() ? actions : "ALTER TABLE " + table.SqlName() + actions;
}

std::string Firing(const Design& design, const PlannedTable& table) {
    if (table.existing == nullptr) return {};
    std::string lines;
    const spec::Existing existing = table.settings.existing;
    for (const ExistingTrigger& trigger : table.existing->triggers) {
        if (design.job.triggers == spec::Triggers::kDisable || !Fires(trigger)) continue;
        const bool meant = trigger.inserts || (trigger.updates && existing == spec::Existing::kUpsert) ||
                           (trigger.empties && existing == spec::Existing::kTruncate);
        if (!meant) continue;
        lines += Comment("trigger " + trigger.name + " fires: " + trigger.words + ", as " +
                         (trigger.runs_as.empty() ? std::string("whoever runs the migration")
                                                  : "its owner " + trigger.runs_as)) +
                 "\n";
    }
    if (!table.existing->row_security.empty())
        lines += Comment("row security holds for whoever runs the migration; policies: " +
                         table.existing->row_security) +
                 "\n";
    return lines;
}

void ReportLostNames(Designer& designer, const PlannedTable& table) {
    if (designer.spec.job().triggers == spec::Triggers::kDisable) return;
    for (const ExistingTrigger& trigger : table.existing->triggers) {
        if (!Fires(trigger) || trigger.lost_function.empty()) continue;
        Finding& finding = designer.Report(
            table, Severity::kWarning,
            "trigger " + trigger.name + " of target " + QualifiedName(table.target) + " runs function " +
                trigger.lost_function + ", which seems to name relations without their schema, and schema " +
                schema::QuotePgIdentifierIfNeeded(table.target.schema) + " is not in search_path");
        finding.suggestion =
            "SET search_path to what the application has before the migration, or set triggers to disable";
    }
}

}  // namespace pgsqlite::plan
