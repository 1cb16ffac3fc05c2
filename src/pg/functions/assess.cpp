// sqlite.assess() and sqlite.suggest_spec().
#include "core/assess/findings.hpp"
#include "core/assess/one_line.hpp"
#include "pg/functions/survey.hpp"
#include "pg/functions/survey_facts.hpp"

namespace pgsqlite::pg {
namespace {

enum Column { kSeverity, kServer, kTable, kColumn, kFinding, kRows, kExample, kSuggestion, kColumns };

/// Characters; a listing in a terminal stays one.
constexpr size_t kExampleLength = 160;

Datum TextOrNull(const std::string& text, bool* null) {
    *null = text.empty();
    return *null ? static_cast<Datum>(0) : CStringGetTextDatum(ToServerText(text));
}

/// The suggestion in words, then the settings as they stand in a spec.
Datum SuggestionDatum(const plan::Finding& finding, bool* null) {
    StringInfoData text;
    initStringInfo(&text);
    appendStringInfoString(&text, ToServerText(finding.suggestion));
    for (size_t i = 0; i < finding.settings.size(); ++i) {
        const plan::Setting& setting = finding.settings[i];
        appendStringInfo(&text, "%s%s", i == 0 ? (text.len > 0 ? ": " : "") : ", ",
                         ToServerText(setting.key));
        appendStringInfo(&text, setting.json ? " %s" : " '%s'", ToServerText(setting.value));
    }
    *null = text.len == 0;
    return *null ? static_cast<Datum>(0) : CStringGetTextDatum(text.data);
}

void AddFinding(ReturnSetInfo* result, const plan::Finding& finding) {
    Datum values[kColumns] = {};
    bool nulls[kColumns] = {};
    values[kSeverity] = CStringGetTextDatum(assess::SeverityName(finding.severity));
    values[kServer] = TextOrNull(finding.server, &nulls[kServer]);
    values[kTable] = TextOrNull(finding.table, &nulls[kTable]);
    values[kColumn] = TextOrNull(finding.column, &nulls[kColumn]);
    values[kFinding] = CStringGetTextDatum(ToServerText(finding.text));
    nulls[kRows] = !finding.rows.has_value();
    if (!nulls[kRows]) values[kRows] = Int64GetDatum(static_cast<int64>(*finding.rows));
    auto* example = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] { *example = assess::OneLine(finding.example, kExampleLength); });
    values[kExample] = TextOrNull(*example, &nulls[kExample]);
    values[kSuggestion] = SuggestionDatum(finding, &nulls[kSuggestion]);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// @param purpose null: nothing is read
std::vector<plan::Finding>* FindIn(const SurveyHandle& handle, const FactsFor* purpose) {
    return Judge(handle, purpose == nullptr ? nullptr : ReadFacts(handle, *purpose));
}

}  // namespace
}  // namespace pgsqlite::pg

using namespace pgsqlite::pg;

PG_SQLITE_FUNCTION(pg_sqlite_assess) {
    ReturnSetInfo* result = BeginMaterialized(fcinfo);
    const bool quick = PG_GETARG_BOOL(3);
    const SurveyHandle handle = MakeSurvey(PG_GETARG_ARRAYTYPE_P(0), text_to_cstring(PG_GETARG_TEXT_PP(1)),
                                           PG_GETARG_JSONB_P(2), !quick);
    const FactsFor purpose = FactsFor::kAssessment;
    const auto* findings = FindIn(handle, quick ? nullptr : &purpose);
    for (size_t i = 0; i < findings->size(); ++i)
        AddFinding(result, (*findings)[i]);
    return static_cast<Datum>(0);
}

PG_SQLITE_FUNCTION(pg_sqlite_suggest_spec) {
    ArrayType* servers = PG_GETARG_ARRAYTYPE_P(0);
    const char* target_schema = text_to_cstring(PG_GETARG_TEXT_PP(1));
    Datum spec = DirectFunctionCall1(jsonb_in, CStringGetDatum("{}"));
    auto* all = NewIn<std::vector<pgsqlite::plan::Finding>>(CurrentMemoryContext);
    auto* json = NewIn<std::string>(CurrentMemoryContext);
    // What one suggestion settles may lay open another: a table under its new name meets one that exists. The
    // later suggestion for a thing goes before the earlier. So it goes on until the judgement of what is
    // suggested adds nothing.
    constexpr int kRounds = 8;
    constexpr FactsFor purpose = FactsFor::kSuggestion;
    for (int round = 0; round < kRounds; ++round) {
        const SurveyHandle handle = MakeSurvey(servers, target_schema, DatumGetJsonbP(spec));
        const auto* findings = FindIn(handle, &purpose);
        const bool more = Guard([&] {
            // Orphans of rows that another type will hold are none: they wait for what else there is.
            const std::vector<pgsqlite::plan::Finding>* all_of_them = findings;
            std::vector<pgsqlite::plan::Finding> settled = *findings;
            const bool waits = pgsqlite::assess::PostponeOrphans(settled);
            std::string next;
            for (const auto* added : {static_cast<decltype(all_of_them)>(&settled), all_of_them}) {
                auto with = *all;
                with.insert(with.begin(), added->begin(), added->end());
                next = pgsqlite::assess::SuggestSpec(with);
                if (!waits || next != *json || added == all_of_them) {
                    *all = std::move(with);
                    break;
                }
            }
            const bool differs = next != *json;
            *json = std::move(next);
            return differs;
        });
        spec = DirectFunctionCall1(jsonb_in, CStringGetDatum(ToServerText(*json)));
        if (!more) break;
    }
    return spec;
}
