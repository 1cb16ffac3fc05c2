#include "core/plan/trigger_statements.hpp"

#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {

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

}  // namespace pgsqlite::plan
