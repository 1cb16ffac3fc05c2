#include "pg/survey/input_misfits.hpp"

#include "core/value/format.hpp"
#include "pg/fdw/scan/input_fit.hpp"

namespace pgsqlite::pg {
namespace {

/// Whether the type's rule does not tell all, and the rows are read through it as they are.
bool NeedsServer(const plan::Existing& existing, const plan::PlannedColumn& column) {
    if (column.source == nullptr || !column.written()) return false;
    if (column.settings.policies.on_error != value::OnError::kError) return false;
    return column.read_type.kind == value::Kind::kInput || existing.domains.count(column.read_type.sql) > 0;
}

}  // namespace

void CountInputMisfits(const SurveyHandle& handle, const SurveyedServer& server,
                       const plan::PlannedTable& table, assess::TableFacts* facts) {
    if (!facts->failure.empty()) return;
    auto* sql = NewIn<std::string>(CurrentMemoryContext);
    for (size_t i = 0; i < table.columns.size(); ++i) {
        const plan::PlannedColumn& column = table.columns[i];
        if (!Guard([&] { return NeedsServer(handle.survey->existing, column); })) continue;
        // What the conversion itself refuses is told by the misfits already.
        if (facts->columns[i].misfits != nullptr && facts->columns[i].misfits->refused > 0) continue;
        Guard([&] {
            *sql = "SELECT " + sqlite::QuoteIdentifier(column.source->name) + " FROM main." +
                   sqlite::QuoteIdentifier(table.table().name) + table.table().without_indexes();
        });
        fdw::InputMisfits misfits = {};
        fdw::CountInputMisfits(
            server.pin, sql->c_str(), ToServerText(column.read_type.sql),
            column.settings.encoding.empty() ? nullptr : ToServerText(column.settings.encoding),
            column.settings.policies, server.options, &misfits);
        Guard([&] {
            facts->columns[i].input.rows = misfits.rows;
            facts->columns[i].input.example = misfits.example;
        });
    }
}

}  // namespace pgsqlite::pg
