// Catalog: databases are made by SQLite from SQL texts; what the catalog says is held against them.
#include "core/sqlite/catalog.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <stdlib.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <string>

#include "core/base/error.hpp"
#include "core/sqlite/create_text.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

int ForeignCollation(void*, int a, const void* x, int b, const void* y) {
    return std::string_view(static_cast<const char*>(x), static_cast<std::size_t>(a))
        .compare(std::string_view(static_cast<const char*>(y), static_cast<std::size_t>(b)));
}

int FindNothing(sqlite3_vtab*, sqlite3_index_info*) {
    return SQLITE_OK;
}
int FreeTable(sqlite3_vtab* table) {
    delete table;
    return SQLITE_OK;
}
int MakeTable(sqlite3* db, void*, int, const char* const*, sqlite3_vtab** table, char**) {
    *table = new sqlite3_vtab{};
    return sqlite3_declare_vtab(db, "CREATE TABLE x(a)");
}

/// A database file of its own for each test.
class CatalogTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "pg_sqlite_catalog_XXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern);
    }
    void TearDown() override {
        db_.reset();
        std::filesystem::remove_all(directory_);
    }

    /// Runs `sql` on the file with a collation and a module that nobody else knows, and opens it.
    void Make(const std::string& sql) {
        db_.reset();
        const std::string path = (directory_ / "test.db").string();
        sqlite3* raw = nullptr;
        ASSERT_EQ(sqlite3_open(path.c_str(), &raw), SQLITE_OK);
        sqlite3_create_collation(raw, "GERMAN", SQLITE_UTF8, nullptr, ForeignCollation);
        static sqlite3_module module = [] {
            sqlite3_module m{};
            m.xCreate = m.xConnect = MakeTable;
            m.xBestIndex = FindNothing;
            m.xDisconnect = m.xDestroy = FreeTable;
            return m;
        }();
        sqlite3_create_module(raw, "foreign_module", &module, nullptr);
        char* message = nullptr;
        const int rc = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, &message);
        EXPECT_EQ(rc, SQLITE_OK) << (message != nullptr ? message : "");
        sqlite3_free(message);
        sqlite3_close(raw);
        OpenOptions options;
        options.path = path;
        db_ = Database::Open(options);
    }

    std::vector<Table> Tables(const CatalogOptions& options = {}) {
        return Catalog::ReadTables(*db_, options);
    }
    Table One(const std::string& name, const CatalogOptions& options = {}) {
        std::optional<Table> table = Catalog::ReadTable(*db_, name, options);
        EXPECT_TRUE(table.has_value()) << name;
        return table.value_or(Table());
    }

    std::filesystem::path directory_;
    std::unique_ptr<Database> db_;
};

std::vector<std::string> Names(const std::vector<Table>& tables) {
    std::vector<std::string> names;
    for (const Table& table : tables)
        names.push_back(table.name);
    return names;
}

TEST_F(CatalogTest, EmptyDatabase) {
    Make("");
    EXPECT_TRUE(Tables().empty());
    EXPECT_FALSE(Catalog::ReadTable(*db_, "x").has_value());
    EXPECT_TRUE(Catalog::ReadTriggers(*db_).empty());
    EXPECT_FALSE(Catalog::ReadSequence(*db_, "x").has_value());
}

TEST_F(CatalogTest, ColumnsAsDeclared) {
    Make(
        "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(20) NOT NULL DEFAULT 'x''y' "
        "COLLATE nocase, untyped, price DECIMAL( 10, 2 ) DEFAULT (1+2), g INT GENERATED ALWAYS AS (id*2), "
        "s TEXT AS (name||'!') STORED, d DEFAULT NULL)");
    const Table t = One("T");
    EXPECT_EQ(t.name, "t");
    EXPECT_EQ(t.kind, TableKind::kTable);
    EXPECT_FALSE(t.unreadable);
    ASSERT_EQ(t.columns.size(), 7U);
    EXPECT_EQ(t.columns[0].declared_type, "INTEGER");
    EXPECT_EQ(t.columns[0].primary_key_position, 1);
    EXPECT_EQ(t.columns[1].declared_type, "VARCHAR(20)");
    EXPECT_TRUE(t.columns[1].not_null);
    EXPECT_EQ(t.columns[1].default_sql, "'x''y'");
    EXPECT_EQ(t.columns[1].collation, "nocase");
    EXPECT_EQ(t.columns[0].collation, "BINARY");
    EXPECT_EQ(t.columns[2].declared_type, "");
    EXPECT_FALSE(t.columns[2].default_sql.has_value());
    EXPECT_EQ(t.columns[3].default_sql, "1+2");
    EXPECT_EQ(t.columns[4].hidden, Column::Hidden::kGeneratedVirtual);
    EXPECT_EQ(t.columns[5].hidden, Column::Hidden::kGeneratedStored);
    EXPECT_TRUE(t.columns[5].is_generated());
    EXPECT_EQ(t.columns[6].default_sql, "NULL");
    EXPECT_EQ(t.rowid_alias(), 0);
    EXPECT_TRUE(t.autoincrement);
    EXPECT_EQ(t.rowid_name(), "rowid");
    EXPECT_EQ(t.primary_key(), std::vector<int>{0});
}

TEST_F(CatalogTest, KindsInTheOrderTheyWereMade) {
    Make(
        "CREATE TABLE zebra(a INTEGER PRIMARY KEY AUTOINCREMENT);"
        "CREATE TABLE apple(a TEXT PRIMARY KEY, b INT) STRICT, WITHOUT ROWID;"
        "CREATE VIEW v AS SELECT a AS x, b+1 AS y FROM apple;"
        "CREATE VIRTUAL TABLE ft USING fts5(body); CREATE VIRTUAL TABLE rt USING rtree(id, lo, hi);"
        "CREATE INDEX apple_b ON apple(b); ANALYZE; CREATE TABLE SQLITEX(a)");
    const std::vector<Table> tables = Tables();
    const std::vector<std::string> names = Names(tables);
    ASSERT_GE(names.size(), 6U);
    EXPECT_EQ((std::vector<std::string>(names.begin(), names.begin() + 4)),
              (std::vector<std::string>{"zebra", "apple", "v", "ft"}));
    EXPECT_EQ(names.back(), "SQLITEX");
    for (const std::string& name : names)
        EXPECT_NE(name.substr(0, 7), "sqlite_");
    EXPECT_TRUE(tables[1].strict && tables[1].without_rowid);
    EXPECT_FALSE(tables[0].strict || tables[0].without_rowid);
    EXPECT_EQ(tables[1].rowid_name(), "");
    EXPECT_EQ(tables[2].kind, TableKind::kView);
    EXPECT_EQ(tables[2].columns[1].name, "y");
    EXPECT_EQ(tables[2].columns[0].collation, "");
    EXPECT_EQ(tables[2].rowid_name(), "");
    EXPECT_EQ(tables[3].kind, TableKind::kVirtual);
    EXPECT_EQ(tables[3].module, "fts5");
    EXPECT_EQ(tables[3].columns[0].name, "body");
    EXPECT_EQ(tables[3].columns[1].hidden, Column::Hidden::kHidden);
    const auto shadow = std::find(names.begin(), names.end(), "ft_content");
    ASSERT_NE(shadow, names.end());
    EXPECT_EQ(tables[static_cast<std::size_t>(shadow - names.begin())].kind, TableKind::kShadow);
    const auto rtree = std::find(names.begin(), names.end(), "rt");
    ASSERT_NE(rtree, names.end());
    EXPECT_EQ(tables[static_cast<std::size_t>(rtree - names.begin())].module, "rtree");
    for (const Table& table : tables)
        EXPECT_FALSE(table.unreadable) << table.name << ": " << *table.unreadable;
}

TEST_F(CatalogTest, RowidAliasIsWhatSqliteMakesOfIt) {
    Make(
        "CREATE TABLE yes1(a INTEGER PRIMARY KEY); CREATE TABLE yes2(a integer, PRIMARY KEY(a DESC));"
        "CREATE TABLE yes3(b, a INTEGER PRIMARY KEY ASC);"
        "CREATE TABLE no1(a INTEGER PRIMARY KEY DESC); CREATE TABLE no2(a INT PRIMARY KEY);"
        "CREATE TABLE no3(a INTEGER, b, PRIMARY KEY(a, b)); CREATE TABLE no4(a INTEGER);"
        "CREATE TABLE no5(a INTEGER PRIMARY KEY) WITHOUT ROWID; CREATE TABLE no6(a BIGINT PRIMARY KEY);"
        "CREATE TABLE no7(a INTEGER(8) PRIMARY KEY)");
    for (const bool indexes : {true, false}) {
        CatalogOptions options;
        options.indexes = indexes;
        for (const Table& table : Tables(options)) {
            EXPECT_EQ(table.rowid_alias() >= 0, table.name.starts_with("yes")) << table.name;
            EXPECT_EQ(table.indexes.empty() || indexes, true);
        }
    }
    EXPECT_EQ(One("yes3").rowid_alias(), 1);
}

TEST_F(CatalogTest, RowidNamesThatAreNotShadowed) {
    Make("CREATE TABLE a(RowID); CREATE TABLE b(rowid, _ROWID_); CREATE TABLE c(rowid, _rowid_, oid)");
    EXPECT_EQ(One("a").rowid_name(), "_rowid_");
    EXPECT_EQ(One("b").rowid_name(), "oid");
    EXPECT_EQ(One("c").rowid_name(), "");
}

TEST_F(CatalogTest, Indexes) {
    Make(
        "CREATE TABLE t(a, b TEXT UNIQUE, c, PRIMARY KEY(c, a));"
        "CREATE UNIQUE INDEX first ON t(a DESC, b COLLATE nocase) WHERE a > 0;"
        "CREATE INDEX second ON t(lower(b), c); CREATE TABLE w(k TEXT, v, PRIMARY KEY(k DESC)) WITHOUT "
        "ROWID;"
        "CREATE INDEX wv ON w(v)");
    const Table t = One("t");
    ASSERT_EQ(t.indexes.size(), 4U);
    EXPECT_EQ(t.indexes[0].origin, Index::Origin::kUnique);
    EXPECT_EQ(t.indexes[0].sql, "");
    EXPECT_EQ(t.indexes[1].origin, Index::Origin::kPrimaryKey);
    EXPECT_EQ(t.indexes[1].columns[0].name, "c");
    EXPECT_EQ(t.primary_key(), (std::vector<int>{2, 0}));
    const Index& first = t.indexes[2];
    EXPECT_EQ(first.name, "first");
    EXPECT_TRUE(first.unique && first.partial);
    EXPECT_EQ(first.origin, Index::Origin::kCreateIndex);
    EXPECT_NE(first.sql.find("WHERE a > 0"), std::string::npos);
    ASSERT_EQ(first.columns.size(), 2U);
    EXPECT_TRUE(first.columns[0].descending);
    EXPECT_EQ(first.columns[1].column, 1);
    EXPECT_EQ(first.columns[1].collation, "nocase");
    EXPECT_FALSE(first.has_expression());
    const Index& second = t.indexes[3];
    EXPECT_TRUE(second.has_expression());
    EXPECT_EQ(second.columns[0].column, -2);
    EXPECT_EQ(second.columns[1].column, 2);
    const Table w = One("w");
    ASSERT_EQ(w.indexes.size(), 2U);
    EXPECT_EQ(w.indexes[0].origin, Index::Origin::kPrimaryKey);
    EXPECT_TRUE(w.indexes[0].columns[0].descending);
    EXPECT_EQ(w.indexes[1].columns.size(), 1U);
}

TEST_F(CatalogTest, ForeignKeys) {
    Make(
        "CREATE TABLE Parent(Id INTEGER PRIMARY KEY, Code TEXT UNIQUE);"
        "CREATE TABLE pair(x, y, PRIMARY KEY(y, x)); CREATE VIEW view AS SELECT 1 AS a;"
        "CREATE TABLE child(a REFERENCES PARENT, b REFERENCES parent(CODE) ON DELETE CASCADE ON UPDATE SET "
        "NULL,"
        " c, d, e REFERENCES missing, f REFERENCES missing(q), g REFERENCES child, h REFERENCES view(a),"
        " id INTEGER PRIMARY KEY, FOREIGN KEY(c, d) REFERENCES pair)");
    const std::vector<Table> tables = Tables();
    for (const Table& child : {tables.back(), One("child")}) {
        ASSERT_EQ(child.foreign_keys.size(), 7U);
        const std::vector<ForeignKey>& keys = child.foreign_keys;
        EXPECT_EQ(keys[0].columns, std::vector<std::string>{"a"});
        EXPECT_EQ(keys[0].parent_table, "Parent");
        EXPECT_EQ(keys[0].parent_columns, std::vector<std::string>{"Id"});
        EXPECT_TRUE(keys[0].parent_columns_implicit && keys[0].parent_exists);
        EXPECT_EQ(keys[0].on_delete, "NO ACTION");
        EXPECT_EQ(keys[1].parent_columns, std::vector<std::string>{"Code"});
        EXPECT_FALSE(keys[1].parent_columns_implicit);
        EXPECT_EQ(keys[1].on_delete, "CASCADE");
        EXPECT_EQ(keys[1].on_update, "SET NULL");
        EXPECT_FALSE(keys[2].parent_exists);
        EXPECT_TRUE(keys[2].parent_columns.empty());
        EXPECT_EQ(keys[2].parent_table, "missing");
        EXPECT_FALSE(keys[3].parent_exists);
        EXPECT_EQ(keys[3].parent_columns, std::vector<std::string>{"q"});
        EXPECT_EQ(keys[4].parent_columns, std::vector<std::string>{"id"});
        EXPECT_FALSE(keys[5].parent_exists);
        EXPECT_EQ(keys[6].columns, (std::vector<std::string>{"c", "d"}));
        EXPECT_EQ(keys[6].parent_columns, (std::vector<std::string>{"y", "x"}));
    }
}

TEST_F(CatalogTest, OddNames) {
    const std::vector<std::string> names = {"a\"b",
                                            "it's",
                                            "x;DROP TABLE y",
                                            "two\nlines",
                                            "",
                                            "sélect ☃",
                                            "--note",
                                            "[b]",
                                            "`c`",
                                            "%s",
                                            "PRAGMA main",
                                            "order",
                                            "pragma_table_xinfo",
                                            "table_list"};
    std::string sql;
    for (const std::string& name : names) {
        const std::string quoted = QuoteIdentifier(name);
        sql += "CREATE TABLE " + quoted + "(" + QuoteIdentifier(name + "_col") +
               " TEXT COLLATE NOCASE, b INTEGER "
               "PRIMARY KEY AUTOINCREMENT, p REFERENCES " +
               quoted + ");";
        sql += "CREATE INDEX " + QuoteIdentifier(name + "_idx") + " ON " + quoted + "(" +
               QuoteIdentifier(name + "_col") + ");";
        sql += "CREATE VIEW " + QuoteIdentifier(name + "_view") + " AS SELECT * FROM " + quoted + ";";
    }
    CatalogOptions options;
    options.probe_readable = true;
    for (const char* encoding : {"", "PRAGMA encoding = 'UTF-16le';"}) {
        std::filesystem::remove(directory_ / "test.db");
        Make(encoding + sql);
        const std::vector<Table> tables = Tables(options);
        EXPECT_EQ(db_->utf8(), *encoding == '\0');
        ASSERT_EQ(tables.size(), 2 * names.size());
        for (std::size_t i = 0; i < names.size(); ++i) {
            const Table& table = tables[2 * i];
            EXPECT_EQ(table.name, names[i]);
            EXPECT_FALSE(table.unreadable) << table.name << ": " << *table.unreadable;
            ASSERT_EQ(table.columns.size(), 3U) << table.name;
            EXPECT_EQ(table.columns[0].name, names[i] + "_col");
            EXPECT_EQ(table.columns[0].collation, "NOCASE");
            EXPECT_TRUE(table.autoincrement);
            ASSERT_EQ(table.indexes.size(), 1U);
            EXPECT_EQ(table.indexes[0].columns.at(0).name, names[i] + "_col");
            ASSERT_EQ(table.foreign_keys.size(), 1U);
            EXPECT_EQ(table.foreign_keys[0].parent_table, names[i]);
            EXPECT_EQ(table.foreign_keys[0].parent_columns, std::vector<std::string>{"b"});
            EXPECT_EQ(tables[2 * i + 1].columns.size(), 3U);
            EXPECT_EQ(One(names[i]).columns.size(), 3U);
        }
    }
}

TEST_F(CatalogTest, WhatCannotBeReadDoesNotStopTheRest) {
    Make(
        "CREATE TABLE before(a); CREATE VIRTUAL TABLE foreign_one USING foreign_module(x);"
        "CREATE TABLE collated(a TEXT COLLATE GERMAN PRIMARY KEY, b); INSERT INTO collated VALUES ('x', 1);"
        "CREATE INDEX collated_b ON collated(b COLLATE GERMAN);"
        "CREATE VIEW broken AS SELECT * FROM gone; CREATE VIEW circle AS SELECT * FROM before;"
        "CREATE VIEW function AS SELECT no_such_function(a) FROM before;"
        "CREATE TABLE after(a)");
    CatalogOptions options;
    options.probe_readable = true;
    const std::vector<Table> tables = Tables(options);
    ASSERT_EQ(Names(tables), (std::vector<std::string>{"before", "foreign_one", "collated", "broken",
                                                       "circle", "function", "after"}));
    EXPECT_EQ(tables[1].kind, TableKind::kVirtual);
    EXPECT_EQ(tables[1].module, "foreign_module");
    EXPECT_EQ(tables[1].unreadable, "no such module: foreign_module");
    EXPECT_FALSE(tables[2].unreadable) << *tables[2].unreadable;
    EXPECT_EQ(tables[2].columns[0].collation, "GERMAN");
    EXPECT_EQ(tables[2].indexes.size(), 2U);
    EXPECT_EQ(tables[3].unreadable, "no such table: main.gone");
    EXPECT_EQ(tables[3].kind, TableKind::kView);
    EXPECT_FALSE(tables[4].unreadable);
    EXPECT_EQ(tables[5].unreadable, "no such function: no_such_function");
    EXPECT_EQ(tables[6].columns.size(), 1U);
    EXPECT_EQ(One("foreign_one").unreadable, "no such module: foreign_module");
    EXPECT_EQ(One("broken").unreadable, "no such table: main.gone");
}

TEST_F(CatalogTest, MalformedSchemaIsAnError) {
    Make(
        "CREATE TABLE a(x); CREATE TABLE b(x); PRAGMA writable_schema=ON;"
        "UPDATE sqlite_schema SET sql = 'CREATE TABLE b(' WHERE name = 'b'");
    try {
        Tables();
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_NE(error.message().find("malformed database schema (b)"), std::string::npos)
            << error.message();
    }
}

TEST_F(CatalogTest, NamesThatDisagreeInTheSchemaAreAnError) {
    Make(
        "CREATE TABLE a(x); CREATE TABLE b(y); PRAGMA writable_schema=ON;"
        "UPDATE sqlite_schema SET name = 'other', tbl_name = 'other' WHERE name = 'b'");
    EXPECT_THROW(Tables(), Error);  // or else a table would go missing unseen
}

TEST_F(CatalogTest, Triggers) {
    Make(
        "CREATE TABLE t(a); CREATE TRIGGER one AFTER INSERT ON t BEGIN SELECT 1; END;"
        "CREATE TRIGGER two BEFORE DELETE ON t BEGIN SELECT 2; END");
    const std::vector<Trigger> triggers = Catalog::ReadTriggers(*db_);
    ASSERT_EQ(triggers.size(), 2U);
    EXPECT_EQ(triggers[0].name, "one");
    EXPECT_EQ(triggers[1].table, "t");
    EXPECT_TRUE(triggers[1].sql.starts_with("CREATE TRIGGER two"));
}

TEST_F(CatalogTest, Sequences) {
    Make(
        "CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE u(a INTEGER PRIMARY KEY "
        "AUTOINCREMENT);"
        "INSERT INTO t VALUES (41); INSERT INTO t VALUES (NULL); DELETE FROM t;"
        "CREATE TABLE v(a INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO v VALUES (1);"
        "UPDATE sqlite_sequence SET seq = 'many' WHERE name = 'v'");
    EXPECT_EQ(Catalog::ReadSequence(*db_, "t"), 42);
    EXPECT_EQ(Catalog::ReadSequence(*db_, "T"), 42);
    EXPECT_EQ(Catalog::ReadSequence(*db_, "u"), std::nullopt);
    EXPECT_EQ(Catalog::ReadSequence(*db_, "v"), std::nullopt);
    EXPECT_EQ(One("sqlite_sequence").columns.size(), 2U);
}

TEST_F(CatalogTest, ManyTablesTakeLinearTime) {
    const auto seconds = [&](int count) {
        std::filesystem::remove(directory_ / "test.db");
        std::string sql = "BEGIN;";
        for (int i = 0; i < count; ++i) {
            const std::string n = std::to_string(i);
            sql += "CREATE TABLE t" + n + "(id INTEGER PRIMARY KEY, a TEXT UNIQUE, p REFERENCES t" +
                   std::to_string(i / 2) + ");";
        }
        Make(sql + "COMMIT");
        const std::clock_t begin = std::clock();
        EXPECT_EQ(Tables().size(), static_cast<std::size_t>(count));
        return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;  // whatever else runs
    };
    seconds(100);
    const double small = seconds(400);
    const double large = seconds(4000);
    RecordProperty("milliseconds_4000", static_cast<int>(large * 1000));
    EXPECT_LT(large, 40 * small + 1) << small;  // quadratic would be a hundred times
}

TEST(VirtualTableModule, OddSpellings) {
    EXPECT_EQ(VirtualTableModule("CREATE VIRTUAL TABLE t USING fts5(a)"), "fts5");
    EXPECT_EQ(VirtualTableModule("create virtual table \"using \"\"x\" /* using y */ using\n[odd module](a)"),
              "odd module");
    EXPECT_EQ(VirtualTableModule("CREATE VIRTUAL TABLE 'a''b' -- c\n USING `m`"), "m");
    EXPECT_EQ(VirtualTableModule("CREATE TABLE t(a)"), "");
    EXPECT_EQ(VirtualTableModule("CREATE VIRTUAL TABLE"), "");
    EXPECT_EQ(VirtualTableModule("CREATE VIRTUAL TABLE \"t"), "");
    EXPECT_EQ(VirtualTableModule(""), "");
}

}  // namespace
}  // namespace pgsqlite::sqlite
