// What the columns hold by which targets are partitioned: read before the tables are designed for good, since
// the partitions are part of the plan.
#include "core/assess/column_range.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/survey/survey.hpp"
#include "pg/survey/survey_facts.hpp"

namespace pgsqlite::pg {
namespace {

/// The column of a table that partitions its target; null where there is none to be read.
const plan::PlannedColumn* PartitionColumn(const plan::Design& design, const plan::PlannedTable& table) {
    if (!table.not_migrated.empty()) return nullptr;
    const plan::PlannedTable& maker = table.merged_into ? design.tables[*table.merged_into] : table;
    if (!maker.partitioning) return nullptr;
    const plan::PlannedColumn* column = table.FindTarget(maker.partitioning->column);
    return column != nullptr && column->source != nullptr && column->written() ? column : nullptr;
}

}  // namespace

void ReadPartitionRanges(const SurveyHandle& handle) {
    const plan::Design& design = handle.survey->design;
    assess::FactsOptions options;
    options.utf8_server = GetDatabaseEncoding() != PG_SQL_ASCII;
    for (size_t i = 0; i < design.tables.size(); ++i) {
        const plan::PlannedTable& table = design.tables[i];
        const plan::PlannedColumn* column = Guard([&] { return PartitionColumn(design, table); });
        if (column == nullptr) continue;
        CHECK_FOR_INTERRUPTS();
        if (options.zones == nullptr) options.zones = ReadZones(design);
        sqlite::Database* database = ServerOf(handle, table).pin->database();
        fdw::CallSqlite(database, [&] {
            try {
                const_cast<plan::SourceTable*>(table.from)->range =
                    assess::ReadColumnRange(*database, table.table(), assess::RuleOf(*column, options));
            } catch (const Error& error) {
                // A table that can't be read to its end is a finding of its own.
                if (!sqlite::IsObjectsOwnFault(error)) throw;
            }
        });
    }
}

}  // namespace pgsqlite::pg
