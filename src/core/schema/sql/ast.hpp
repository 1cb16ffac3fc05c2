// The syntax trees of SQLite's DDL, SELECT and expressions, as parse.hpp gives them. Plain data: names are
// unquoted, texts of parts are kept so that what is not translated can be listed in its own words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pgsqlite::schema::sql {

/// SQLITE_MAX_EXPR_DEPTH's default. Higher trees are refused, so that no walk over one can exhaust the stack.
inline constexpr int kMaxDepth = 1000;

struct Expression;
struct Select;
using ExpressionPtr = std::unique_ptr<Expression>;
using SelectPtr = std::unique_ptr<Select>;

/// One term of ORDER BY, of an index, or of a PRIMARY KEY or UNIQUE list.
struct OrderTerm {
    ExpressionPtr expression;  ///< a COLLATE stands in the expression
    bool descending = false;
    enum class Nulls : std::uint8_t { kDefault, kFirst, kLast };
    Nulls nulls = Nulls::kDefault;
};

/// OVER (…), or a definition in the WINDOW clause.
struct Window {
    std::string name;  ///< of the definition, or what OVER name refers to
    std::string base;  ///< OVER (base …)
    std::vector<ExpressionPtr> partition;
    std::vector<OrderTerm> order;
    std::string frame;  ///< text of the frame, from ROWS, RANGE or GROUPS on; empty without one
};

struct Expression {
    enum class Kind : std::uint8_t {
        kNull,
        kInteger,    ///< text: digits, or 0x…
        kReal,       ///< text: as written without underscores
        kString,     ///< text: the contents
        kBlob,       ///< text: the hexadecimal digits
        kTimeWord,   ///< text: CURRENT_DATE, CURRENT_TIME or CURRENT_TIMESTAMP
        kName,       ///< [schema.][table.]text; TRUE and FALSE are names too
        kParameter,  ///< text: ?1, :name …
        kStar,       ///< * or table.* as a result column, or the argument of count(*)
        kUnary,      ///< text: - + ~ NOT; operand 0
        kBinary,     ///< text: || * / % + - << >> & | < <= > >= = <> IS "IS NOT" AND OR -> ->>
        kLike,       ///< text: LIKE GLOB REGEXP MATCH; operands: value, pattern, [escape]
        kBetween,    ///< operands: value, low, high
        kIn,         ///< operands: value, list…; or select; or table (text, schema) with its arguments
        kIsNull,     ///< operand 0; negated: NOT NULL
        kCase,       ///< operands: [base when has_base] (when, then)… [else when has_else]
        kCast,       ///< operand 0; text: the type
        kCollate,    ///< operand 0; text: the collation
        kFunction,   ///< text: the name; operands
        kRow,        ///< (a, b)
        kSubquery,   ///< (SELECT …)
        kExists,
        kRaise,
    };
    Kind kind = Kind::kNull;
    /// How a kName was written: "double-quoted" ones are strings where no such column exists.
    enum class Quote : std::uint8_t { kNone, kDouble, kOther };
    Quote quote = Quote::kNone;
    bool negated = false;   ///< NOT LIKE, NOT BETWEEN, NOT IN, NOT NULL, NOT EXISTS
    bool distinct = false;  ///< count(DISTINCT x)
    bool star = false;      ///< count(*)
    bool in_table = false;  ///< IN table
    bool has_base = false, has_else = false;
    int height = 1;
    std::size_t begin = 0, end = 0;  ///< the expression's place in the text that was parsed
    std::string schema, table, text;
    std::vector<ExpressionPtr> operands;
    SelectPtr select;
    std::vector<OrderTerm> order;  ///< aggregate(x ORDER BY …)
    ExpressionPtr filter;
    std::unique_ptr<Window> over;

    Expression();
    ~Expression();
};

struct ResultColumn {
    ExpressionPtr expression;  ///< kStar for * and table.*
    std::string alias;         ///< empty without one
    std::string text;          ///< the expression as written: SQLite's name for a column without alias
};

/// A table, a subquery or a parenthesised join in FROM, with how it is joined to what stands left of it.
struct FromItem {
    enum class Join : std::uint8_t { kFirst, kComma, kInner, kCross, kLeft, kRight, kFull };
    Join join = Join::kFirst;
    bool natural = false;
    std::string schema, table, alias;
    SelectPtr select;
    std::vector<FromItem> nested;          ///< (a JOIN b …)
    std::vector<ExpressionPtr> arguments;  ///< of a table-valued function
    bool is_function = false;              ///< table(…)
    ExpressionPtr on;
    std::vector<std::string> using_columns;

    FromItem();
    FromItem(FromItem&&) noexcept;
    FromItem& operator=(FromItem&&) noexcept;
    ~FromItem();
};

/// SELECT … FROM … WHERE … GROUP BY … HAVING, or VALUES (…), (…).
struct SelectCore {
    enum class Compound : std::uint8_t { kFirst, kUnion, kUnionAll, kIntersect, kExcept };
    Compound compound = Compound::kFirst;  ///< what stands before it
    bool distinct = false;
    std::vector<ResultColumn> columns;
    std::vector<FromItem> from;
    ExpressionPtr where, having;
    std::vector<ExpressionPtr> group_by;
    std::vector<Window> windows;
    std::vector<std::vector<ExpressionPtr>> values;  ///< not empty: VALUES
};

struct CommonTable {
    std::string name;
    std::vector<std::string> columns;
    SelectPtr select;
    enum class Materialized : std::uint8_t { kDefault, kYes, kNo };
    Materialized materialized = Materialized::kDefault;
};

struct Select {
    bool recursive = false;
    int height = 0;  ///< of the highest expression in it, at any depth
    std::vector<CommonTable> with;
    std::vector<SelectCore> cores;  ///< at least one
    std::vector<OrderTerm> order;
    ExpressionPtr limit, offset;
};

/// REFERENCES parent (columns) ON DELETE … ON UPDATE … MATCH … DEFERRABLE …
struct Reference {
    std::string table;
    std::vector<std::string> columns;  ///< empty: the parent's primary key
    std::string on_delete, on_update;  ///< SET NULL, SET DEFAULT, CASCADE, RESTRICT, NO ACTION; empty: none
    std::string match;                 ///< as written; SQLite ignores it
    std::optional<bool> deferrable;    ///< nullopt: not said
    bool initially_deferred = false;
};

struct Constraint {
    enum class Kind : std::uint8_t {
        kPrimaryKey,
        kNotNull,
        kNull,  ///< NULL, which says nothing
        kUnique,
        kCheck,
        kDefault,
        kCollate,
        kForeignKey,
        kGenerated,
    };
    Kind kind = Kind::kCheck;
    std::string name;         ///< CONSTRAINT name; empty without one
    std::string conflict;     ///< ON CONFLICT …: ROLLBACK, ABORT, FAIL, IGNORE, REPLACE; empty: none
    bool descending = false;  ///< column PRIMARY KEY DESC
    bool autoincrement = false;
    bool stored = false;               ///< kGenerated
    ExpressionPtr expression;          ///< kCheck, kDefault, kGenerated
    std::string text;                  ///< that expression as written; kCollate: the collation
    std::vector<OrderTerm> key;        ///< table constraints: PRIMARY KEY and UNIQUE
    std::vector<std::string> columns;  ///< table constraint FOREIGN KEY
    Reference reference;               ///< kForeignKey
    std::string source;                ///< the whole constraint as written
};

struct ColumnDefinition {
    std::string name;
    std::string type;  ///< as written; empty without one
    std::vector<Constraint> constraints;
};

struct CreateTable {
    std::string schema, name;
    std::vector<ColumnDefinition> columns;
    std::vector<Constraint> constraints;
    bool without_rowid = false, strict = false;
};

struct CreateIndex {
    std::string name, table;
    bool unique = false;
    std::vector<OrderTerm> key;
    ExpressionPtr where;
    std::string where_text;
    std::vector<std::string> key_texts;  ///< each term as written
};

struct CreateView {
    std::string name;
    std::vector<std::string> columns;
    SelectPtr select;
    std::string select_text;
};

struct CreateTrigger {
    std::string name, table;
    enum class Time : std::uint8_t { kBefore, kAfter, kInsteadOf };
    enum class Event : std::uint8_t { kDelete, kInsert, kUpdate };
    Time time = Time::kBefore;
    Event event = Event::kInsert;
    std::vector<std::string> columns;  ///< UPDATE OF
    std::string when;                  ///< text of the condition; empty without one
    std::string body;                  ///< what stands between BEGIN and END
};

struct CreateVirtualTable {
    std::string name, module;
    std::vector<std::string> arguments;  ///< as written, trimmed
};

}  // namespace pgsqlite::schema::sql
