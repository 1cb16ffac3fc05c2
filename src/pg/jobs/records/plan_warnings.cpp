#include "pg/jobs/records/plan_warnings.hpp"

#include "pg/jobs/records/job_log.hpp"
#include "pg/load/load.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void Warn(int64 job, const char* server, const char* table, const char* text) {
    Log(job, "warning", text, server, table);
    if (table != nullptr)
        ereport(WARNING, (errmsg("server \"%s\", table \"%s\": %s", server, table, text)));
    else
        ereport(WARNING, (errmsg("%s", text)));
}

const char* OrNull(const std::string& text) {
    return text.empty() ? nullptr : ToServerText(text);
}

void WarnOfTable(int64 job, const plan::PlannedTable& table, const assess::TableFacts& facts) {
    const char* server = ToServerText(table.source->server);
    const char* name = ToServerText(table.table().name);
    for (size_t i = 0; i < facts.checks.size(); ++i)
        if (table.checks[i].violated)
            Warn(job, server, name,
                 psprintf("check \"%s\" is added as NOT VALID; rows that break it: " UINT64_FORMAT,
                          ToServerText(table.checks[i].name), facts.checks[i].rows));
    for (size_t i = 0; i < facts.orphans.size(); ++i)
        if (table.foreign_keys[i].follows_rows && facts.orphans[i].rows > 0)
            Warn(job, server, name,
                 psprintf("foreign key \"%s\" is added as NOT VALID; rows without parent: " UINT64_FORMAT,
                          ToServerText(table.foreign_keys[i].name), facts.orphans[i].rows));
}

}  // namespace

void WarnOfPlan(int64 job, const plan::Design& design, const std::vector<assess::TableFacts>& facts) {
    for (size_t i = 0; i < design.findings.size(); ++i) {
        const plan::Finding& finding = design.findings[i];
        if (finding.severity == plan::Severity::kWarning)
            Warn(job, OrNull(finding.server), OrNull(finding.table), ToServerText(finding.text));
    }
    for (size_t i = 0; i < design.tables.size(); ++i)
        WarnOfTable(job, design.tables[i], facts[i]);
}

}  // namespace pgsqlite::pg::jobs
