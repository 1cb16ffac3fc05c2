// What the parts of deparsing share: small pieces of SQLite's SQL, and who deparses which kind of node.
#pragma once

#include "pg/fdw/plan/deparse.hpp"
#include "pg/list.hpp"

namespace pgsqlite::pg::fdw {

/// Longer texts are bound instead of written into the statement.
inline constexpr int kMaxLiteral = 1000;
/// Arguments of one call, although SQLite takes more.
inline constexpr int kMaxArguments = 100;
/// Longer texts are not built: some rules name an operand twice.
inline constexpr size_t kMaxFragment = 100000;

/// palloc'd; null where `sql` is longer than kMaxFragment.
Fragment* MakeFragment(const char* sql, Form form);

/// Whether PostgreSQL can evaluate it before the scan starts: no column of ours, nothing volatile.
bool IsParameter(const DeparseContext* context, Expr* expr);

/// Form of a type's values as parameters; kNone for what can't be bound as it is.
Form FormOfParameter(Oid type);

/// The number of a new parameter, as "?1".
const char* AddParameter(DeparseContext* context, Expr* expr, Binding binding);

/// The text in single quotes, for SQLite.
char* QuotedText(const char* text);

/// A constant that reads the same in SQLite's SQL, or null.
const char* Literal(const Const* constant);

/// Whether bytes decide equality. No collation: the type has none.
bool IsBytewise(Oid collation);

/// Adds a condition under which PostgreSQL would raise an error (DeparseContext::escapes).
void Escape(DeparseContext* context, char* condition);

/// The operands of a call, all of one form, into `out`, which has room for them.
bool DeparseOperands(DeparseContext* context, const List* arguments, Form form, const char** out);

/// A call of a function, or of an operator's, by its rule. Null where there is none, as in all that follow.
Fragment* DeparseCall(DeparseContext* context, Oid function, Oid result_type, const List* arguments,
                      Oid collation);

/// AND, OR, NOT.
Fragment* DeparseBool(DeparseContext* context, const BoolExpr* expr);
/// x IS [NOT] NULL.
Fragment* DeparseNullTest(DeparseContext* context, const NullTest* test);
/// x IS [NOT] TRUE, FALSE, UNKNOWN.
Fragment* DeparseBooleanTest(DeparseContext* context, const BooleanTest* test);
/// CASE WHEN … END.
Fragment* DeparseConditional(DeparseContext* context, const CaseExpr* expr);
Fragment* DeparseCoalesce(DeparseContext* context, const CoalesceExpr* expr);
/// x = ANY (array) and x <> ALL (array).
Fragment* DeparseInList(DeparseContext* context, const ScalarArrayOpExpr* expr);
/// Both sides of IS DISTINCT FROM or NULLIF, which have an equality operator's rule but not its text. False
/// where SQLite compares otherwise.
bool DeparseEqualSides(DeparseContext* context, Oid function, const List* arguments, Oid collation,
                       const char** operands, Form* form);

}  // namespace pgsqlite::pg::fdw
