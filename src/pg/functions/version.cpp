// sqlite.version().
#include "core/sqlite/library.hpp"
#include "pg/seam.hpp"

namespace sqlite = pgsqlite::sqlite;

namespace {

void AddItem(ReturnSetInfo* result, const char* name, const char* value) {
    Datum values[2] = {CStringGetTextDatum(name), 0};
    bool nulls[2] = {false, value == nullptr};
    if (value != nullptr) values[1] = CStringGetTextDatum(value);
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/// @return false behind the last one; `value` is null where the option is only defined
bool GetCompileOption(int number, char** name, char** value) {
    struct Texts {
        char name[128];
        char value[128];
        bool found;
    } texts;
    pgsqlite::pg::Guard([&] {
        sqlite::CompileOption option;
        texts.found = sqlite::GetCompileOption(number, option);
        strlcpy(texts.name, option.name.c_str(), sizeof(texts.name));
        strlcpy(texts.value, option.value.c_str(), sizeof(texts.value));
    });
    if (!texts.found) return false;
    *name = pstrdup(texts.name);
    *value = texts.value[0] != '\0' ? pstrdup(texts.value) : nullptr;
    return true;
}

}  // namespace

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_version_items) {
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);
    AddItem(result, "pg_sqlite", PG_SQLITE_VERSION);
    AddItem(result, "pg_sqlite objects", pgsqlite::pg::ObjectsVersion());
    AddItem(result, "PostgreSQL", GetConfigOption("server_version", false, false));
    AddItem(result, "PostgreSQL at build", PG_VERSION);
    AddItem(result, "SQLite", sqlite::LoadedVersion());
    AddItem(result, "SQLite at build", sqlite::CompiledVersion());
    AddItem(result, "SQLite source", sqlite::LoadedSource());
    char* name = nullptr;
    char* value = nullptr;
    for (int i = 0; GetCompileOption(i, &name, &value); ++i)
        AddItem(result, name, value);
    return static_cast<Datum>(0);
}
