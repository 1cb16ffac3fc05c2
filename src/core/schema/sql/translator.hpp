// Translator: one expression or SELECT at a time, term by term. Throws Refused for what has no equivalent.
// Internal to the translation; translate.hpp is its face.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema/sql/ast.hpp"
#include "core/schema/sql/term.hpp"
#include "core/schema/sql/translate.hpp"

namespace pgsqlite::schema::sql {

/// A translated text larger than this is refused: some rules write an operand twice.
inline constexpr std::size_t kMaxText = 262144;

/// Trees higher than this are not translated: the translation needs more stack a level than the parser, and
/// runs in a server's process.
inline constexpr int kMaxTranslatedHeight = 200;

/// Something in FROM, or the table a CHECK stands on.
struct NamedSource {
    std::string alias;  ///< SQLite's
    std::string name;   ///< PostgreSQL's alias, quoted; empty: columns are not qualified
    const std::vector<ColumnTarget>* columns = nullptr;
    const std::vector<std::string>* primary_key = nullptr;
    bool keyless = false;             ///< see TableTarget
    std::vector<std::string> merged;  ///< columns that USING took from its left neighbour
    bool nullable = false;            ///< the outer side of a join
};

struct Scope {
    std::vector<NamedSource> sources;
    const Scope* outer = nullptr;
};

class Translator {
  public:
    enum class Use { kDefault, kCheck, kGenerated, kIndex, kView };

    explicit Translator(Use use) : use_(use) {}

    Use use() const noexcept { return use_; }
    void set_scope(const Scope* scope) noexcept { scope_ = scope; }
    void set_find(const FindTable* find, FoldCase fold) noexcept {
        find_ = find;
        fold_ = fold;
    }

    /// @throws Refused
    Term Translate(const Expression& expression);
    Term Condition(const Expression& expression) { return AsTruth(Translate(expression)); }
    /// A term as the value of a column. @throws Refused
    std::string Assign(Term term, const MappedType& type);
    /// An index's or ORDER BY's term: as SQLite sorts and compares it.
    std::string SortKey(const Term& term);
    std::string Collated(const Term& term, std::string_view collation, bool ordered) const;

    struct Output {
        std::string text;
        std::vector<ColumnTarget> columns;
    };
    /// A SELECT with everything below it. @param names names given from outside (view or CTE column list)
    Output TranslateSelect(const Select& select, const std::vector<std::string>& names);

    void Note(std::string note);
    std::vector<std::string> TakeNotes() { return std::move(notes_); }
    std::vector<std::string> TakeDependencies() { return std::move(depends_on_); }
    bool guaranteed() const noexcept { return guaranteed_; }

  private:
    friend struct TimeFunctions;

    // translate_expression.cpp
    Term Literal(const Expression& expression);
    Term Name(const Expression& expression);
    Term ColumnTerm(const NamedSource& source, const ColumnTarget& column) const;
    Term Unary(const Expression& expression);
    Term Binary(const Expression& expression);
    Term Arithmetic(const std::string& op, Term left, Term right);
    Term Bits(const std::string& op, Term left, Term right);
    Term Concat(Term left, Term right);
    Term Case(const Expression& expression);
    Term Cast(const Expression& expression);
    Term JsonPath(const Expression& value, const Expression& path, bool as_json);
    void RequireVolatileAllowed(const std::string& what) const;
    void RefuseConstantText(const Expression& expression, unsigned columns, unsigned texts) const;

    // translate_compare.cpp
    Term Compare(const std::string& op, Term left, Term right);
    void Align(Term& left, Term& right);
    bool AlignTemporal(Term& temporal, Term& text);
    Term Like(const Expression& expression);
    Term Glob(const Expression& expression);
    Term Between(const Expression& expression);
    Term In(const Expression& expression);
    Term IsNull(const Expression& expression);
    std::optional<Term> TypeTest(const std::string& op, const Expression& left,
                                 const std::vector<const Expression*>& classes);

    // functions.cpp, functions_text.cpp, functions_random.cpp, functions_time.cpp, functions_aggregate.cpp
    Term Function(const Expression& call);
    bool TextFunction(const std::string& name, const Expression& call, Term& result);
    bool RandomFunction(const std::string& name, const Expression& call, Term& result);
    bool TimeFunction(const std::string& name, const Expression& call, Term& result);
    bool JsonFunction(const std::string& name, const Expression& call, Term& result);
    bool AggregateFunction(const std::string& name, const Expression& call, Term& result);
    std::string Over(const Window& window);
    std::string WindowText(const Window& window);
    Term TimeWord(const std::string& word);
    Term Extreme(const Expression& call, bool least);
    Term Bytes(const Expression& call);
    Term Substring(const Expression& call);
    Term Format(const Expression& call);
    Term Round(const Expression& call);
    Term TypeOf(const Expression& call);
    std::vector<Term> Arguments(const Expression& call, std::size_t least, std::size_t most);

    // translate_select.cpp, translate_from.cpp
    struct CoreOutput {
        std::vector<Term> terms;
        std::vector<std::string> names;       // SQLite's
        std::string head, tail;               // SELECT [DISTINCT] and FROM …
        std::vector<std::vector<Term>> rows;  // VALUES
        bool grouped = false;
        std::vector<std::string> keys;  // of GROUP BY
    };
    CoreOutput Core(const SelectCore& core, Scope& scope);
    void Results(const SelectCore& core, CoreOutput& output);
    bool HasGroupedKey(const NamedSource& source, const std::vector<std::string>& keys) const;
    void GroupBy(const SelectCore& core, CoreOutput& output);
    std::string CoreText(const CoreOutput& core, const std::vector<ColumnTarget>& columns, bool cast) const;
    std::vector<ColumnTarget> OutputColumns(const std::vector<Term>& terms,
                                            const std::vector<std::string>& names);
    std::string With(const Select& select);
    void OrderAndLimit(const Select& select, const CoreOutput* single,
                       const std::vector<ColumnTarget>& columns, std::string& text);
    bool AreDetermined(const std::vector<const Expression*>& names, const std::vector<std::string>& keys);
    std::string OrderText(const Term& term, const OrderTerm& order);
    std::string From(const std::vector<FromItem>& items, Scope& scope);
    std::string FromTerm(const FromItem& item, Scope& scope);
    std::string JoinCondition(const FromItem& item, Scope& scope, std::size_t first_right);
    void AddSource(Scope& scope, const std::string& alias, const std::vector<ColumnTarget>& columns,
                   const std::vector<std::string>* primary_key);
    void ExpandStar(const Expression& star, CoreOutput& output);
    void CheckEquality(const Term& term, const char* where) const;

    Use use_;
    const Scope* scope_ = nullptr;
    const FindTable* find_ = nullptr;
    FoldCase fold_ = FoldCase::kLower;
    std::vector<std::string> notes_;
    std::vector<std::string> depends_on_;
    std::deque<TableTarget> derived_;       // columns of subqueries and CTEs: addresses stay
    std::vector<const TableTarget*> with_;  // CTEs in sight, innermost last
    NameAllocator* aliases_ = nullptr;      // of the SELECT being translated
    bool guaranteed_ = false;
    bool aggregates_ = false;  // allowed here
    bool in_aggregate_ = false;
    bool has_aggregate_ = false;
    const std::vector<Window>* windows_ = nullptr;
    unsigned unnamed_ = 0;
    mutable unsigned columns_ = 0;  ///< names of columns, so far
    unsigned texts_ = 0;            ///< expressions that are texts, so far
};

/// Lower case, ASCII only.
std::string LowerAscii(std::string_view text);
/// The integer of a literal with an optional sign.
std::optional<long long> IntegerOf(const Expression& expression);
/// '$.a.b[0]' as PostgreSQL's path {a,b,0}; nullopt for anything but plain members and indexes.
std::optional<std::string> JsonPathOf(std::string_view path);

/// The columns that an expression reads outside of aggregates; false where it holds a subquery.
bool BareColumns(const Expression& e, std::vector<const Expression*>& names);

}  // namespace pgsqlite::schema::sql
