// The questions a Table answers from what the catalog has read.
#include <algorithm>

#include "core/sqlite/catalog.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::sqlite {

bool Index::has_expression() const noexcept {
    return std::any_of(columns.begin(), columns.end(), [](const IndexColumn& c) { return c.column == -2; });
}

int Table::rowid_alias() const noexcept {
    if (without_rowid || primary_key_index || (kind != TableKind::kTable && kind != TableKind::kShadow))
        return -1;
    int found = -1;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns[i].primary_key_position == 0) continue;
        if (found >= 0) return -1;
        found = static_cast<int>(i);
    }
    if (found < 0 || !EqualNames(columns[static_cast<std::size_t>(found)].declared_type, "INTEGER"))
        return -1;
    return found;
}

std::string Table::rowid_name() const {
    if (without_rowid || (kind != TableKind::kTable && kind != TableKind::kShadow)) return {};
    for (const char* name : {"rowid", "_rowid_", "oid"}) {
        const bool shadowed = std::any_of(columns.begin(), columns.end(),
                                          [&](const Column& c) { return EqualNames(c.name, name); });
        if (!shadowed) return name;
    }
    return {};
}

std::vector<int> Table::primary_key() const {
    std::vector<int> key;
    for (std::size_t i = 0; i < columns.size(); ++i)
        if (columns[i].primary_key_position > 0) key.push_back(static_cast<int>(i));
    std::sort(key.begin(), key.end(), [&](int a, int b) {
        return columns[static_cast<std::size_t>(a)].primary_key_position <
               columns[static_cast<std::size_t>(b)].primary_key_position;
    });
    return key;
}

std::string Table::without_indexes() const {
    if (kind != TableKind::kTable && kind != TableKind::kShadow) return {};
    // NOT INDEXED says nothing of rows without rowid: SQLite goes through the smallest index of theirs.
    if (!without_rowid) return " NOT INDEXED";
    for (const Index& index : indexes)
        if (index.origin == Index::Origin::kPrimaryKey) return " INDEXED BY " + QuoteIdentifier(index.name);
    return {};
}

}  // namespace pgsqlite::sqlite
