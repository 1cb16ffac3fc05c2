// Names: SQLite's (any bytes, any length, unique without ASCII case) made into PostgreSQL's (63 bytes, unique
// as written), each renaming noted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace pgsqlite::schema {

/// NAMEDATALEN - 1.
inline constexpr std::size_t kMaxNameBytes = 63;

/// Cuts valid UTF-8 at the last character's end within `limit` bytes.
std::string_view CutName(std::string_view name, std::size_t limit = kMaxNameBytes) noexcept;

/// kSnake: userId and UserID are user_id, HTTPServer is http_server.
enum class FoldCase { kLower, kPreserve, kSnake };

struct Renamed {
    std::string name;
    bool folded = false;     ///< differs from the source by case only
    bool shortened = false;  ///< was over 63 bytes
    bool numbered = false;   ///< got a suffix because the name was taken
    bool replaced =
        false;  ///< had invalid or control bytes, was empty, or a system column's name (ctid, xmin, …)
    bool changed() const noexcept { return folded || shortened || numbered || replaced; }
};

/// Gives out unique names within one namespace (a schema's tables, a table's columns).
class NameAllocator {
  public:
    explicit NameAllocator(FoldCase fold, bool columns) : fold_(fold), columns_(columns) {}
    /// A PostgreSQL name for `source`: folded (ASCII only, as PostgreSQL itself does in multi-byte
    /// encodings), each invalid UTF-8 byte or control character replaced by '_', cut at a character's end
    /// within 63 bytes, made unique by _1, _2, … within the limit.
    Renamed Take(std::string_view source);
    /// Marks a name as taken.
    void Reserve(std::string_view name) { taken_.emplace(name); }

  private:
    FoldCase fold_;
    bool columns_;
    std::unordered_set<std::string> taken_;
    std::unordered_map<std::string, unsigned>
        next_;  ///< next suffix of a name: 10,000 alike are not quadratic
};

/// A name as kSnake has it.
std::string SnakeCase(std::string_view name);
/// A name in lower case (ASCII) without its underscores: the same of userId and user_id.
std::string PlainName(std::string_view name);

/// Quotes always: "a""b". PostgreSQL takes quoted names everywhere.
std::string QuotePgIdentifier(std::string_view name);
/// 'a''b', or E'…' when a backslash occurs.
std::string QuotePgLiteral(std::string_view text);

}  // namespace pgsqlite::schema
