#include "core/sqlite/pages/rowid_order.hpp"

#include <sqlite3.h>

#include <optional>

#include "core/base/error.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/pages/page_rows.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {
namespace {

/// As TableCursor::CheckOrder, but through SQLite.
int CheckRowids(Database& db, const Table& table) {
    Statement rowids(
        db, "SELECT " + table.rowid_name() + " FROM main." + QuoteIdentifier(table.name) + " NOT INDEXED");
    bool first = true;
    for (std::int64_t before = 0; rowids.Fetch(); first = false) {
        const std::int64_t rowid = rowids.Int(0);
        if (!first && rowid <= before) return SQLITE_CORRUPT;
        before = rowid;
    }
    return SQLITE_OK;
}

}  // namespace

void RequireRowidOrder(Database& db, const std::string& table, bool (*cancelled)() noexcept) {
    CatalogOptions options;
    options.foreign_keys = false;
    const std::optional<Table> found = Catalog::ReadTable(db, table, options);
    if (!found || found->without_rowid || found->unreadable || found->rowid_name().empty() ||
        (found->kind != TableKind::kTable && found->kind != TableKind::kShadow))
        return;
    std::optional<PageFile> pages = OpenPages(db);
    const std::uint32_t root = pages ? RootPage(db, found->name) : 0;
    const int rc = root != 0 ? TableCursor(&*pages, root).CheckOrder(cancelled) : CheckRowids(db, *found);
    if (rc == SQLITE_OK) return;
    throw MakeError(rc, "read the rowids of table " + QuoteIdentifier(found->name),
                    rc == SQLITE_CORRUPT ? "they are not in order" : "", db.path());
}

}  // namespace pgsqlite::sqlite
