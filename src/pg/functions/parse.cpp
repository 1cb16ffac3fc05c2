// The parse_… functions of SQL and their try_parse_… twins: only what each one's result and arguments are.
#include "pg/functions/parser.hpp"

namespace functions = pgsqlite::pg::functions;

namespace {

constexpr const char* kEncoding[] = {"encoding", nullptr};
constexpr const char* kEncodingZone[] = {"encoding", "zone", "ambiguous_time", nullptr};
constexpr const char* kMarks[] = {"decimal", "grouping", "currency", "percent", nullptr};

}  // namespace

/// pg_sqlite_parse_NAME and pg_sqlite_try_parse_NAME, each for all overloads.
#define PG_SQLITE_PARSE(name, result, options)                                                          \
    PG_SQLITE_LASTING_FUNCTION(pg_sqlite_parse_##name) {                                                \
        static constexpr functions::ParseFunction kFunction = {"sqlite.parse_" #name, result, false,    \
                                                               options};                                \
        return functions::Parse(fcinfo, kFunction);                                                     \
    }                                                                                                   \
    PG_SQLITE_LASTING_FUNCTION(pg_sqlite_try_parse_##name) {                                            \
        static constexpr functions::ParseFunction kFunction = {"sqlite.try_parse_" #name, result, true, \
                                                               options};                                \
        return functions::Parse(fcinfo, kFunction);                                                     \
    }                                                                                                   \
    static_assert(true, "takes the semicolon")

PG_SQLITE_PARSE(timestamptz, TIMESTAMPTZOID, kEncodingZone);
PG_SQLITE_PARSE(timestamp, TIMESTAMPOID, kEncodingZone);
PG_SQLITE_PARSE(date, DATEOID, kEncoding);
PG_SQLITE_PARSE(time, TIMEOID, kEncoding);
PG_SQLITE_PARSE(boolean, BOOLOID, kEncoding);
PG_SQLITE_PARSE(numeric, NUMERICOID, kMarks);
PG_SQLITE_PARSE(uuid, UUIDOID, kEncoding);
PG_SQLITE_PARSE(jsonb, JSONBOID, kEncoding);
PG_SQLITE_PARSE(text_array, TEXTARRAYOID, kEncoding);
