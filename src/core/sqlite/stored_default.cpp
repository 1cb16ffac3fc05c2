#include "core/sqlite/stored_default.hpp"

#include <sqlite3.h>

#include <memory>

namespace pgsqlite::sqlite {
namespace {

// Far more than a default that somebody has written takes.
constexpr int kMaxBytes = 100000;
constexpr int kMaxSteps = 100000;

struct CloseMemory {
    void operator()(sqlite3* db) const noexcept { sqlite3_close(db); }
};
struct FinalizeMemory {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

using MemoryStatement = std::unique_ptr<sqlite3_stmt, FinalizeMemory>;

MemoryStatement PrepareMemory(sqlite3* db, const std::string& sql) noexcept {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr) != SQLITE_OK)
        return nullptr;
    return MemoryStatement(prepared);
}

bool RunMemory(sqlite3* db, const std::string& sql) noexcept {
    const MemoryStatement statement = PrepareMemory(db, sql);
    return statement != nullptr && sqlite3_step(statement.get()) == SQLITE_DONE;
}

}  // namespace

value::Cell StoredValue::cell() const noexcept {
    switch (storage_class) {
        case value::StorageClass::kInteger:
            return value::Cell::Integer(integer);
        case value::StorageClass::kReal:
            return value::Cell::Real(real);
        case value::StorageClass::kText:
            return value::Cell::Text(bytes);
        case value::StorageClass::kBlob:
            return value::Cell::Blob(bytes);
        default:
            return value::Cell::Null();
    }
}

std::optional<StoredValue> StoredDefault(std::string_view default_sql, std::string_view type) {
    sqlite3* opened = nullptr;
    const int rc = sqlite3_open_v2(":memory:", &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nullptr);
    const std::unique_ptr<sqlite3, CloseMemory> db(opened);
    if (rc != SQLITE_OK) return std::nullopt;
    sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, kMaxBytes);
    sqlite3_limit(opened, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_db_config(opened, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_progress_handler(
        opened, kMaxSteps, [](void*) { return 1; }, nullptr);
    // The line ends what a comment may have left open.
    const std::string table =
        "CREATE TABLE t (v " + std::string(type) + " DEFAULT (" + std::string(default_sql) + "\n))";
    if (!RunMemory(opened, table) || !RunMemory(opened, "INSERT INTO t DEFAULT VALUES")) return std::nullopt;
    const MemoryStatement row = PrepareMemory(opened, "SELECT v FROM t");
    if (row == nullptr || sqlite3_step(row.get()) != SQLITE_ROW) return std::nullopt;
    StoredValue stored;
    stored.storage_class = static_cast<value::StorageClass>(sqlite3_column_type(row.get(), 0));
    if (stored.storage_class == value::StorageClass::kInteger) {
        stored.integer = sqlite3_column_int64(row.get(), 0);
    } else if (stored.storage_class == value::StorageClass::kReal) {
        stored.real = sqlite3_column_double(row.get(), 0);
    } else if (stored.storage_class != value::StorageClass::kNull) {
        const auto* data = static_cast<const char*>(sqlite3_column_blob(row.get(), 0));
        if (data != nullptr)
            stored.bytes.assign(data, static_cast<std::size_t>(sqlite3_column_bytes(row.get(), 0)));
    }
    return stored;
}

}  // namespace pgsqlite::sqlite
