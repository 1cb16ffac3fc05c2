// Schema check: which objects of a schema SQLite is not given, since it would recurse over their texts, or
// over the views that they stand on, deeper than the stack of a backend allows, or for hours.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/sqlite/limits.hpp"

namespace pgsqlite::sqlite {

class SchemaCheck {
  public:
    struct Object {
        std::string type;  ///< as in sqlite_schema: table, index, view, trigger
        std::string name;
        std::string table;
        std::string sql;
        std::string reason = {};  ///< why it is refused: a sentence without its full stop
    };

    /// @param max_bytes longer texts of the schema are refused
    explicit SchemaCheck(std::size_t max_bytes = limits::kSchemaBytes) : max_bytes_(max_bytes) {}

    /// A row of sqlite_schema.
    void Add(Object object);
    /// Behind the last row: looks at what views stand on.
    void Finish();

    const std::vector<Object>& refused() const noexcept { return refused_; }
    /// A table or view that is refused; null where that is none.
    const Object* Find(std::string_view name) const;
    /// Whether a statement may read a table with generated columns: what computes those is told by nobody
    /// when it is prepared.
    bool ReadsComputed(std::string_view sql) const;
    /// Bytes of the shortest text that SQLite must not even parse, as it would be walked over with the table
    /// that it belongs to; npos without one. Longer ones of tables and indexes are refused with it, since
    /// SQLite is told a length.
    std::size_t shortest_unread() const noexcept { return shortest_unread_; }

    /// Why a statement must not be prepared; empty where it may.
    std::string Objection(std::string_view sql) const;

  private:
    struct View {
        std::vector<std::string> names;  ///< keys of what it may read, once for each mention
        Object object;
        std::size_t levels = 0;   ///< of its own text, then with what it stands on
        std::uint64_t parts = 1;  ///< SELECTs that it is made of when all views are written out
        enum class State : std::uint8_t { kNew, kOpen, kDone };
        State state = State::kNew;
        bool refused = false;
    };
    void Refuse(Object object, std::string reason);
    void Resolve(View& root);
    void Settle(View& view);

    std::size_t max_bytes_;
    std::vector<Object> refused_;
    std::vector<Object> longer_;                   ///< those that go with the shortest that must not be read
    std::unordered_map<std::string, View> views_;  ///< by NameKey
    std::unordered_map<std::string, std::size_t>
        unread_;  ///< places in refused_, by NameKey, of tables and views
    std::size_t shortest_unread_ = std::string_view::npos;
    std::unordered_set<std::string>
        computed_;  ///< NameKeys of tables with generated columns, and of views that stand on them
};

}  // namespace pgsqlite::sqlite
