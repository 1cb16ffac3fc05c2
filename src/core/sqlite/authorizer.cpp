#include "core/sqlite/authorizer.hpp"

#include <sqlite3.h>

#include <string_view>

namespace pgsqlite::sqlite {
namespace {

/// Pragmas that only describe; those with an argument take a name, never a setting.
constexpr const char* kDescribing[] = {
    "table_list",        "table_info",       "table_xinfo",     "index_list",     "index_info",
    "index_xinfo",       "foreign_key_list", "collation_list",  "function_list",  "module_list",
    "foreign_key_check", "quick_check",      "integrity_check", "compile_options"};
/// Pragmas that are harmless to ask but change something when given an argument.
constexpr const char* kAskable[] = {"encoding",     "page_size",      "page_count",     "freelist_count",
                                    "user_version", "application_id", "schema_version", "data_version",
                                    "journal_mode", "auto_vacuum"};

/// Functions that take up to two seconds over the largest value, since they look at no more than a length or
/// a beginning, or copy; and those that can be interrupted (interruptible.hpp).
constexpr const char* kQuick[] = {"abs",
                                  "avg",
                                  "coalesce",
                                  "count",
                                  "cume_dist",
                                  "dense_rank",
                                  "first_value",
                                  "glob",
                                  "group_concat",
                                  "hex",
                                  "if",
                                  "ifnull",
                                  "iif",
                                  "instr",
                                  "lag",
                                  "last_value",
                                  "lead",
                                  "length",
                                  "like",
                                  "likelihood",
                                  "likely",
                                  "lower",
                                  "ltrim",
                                  "max",
                                  "min",
                                  "nth_value",
                                  "ntile",
                                  "nullif",
                                  "octet_length",
                                  "percent_rank",
                                  "pg_sqlite_is_text",
                                  "random",
                                  "randomblob",
                                  "rank",
                                  "replace",
                                  "round",
                                  "row_number",
                                  "rtrim",
                                  "sign",
                                  "string_agg",
                                  "substr",
                                  "substring",
                                  "subtype",
                                  "sum",
                                  "total",
                                  "trim",
                                  "typeof",
                                  "unicode",
                                  "unlikely",
                                  "upper",
                                  "zeroblob"};
/// Table-valued functions, which are no functions to the authorizer.
constexpr const char* kComputingTables[] = {"json_each", "json_tree", "jsonb_each", "jsonb_tree",
                                            "fts3tokenize"};

bool EqualNoCase(const char* a, const char* b) noexcept {
    return sqlite3_stricmp(a, b) == 0;
}

template <std::size_t N>
bool Contains(const char* const (&list)[N], const char* name) noexcept {
    for (const char* item : list)
        if (EqualNoCase(item, name)) return true;
    return false;
}

/// rtree prepares its INSERT and DELETE statements when a table is first read; they can't run on a read-only
/// file.
bool IsRtreeShadow(std::string_view table) noexcept {
    return table.ends_with("_node") || table.ends_with("_rowid") || table.ends_with("_parent");
}

}  // namespace

int AuthorizeReading(void* context, int action, const char* arg1, const char* arg2, const char*,
                     const char*) noexcept {
    Authority& authority = *static_cast<Authority*>(context);
    switch (action) {
        case SQLITE_SELECT:
            return authority.deny_select ? SQLITE_DENY : SQLITE_OK;
        case SQLITE_READ:
            if (arg1 != nullptr && Contains(kComputingTables, arg1)) authority.computes = true;
            return SQLITE_OK;
        case SQLITE_RECURSIVE:
        case SQLITE_TRANSACTION:
            return SQLITE_OK;
        case SQLITE_SAVEPOINT:
            return authority.may_write ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_FUNCTION:
            if (arg2 != nullptr &&
                (EqualNoCase(arg2, "load_extension") || EqualNoCase(arg2, "fts3_tokenizer")))
                return SQLITE_DENY;
            if (arg2 == nullptr || !Contains(kQuick, arg2)) authority.computes = true;
            return SQLITE_OK;
        case SQLITE_PRAGMA:
            if (arg1 == nullptr) return SQLITE_DENY;
            if (Contains(kDescribing, arg1)) return SQLITE_OK;
            return arg2 == nullptr && Contains(kAskable, arg1) ? SQLITE_OK : SQLITE_DENY;
        case SQLITE_UPDATE:
            // sqlite3_declare_vtab() asks for this when a virtual table is connected; no UPDATE runs.
            if (arg1 != nullptr && EqualNoCase(arg1, "sqlite_master")) return SQLITE_OK;
            [[fallthrough]];
        case SQLITE_INSERT:
        case SQLITE_DELETE:
            // The schema's own tables are refused by SQLite (SQLITE_DBCONFIG_DEFENSIVE).
            if (authority.may_write) return SQLITE_OK;
            return arg1 != nullptr && IsRtreeShadow(arg1) ? SQLITE_OK : SQLITE_DENY;
        default:
            return SQLITE_DENY;
    }
}

}  // namespace pgsqlite::sqlite
