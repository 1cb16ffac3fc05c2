#include "pg/jobs/records/statement.hpp"

#include "pg/catalog_query.hpp"
#include "pg/list.hpp"

extern "C" {
#include "catalog/pg_class.h"
}

namespace pgsqlite::pg::jobs {
namespace {

Oid OwnerOfRecords() {
    const Oid relation = get_relname_relid("jobs", get_namespace_oid("sqlite", false));
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple))
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"sqlite.jobs\" does not exist"),
                        errhint("ALTER EXTENSION pg_sqlite UPDATE, or drop and create it anew.")));
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

Rows Run(const char* sql, const Arguments& arguments, bool read_only) {
    Arguments copy = arguments;
    const int level = UseCatalogNames();
    const int code =
        SPI_execute_with_args(sql, copy.count, copy.types, copy.values, copy.nulls, read_only, 0);
    AtEOXact_GUC(true, level);
    if (code < 0)
        elog(ERROR, "could not run a statement over the records of a job: %s", SPI_result_code_string(code));
    return {SPI_processed, SPI_tuptable};
}

/// A statement and the code that reads its rows must be of one mind.
void CheckType(const Row& row, int column, Oid type) {
    if (SPI_gettypeid(row.descriptor, column) != type)
        elog(ERROR, "column %d of a statement over records has type %u", column,
             SPI_gettypeid(row.descriptor, column));
}

ArrayType* ArrayAt(const Row& row, int column) {
    bool is_null;
    const Datum value = row.Value(column, &is_null);
    return is_null ? nullptr : DatumGetArrayTypeP(value);
}

}  // namespace

Arguments& Arguments::Add(Oid type, Datum value, bool is_null) noexcept {
    Assert(count < kMost);
    types[count] = type;
    values[count] = value;
    nulls[count] = is_null ? 'n' : ' ';
    ++count;
    return *this;
}

Arguments& Arguments::Text(const char* value) {
    return Add(TEXTOID, value != nullptr ? CStringGetTextDatum(value) : static_cast<Datum>(0),
               value == nullptr);
}

Arguments& Arguments::Json(const char* value) {
    return Add(
        JSONBOID,
        value != nullptr ? DirectFunctionCall1(jsonb_in, CStringGetDatum(value)) : static_cast<Datum>(0),
        value == nullptr);
}

Arguments& Arguments::Texts(const List* names) {
    Datum* elements = PallocArray<Datum>(list_length(names));
    int length = 0;
    ListCell* cell;
    foreach (cell, names)
        elements[length++] = CStringGetTextDatum(strVal(lfirst(cell)));
    return Add(TEXTARRAYOID,
               PointerGetDatum(construct_array(elements, length, TEXTOID, -1, false, TYPALIGN_INT)));
}

Arguments& Arguments::TextsOrNull(const List* names) {
    return names != NIL ? Texts(names) : Add(TEXTARRAYOID, static_cast<Datum>(0), true);
}

Arguments& Arguments::Int4s(const int32* numbers, int length) {
    Datum* elements = PallocArray<Datum>(length);
    for (int i = 0; i < length; ++i)
        elements[i] = Int32GetDatum(numbers[i]);
    return Add(INT4ARRAYOID, PointerGetDatum(construct_array(elements, length, INT4OID, sizeof(int32), true,
                                                             TYPALIGN_INT)));
}

Datum Row::Value(int column, bool* is_null) const {
    return SPI_getbinval(tuple, descriptor, column, is_null);
}

bool Row::IsNull(int column) const {
    bool is_null;
    (void)Value(column, &is_null);
    return is_null;
}

const char* Row::Text(int column) const {
    return SPI_getvalue(tuple, descriptor, column);
}

const char* Row::Utf8(int column) const {
    const char* text = Text(column);
    return text != nullptr ? ToUtf8(text) : nullptr;
}

const char* Row::Utf8OrEmpty(int column) const {
    const char* text = Utf8(column);
    return text != nullptr ? text : "";
}

int64 Row::Int8(int column, int64 otherwise) const {
    bool is_null;
    const Datum value = Value(column, &is_null);
    CheckType(*this, column, INT8OID);
    return is_null ? otherwise : DatumGetInt64(value);
}

int32 Row::Int4(int column, int32 otherwise) const {
    bool is_null;
    const Datum value = Value(column, &is_null);
    CheckType(*this, column, INT4OID);
    return is_null ? otherwise : DatumGetInt32(value);
}

Oid Row::Id(int column) const {
    bool is_null;
    const Datum value = Value(column, &is_null);
    return is_null ? InvalidOid : DatumGetObjectId(value);
}

bool Row::Bool(int column) const {
    bool is_null;
    CheckType(*this, column, BOOLOID);
    const Datum value = Value(column, &is_null);
    return !is_null && DatumGetBool(value);
}

void Row::AppendUtf8(int column, std::vector<std::string>* texts) const {
    CheckType(*this, column, TEXTARRAYOID);
    ArrayType* array = ArrayAt(*this, column);
    if (array == nullptr) return;
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, &count);
    for (int i = 0; i < count; ++i) {
        if (nulls[i]) continue;
        const char* element = ToUtf8(TextDatumGetCString(elements[i]));
        Guard([&] { texts->emplace_back(element); });
    }
}

void Row::AppendInt4(int column, std::vector<int32>* numbers) const {
    CheckType(*this, column, INT4ARRAYOID);
    ArrayType* array = ArrayAt(*this, column);
    if (array == nullptr) return;
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT, &elements, &nulls, &count);
    Guard([&] {
        for (int i = 0; i < count; ++i)
            if (!nulls[i]) numbers->push_back(DatumGetInt32(elements[i]));
    });
}

Rows RunOnRecords(const char* sql, const Arguments& arguments) {
    Oid user;
    int security;
    GetUserIdAndSecContext(&user, &security);
    SetUserIdAndSecContext(OwnerOfRecords(), security | SECURITY_LOCAL_USERID_CHANGE);
    const Rows rows = Run(sql, arguments, false);
    SetUserIdAndSecContext(user, security);
    return rows;
}

Row RunOnRecord(int64 job, const char* sql, const Arguments& arguments) {
    const Rows rows = RunOnRecords(sql, arguments);
    if (rows.count != 1) RaiseRecordsGone(job);
    // A statement without RETURNING gives none.
    return rows.table != nullptr ? rows[0] : Row{nullptr, nullptr};
}

uint64 TouchRecords(const char* sql, const Arguments& arguments) {
    SPI_connect();
    const uint64 count = RunOnRecords(sql, arguments).count;
    SPI_finish();
    return count;
}

void TouchRecord(int64 job, const char* sql, const Arguments& arguments) {
    if (TouchRecords(sql, arguments) != 1) RaiseRecordsGone(job);
}

Rows ReadAsCaller(const char* sql, const Arguments& arguments, bool read_only) {
    return Run(sql, arguments, read_only);
}

List* Int8Column(const Rows& rows, MemoryContext memory) {
    MemoryContext previous = MemoryContextSwitchTo(memory);
    List* numbers = NIL;
    for (uint64 i = 0; i < rows.count; ++i) {
        int64* number = PallocArray<int64>(1);
        *number = rows[i].Int8(1);
        numbers = lappend(numbers, number);
    }
    MemoryContextSwitchTo(previous);
    return numbers;
}

List* TextColumn(const Rows& rows, MemoryContext memory) {
    MemoryContext previous = MemoryContextSwitchTo(memory);
    List* texts = NIL;
    for (uint64 i = 0; i < rows.count; ++i)
        texts = lappend(texts, const_cast<char*>(rows[i].Text(1)));
    MemoryContextSwitchTo(previous);
    return texts;
}

void RaiseRecordsGone(int64 job) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("the records of job " INT64_FORMAT " are gone", job),
                    errdetail("Somebody has deleted them, or a part of them, since the job began."),
                    errhint("What is committed stays in the targets. CALL sqlite.migrate again.")));
}

char* Keep(const char* text) {
    if (text == nullptr) return nullptr;
    const Size size = strlen(text) + 1;
    return static_cast<char*>(memcpy(SPI_palloc(size), text, size));
}

}  // namespace pgsqlite::pg::jobs
