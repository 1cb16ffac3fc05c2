#include "pg/functions/survey_facts.hpp"

#include "core/assess/findings.hpp"
#include "pg/fdw/column.hpp"
#include "pg/fdw/sqlite_call.hpp"
#include "pg/functions/duplicates.hpp"
#include "pg/functions/input_misfits.hpp"
#include "pg/functions/profile.hpp"
#include "pg/functions/trial.hpp"

namespace pgsqlite::pg {
namespace {

using Zones = std::unordered_map<std::string, value::Zone>;

}  // namespace

const Zones* ReadZones(const plan::Design& design) {
    Zones* zones = NewIn<Zones>(CurrentMemoryContext);
    for (const plan::PlannedTable& table : design.tables)
        for (const plan::PlannedColumn& column : table.columns) {
            const std::string& name = column.settings.timezone;
            if (Guard([&] { return zones->count(name) > 0; })) continue;
            const char* server_name = ToServerText(name);
            if (name.empty() || pg_tzset(server_name) == nullptr) {
                if (!name.empty())
                    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                    errmsg("time zone \"%s\" of the spec does not exist", server_name)));
                continue;
            }
            const value::Zone zone = fdw::ZoneOf(server_name);
            Guard([&] { zones->emplace(name, zone); });
        }
    return zones;
}

const std::vector<assess::TableFacts>* ReadFacts(const SurveyHandle& handle, FactsFor purpose) {
    plan::Design& design = handle.survey->design;
    assess::ProfileCache* cache = functions::Profiles();
    auto* facts = NewIn<std::vector<assess::TableFacts>>(CurrentMemoryContext);
    assess::FactsOptions options;
    options.profile = purpose == FactsFor::kSuggestion || purpose == FactsFor::kAssessment;
    options.integrity = purpose == FactsFor::kAssessment;
    options.misfits = purpose != FactsFor::kMigration;
    options.utf8_server = GetDatabaseEncoding() != PG_SQL_ASCII;
    options.zones = ReadZones(design);
    for (size_t i = 0; i < design.tables.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        plan::PlannedTable& table = design.tables[i];
        const SurveyedServer& server = ServerOf(handle, table);
        sqlite::Database* database = server.pin->database();
        fdw::CallSqlite(database, [&] {
            facts->push_back(assess::ReadTableFacts(*database, *cache, design, table, options));
        });
        assess::TableFacts* own = &facts->back();
        assess::ApplyFacts(*own, table);
        if (!options.profile) continue;
        CountInputMisfits(handle, server, table, own);
        FindDuplicates(handle, table, own);
    }
    if (options.misfits) TryTables(handle, facts);
    return facts;
}

std::vector<plan::Finding>* Judge(const SurveyHandle& handle, const std::vector<assess::TableFacts>* facts) {
    if (facts == nullptr) facts = NewIn<std::vector<assess::TableFacts>>(CurrentMemoryContext);
    auto* findings = NewIn<std::vector<plan::Finding>>(CurrentMemoryContext);
    Guard([&] { *findings = assess::FindAll(handle.survey->design, *facts); });
    return findings;
}

}  // namespace pgsqlite::pg
