// Any bytes as a database file: rows read from the pages of a sound one are those that SQLite reads; a
// damaged one ends in rows or an error, and never in a circle.
#include "core/sqlite/pages/page_rows.hpp"

#include <limits>

#include "core/schema/declared_type.hpp"
#include "core/sqlite/catalog.hpp"
#include "image_fuzz.hpp"

namespace {

using namespace pgsqlite;
using fuzz::Require;
using sqlite::Step;

constexpr int kRows = 2000;

bool AreSame(const value::Cell& a, const value::Cell& b) noexcept {
    if (a.storage_class != b.storage_class) return false;
    switch (a.storage_class) {
        case value::StorageClass::kInteger:
            return a.integer == b.integer;
        case value::StorageClass::kReal:
            return std::memcmp(&a.real, &b.real, sizeof(a.real)) == 0;
        case value::StorageClass::kText:
        case value::StorageClass::kBlob:
            return a.view() == b.view();
        case value::StorageClass::kNull:
            break;
    }
    return true;
}

bool IsSound(sqlite::Database& db) {
    sqlite::Statement check(db, "PRAGMA quick_check(1)");
    return check.Fetch() && check.Text(0) == "ok";
}

void Compare(sqlite::Database& db, const sqlite::Table& table, bool sound) {
    std::vector<std::string> names;
    std::string sql = "SELECT ";
    for (const sqlite::Column& column : table.columns)
        if (!column.is_generated()) {
            names.push_back(column.name);
            sql += sqlite::QuoteIdentifier(column.name) + ", ";
        }
    if (names.empty() || table.rowid_name().empty()) return;
    const auto rows = sqlite::PageRows::Open(db, table.name, names, &schema::HasRealAffinity);
    if (rows == nullptr) return;
    sqlite::Statement statement(
        db, sql + table.rowid_name() + " FROM main." + sqlite::QuoteIdentifier(table.name) + " NOT INDEXED");
    rows->SetRange(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
    for (int row = 0; row < kRows; ++row) {
        const Step theirs = statement.Next();
        const Step ours = rows->Next();
        if (!sound) {
            if (ours != Step::kRow) break;
            continue;
        }
        if (theirs == Step::kError) break;  // out of instructions
        Require(theirs == ours);
        if (theirs == Step::kDone) break;
        for (std::size_t i = 0; i <= names.size(); ++i)
            Require(AreSame(rows->cells()[i], statement.cells()[i]));
    }
    // Out of order in a damaged file, a range need not give SQLite's rows; it ends all the same.
    rows->SetRange(-5, 100);
    while (rows->Next() == Step::kRow)
        Require(rows->cells()[names.size()].integer <= 100);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static fuzz::ImageFile image;
    image.Write(data, size);
    std::unique_ptr<sqlite::Database> db;
    std::vector<sqlite::Table> tables;
    if (!fuzz::Try(image, [&] { db = image.Open(); })) return -1;
    if (!fuzz::Try(image, [&] { db->BeginRead(); })) return -1;
    if (!fuzz::Try(image, [&] { tables = sqlite::Catalog::ReadTables(*db); })) return -1;
    bool sound = false;
    fuzz::Try(image, [&] { sound = IsSound(*db); });
    for (const sqlite::Table& table : tables)
        if (!table.unreadable) fuzz::Try(image, [&] { Compare(*db, table, sound); });
    return 0;
}
