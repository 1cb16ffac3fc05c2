// Spec: the migration spec, JSON in and checked structure out. Parse() checks everything that can be checked
// without a database against one table of keys (keys.hpp); For…() resolve by "the nearest setting wins".
// nlohmann/json is seen by .cpp files only: it is slow to compile.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/settings.hpp"

namespace pgsqlite::spec {

/// What exists, for Spec::Unmatched.
struct KnownColumn {
    std::string name;
    std::string declared_type;
};
struct KnownTable {
    std::string server;
    std::string table;
    std::vector<KnownColumn> columns;
};

/// A key or pattern of the spec that met nothing; mostly a misspelt name.
struct Unmatched {
    enum class What : std::uint8_t { kServer, kTable, kColumn, kDeclaredType, kInclude, kExclude };
    What what = What::kTable;
    std::string pointer;  ///< JSON pointer of it
    std::string pattern;  ///< as written
    std::string nearest;  ///< the existing name that was probably meant, or empty
};

/// A migration spec. Immutable once parsed; movable.
///
/// Names of servers are compared as written; those of tables and columns as SQLite does, ASCII letters of any
/// case. All names and texts given and returned are UTF-8.
class Spec {
  public:
    /// The empty spec: all defaults.
    Spec();
    ~Spec();
    Spec(Spec&&) noexcept;
    Spec& operator=(Spec&&) noexcept;

    /// Reads a spec, e.g. {"on_error": "reject", "tables": {"customer": {"target": "sales.customer"}}}.
    ///
    /// @param json UTF-8; the caller converts from another server encoding
    /// @throws Error 22023. The message names the first fault with its JSON pointer, or line and column where
    ///         it is no JSON; the detail lists up to nine more; the hint has the nearest valid key or word.
    static Spec Parse(std::string_view json);

    const JobSettings& job() const noexcept;
    ServerSettings ForServer(std::string_view server) const;
    /// @param base what holds where the spec is silent
    TableSettings ForTable(std::string_view server, std::string_view table, const Base& base = {}) const;
    /// @param declared_type as in SQLite's schema, for type_map; empty when there is none
    ColumnSettings ForColumn(std::string_view server, std::string_view table, std::string_view column,
                             std::string_view declared_type, const Base& base = {}) const;

    /// Whether `include` (default: everything) matches and `exclude` does not.
    bool Included(std::string_view server, std::string_view table) const noexcept;

    /// Columns that the spec adds to a table: exact names with convert, default or default_sql that are none
    /// of `columns`; in the order of the document, each once.
    std::vector<std::string> AddedColumns(std::string_view server, std::string_view table,
                                          std::span<const KnownColumn> columns) const;

    /// Keys and patterns that meet none of the servers, tables, columns and declared types given; what
    /// AddedColumns gives is not among them, nor what stands in an object that is. Those of include and
    /// exclude first, the others in the order of the document.
    std::vector<Unmatched> FindUnmatched(std::span<const std::string> servers,
                                         std::span<const KnownTable> tables) const;

  private:
    struct Document;
    explicit Spec(std::unique_ptr<const Document> document) noexcept;
    std::unique_ptr<const Document> document_;
};

}  // namespace pgsqlite::spec
