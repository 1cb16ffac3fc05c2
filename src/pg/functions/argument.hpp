// Arguments: an SQL value as the cell that a scan would have read. Functions that take text, numbers and
// bytes alike (an overload for text, one for anyelement) are served by this one place.
#pragma once

#include "core/value/cell.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::functions {

/// What an SQL type counts as.
enum class ArgumentKind : uint8 {
    kNone,  ///< no cell has a value of this type
    kText,
    kInt2,
    kInt4,
    kInt8,
    kFloat4,
    kFloat8,
    kNumeric,
    kBytea,
    kBoolean,
    kUuid,
    kJson,
};

/// The type of argument `index` as the call was parsed, domains taken off.
Oid ArgumentType(FunctionCallInfo fcinfo, int index);

ArgumentKind KindOfArgument(Oid type);

/// The argument as a cell; its bytes live in the current memory context. Text comes in UTF-8. Integers,
/// numeric without a fraction and boolean are integer cells (as far as 64 bits go), other numeric and real
/// text cells with all their digits, double precision real cells, uuid its text.
value::Cell CellOf(ArgumentKind kind, Datum datum);

/// A text argument in UTF-8; it lives in the current memory context, or where the argument does.
Bytes TextArgument(Datum datum);

/// "text value 'abc'", palloc'd: the SQL type and the value, trimmed.
char* DescribeArgument(Oid type, const value::Cell& cell);

/// Raises 22004: an argument that says how, not what, is null. Reading it as "no value" would quietly make
/// every result NULL.
[[noreturn]] void RaiseNullArgument(const char* function, const char* argument);

}  // namespace pgsqlite::pg::functions
