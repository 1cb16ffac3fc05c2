// What test/bench/live.sh compares the server with: SQLite's own time for a lookup and for a query, and
// core's scan (cursor and conversion, results dropped), each over the same file without a server around it.
//
//   core_loop FILE lookup COUNT HIGHEST SQL   COUNT executions with a random integer up to HIGHEST as ?;
//                                             microseconds each
//   core_loop FILE lookup-locked ...          the same inside one read transaction
//   core_loop FILE query SQL                  one execution; milliseconds
//   core_loop FILE scan TABLE                 core's cursor, each cell by its declared type's rule, numeric
//   and
//                                             jsonb in PostgreSQL's own layout as a scan needs them;
//                                             milliseconds
//   core_loop FILE convert TABLE              the same, but jsonb is only validated and no layout written
//   core_loop FILE profile TABLE              core's profile of the table; milliseconds
//
// Lookups and queries use a plain connection with SQLite's defaults, as an application would, and read every
// column of every row.
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/assess/profile.hpp"
#include "core/base/error.hpp"
#include "core/schema/declared_type.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement.hpp"
#include "core/value/image.hpp"
#include "core/value/value.hpp"

namespace {

using namespace pgsqlite;

class Stopwatch {
  public:
    double milliseconds() const {
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
    }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// A plain read-only connection and one prepared statement.
class Plain {
  public:
    Plain(const char* path, const char* sql) {
        if (sqlite3_open_v2(path, &db_, SQLITE_OPEN_READONLY, nullptr) != SQLITE_OK ||
            sqlite3_prepare_v2(db_, sql, -1, &statement_, nullptr) != SQLITE_OK)
            Fail();
    }
    ~Plain() {
        sqlite3_finalize(statement_);
        sqlite3_close(db_);
    }
    Plain(const Plain&) = delete;
    Plain& operator=(const Plain&) = delete;

    void Begin() {
        if (sqlite3_exec(db_, "BEGIN; SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr) != SQLITE_OK)
            Fail();
    }
    /// Runs the statement to its end and reads all its cells; the number of rows.
    sqlite3_int64 Run() {
        const int columns = sqlite3_column_count(statement_);
        sqlite3_int64 rows = 0;
        int rc;
        while ((rc = sqlite3_step(statement_)) == SQLITE_ROW) {
            ++rows;
            for (int i = 0; i < columns; ++i)
                Read(i);
        }
        if (rc != SQLITE_DONE) Fail();
        sqlite3_reset(statement_);
        return rows;
    }
    sqlite3_int64 RunWith(sqlite3_int64 parameter) {
        if (sqlite3_bind_int64(statement_, 1, parameter) != SQLITE_OK) Fail();
        return Run();
    }

  private:
    /// Calls into a shared library: no compiler drops them.
    void Read(int column) noexcept {
        switch (sqlite3_column_type(statement_, column)) {
            case SQLITE_INTEGER:
                sqlite3_column_int64(statement_, column);
                break;
            case SQLITE_FLOAT:
                sqlite3_column_double(statement_, column);
                break;
            case SQLITE_TEXT:
                sqlite3_column_text(statement_, column);
                sqlite3_column_bytes(statement_, column);
                break;
            case SQLITE_BLOB:
                sqlite3_column_blob(statement_, column);
                break;
            default:
                break;
        }
    }
    [[noreturn]] void Fail() const { throw std::runtime_error(sqlite3_errmsg(db_)); }

    sqlite3* db_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
};

double Lookup(const char* path, int count, sqlite3_int64 highest, const char* sql, bool locked) {
    Plain plain(path, sql);
    if (locked) plain.Begin();
    std::mt19937_64 random(1);
    std::uniform_int_distribution<sqlite3_int64> keys(1, highest);
    plain.RunWith(keys(random));
    sqlite3_int64 rows = 0;
    const Stopwatch watch;
    for (int i = 0; i < count; ++i)
        rows += plain.RunWith(keys(random));
    const double elapsed = watch.milliseconds();
    if (rows == 0) throw std::runtime_error("no lookup found a row");
    return elapsed * 1000 / count;
}

double Query(const char* path, const char* sql) {
    Plain plain(path, sql);
    const Stopwatch watch;
    plain.Run();
    return watch.milliseconds();
}

/// @param images whether numeric and jsonb are written in PostgreSQL's layout
double Scan(const char* path, const std::string& table, bool images) {
    const std::unique_ptr<sqlite::Database> database = sqlite::Database::Open({.path = path});
    database->BeginRead();
    sqlite::Statement statement(*database, "SELECT * FROM " + sqlite::QuoteIdentifier(table));
    std::vector<value::Rule> rules;
    for (int i = 0; i < statement.column_count(); ++i)
        rules.push_back(schema::MapDeclaredType(statement.column_declared_type(i)).ToRule());
    Scratch scratch;
    Scratch layout;
    value::JsonbImage jsonb;
    value::Value value;
    const Stopwatch watch;
    sqlite::Step step;
    while ((step = statement.Next()) == sqlite::Step::kRow) {
        for (std::size_t i = 0; i < rules.size(); ++i) {
            const value::Cell& cell = statement.cells()[i];
            const value::Kind kind = rules[i].kind;
            if (images && kind == value::Kind::kJsonb && cell.storage_class == value::StorageClass::kText) {
                if (!jsonb.Build(cell.view()).empty()) continue;
            }
            if (!value::Convert(rules[i], cell, scratch, value).ok())
                throw std::runtime_error("a value does not fit its column");
            if (images && kind == value::Kind::kNumeric && !value.is_null)
                value::WriteNumericImage(value.decimal,
                                         layout.Reserve(value::NumericImageSize(value.decimal)));
        }
    }
    const double elapsed = watch.milliseconds();
    if (step == sqlite::Step::kError) statement.ThrowLastError("read the table");
    return elapsed;
}

double Profile(const char* path, const char* name) {
    const std::unique_ptr<sqlite::Database> database = sqlite::Database::Open({.path = path});
    const std::optional<sqlite::Table> table = sqlite::Catalog::ReadTable(*database, name);
    if (!table) throw std::runtime_error("no such table");
    const Stopwatch watch;
    const assess::TableProfile profile = assess::ReadProfile(*database, *table);
    const double elapsed = watch.milliseconds();
    if (profile.rows == 0) throw std::runtime_error("the table is empty");
    return elapsed;
}

double Measure(int argc, char** argv) {
    const char* path = argv[1];
    const std::string mode = argv[2];
    if (argc == 6 && (mode == "lookup" || mode == "lookup-locked"))
        return Lookup(path, std::atoi(argv[3]), std::atoll(argv[4]), argv[5], mode == "lookup-locked");
    if (argc == 4 && mode == "query") return Query(path, argv[3]);
    if (argc == 4 && (mode == "scan" || mode == "convert")) return Scan(path, argv[3], mode == "scan");
    if (argc == 4 && mode == "profile") return Profile(path, argv[3]);
    throw std::runtime_error("unknown mode or wrong number of arguments; see the head of core_loop.cpp");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        if (argc < 4) throw std::runtime_error("usage: core_loop FILE MODE ARGUMENT...");
        std::printf("%.3f\n", Measure(argc, argv));
        return EXIT_SUCCESS;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "core_loop: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
