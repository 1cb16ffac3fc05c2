#include "core/plan/truncate.hpp"

#include <algorithm>

#include "core/plan/comments.hpp"
#include "core/plan/designer.hpp"

namespace pgsqlite::plan {
namespace {

using Tables = std::vector<const PlannedTable*>;

Tables TruncatedTables(const Design& design) {
    Tables tables;
    for (const PlannedTable& table : design.tables)
        if (table.not_migrated.empty() && table.existing != nullptr && !table.merged_into &&
            table.settings.existing == spec::Existing::kTruncate)
            tables.push_back(&table);
    return tables;
}

bool Holds(const Tables& tables, const Referrer& referrer) {
    return std::any_of(tables.begin(), tables.end(), [&](const PlannedTable* table) {
        return table->existing->schema == referrer.schema && table->existing->name == referrer.table;
    });
}

/// Whether the key is dropped before the data.
bool IsSuspended(const Design& design, const Referrer& referrer) {
    for (const PlannedTable& table : design.tables)
        for (const PlannedForeignKey& key : table.foreign_keys)
            if (key.suspended != nullptr && key.name == referrer.key &&
                table.existing->schema == referrer.schema && table.existing->name == referrer.table)
                return true;
    return false;
}

/// Whether a table outside of `others` refers to it.
bool IsReferredTo(const Design& design, const PlannedTable& table, const Tables& others) {
    const auto& referrers = table.existing->referrers;
    return std::any_of(referrers.begin(), referrers.end(), [&](const Referrer& referrer) {
        return !Holds(others, referrer) && !IsSuspended(design, referrer);
    });
}

std::string Delete(const PlannedTable& table) {
    return "DELETE FROM " + table.SqlName();
}

/// Tables that refer to each other are emptied by one statement, behind which their keys are checked.
std::string DeleteTogether(const Tables& tables) {
    std::string sql = "WITH ";
    for (std::size_t i = 0; i + 1 < tables.size(); ++i)
        sql +=
            (i > 0 ? ", " : "") + ("emptied_" + std::to_string(i + 1)) + " AS (" + Delete(*tables[i]) + ")";
    return sql + "\n" + Delete(*tables.back());
}

}  // namespace

std::vector<Emptying> EmptyTargets(const Design& design) {
    std::vector<Emptying> steps;
    Tables truncated = TruncatedTables(design), deleted;
    for (bool more = true; std::exchange(more, false);)
        for (std::size_t i = 0; i < truncated.size(); ++i) {
            if (!IsReferredTo(design, *truncated[i], truncated)) continue;
            deleted.push_back(truncated[i]);
            truncated.erase(truncated.begin() + static_cast<std::ptrdiff_t>(i--));
            more = true;
        }
    if (!truncated.empty()) {
        std::string list;
        for (const PlannedTable* table : truncated)
            list += (list.empty() ? "" : ", ") + table->SqlName();
        steps.push_back({truncated, "TRUNCATE " + list});
    }
    const std::string comment = Comment("other tables refer to it, so that it can't be truncated") + "\n";
    while (!deleted.empty()) {
        // One to which none of those that are left refers, but itself.
        const auto free = std::find_if(deleted.begin(), deleted.end(), [&](const PlannedTable* table) {
            return std::none_of(deleted.begin(), deleted.end(), [&](const PlannedTable* other) {
                const auto& referrers = table->existing->referrers;
                return other != table &&
                       std::any_of(referrers.begin(), referrers.end(), [&](const Referrer& referrer) {
                           return Holds({other}, referrer) && !IsSuspended(design, referrer);
                       });
            });
        });
        if (free == deleted.end()) {
            steps.push_back({deleted, comment + DeleteTogether(deleted)});
            break;
        }
        steps.push_back({{*free}, comment + Delete(**free)});
        deleted.erase(free);
    }
    return steps;
}

void CheckTruncates(Designer& designer) {
    const Tables truncated = TruncatedTables(designer.design);
    for (const PlannedTable* table : truncated)
        for (const Referrer& referrer : table->existing->referrers) {
            if (!referrer.has_rows || Holds(truncated, referrer) || IsSuspended(designer.design, referrer))
                continue;
            designer
                .Report(*table, Severity::kBlocker,
                        "target " + QualifiedName(table->target) + " can't be emptied: rows of " +
                            QualifiedName({referrer.schema, referrer.table}) +
                            " refer to it by foreign key " + referrer.key)
                .suggestion = "empty that table first, or choose another `existing`: append, skip or upsert";
        }
}

}  // namespace pgsqlite::plan
