#include "pg/functions/survey.hpp"

#include "pg/fdw/access.hpp"
#include "pg/fdw/column.hpp"
#include "pg/fdw/sqlite_call.hpp"

namespace pgsqlite::pg {
namespace {

/// The array's elements as C strings; raises for NULLs and for an empty array.
const char** ServerNames(ArrayType* array, int* count) {
    Datum* elements;
    bool* nulls;
    deconstruct_array(array, TEXTOID, -1, false, TYPALIGN_INT, &elements, &nulls, count);
    if (*count == 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the list of servers is empty"),
                        errhint("Name at least one: '{shop}'.")));
    const char** names = static_cast<const char**>(palloc(sizeof(char*) * static_cast<size_t>(*count)));
    for (int i = 0; i < *count; ++i) {
        if (nulls[i])
            ereport(ERROR,
                    (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("a server name must not be null")));
        names[i] = TextDatumGetCString(elements[i]);
        for (int j = 0; j < i; ++j)
            if (std::strcmp(names[i], names[j]) == 0)
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                errmsg("server \"%s\" is listed twice", names[i])));
    }
    return names;
}

void OpenServer(SurveyedServer* server, const char* name) {
    ForeignServer* foreign = GetForeignServerByName(name, false);
    fdw::CheckIsSqlite(foreign);
    fdw::CheckServerUsage(foreign->serverid, name);
    server->oid = foreign->serverid;
    server->name = name;
    server->options = fdw::ReadServerOptions(foreign->options);
    server->pin = fdw::Pin::Acquire(CurrentMemoryContext, foreign->serverid);
}

void ReadServer(Survey* survey, const SurveyedServer& server) {
    sqlite::Database* database = server.pin->database();
    const char* name = ToUtf8(server.name);
    fdw::CallSqlite(database, [&] {
        spec::Base base;
        base.policies = server.options.policies;
        base.timestamp_type = server.options.naive_as_timestamptz ? spec::TimestampType::kTimestamptz
                                                                  : spec::TimestampType::kTimestamp;
        base.timezone = server.options.timezone;
        survey->sources.push_back(plan::ReadSource(*database, name, base, survey->spec));
    });
}

}  // namespace

SurveyHandle MakeSurvey(ArrayType* servers, const char* target_schema, Jsonb* spec) {
    SurveyHandle handle;
    const char** names = ServerNames(servers, &handle.server_count);
    handle.servers = static_cast<SurveyedServer*>(
        palloc0(sizeof(SurveyedServer) * static_cast<size_t>(handle.server_count)));
    handle.survey = NewIn<Survey>(CurrentMemoryContext);
    Survey* survey = handle.survey;
    const char* json = ToUtf8(JsonbToCString(nullptr, &spec->root, VARSIZE(spec)));
    Guard([&] { survey->spec = spec::Spec::Parse(json); });
    for (int i = 0; i < handle.server_count; ++i)
        OpenServer(&handle.servers[i], names[i]);
    for (int i = 0; i < handle.server_count; ++i) {
        CHECK_FOR_INTERRUPTS();
        ReadServer(survey, handle.servers[i]);
    }
    ReadExisting(survey, target_schema);
    const auto design = [&] {
        survey->design = plan::MakeDesign(survey->sources, survey->spec, survey->existing);
    };
    Guard(design);
    // Only the targets that the design chose are asked for rows, and the answer may change what is reported.
    ReadOccupied(survey);
    Guard(design);
    RunProbes(&survey->design);
    return handle;
}

void DescribeType(Oid oid, int32 typmod, schema::MappedType* type) {
    const Oid base = getBaseTypeAndTypmod(oid, &typmod);
    const char* sql = ToUtf8(format_type_with_typemod(base, typmod));
    const value::Kind kind = fdw::KindOfType(base);
    Guard([&] {
        *type = schema::MappedType();
        type->sql = sql;
        type->kind = kind;
        if (kind == value::Kind::kNumeric && typmod >= static_cast<int32>(VARHDRSZ)) {
            // numeric.c: precision in the upper half; the scale has 11 bits and a sign from 15 on.
            const int32 packed = typmod - static_cast<int32>(VARHDRSZ);
            type->constrained = true;
            type->precision = static_cast<std::int16_t>((packed >> 16) & 0xffff);
            type->scale = static_cast<std::int16_t>(((packed & 0x7ff) ^ 1024) - 1024);
        }
        if (kind == value::Kind::kText && typmod > static_cast<int32>(VARHDRSZ))
            type->max_chars = typmod - static_cast<int32>(VARHDRSZ);
        if (value::IsTemporal(kind) && kind != value::Kind::kDate && typmod >= 0)
            type->fraction_digits = static_cast<std::int8_t>(std::min(typmod, 6));
    });
}

}  // namespace pgsqlite::pg
