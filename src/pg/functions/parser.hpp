// Parsers: one conversion as a scan makes it, called from SQL. What a call needs beyond its value (encoding,
// zone, converter) is made once and kept with the function call, so that a million rows cost no more than a
// cast.
#pragma once

#include "core/value/number/written_number.hpp"
#include "core/value/rule.hpp"
#include "pg/functions/argument.hpp"

namespace pgsqlite::pg::functions {

/// One of the parse_… functions, or its twin.
struct ParseFunction {
    const char* name;  ///< for messages: "sqlite.parse_date"
    Oid result;
    bool or_null;  ///< try_parse_…: NULL instead of an error
    /// Names of the arguments behind the value, which may not be NULL; null-terminated. Those called
    /// "encoding", "zone" and "ambiguous_time" mean what the options of columns and servers do; "decimal" and
    /// "grouping" are the marks of a written number, "currency" and "percent" what may stand beside it.
    /// Overloads of the function end earlier.
    const char* const* options;
};

/// The body of every parse function: the value's Datum, NULL for NULL. Raises what does not fit, unless
/// or_null; an argument that can't be used (encoding, zone, marks: 22023; NULL: 22004) and exhausted memory
/// always.
Datum Parse(FunctionCallInfo fcinfo, const ParseFunction& function);

}  // namespace pgsqlite::pg::functions
