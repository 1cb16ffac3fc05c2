// A job's table: what its load would give now, against what its target holds.
//
// What is expected comes from the job's own record of the load: its source, conditions, expressions, rules,
// and the rows that were put aside. Where every column came over as it is, the cells are read raw; else the
// job's query is run again.
#include "pg/jobs/records/comparison_records.hpp"
#include "pg/load/collect.hpp"
#include "pg/load/open_source.hpp"
#include "pg/run_sql.hpp"
#include "pg/validate/expected_rows.hpp"
#include "pg/validate/job_sql.hpp"
#include "pg/validate/made_anew.hpp"
#include "pg/validate/raw_side.hpp"
#include "pg/validate/table_pair.hpp"

namespace pgsqlite::pg::validate {
namespace {

/// Rowids of the rows that were put aside and are not expected.
void ReadLeftOut(Side* side, int64 job, int32 table_no, bool with_retried) {
    const jobs::Rowids left_out = jobs::ReadAsideRowids(job, table_no, with_retried);
    if (left_out.count > PG_INT32_MAX) elog(ERROR, "too many rejected rows");
    side->left_out = left_out.rowids;
    side->left_out_count = static_cast<int>(left_out.count);
}

/// Whether the caller can compare at all; else the pair has its obstacle.
bool CheckComparable(TablePair* pair, const jobs::PlannedLoad& load, Oid target) {
    if (load.task.columns.empty())
        pair->obstacle = "the job wrote no column of it";
    else if (!load.done)
        pair->obstacle = "the job has not loaded it completely";
    else if (!load.task.conflict.empty() && load.task.upsert_key.empty() && load.task.match_on.empty())
        pair->obstacle = "the job left rows that were there (\"existing\" is skip)";
    else if (load.dropped && OidIsValid(target))
        pair->obstacle = "the target was dropped, and another relation has its name";
    else if (!OidIsValid(target))
        pair->obstacle = "the target is gone";
    else
        pair->obstacle = HiddenRows(target);
    return pair->obstacle == nullptr;
}

bool Holds(const std::vector<std::string>& names, const std::string& name) noexcept {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// Whether a column of the target says which row it is.
bool IsOfKey(const plan::LoadTask& task, const List* primary_key, const std::string& name,
             AttrNumber attribute) {
    if (!task.match_on.empty()) return Holds(task.match_on, name);
    return task.upsert_key.empty() ? list_member_int(primary_key, attribute) : Holds(task.upsert_key, name);
}

/// Whether the job wrote a column in each of its rows, so that it can be computed again. An upsert leaves
/// what it doesn't set in rows that were there.
bool IsCompared(const plan::LoadTask& task, size_t column) {
    const std::string& name = task.columns[column];
    if (!task.upsert_key.empty() && !Holds(task.upsert_key, name) && !Holds(task.upsert_set, name))
        return false;
    return !IsMadeAnew(task, column);
}

/// The columns in the order of comparison: the key first, where the job wrote all of it. The source is there.
bool OrderColumns(TablePair* pair, const plan::LoadTask& task, Oid target, JobColumns* columns) {
    const int count = static_cast<int>(task.columns.size());
    StringInfoData left_out;
    initStringInfo(&left_out);
    columns->order = static_cast<int*>(palloc(sizeof(int) * static_cast<Size>(count)));
    columns->attributes = static_cast<AttrNumber*>(palloc(sizeof(AttrNumber) * static_cast<Size>(count)));
    List* key = PrimaryKey(target);
    const bool finds = !task.upsert_key.empty() || !task.match_on.empty();
    const int key_length =
        finds ? static_cast<int>(task.upsert_key.size() + task.match_on.size()) : list_length(key);
    int keys = 0, used = 0;
    for (int i = 0; i < count; ++i) {
        const char* name = ToServerText(task.columns[static_cast<size_t>(i)]);
        const AttrNumber attribute = get_attnum(target, name);
        if (attribute <= 0) {
            pair->obstacle = psprintf("column \"%s\" of the target is gone", name);
            return false;
        }
        if (!IsCompared(task, static_cast<size_t>(i))) {
            appendStringInfo(&left_out, "%s%s", left_out.len > 0 ? ", " : "", name);
            continue;
        }
        columns->order[used] = i;
        columns->attributes[used] = attribute;
        if (IsOfKey(task, key, task.columns[static_cast<size_t>(i)], attribute)) {
            std::swap(columns->order[keys], columns->order[used]);
            std::swap(columns->attributes[keys], columns->attributes[used]);
            ++keys;
        }
        ++used;
    }
    columns->count = used;
    columns->key_count = keys == key_length ? keys : 0;
    if (left_out.len > 0)
        pair->scope =
            psprintf("not compared, since they are made anew each time or stay in rows that are there: %s",
                     left_out.data);
    if (used == 0)
        pair->obstacle = "no column of it can be compared: each is made anew each time";
    else if (finds && columns->key_count == 0)
        pair->obstacle = "the columns by which its rows are found are made anew each time";
    return pair->obstacle == nullptr;
}

Side MakeSide(const JobColumns& columns, Oid target) {
    Side side = {};
    side.column_count = columns.count;
    side.key_count = columns.key_count;
    side.forms = static_cast<DatumForm**>(palloc(sizeof(DatumForm*) * static_cast<Size>(columns.count)));
    for (int i = 0; i < columns.count; ++i)
        side.forms[i] = MakeDatumForm(get_atttype(target, columns.attributes[i]));
    return side;
}

/// The cells can be read where the load takes each column as it is and every row.
RawTable* RawTableOf(const plan::LoadTask& task, const JobColumns& columns, const Side& side) {
    if (task.create_source.empty() || !task.where.empty() || !task.match_on.empty()) return nullptr;
    const bool ruled = Guard([&] {
        return std::any_of(task.rules.begin(), task.rules.end(),
                           [](const plan::LoadRule& rule) { return rule.on_fail != spec::OnFail::kWarn; });
    });
    if (ruled) return nullptr;
    const Oid source = RelationNamed(task.source, NoLock, true);
    if (!OidIsValid(source)) return nullptr;
    const fdw::SourceRelation* relation = fdw::ReadSourceRelation(source);
    AttrNumber* attributes =
        static_cast<AttrNumber*>(palloc0(sizeof(AttrNumber) * static_cast<Size>(columns.count)));
    for (int i = 0; i < columns.count; ++i) {
        const char* expression = ToServerText(task.expressions[static_cast<size_t>(columns.order[i])]);
        for (int j = 0; j < relation->attribute_count && attributes[i] == 0; ++j)
            if (relation->columns[j].attribute != nullptr &&
                std::strcmp(QuotedAsPlanned(relation->columns[j].attribute), expression) == 0)
                attributes[i] = static_cast<AttrNumber>(j + 1);
        if (attributes[i] == 0) return nullptr;
    }
    return MakeRawTable(source, attributes, side);
}

/// A condition on the rows of the source that leaves out those that were put aside, known by the primary key
/// in SQLite: as it is stored, since a conversion may make one of two keys, or NULL of one. The job's source
/// gets columns for it: the key as text, its bytes, and whether it is a text, which tells '1' from 1 and from
/// x'31'. Null where no key is recorded.
const char* KeyCondition(const jobs::JobPlan& plan, const jobs::PlannedLoad& load, const char* put_aside) {
    const Oid source = RelationNamed(load.task.source, NoLock, true);
    const List* parts = OidIsValid(source) ? jobs::ReadAsideKey(plan.job, load.table_no) : NIL;
    if (parts == NIL) return nullptr;
    const char* relation = quote_identifier(get_rel_name(source));
    StringInfoData matches, added;
    initStringInfo(&matches);
    initStringInfo(&added);
    for (int i = 0; i < list_length(parts); ++i) {
        const char* part = quote_literal_cstr(static_cast<const char*>(list_nth(parts, i)));
        const char* text = quote_identifier(psprintf("pg_sqlite key %d", i + 1));
        const char* bytes = quote_identifier(psprintf("pg_sqlite key %d as bytes", i + 1));
        const char* word = quote_identifier(psprintf("pg_sqlite key %d if text", i + 1));
        // A refcursor takes every text but '', and nothing else.
        appendStringInfo(&added,
                         "%s ADD COLUMN %s pg_catalog.text OPTIONS (column_name %s, on_error 'null'),"
                         " ADD COLUMN %s pg_catalog.bytea OPTIONS (column_name %s, on_error 'null'),"
                         " ADD COLUMN %s pg_catalog.refcursor OPTIONS (column_name %s, on_error 'null',"
                         " invalid_text 'replace', nul_bytes 'strip')",
                         i > 0 ? "," : "", text, part, bytes, part, word, part);
        const char* is_text =
            psprintf("(%s.%s IS NOT NULL OR %s.%s IS NOT DISTINCT FROM '')", relation, word, relation, text);
        // What JSON can't hold is an object there: class and bytes, or the name of a number.
        const char* key = psprintf("(r.key OPERATOR(pg_catalog.->) %s)", part);
        appendStringInfo(&matches,
                         " AND CASE pg_catalog.jsonb_typeof(%s)"
                         " WHEN 'number' THEN NOT %s AND sqlite.try_cast(%s.%s, NULL::pg_catalog.numeric)"
                         " OPERATOR(pg_catalog.=) (r.key OPERATOR(pg_catalog.->>) %s)::pg_catalog.numeric"
                         " WHEN 'object' THEN %s OPERATOR(pg_catalog.=) (%s OPERATOR(pg_catalog.->>) 'class'"
                         " OPERATOR(pg_catalog.=) 'text') AND COALESCE(%s.%s OPERATOR(pg_catalog.=)"
                         " pg_catalog.decode(%s OPERATOR(pg_catalog.->>) 'hex', 'hex'),"
                         " sqlite.try_cast(%s.%s, NULL::pg_catalog.float8) OPERATOR(pg_catalog.=)"
                         " (%s OPERATOR(pg_catalog.->>) 'value')::pg_catalog.float8)"
                         " ELSE %s AND %s.%s OPERATOR(pg_catalog.=) (r.key OPERATOR(pg_catalog.->>) %s) END",
                         key, is_text, relation, text, part, is_text, key, relation, bytes, key, relation,
                         text, key, is_text, relation, text, part);
    }
    RunTemporarySql(psprintf("ALTER FOREIGN TABLE %s%s", ToServerText(load.task.source), added.data));
    // As an expression, which PostgreSQL makes no join of: the row security of the records would stand in one
    // query with the source then, and hide what does not fit.
    return psprintf("(EXISTS (SELECT FROM sqlite.rejects r WHERE r.job OPERATOR(pg_catalog.=) " INT64_FORMAT
                    " AND r.table_no OPERATOR(pg_catalog.=) %d AND r.rowid IS NULL"
                    " AND %s%s)) IS NOT TRUE",
                    plan.job, load.table_no, put_aside, matches.data);
}

void AddScope(TablePair* pair, const char* words) {
    pair->scope = pair->scope == nullptr ? words : psprintf("%s; %s", pair->scope, words);
}

/// The load with the columns that the target computes, which must be what SQLite has; what their types refuse
/// counts as NULL (NullUnfitComputed). Rows that are known by the target's values alone have none of these
/// among the rejects.
const jobs::PlannedLoad* WithComputed(const jobs::PlannedLoad& load) {
    const plan::LoadTask& task = load.task;
    if (task.computed_columns.empty() || (task.rowid_column.empty() && task.key.empty())) return &load;
    auto* all = NewIn<jobs::PlannedLoad>(CurrentMemoryContext);
    Guard([&] {
        *all = load;
        for (std::size_t i = 0; i < task.computed_columns.size(); ++i) {
            all->task.columns.push_back(task.computed_columns[i]);
            all->task.expressions.push_back(task.computed_expressions[i]);
            if (!task.source_columns.empty()) all->task.source_columns.emplace_back();
            if (!task.types.empty()) all->task.types.push_back(task.computed_types[i]);
            if (!task.on_error.empty()) all->task.on_error.push_back(value::OnError::kNull);
        }
    });
    return all;
}

/// What SQLite has for a column that the target computes keeps no row out, since nothing writes it: where it
/// does not fit, it is NULL, as assess counts it.
void NullUnfitComputed(const plan::LoadTask& task) {
    const Oid source = RelationNamed(task.source, NoLock, true);
    if (!OidIsValid(source)) return;
    for (const std::string& computed : task.computed_sources) {
        const char* column = ToServerText(computed);
        const AttrNumber attribute = get_attnum(source, column);
        if (attribute <= 0) continue;
        bool is_set = false;
        ListCell* cell;
        foreach (cell, GetForeignColumnOptions(source, attribute))
            is_set = is_set || std::strcmp(static_cast<DefElem*>(lfirst(cell))->defname, "on_error") == 0;
        RunTemporarySql(psprintf("ALTER FOREIGN TABLE %s ALTER COLUMN %s OPTIONS (%s on_error 'null')",
                                 ToServerText(task.source), quote_identifier(column),
                                 is_set ? "SET" : "ADD"));
    }
}

constexpr char kUntold[] = "rows were put aside that cannot be told from the others";

}  // namespace

TablePair* PairOfJob(const jobs::JobPlan& plan, const jobs::PlannedLoad& written,
                     const Expectation& expectation) {
    const jobs::PlannedLoad& load = *WithComputed(written);
    const plan::LoadTask& task = load.task;
    TablePair* pair = static_cast<TablePair*>(palloc0(sizeof(TablePair)));
    pair->server = task.server.empty() ? nullptr : ToServerText(task.server);
    pair->table = task.table.empty() ? nullptr : ToServerText(task.table);
    pair->target = ToServerText(load.target);
    const Oid target = RelationNamed(pair->target, NoLock, true);
    JobColumns columns = {};
    if (!CheckComparable(pair, load, target)) return pair;
    if (!task.create_source.empty()) {
        load::OpenSource(task);
        NullUnfitComputed(task);
        pair->drop = ToServerText(task.drop_source);
        if (!task.clean_up.empty()) pair->drop = psprintf("%s;\n%s", pair->drop, ToServerText(task.clean_up));
    }
    if (!OrderColumns(pair, task, target, &columns)) return pair;
    const jobs::ComparedTable record = jobs::ReadComparedTable(plan.job, load.table_no);
    if (record.rolled_back) {
        pair->obstacle = "the job was rolled back";
        return pair;
    }
    pair->loaded_rejects = record.loaded_rejects;
    pair->unlocated_rejects = record.unlocated_rejects;
    if (expectation.without_retried) pair->unlocated_rejects += record.unlocated_retries;
    const bool upserts = !task.upsert_key.empty(), matches = !task.match_on.empty();
    if (matches)
        AddScope(pair, "of rows that were there the columns by which they were found are compared");
    else if (upserts || record.shares_target)
        AddScope(pair,
                 upserts ? "only rows with a key that the source has are compared"
                         : "only rows that the job wrote are compared: one that was changed since counts as "
                           "missing");

    pair->names = static_cast<const char**>(palloc(sizeof(char*) * static_cast<Size>(columns.count)));
    for (int i = 0; i < columns.count; ++i)
        pair->names[i] = get_attname(target, columns.attributes[i], false);
    const char* put_aside = expectation.without_retried ? "true" : "r.state OPERATOR(pg_catalog.<>) 'loaded'";
    JobQuery query = {plan,    load,        columns,         target,        pair->names, put_aside,
                      nullptr, record.xids, record.clearing, record.merged, nullptr};
    if (record.clearing != nullptr && record.merged && columns.key_count == 0)
        pair->obstacle = "several tables of the job lost references in it, and no key tells their rows apart";
    if (!task.create_source.empty())
        pair->other_relations = OtherRelations(task, RelationNamed(task.source, NoLock, true));
    if (record.keyed_rejects || (expectation.without_retried && record.keyed_retries)) {
        query.condition = KeyCondition(plan, load, put_aside);
        if (query.condition == nullptr) pair->obstacle = kUntold;
    }
    if (record.untold) pair->obstacle = kUntold;
    pair->source = MakeSide(columns, target);
    ReadLeftOut(&pair->source, plan.job, load.table_no, expectation.without_retried);
    if (expectation.by_load) {
        query.loaded = LoadExpected(query);
        pair->drop = psprintf("DROP TABLE %s; %s", query.loaded, pair->drop);
    } else if (!HasOrphanSteps(query) && query.condition == nullptr)
        pair->source.raw = RawTableOf(task, columns, pair->source);
    pair->source.query = ExpectedQuery(query);
    pair->sink = MakeSide(columns, target);
    pair->sink.query = TargetQuery(query, upserts || matches || record.shares_target ? record.xids : nullptr);
    if (record.typed_rejects) {
        pair->aside = static_cast<Side*>(palloc0(sizeof(Side)));
        *pair->aside = MakeSide(columns, target);
        pair->aside->query = AsideQuery(query);
    }
    return pair;
}

}  // namespace pgsqlite::pg::validate
