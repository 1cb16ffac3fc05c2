// `convert` sees what SQLite stores: a column whose declared type would refuse some of its values, or over
// which PostgreSQL refuses the expression, is read as text.
#include "core/assess/facts.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/survey/profile.hpp"
#include "pg/survey/survey.hpp"
#include "pg/survey/survey_facts.hpp"

namespace pgsqlite::pg {
namespace {

/// Whether nobody has said how the column is to be read.
bool IsOpen(const plan::PlannedColumn& column) {
    return column.source != nullptr && column.conversion && column.settings.sources.Has("convert") &&
           column.settings.encoding.empty();
}

/// Whether a column's declared type refuses some of its values, and text takes them all.
bool NeedsText(sqlite::Database& database, const plan::PlannedTable& table, const plan::PlannedColumn& column,
               const assess::FactsOptions& options) {
    std::vector<assess::ColumnRule> rules(2, assess::RuleOf(column, options));
    rules[1].type = schema::PlainType(value::Kind::kText);
    const auto misfits = functions::Profiles()->Misfits(database, table.table(), rules);
    return misfits[0]->refused > 0 && misfits[1]->refused == 0;
}

int CountFaults(const std::vector<plan::Probe>& probes) {
    int faults = 0;
    for (const plan::Probe& probe : probes)
        faults += !probe.reason->empty();
    return faults;
}

/// Reads a column by another type, where the expressions over it are no worse by that.
void ReadBy(plan::PlannedTable* table, plan::PlannedColumn* column, value::Kind kind) {
    auto* before = NewIn<plan::PlannedTable>(CurrentMemoryContext);
    auto* probes = NewIn<std::vector<plan::Probe>>(CurrentMemoryContext);
    const int faults = Guard([&] {
        *before = *table;
        *probes = plan::SpecSqlProbes(*table);
        return CountFaults(*probes);
    });
    Guard([&] {
        column->read_type = schema::PlainType(kind);
        plan::DesignSpecSql(*table);
        *probes = plan::SpecSqlProbes(*table);
    });
    RunProbes(probes);
    Guard([&] {
        if (column->conversion->ok() && CountFaults(*probes) <= faults) return;
        // In place: others point to the table and its columns.
        for (std::size_t i = 0; i < table->columns.size(); ++i) {
            table->columns[i].read_type = before->columns[i].read_type;
            table->columns[i].conversion = before->columns[i].conversion;
        }
        table->filter = before->filter;
    });
}

}  // namespace

void ReadConverted(const SurveyHandle& handle, bool reads_rows) {
    plan::Design& design = handle.survey->design;
    assess::FactsOptions options;
    options.utf8_server = GetDatabaseEncoding() != PG_SQL_ASCII;
    for (size_t i = 0; i < design.tables.size(); ++i) {
        plan::PlannedTable* table = &design.tables[i];
        if (!table->not_migrated.empty()) continue;
        for (size_t j = 0; j < table->columns.size(); ++j) {
            plan::PlannedColumn* column = &table->columns[j];
            if (!Guard([&] { return IsOpen(*column); })) continue;
            CHECK_FOR_INTERRUPTS();
            bool needs_text = !Guard([&] { return column->conversion->ok(); });
            if (reads_rows && !needs_text) {
                if (options.zones == nullptr) options.zones = ReadZones(design);
                sqlite::Database* database = ServerOf(handle, *table).pin->database();
                fdw::CallSqlite(database, [&] {
                    try {
                        needs_text = NeedsText(*database, *table, *column, options);
                    } catch (const Error& error) {
                        // A table that can't be read to its end is a finding of its own.
                        if (!sqlite::IsObjectsOwnFault(error)) throw;
                    }
                });
            }
            if (needs_text) ReadBy(table, column, value::Kind::kText);
            // An expression over bytes.
            if (!Guard([&] { return column->conversion->ok(); })) ReadBy(table, column, value::Kind::kBytea);
        }
    }
}

}  // namespace pgsqlite::pg
