#include "pg/survey/input_misfits.hpp"

#include "core/value/format.hpp"
#include "pg/fdw/scan/input_fit.hpp"

namespace pgsqlite::pg {
namespace {

/// Whether the type's rule does not tell all, and the rows are read through it as they are. Code of other
/// roles is not run.
bool NeedsServer(const plan::Existing& existing, const plan::PlannedColumn& column) {
    if (column.source == nullptr || !column.written()) return false;
    if (column.settings.policies.on_error != value::OnError::kError) return false;
    if (existing.code_of_types.count(column.read_type.sql) > 0) return false;
    return column.read_type.kind == value::Kind::kInput || column.read_type.kind == value::Kind::kArray ||
           existing.domains.count(column.read_type.sql) > 0;
}

struct Reading {
    const SurveyedServer* server;
    const char* sql;  ///< UTF-8
    const char* type;
};

fdw::InputMisfits Count(const Reading& reading, const char* encoding, const value::Policies& policies) {
    fdw::InputMisfits misfits = {};
    fdw::CountInputMisfits(reading.server->pin, reading.sql, reading.type, encoding, policies,
                           reading.server->options, &misfits);
    return misfits;
}

/// Notes the settings under which fewest values are refused, where these are fewer: '' as NULL, arrays as
/// PostgreSQL writes them.
void Mend(const Reading& reading, const plan::PlannedColumn& column, assess::InputFacts* input) {
    value::Policies policies = column.settings.policies;
    policies.empty_as_null = policies.empty_as_null || !column.refuses_null();
    const bool clears = policies.empty_as_null && !column.settings.policies.empty_as_null;
    const bool is_array = column.read_type.kind == value::Kind::kArray && column.settings.encoding.empty();
    const char* given = column.settings.encoding.empty() ? nullptr : ToServerText(column.settings.encoding);
    uint64 best = input->rows;
    for (int i = 1; i < 4; ++i) {
        const bool clear = (i & 1) != 0, both = (i & 2) != 0;
        if ((clear && !clears) || (both && !is_array)) continue;
        const uint64 left =
            Count(reading, both ? "json,pg" : given, clear ? policies : column.settings.policies).rows;
        if (left >= best) continue;
        best = left;
        Guard([&] {
            input->settings.clear();
            input->left = left;
            if (both) input->settings.emplace_back("encoding", "json,pg");
            if (clear) input->settings.emplace_back("empty_as_null", "true");
        });
    }
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
        const char* encoding =
            column.settings.encoding.empty() ? nullptr : ToServerText(column.settings.encoding);
        const Reading reading = {&server, sql->c_str(), ToServerText(column.read_type.sql)};
        const fdw::InputMisfits misfits = Count(reading, encoding, column.settings.policies);
        Guard([&] {
            facts->columns[i].input.rows = misfits.rows;
            facts->columns[i].input.example = misfits.example;
        });
        if (misfits.rows > 0) Mend(reading, column, &facts->columns[i].input);
    }
}

}  // namespace pgsqlite::pg
