#include "pg/survey/survey.hpp"

#include "core/assess/stored_columns.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/fdw/scan/input_fit.hpp"
#include "pg/survey/profile.hpp"

namespace pgsqlite::pg {
namespace {

void OpenServer(SurveyedServer* server, const char* name) {
    ForeignServer* foreign = GetForeignServerByName(name, false);
    fdw::CheckIsSqlite(foreign);
    fdw::CheckServerUsage(foreign->serverid, name);
    server->oid = foreign->serverid;
    server->name = name;
    server->options = fdw::ReadServerOptions(foreign->options);
    server->pin = fdw::Pin::Acquire(CurrentMemoryContext, foreign->serverid);
    fdw::RequireCommitted(server->pin);
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

/// What decides the stored types of a table; nothing where `types` is not stored.
std::optional<assess::StoredRule> StoredRuleOf(const Survey& survey, const plan::Source& source,
                                               const plan::SourceTable& entry) {
    const sqlite::Table& table = entry.table;
    if (!entry.included || table.unreadable || table.kind == sqlite::TableKind::kShadow) return std::nullopt;
    const spec::TableSettings settings = survey.spec.ForTable(source.server, table.name, source.base);
    if (table.kind == sqlite::TableKind::kView && settings.view == spec::ViewAs::kView) return std::nullopt;
    if (settings.types != spec::Types::kStored) return std::nullopt;
    assess::StoredRule rule;
    rule.naive_as_timestamptz = settings.timestamp_type == spec::TimestampType::kTimestamptz;
    rule.utf8_server = GetDatabaseEncoding() != PG_SQL_ASCII;
    for (const sqlite::Column& column : table.columns)
        rule.policies.push_back(
            survey.spec.ForColumn(source.server, table.name, column.name, column.declared_type, source.base)
                .policies);
    return rule;
}

/// Types that only PostgreSQL's input functions know were widened on suspicion: they stay where every value
/// passes.
void KeepInputTypes(const SurveyedServer& server, plan::SourceTable* entry) {
    for (size_t i = 0; i < entry->stored.size(); ++i) {
        if (entry->stored[i].type.kind != value::Kind::kText) continue;
        auto* declared = NewIn<schema::MappedType>(CurrentMemoryContext);
        auto* sql = NewIn<std::string>(CurrentMemoryContext);
        Guard([&] {
            *declared = schema::MapDeclaredType(entry->table.columns[i].declared_type);
            *sql = "SELECT " + sqlite::QuoteIdentifier(entry->table.columns[i].name) + " FROM main." +
                   sqlite::QuoteIdentifier(entry->table.name) + entry->table.without_indexes();
        });
        if (declared->kind == value::Kind::kInput &&
            fdw::AllFitInput(server.pin, sql->c_str(), declared->sql.c_str(), server.options))
            Guard([&] { entry->stored[i].type = *declared; });
    }
}

/// Fills SourceTable::stored where the spec wants types by what is stored.
void ReadStoredTypes(Survey* survey, plan::Source* source, const SurveyedServer& server) {
    sqlite::Database* database = server.pin->database();
    assess::ProfileCache* cache = functions::Profiles();
    for (size_t i = 0; i < source->tables.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        plan::SourceTable* entry = &source->tables[i];
        fdw::CallSqlite(database, [&] {
            const auto rule = StoredRuleOf(*survey, *source, *entry);
            if (!rule) return;
            try {
                entry->stored = *cache->Stored(*database, entry->table, *rule);
                entry->null_in_key = assess::HasNullInKey(*database, entry->table);
            } catch (const Error& error) {
                // A table that can't be read to its end is a finding of its own.
                if (!sqlite::IsObjectsOwnFault(error)) throw;
            }
        });
        KeepInputTypes(server, entry);
    }
}

}  // namespace

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
    }
    const char* twice = Guard([&]() -> const char* {
        std::unordered_set<std::string_view> listed;
        for (int i = 0; i < *count; ++i)
            if (!listed.insert(names[i]).second) return names[i];
        return nullptr;
    });
    if (twice != nullptr)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("server \"%s\" is listed twice", twice)));
    return names;
}

SurveyHandle MakeSurvey(ArrayType* servers, const char* target_schema, Jsonb* spec, LooksAt looks_at,
                        const char* uuid_namespace) {
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
    for (int i = 0; i < handle.server_count; ++i)
        ReadStoredTypes(survey, &survey->sources[static_cast<size_t>(i)], handle.servers[i]);
    ReadExisting(survey, target_schema, uuid_namespace);
    const auto design = [&] {
        survey->design = plan::MakeDesign(survey->sources, survey->spec, survey->existing);
    };
    Guard(design);
    // Only the targets that the design chose are asked for rows, and the answer may change what is reported.
    // So it is with the columns that partition them.
    if (looks_at != LooksAt::kSchemasOnly) ReadOccupied(survey);
    if (looks_at == LooksAt::kAll) ReadPartitionRanges(handle);
    Guard(design);
    RunProbes(&survey->design);
    ReadConverted(handle, looks_at == LooksAt::kAll);
    Guard([&] { plan::RecheckReferences(survey->design); });
    return handle;
}

void DescribeType(Oid oid, int32 typmod, schema::MappedType* type) {
    const Oid declared = oid;
    const int32 declared_typmod = typmod;
    const Oid base = getBaseTypeAndTypmod(oid, &typmod);
    // A domain keeps its name, so that its checks apply. What is not PostgreSQL's own is qualified:
    // statements may run under another search_path.
    const char* sql =
        ToUtf8(declared < FirstNormalObjectId
                   ? format_type_with_typemod(declared, declared_typmod)
                   : format_type_extended(declared, declared_typmod,
                                          FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
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
