// Deparsing: PostgreSQL expressions as SQLite's, only where SQLite's answer is PostgreSQL's (see rules.cpp),
// or a superset of it that PostgreSQL checks again.
#pragma once

#include "pg/fdw/plan/relation.hpp"

namespace pgsqlite::pg::fdw {

enum class Verdict : uint8 {
    kLocal,     ///< PostgreSQL answers alone
    kSuperset,  ///< SQLite drops rows that can't match; PostgreSQL checks the rest
    kExact,     ///< SQLite's answer stands, for all values that can be read
};

/// How a parameter's value becomes a cell.
enum class Binding : int {
    kValue,     ///< by its type: integer, real, text, boolean, bytea
    kDayLow,    ///< date or timestamp: the text of the day two days before
    kDayHigh,   ///< the same, two days after
    kElements,  ///< array: its elements as a JSON array
    kLow,       ///< numeric: a number that none is below that reads as the value or as a higher one
    kHigh,      ///< the same, above
};

/// One of the relations that a statement reads.
struct RemoteRelation {
    Index rti;
    const char* alias;
    const SourceRelation* relation;
    const SourceFacts* facts;
};

struct DeparseContext {
    const RemoteRelation* relations;
    int relation_count;
    List* parameters;     ///< expressions that PostgreSQL evaluates before each scan; ?1 is the first
    List* bindings;       ///< their Binding, as integers
    List* used;           ///< Vars that the conditions deparsed so far look at
    List* escapes;        ///< String nodes: where PostgreSQL raises an error, or a cell is a number in words
    int first_parameter;  ///< number of the first: 1, or behind those the caller binds itself
    int nesting = 0;      ///< expressions around the one that is being deparsed
    int conjuncts = 0;    ///< of WHERE, so far
};

/// Deeper expressions are not looked into. SQLite's parser takes fewer brackets than this.
inline constexpr int kMaxNesting = 100;

/// What SQLite takes, of the connection that the relations were looked at with.
const sqlite::StatementLimits& LimitsOf(const DeparseContext* context);

/// Whether SQLite takes a text that holds whole expressions (a WHERE, a list of results) in a statement: it
/// refuses what is nested too deep, and too many parameters. Leaves room for what stands around it.
bool FitsSqlite(const DeparseContext* context, const char* sql);

/// Appends `count` texts with a word between them, in brackets of a few where there are many: the tree of one
/// long chain is as deep as the chain is long.
void AppendChain(StringInfo out, const char* const* parts, int count, const char* word);

/// Appends a condition that SQLite can answer. Nothing is appended, and the context stays as it was, for
/// kLocal.
Verdict DeparseCondition(DeparseContext* context, Expr* clause, StringInfo out);

/// The same for one of WHERE's conditions: AND goes before it unless it is the first. kLocal, too, for what
/// would be more than SQLite takes. If it takes all conditions, then in any order.
Verdict DeparseConjunct(DeparseContext* context, Expr* clause, StringInfo out);

/// An expression whose value SQLite gives exactly, or null. palloc'd.
struct Fragment {
    const char* sql;
    Form form;
};
Fragment* DeparseValue(DeparseContext* context, Expr* expr);

/// The column as SQLite should compare it, or null where its form is kNone.
Fragment* DeparseColumn(DeparseContext* context, const Var* var);

/// Appends ORDER BY's term for an expression under one of its btree families' operators. False where SQLite
/// sorts otherwise.
bool DeparseSortTerm(DeparseContext* context, Expr* expr, Oid opfamily, Oid collation, bool descending,
                     bool nulls_first, StringInfo out);

/// The number of a new parameter as "?1", or null where the expression can't be evaluated before the scan.
const char* DeparseAsParameter(DeparseContext* context, Expr* expr, Binding binding);

/// Whether SQLite's order of texts is that of the collation: "C", over UTF-8 on both sides.
bool OrdersAsBytes(const DeparseContext* context, Oid collation);

const RemoteRelation* FindRelation(const DeparseContext* context, Index rti);
const ColumnShape* ShapeOfVar(const DeparseContext* context, const Var* var);

}  // namespace pgsqlite::pg::fdw
