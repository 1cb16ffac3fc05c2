// The rules of a load: which rows they refuse, and what they say of those that pass.
#include <algorithm>

#include "pg/load/batch_loader.hpp"
#include "pg/load/load.hpp"
#include "pg/load/query_row.hpp"

namespace pgsqlite::pg::load {
namespace {

/// ": not-an-address": the values that a rule is about, trimmed.
void AppendValues(const BatchLoader* loader, const Datum* values, const bool* nulls,
                  const plan::LoadRule& rule, StringInfo message) {
    constexpr int kShownBytes = 60;
    const char* separator = ": ";
    for (int i = 0; i < loader->column_count; ++i) {
        const std::string& name = loader->task->columns[static_cast<size_t>(i)];
        if (std::find(rule.columns.begin(), rule.columns.end(), name) == rule.columns.end()) continue;
        appendStringInfoString(message, separator);
        separator = ", ";
        if (nulls[i]) {
            appendStringInfoString(message, "NULL");
            continue;
        }
        Oid output;
        bool is_varlena;
        getTypeOutputInfo(TupleDescAttr(loader->rows.descriptor, i)->atttypid, &output, &is_varlena);
        const char* text = OidOutputFunctionCall(output, values[i]);
        const int size = static_cast<int>(std::strlen(text));
        const int shown = pg_mbcliplen(text, size, kShownBytes);
        appendBinaryStringInfo(message, text, shown);
        if (shown < size) appendStringInfoString(message, "…");
    }
}

/// What rules that let a row pass say of it.
struct RuleCounts {
    int64 warned;
    uint64 nulls;
    List* rules;  ///< const plan::LoadRule *
};

/// The rules that a row breaks. True where the row is to be refused.
bool BreaksRules(BatchLoader* loader, const Datum* values, const bool* nulls, Reject* reject,
                 StringInfo message, RuleCounts* counts) {
    bool refused = false;
    reject->failure = false;
    for (int i = 0; i < loader->rule_count; ++i) {
        const int flag = loader->column_count + i;
        if (nulls[flag] || !DatumGetBool(values[flag])) continue;
        const plan::LoadRule& rule = loader->task->rules[static_cast<size_t>(i)];
        if (rule.on_fail == spec::OnFail::kWarn) {
            ++counts->warned;
            counts->rules = lappend(counts->rules, const_cast<plan::LoadRule*>(&rule));
            continue;
        }
        if (rule.on_fail == spec::OnFail::kNull) {
            ++counts->nulls;
            counts->rules = lappend(counts->rules, const_cast<plan::LoadRule*>(&rule));
            continue;
        }
        refused = true;
        for (const std::string& column : rule.columns)
            reject->columns = list_append_unique(reject->columns, makeString(ToServerText(column)));
        appendStringInfo(message, "%srule \"%s\" is broken", message->len > 0 ? "; " : "",
                         ToServerText(rule.name));
        AppendValues(loader, values, nulls, rule, message);
        reject->failure = reject->failure || (rule.by_policy && !loader->task->reject);
    }
    return refused;
}

void NotePassed(const BatchLoader* loader, const RowTrace& trace, const List* rules) {
    const char* place = rules != NIL ? PlaceOf(loader, trace) : nullptr;
    if (place == nullptr) return;
    ListCell* cell;
    foreach (cell, rules) {
        const auto* rule = static_cast<const plan::LoadRule*>(lfirst(cell));
        loader->account->NotePassed({ToServerText(rule->name), rule->on_fail == spec::OnFail::kNull, place});
    }
}

}  // namespace

bool RefuseByRules(BatchLoader* loader, Datum* values, bool* nulls, const RowTrace& trace) {
    Reject verdict = {};
    RuleCounts counts = {};
    StringInfoData message;
    initStringInfo(&message);
    if (!BreaksRules(loader, values, nulls, &verdict, &message, &counts)) {
        pfree(message.data);
        loader->account->warned += counts.warned;
        NotePassed(loader, trace, counts.rules);
        loader->account->changes[static_cast<size_t>(value::Applied::kOnErrorNull)] += counts.nulls;
        return false;
    }
    Reject reject = RejectOf(loader, trace, loader->rows.descriptor, values, nulls);
    reject.columns = NamesInSource(*loader->task, verdict.columns);
    reject.category = Category::kValidation;
    reject.sqlstate = ERRCODE_CHECK_VIOLATION;
    reject.message = message.data;
    reject.failure = verdict.failure;
    TakeBack(loader, trace);
    loader->account->Add(reject);
    return true;
}

}  // namespace pgsqlite::pg::load
