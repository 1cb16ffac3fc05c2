// Name patterns: how a spec names servers, tables and columns. Parts are separated by dots; * stands for any
// characters, ? for one; what stands in double quotes stands for itself ("" is a quote), so "a.b".c* is a
// part a.b and a part that begins with c.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::spec {

/// How specific a pattern is; more is nearer. No pattern at all, the default, is least.
struct Specificity {
    std::int8_t kind = 0;  ///< 0 none, 1 with wildcards, 2 exact
    std::uint32_t literals = 0;
    std::uint32_t singles = 0;  ///< ?

    friend auto operator<=>(const Specificity&, const Specificity&) = default;
};

/// One part.
class NamePattern {
  public:
    /// A server's name is compared as written; a table's or column's with ASCII letters of any case.
    bool Matches(std::string_view name, bool fold) const noexcept;
    bool exact() const noexcept { return specificity_.kind == 2; }
    /// The name itself, for exact ones.
    const std::string& name() const noexcept { return bytes_; }
    const Specificity& specificity() const noexcept { return specificity_; }
    /// Equal for patterns that mean the same.
    std::string Canonical(bool fold) const;

    void AddLiteral(char byte);
    void AddWildcard(char wildcard);

  private:
    std::string bytes_;
    std::string wildcards_;  ///< one character each of bytes_: the wildcard, or blank for a literal
    Specificity specificity_{2, 0, 0};
};

/// Takes a dotted pattern apart.
///
/// @param fault gets what is wrong when the result is empty
std::vector<NamePattern> ParseName(std::string_view text, std::string* fault);

/// A plain name as a part that matches just it. A byte that is no UTF-8 becomes ?, as no JSON can hold it.
std::string QuoteName(std::string_view name);

}  // namespace pgsqlite::spec
