#include "pg/validate/job_sql.hpp"

#include "core/schema/keywords.hpp"
#include "pg/load/collect.hpp"
#include "pg/validate/table_pair.hpp"

namespace pgsqlite::pg::validate {
namespace {

const char* PlannedName(const std::string& name) {
    return load::SqlText([&] { return schema::QuotePgIdentifierIfNeeded(name); });
}

/// Whether a step makes NULL of references among the load's rows: a step for a target is one for all tables
/// that are merged there. A load that does not write all of a key's columns has no orphans under it.
bool ClearsOrphans(const JobQuery& query, const jobs::PlannedStep& step) noexcept {
    if (step.kind != jobs::StepKind::kClearOrphans || step.table_no < 1 ||
        static_cast<size_t>(step.table_no) > query.plan.tables.size() ||
        query.plan.tables[static_cast<size_t>(step.table_no) - 1].target != query.load.target)
        return false;
    const std::vector<std::string>& written = query.load.task.columns;
    return std::all_of(step.columns.begin(), step.columns.end(), [&](const std::string& column) {
        return std::find(written.begin(), written.end(), column) != written.end();
    });
}

/// The rows of the load under the target's names and in its types, in the task's order.
const char* ConvertedRows(const JobQuery& query) {
    const plan::LoadTask& task = query.load.task;
    const char* condition = query.condition != nullptr ? ToUtf8(query.condition) : nullptr;
    const char* rows = load::SqlText([&] {
        if (condition == nullptr) return plan::BatchSource(task, nullptr);
        plan::LoadTask narrowed = task;
        narrowed.where = task.where.empty() ? condition : "(" + task.where + ") AND " + condition;
        return plan::BatchSource(narrowed, nullptr);
    });
    StringInfoData sql, aliases;
    initStringInfo(&sql);
    initStringInfo(&aliases);
    const bool has_rowid = !task.rowid_column.empty();
    appendStringInfoString(&aliases, has_rowid ? "r" : "");
    appendStringInfoString(&sql, "SELECT ");
    for (size_t i = 0; i < task.columns.size(); ++i) {
        const char* name = ToServerText(task.columns[i]);
        appendStringInfo(&aliases, "%sc%zu", aliases.len > 0 ? ", " : "", i);
        appendStringInfo(&sql, "%sCAST(s.c%zu AS %s) AS %s", i > 0 ? ", " : "", i,
                         TargetType(query.target, get_attnum(query.target, name)),
                         PlannedName(task.columns[i]));
    }
    for (size_t i = 0; i < task.rules.size(); ++i)
        appendStringInfo(&aliases, ", f%zu", i);
    appendStringInfo(&sql, "\nFROM (%s) AS s (%s)\nWHERE true", rows, aliases.data);
    // Without rowids the rows that were put aside are known by their values alone: AsideQuery.
    if (!has_rowid) return sql.data;
    const char* rowids =
        psprintf("SELECT r.rowid FROM sqlite.rejects r WHERE r.job OPERATOR(pg_catalog.=) " INT64_FORMAT
                 " AND r.table_no OPERATOR(pg_catalog.=) %d AND r.rowid IS NOT NULL",
                 query.plan.job, query.load.table_no);
    // One that broke a rule and was loaded later is there.
    for (size_t i = 0; i < task.rules.size(); ++i)
        if (task.rules[i].on_fail == spec::OnFail::kReject)
            appendStringInfo(&sql,
                             "\nAND (s.f%zu IS NOT TRUE OR s.r OPERATOR(pg_catalog.=) ANY (%s"
                             " AND r.state OPERATOR(pg_catalog.=) 'loaded'))",
                             i, rowids);
    appendStringInfo(&sql, "\nAND (s.r OPERATOR(pg_catalog.=) ANY (%s AND %s)) IS NOT TRUE", rowids,
                     query.put_aside);
    return sql.data;
}

/// Rows that were there stay as they are: what is expected of them is what they hold, and that they are there
/// under the columns by which they were found.
const char* WithKeptRows(const JobQuery& query, const char* rows) {
    const plan::LoadTask& task = query.load.task;
    StringInfoData sql, match;
    initStringInfo(&sql);
    initStringInfo(&match);
    for (int i = 0; i < query.columns.count; ++i) {
        const char* planned = PlannedName(task.columns[static_cast<size_t>(query.columns.order[i])]);
        appendStringInfoString(&sql, i > 0 ? ", " : "SELECT ");
        const char* name = quote_identifier(query.names[i]);
        // A key may be equal and yet written otherwise: citext, lower(email).
        appendStringInfo(&sql, "CASE WHEN kept.tableoid IS NULL THEN expected.%s ELSE kept.%s END AS %s",
                         planned, name, planned);
        if (i < query.columns.key_count && task.match_elements.empty())
            appendStringInfo(&match, "%skept.%s = expected.%s", i > 0 ? " AND " : "", name, planned);
    }
    StringInfoData elements;
    initStringInfo(&elements);
    for (size_t i = 0; i < task.match_elements.size(); ++i) {
        const char* element = ToServerText(task.match_elements[i]);
        appendStringInfo(&elements, ", %s AS pg_sqlite_match_%zu", element, i);
        appendStringInfo(&match, "%skept.pg_sqlite_match_%zu = expected.pg_sqlite_match_%zu",
                         i > 0 ? " AND " : "", i, i);
    }
    if (elements.len > 0) rows = psprintf("SELECT e.*%s FROM (%s) AS e", elements.data, rows);
    return psprintf(
        "%s\nFROM (%s) AS expected LEFT JOIN (SELECT t.tableoid, t.*%s FROM %s AS t WHERE t.xmin"
        " OPERATOR(pg_catalog.<>) ALL (SELECT x::pg_catalog.xid FROM"
        " pg_catalog.unnest(%s::pg_catalog.xid8[]) AS x)) AS kept ON %s",
        sql.data, rows, elements.data, RelationItem(query.target), quote_literal_cstr(query.xids),
        match.data);
}

/// The rows of the load from a table that has them already.
const char* LoadedRows(const JobQuery& query) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (size_t i = 0; i < query.load.task.columns.size(); ++i)
        appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "SELECT ", PlannedName(query.load.task.columns[i]));
    return psprintf("%s FROM %s", sql.data, query.loaded);
}

}  // namespace

// Lengths of texts are left away: a load never cuts, so nothing may be cut here.
const char* TargetType(Oid target, AttrNumber attribute) {
    Oid type, collation;
    int32 typmod;
    get_atttypetypmodcoll(target, attribute, &type, &typmod, &collation);
    type = getBaseTypeAndTypmod(type, &typmod);
    if (type == VARCHAROID || type == BPCHAROID) typmod = -1;
    if (type == BPCHAROID) return "pg_catalog.bpchar";
    return format_type_extended(type, typmod, FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY);
}

const char* QuotedAsPlanned(const char* name) {
    const char* utf8 = ToUtf8(name);
    return load::SqlText([&] { return schema::QuotePgIdentifierIfNeeded(utf8); });
}

bool HasOrphanSteps(const JobQuery& query) {
    for (const jobs::PlannedStep& step : query.plan.steps)
        if (ClearsOrphans(query, step)) return true;
    return false;
}

const char* ExpectedQuery(const JobQuery& query) {
    const plan::LoadTask& task = query.load.task;
    const char* rows = query.loaded != nullptr ? LoadedRows(query) : ConvertedRows(query);
    for (const jobs::PlannedStep& step : query.plan.steps) {
        if (!ClearsOrphans(query, step)) continue;
        const char* condition = ToServerText(step.condition);
        StringInfoData sql;
        initStringInfo(&sql);
        for (size_t i = 0; i < task.columns.size(); ++i) {
            const char* name = PlannedName(task.columns[i]);
            const bool cleared =
                std::find(step.columns.begin(), step.columns.end(), task.columns[i]) != step.columns.end();
            appendStringInfoString(&sql, i > 0 ? ", " : "SELECT ");
            if (cleared)
                appendStringInfo(&sql, "CASE WHEN %s THEN NULL ELSE c.%s END AS %s", condition, name, name);
            else
                appendStringInfo(&sql, "c.%s", name);
        }
        rows = psprintf("%s\nFROM (%s) AS c", sql.data, rows);
    }
    if (!task.match_on.empty()) return WithKeptRows(query, rows);
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < query.columns.count; ++i)
        appendStringInfo(&sql, "%s%s", i > 0 ? ", " : "SELECT ",
                         PlannedName(task.columns[static_cast<size_t>(query.columns.order[i])]));
    return psprintf("%s\nFROM (%s) AS expected", sql.data, rows);
}

/// A condition on t, a row of the target: its key is one that the load gives.
static const char* HasExpectedKey(const JobQuery& query) {
    StringInfoData keys, values;
    initStringInfo(&keys);
    initStringInfo(&values);
    for (int i = 0; i < query.columns.key_count; ++i) {
        const char* separator = i > 0 ? ", " : "";
        const auto column = static_cast<size_t>(query.columns.order[i]);
        appendStringInfo(&keys, "%st.%s", separator, quote_identifier(query.names[i]));
        appendStringInfo(&values, "%se.%s", separator, PlannedName(query.load.task.columns[column]));
    }
    return psprintf("(%s) IN (SELECT %s FROM (%s) AS e)", keys.data, values.data, ExpectedQuery(query));
}

const char* TargetQuery(const JobQuery& query, const char* xids) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < query.columns.count; ++i)
        appendStringInfo(&sql, "%st.%s", i > 0 ? ", " : "SELECT ", quote_identifier(query.names[i]));
    appendStringInfo(&sql, "\nFROM %s AS t", RelationItem(query.target));
    if (xids == nullptr) return sql.data;
    // A row keeps the number of the transaction that wrote it also when it is frozen.
    appendStringInfo(&sql,
                     "\nWHERE t.xmin OPERATOR(pg_catalog.=) ANY (SELECT x::pg_catalog.xid FROM"
                     " pg_catalog.unnest(%s::pg_catalog.xid8[]) AS x)",
                     quote_literal_cstr(xids));
    if (query.clearing != nullptr)
        appendStringInfo(&sql, "\nOR (t.xmin OPERATOR(pg_catalog.=) ANY (%s::pg_catalog.xid[])%s)",
                         quote_literal_cstr(query.clearing),
                         query.merged ? psprintf(" AND %s", HasExpectedKey(query)) : "");
    if (!query.load.task.upsert_key.empty() || !query.load.task.match_on.empty())
        appendStringInfo(&sql, "\nOR %s", HasExpectedKey(query));
    return sql.data;
}

const char* AsideQuery(const JobQuery& query) {
    StringInfoData sql;
    initStringInfo(&sql);
    for (int i = 0; i < query.columns.count; ++i)
        appendStringInfo(&sql,
                         "%sCAST((r.row OPERATOR(pg_catalog.->) %s) OPERATOR(pg_catalog.->>) 'value' AS %s)",
                         i > 0 ? ", " : "SELECT ", quote_literal_cstr(query.names[i]),
                         TargetType(query.target, query.columns.attributes[i]));
    appendStringInfo(&sql,
                     "\nFROM sqlite.rejects r WHERE r.job OPERATOR(pg_catalog.=) " INT64_FORMAT
                     " AND r.table_no OPERATOR(pg_catalog.=) %d AND r.rowid IS NULL AND %s"
                     " AND pg_catalog.jsonb_path_exists(r.row, '$.*.type')",
                     query.plan.job, query.load.table_no, query.put_aside);
    return sql.data;
}

}  // namespace pgsqlite::pg::validate
