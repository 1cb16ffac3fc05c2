#include "oracle.hpp"

namespace corpus {
namespace {

std::string Quoted(const std::string& name) {
    std::string quoted = "\"";
    for (const char c : name)
        quoted.append(c == '"' ? 2 : 1, c);
    return quoted + "\"";
}

}  // namespace

Oracle::Oracle(const std::string& path) {
    if (sqlite3_open_v2(path.c_str(), &database_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK) {
        failure_ = sqlite3_errmsg(database_);
        return;
    }
    sqlite3_busy_timeout(database_, 2000);
    failure_ = Query(
        "SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE "
        "'\\' ORDER BY name",
        [&](sqlite3_stmt* row) { tables_.push_back(ReadCell(row, 0).bytes); });
}

Oracle::~Oracle() {
    sqlite3_close(database_);
}

std::optional<std::string> Oracle::Query(const std::string& sql,
                                         const std::function<void(sqlite3_stmt*)>& row) {
    sqlite3_stmt* statement = nullptr;
    int code = sqlite3_prepare_v2(database_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code == SQLITE_OK)
        while ((code = sqlite3_step(statement)) == SQLITE_ROW)
            row(statement);
    std::optional<std::string> failure;
    if (code != SQLITE_DONE) failure = sqlite3_errmsg(database_);
    sqlite3_finalize(statement);
    return failure;
}

std::optional<std::string> Oracle::Unreadable(const std::string& table) {
    return Query("SELECT * FROM main." + Quoted(table), [](sqlite3_stmt* row) {
        for (int i = 0; i < sqlite3_column_count(row); ++i)
            ReadCell(row, i);
    });
}

std::vector<std::string> Oracle::Columns(const std::string& table) {
    std::vector<std::string> columns;
    Query("PRAGMA main.table_xinfo(" + Quoted(table) + ")", [&](sqlite3_stmt* row) {
        constexpr int kName = 1, kHidden = 6;
        if (sqlite3_column_int(row, kHidden) != 1) columns.push_back(ReadCell(row, kName).bytes);
    });
    return columns;
}

std::optional<std::string> Oracle::Scan(const std::string& table, const std::vector<std::string>& columns,
                                        const RowFunction& row) {
    std::string list;
    for (const std::string& column : columns)
        list += ", t." + Quoted(column);
    const std::string from = " FROM main." + Quoted(table) + " AS t";
    // Where there is no rowid, a constant stands in its place.
    sqlite3_stmt* probe = nullptr;
    const std::string with_rowid = "SELECT t.rowid" + list + from;
    const bool has_rowid =
        sqlite3_prepare_v2(database_, with_rowid.c_str(), -1, &probe, nullptr) == SQLITE_OK;
    sqlite3_finalize(probe);
    std::vector<Cell> cells(columns.size());
    return Query(has_rowid ? with_rowid : "SELECT NULL" + list + from, [&](sqlite3_stmt* statement) {
        const Cell rowid = ReadCell(statement, 0);
        for (std::size_t i = 0; i < cells.size(); ++i)
            cells[i] = ReadCell(statement, static_cast<int>(i) + 1);
        row(rowid.storage == Class::kInteger ? std::to_string(rowid.integer) : "", cells);
    });
}

}  // namespace corpus
