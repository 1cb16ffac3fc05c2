#include "pg/validate/datum_form.hpp"

#include "core/digest/json_digest.hpp"

extern "C" {
#include "catalog/pg_enum.h"
#include "utils/float.h"
}

namespace pgsqlite::pg::validate {

using digest::CanonicalRow;
using digest::Digest;
using digest::Form;
using digest::JsonContainer;

namespace {

Bytes BytesOf(struct varlena* value) noexcept {
    return Bytes(VARDATA_ANY(value), static_cast<size_t>(VARSIZE_ANY_EXHDR(value)));
}

Bytes Detoasted(Datum value) {
    return BytesOf(PG_DETOAST_DATUM_PACKED(value));
}

Digest DigestContainer(JsonbContainer* container, CanonicalRow* number);

Digest DigestValue(const JsonbValue& value, CanonicalRow* number) {
    switch (value.type) {
        case jbvNull:
            return digest::JsonNull();
        case jbvBool:
            return digest::JsonBoolean(value.val.boolean);
        case jbvString:
            return digest::JsonString(Bytes(value.val.string.val, static_cast<size_t>(value.val.string.len)));
        case jbvNumeric:
            number->Clear();
            number->NumberOfImage(BytesOf(reinterpret_cast<struct varlena*>(value.val.numeric)));
            return digest::JsonNumber(*number);
        case jbvBinary:
            return DigestContainer(value.val.binary.data, number);
        default:
            elog(ERROR, "unexpected jsonb value of type %d", static_cast<int>(value.type));
    }
}

Digest DigestContainer(JsonbContainer* jsonb, CanonicalRow* number) {
    check_stack_depth();
    JsonbIterator* iterator = JsonbIteratorInit(jsonb);
    JsonbValue value;
    JsonContainer container(JsonContainerIsObject(jsonb));
    Digest key, scalar;
    JsonbIteratorToken token;
    while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE) {
        if (token == WJB_KEY)
            key = DigestValue(value, number);
        else if (token == WJB_VALUE || token == WJB_ELEM)
            container.Add(key, scalar = DigestValue(value, number));
    }
    return JsonContainerIsScalar(jsonb) ? scalar : container.Finish();
}

/// A number of any type, as a numeric.
void AppendNumber(const DatumForm* form, Datum value, CanonicalRow* row) {
    switch (form->type) {
        case INT2OID:
            return row->NumberOf(static_cast<int64>(DatumGetInt16(value)));
        case INT4OID:
            return row->NumberOf(static_cast<int64>(DatumGetInt32(value)));
        case INT8OID:
            return row->NumberOf(static_cast<int64>(DatumGetInt64(value)));
        case FLOAT4OID:
            return row->NumberOf(static_cast<double>(DatumGetFloat4(value)));
        case FLOAT8OID:
            return row->NumberOf(static_cast<double>(DatumGetFloat8(value)));
        default:
            return row->NumberOfImage(Detoasted(value));
    }
}

void AppendInteger(const DatumForm* form, Datum value, CanonicalRow* row) noexcept {
    row->Integer(form->type == INT2OID   ? DatumGetInt16(value)
                 : form->type == INT4OID ? DatumGetInt32(value)
                                         : DatumGetInt64(value));
}

void AppendText(DatumForm* form, Datum value, CanonicalRow* row) {
    if (form->type == NAMEOID) return row->Text(NameStr(*DatumGetName(value)));
    if (form->type == TEXTOID || form->type == VARCHAROID || form->type == JSONOID)
        return row->Text(Detoasted(value));
    row->Text(OutputFunctionCall(&form->output, value));  // an enum's label, and what has no other form
}

void AppendArray(const DatumForm* form, Datum value, CanonicalRow* row) {
    ArrayType* array = DatumGetArrayTypeP(value);
    row->Array(ARR_DIMS(array), ARR_LBOUND(array), ARR_NDIM(array));
    Datum* values;
    bool* nulls;
    int count;
    deconstruct_array(array, ARR_ELEMTYPE(array), form->element_length, form->element_by_value,
                      form->element_align, &values, &nulls, &count);
    for (int i = 0; i < count; ++i)
        AppendDatum(form->element, values[i], nulls[i], row);
}

Digest DigestJsonb(const DatumForm* form, Datum value) {
    return DigestContainer(&DatumGetJsonbP(value)->root, form->number);
}

}  // namespace

Form FormOf(Oid type) {
    switch (getBaseType(type)) {
        case BOOLOID:
            return Form::kBoolean;
        case INT2OID:
        case INT4OID:
        case INT8OID:
            return Form::kInteger;
        case FLOAT4OID:
        case FLOAT8OID:
            return Form::kReal;
        case NUMERICOID:
            return Form::kNumeric;
        case TEXTOID:
        case VARCHAROID:
        case NAMEOID:
        case JSONOID:
            return Form::kText;
        case BPCHAROID:
            return Form::kPaddedText;
        case BYTEAOID:
            return Form::kBytes;
        case DATEOID:
            return Form::kDate;
        case TIMEOID:
            return Form::kTime;
        case TIMESTAMPOID:
        case TIMESTAMPTZOID:
            return Form::kTimestamp;
        case UUIDOID:
            return Form::kUuid;
        case JSONBOID:
            return Form::kJson;
        default:
            break;
    }
    const Oid base = getBaseType(type);
    if (type_is_array(base)) return Form::kArray;
    return type_is_enum(base) ? Form::kText : Form::kOther;
}

DatumForm* MakeDatumForm(Oid type, const Form* wanted) {
    DatumForm* form = static_cast<DatumForm*>(palloc0(sizeof(DatumForm)));
    form->type = getBaseType(type);
    form->form = wanted != nullptr ? *wanted : FormOf(type);
    Oid function;
    bool is_varlena;
    getTypeOutputInfo(form->type, &function, &is_varlena);
    fmgr_info(function, &form->output);
    if (form->form == Form::kOther) {
        TypeCacheEntry* entry = lookup_type_cache(form->type, 0);
        HeapTuple tuple = SearchSysCache1(TYPEOID, ObjectIdGetDatum(entry->type_id));
        if (!HeapTupleIsValid(tuple)) elog(ERROR, "type %u is gone", form->type);
        function = reinterpret_cast<Form_pg_type>(GETSTRUCT(tuple))->typsend;
        ReleaseSysCache(tuple);
        if (OidIsValid(function))
            fmgr_info(function, &form->send);
        else
            form->form = Form::kText;
    }
    if (form->form == Form::kJson) form->number = NewIn<CanonicalRow>(CurrentMemoryContext);
    if (form->form == Form::kArray) {
        const Oid element = get_base_element_type(form->type);
        form->element = MakeDatumForm(element);
        get_typlenbyvalalign(element, &form->element_length, &form->element_by_value, &form->element_align);
    }
    return form;
}

void AppendDatum(DatumForm* form, Datum value, bool is_null, CanonicalRow* row) {
    if (is_null) return row->Null();
    switch (form->form) {
        case Form::kBoolean:
            return row->Boolean(DatumGetBool(value));
        case Form::kInteger:
            return AppendInteger(form, value, row);
        case Form::kNumeric:
            return AppendNumber(form, value, row);
        case Form::kReal:
            return row->Real(form->type == FLOAT4OID ? static_cast<double>(DatumGetFloat4(value))
                                                     : DatumGetFloat8(value));
        case Form::kText:
            return AppendText(form, value, row);
        case Form::kPaddedText:
            return row->PaddedText(Detoasted(value));
        case Form::kBytes:
            return row->Blob(Detoasted(value));
        case Form::kDate:
            return row->Moment(form->form, DatumGetDateADT(value));
        case Form::kTime:
            return row->Moment(form->form, DatumGetTimeADT(value));
        case Form::kTimestamp:
            return row->Moment(form->form, DatumGetTimestamp(value));
        case Form::kUuid:
            return row->Uuid(DatumGetUUIDP(value)->data);
        case Form::kJson:
            return row->Json(DigestJsonb(form, value));
        case Form::kArray:
            return AppendArray(form, value, row);
        case Form::kOther:
            return row->Other(BytesOf(SendFunctionCall(&form->send, value)));
    }
}

char* DatumText(DatumForm* form, Datum value, bool is_null) {
    /// Enough to see what differs, little enough for a thousand of them.
    constexpr int kShownBytes = 10000;
    if (is_null) return nullptr;
    char* text = OutputFunctionCall(&form->output, value);
    const int length = static_cast<int>(std::strlen(text));
    if (length <= kShownBytes) return text;
    return psprintf("%.*s…", pg_mbcliplen(text, length, kShownBytes), text);
}

}  // namespace pgsqlite::pg::validate
