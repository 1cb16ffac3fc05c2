#include "pg/survey/survey_facts.hpp"

#include "core/assess/findings.hpp"
#include "pg/backup/backup.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/subtransaction.hpp"
#include "pg/survey/duplicates.hpp"
#include "pg/survey/input_misfits.hpp"
#include "pg/survey/meetings.hpp"
#include "pg/survey/profile.hpp"
#include "pg/survey/server_types.hpp"
#include "pg/survey/trial.hpp"

namespace pgsqlite::pg {
namespace {

using Zones = std::unordered_map<std::string, value::Zone>;

bool IsAboutFiles(const ErrorData* error) noexcept {
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return category == ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION || category == ERRCODE_SYSTEM_ERROR ||
           category == ERRCODE_DATA_EXCEPTION;
}

/// Whether a backup can be written where the spec wants it, which comes before all else.
void FindBackup(const plan::Design& design, std::vector<plan::Finding>* findings) {
    if (design.job.backup.empty()) return;
    const char* directory = ToServerText(design.job.backup);
    const ErrorData* error = TryInSubtransaction([&] { backup::CheckDirectory(directory); }, &IsAboutFiles);
    if (error == nullptr) return;
    const char* message = ToUtf8(error->message);
    Guard([&] {
        plan::Finding finding;
        finding.severity = plan::Severity::kBlocker;
        finding.text = std::string("the spec's /backup can't be used: ") + message;
        finding.example = design.job.backup;
        findings->insert(findings->begin(), std::move(finding));
    });
}

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
    if (options.profile) options.types.geometry = FindGeometryType();
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
        if (!options.profile) {
            // Nothing fails later where they are there.
            if (!table.creates()) FindDuplicates(handle, table, own);
            continue;
        }
        CountInputMisfits(handle, server, table, own);
        FindDuplicates(handle, table, own);
        ReadMeeting(table, own);
    }
    if (options.misfits) TryTables(handle, facts);
    return facts;
}

std::vector<plan::Finding>* Judge(const SurveyHandle& handle, const std::vector<assess::TableFacts>* facts) {
    if (facts == nullptr) facts = NewIn<std::vector<assess::TableFacts>>(CurrentMemoryContext);
    auto* findings = NewIn<std::vector<plan::Finding>>(CurrentMemoryContext);
    Guard([&] { *findings = assess::FindAll(handle.survey->design, *facts); });
    FindBackup(handle.survey->design, findings);
    return findings;
}

}  // namespace pgsqlite::pg
