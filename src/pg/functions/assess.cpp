// sqlite.assess() and sqlite.suggest_spec().
#include "core/assess/findings.hpp"
#include "core/assess/one_line.hpp"
#include "core/assess/suggestions.hpp"
#include "pg/survey/survey.hpp"
#include "pg/survey/survey_facts.hpp"

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
                                           PG_GETARG_JSONB_P(2), quick ? LooksAt::kSchemas : LooksAt::kAll);
    const FactsFor purpose = FactsFor::kAssessment;
    const auto* findings = FindIn(handle, quick ? nullptr : &purpose);
    for (size_t i = 0; i < findings->size(); ++i)
        AddFinding(result, (*findings)[i]);
    return static_cast<Datum>(0);
}

PG_SQLITE_FUNCTION(pg_sqlite_suggest_spec) {
    ArrayType* servers = PG_GETARG_ARRAYTYPE_P(0);
    const char* target_schema = text_to_cstring(PG_GETARG_TEXT_PP(1));
    auto* suggestions = NewIn<pgsqlite::assess::Suggestions>(CurrentMemoryContext);
    constexpr int kLooks = 12;
    constexpr FactsFor purpose = FactsFor::kSuggestion;
    Datum spec = 0;
    bool more = true;
    for (int look = 0;; ++look) {
        spec = DirectFunctionCall1(jsonb_in, CStringGetDatum(ToServerText(suggestions->spec())));
        if (!more || look == kLooks) break;
        const auto* findings = FindIn(MakeSurvey(servers, target_schema, DatumGetJsonbP(spec)), &purpose);
        more = Guard([&] { return suggestions->Take(*findings); });
    }
    return spec;
}
