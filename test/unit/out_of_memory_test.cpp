// Out of memory at each place in turn: the n-th allocation of an operation fails, for n = 1, 2, 3, … until
// none is left to fail; once it alone, once all from there on. Each time the operation must end in an Error
// or bad_alloc, or give the very answer that it gives with memory to spare; and afterwards it must give it.
//
// Operations with many allocations are tried at some 60 places; at all of them with
// PG_SQLITE_EVERY_ALLOCATION=1.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <climits>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>

#include "core/assess/findings.hpp"
#include "core/assess/inventory.hpp"
#include "core/assess/profile.hpp"
#include "core/assess/profile_json.hpp"
#include "core/assess/stored_columns.hpp"
#include "core/assess/table_reader.hpp"
#include "core/backup/manifest.hpp"
#include "core/base/error.hpp"
#include "core/base/gzip.hpp"
#include "core/job/load_task.hpp"
#include "core/plan/data_statements.hpp"
#include "core/plan/design.hpp"
#include "core/plan/statements.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/copy.hpp"
#include "core/sqlite/fingerprint.hpp"
#include "core/sqlite/rows_file.hpp"
#include "core/sqlite/sample.hpp"
#include "core/value/value.hpp"
#include "failing_memory.hpp"

namespace pgsqlite {
namespace {

using failing_memory::faults;
using failing_memory::Faults;
using failing_memory::WithMemory;

/// Things of every kind that the core knows, in few rows.
constexpr char kSchema[] = R"sql(
CREATE TABLE customer (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    balance DECIMAL(10,2) DEFAULT 0.0, since DATETIME DEFAULT CURRENT_TIMESTAMP, vip BOOLEAN CHECK (vip IN (0, 1)),
    upper_email TEXT AS (upper(email)) STORED);
CREATE TABLE "order" (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer ON DELETE CASCADE,
    body JSON, token UUID, day DATE, paid REAL, raw BLOB, CHECK (paid >= 0 OR paid IS NULL));
CREATE TABLE line (part TEXT, n INTEGER, PRIMARY KEY (part, n)) WITHOUT ROWID;
CREATE INDEX order_day ON "order" (day DESC, lower(token)) WHERE paid > 0;
CREATE VIEW paid AS SELECT c.email, count(*) AS n, sum(o.paid) AS total FROM customer c JOIN "order" o ON o.customer = c.id
    WHERE o.day > '2020-01-01' GROUP BY c.email HAVING count(*) > 0 ORDER BY 2 DESC;
CREATE TRIGGER stamp AFTER INSERT ON "order" BEGIN UPDATE customer SET since = CURRENT_TIMESTAMP WHERE id = NEW.customer; END;
INSERT INTO customer (id, email, balance, since, vip) VALUES (1, 'a@b.c', '12.30', '2024-02-29 12:00:00', 1),
    (2, 'x' || hex(zeroblob(3000)), 1e300, 17, 0), (3, 'z' || char(0) || 'y', NULL, 'never', NULL);
INSERT INTO "order" VALUES (1, 1, '{"a": [1, 2, {"b": null}], "long": "' || hex(zeroblob(600)) || '"}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2024-01-01', 2.5, x'00ff'),
    (2, 9, '[', zeroblob(16), '01/02/2024', 'much', zeroblob(5000)), (3, 2, '{}', NULL, 20240101, 9, NULL);
INSERT INTO line VALUES ('p', 1), ('p', 2), ('q', 1);
)sql";

constexpr char kSpec[] = R"({"on_error": "reject", "include": ["*"],
    "tables": {"customer": {"target": "client", "required": ["email"], "rules": {"r": {"condition": "balance > 0", "on_fail": "null", "columns": ["balance"]}}},
               "order": {"where": "id > 0", "partition_by": {"range": "day", "every": "1 year"}}},
    "columns": {"customer.since": {"type": "timestamptz", "encoding": "iso, unix"}, "order.extra": {"default": "x"}},
    "type_map": {"UUID": "uuid"}})";

class OutOfMemory : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (std::filesystem::temp_directory_path() / "memoryXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        directory_ = std::filesystem::canonical(pattern).string();
        path_ = directory_ + "/source.db";
    }
    void TearDown() override {
        sqlite3_close(writer_);
        std::filesystem::remove_all(directory_);
    }
    /// A writer that stays, so that a WAL database has both files beside it.
    void Write(const std::string& sql) {
        if (writer_ == nullptr) sqlite3_open(path_.c_str(), &writer_);
        ASSERT_EQ(sqlite3_exec(writer_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
            << sqlite3_errmsg(writer_);
    }
    std::unique_ptr<sqlite::Database> Open() const {
        sqlite::OpenOptions options;
        options.path = path_;
        return sqlite::Database::Open(options);
    }

    using Operation = std::function<std::string(sqlite::Database&)>;

    /// Runs the operation with a fault. False when it ended in an error, as it may.
    bool RunWith(const Operation& operation, sqlite::Database& db, long place, bool lasting,
                 std::string* answer) {
        bool ended_well = false;
        faults = Faults{true, lasting, false, place, 0};
        try {
            *answer = operation(db);
            ended_well = true;
        } catch (const Error& error) {
            faults.armed = false;
            // Whatever could not be done for want of memory says so.
            EXPECT_STREQ(error.sqlstate(), sqlstate::kOutOfMemory) << error.what() << " at " << place;
        } catch (const std::bad_alloc&) {
        }
        faults.armed = false;
        return ended_well;
    }

    void TryAll(const Operation& operation) {
        std::string expected;
        {
            const auto db = Open();
            // What is made once a process is there from now on.
            (void)operation(*db);
        }
        {
            const auto db = Open();
            ASSERT_TRUE(RunWith(operation, *db, LONG_MAX, false, &expected));
        }
        const long total = faults.count;
        const long stride = std::getenv("PG_SQLITE_EVERY_ALLOCATION") != nullptr ? 1 : 1 + total / 60;
        int failed = 0;
        int tried = 0;
        for (const bool lasting : {false, true}) {
            for (long place = 0;; place += stride) {
                const auto db = Open();
                std::string answer;
                if (RunWith(operation, *db, place, lasting, &answer)) {
                    ASSERT_EQ(answer, expected) << "without a word, at " << place << " of " << total;
                    if (!faults.hit) break;  // no allocation is left
                } else {
                    ++failed;
                }
                ++tried;
                ASSERT_EQ(operation(*db), expected) << "the next time, after " << place << " of " << total;
                ASSERT_FALSE(HasFailure());
            }
        }
        RecordProperty("allocations", static_cast<int>(total));
        std::printf("%ld allocations, %d failed, %d operations ended in an error\n", total, tried, failed);
        EXPECT_GT(failed, 0);
    }
    /// Over the tables of the schema above, in a file with a rollback journal.
    void TryOnTables(const Operation& operation) {
        Write(kSchema);
        TryAll(operation);
    }

    std::string directory_, path_;
    sqlite3* writer_ = nullptr;
};

// The first of all tests: SQLite and the VFS are not there yet, and failing to make them is not for ever.
TEST_F(OutOfMemory, FirstOpening) {
    ASSERT_TRUE(failing_memory::sqlite_is_configured);
    std::ofstream(path_).close();
    std::unique_ptr<sqlite::Database> db;
    int failed = 0;
    for (long place = 0; db == nullptr && place < 10000; ++place) {
        faults = Faults{true, true, false, place, 0};
        try {
            db = Open();
        } catch (const Error& error) {
            faults.armed = false;
            EXPECT_STREQ(error.sqlstate(), sqlstate::kOutOfMemory) << error.what();
        } catch (const std::bad_alloc&) {
        }
        faults.armed = false;
        failed += db == nullptr;
    }
    EXPECT_NE(db, nullptr);
    EXPECT_GT(failed, 10);
}

TEST_F(OutOfMemory, Opening) {
    const Operation open = [this](sqlite::Database&) {
        const auto db = Open();
        db->BeginRead();
        const sqlite::Snapshot snapshot = db->TakeSnapshot();
        sqlite::OpenOptions options;
        options.path = path_;
        options.leader = snapshot;
        const auto follower = sqlite::Database::Open(options);
        follower->BeginRead();
        db->VerifyUnchanged();
        std::string answer = sqlite::Fingerprint(*db) + (db->utf8() ? "" : " UTF-16");
        answer += db->IsCurrent() ? " current" : "";
        const bool replaced = db->IsReplaced();
        db->EndRead();
        return answer + (replaced ? " replaced" : "");
    };
    Write("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (a)");
    TryAll(open);
    Write("PRAGMA journal_mode = wal; INSERT INTO t VALUES ('x')");
    TryAll(open);
    // At rest: as if copied without the -shm file.
    const std::string copy = directory_ + "/rest.db";
    std::filesystem::copy(path_, copy);
    std::filesystem::copy(path_ + "-wal", copy + "-wal");
    for (const char* suffix : {"", "-wal"})
        std::filesystem::last_write_time(
            copy + suffix, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    path_ = copy;
    TryAll(open);
}

TEST_F(OutOfMemory, Catalog) {
    TryOnTables([](sqlite::Database& db) {
        sqlite::CatalogOptions options;
        options.probe_readable = true;
        std::string answer;
        for (const sqlite::Table& table : sqlite::Catalog::ReadTables(db, options)) {
            answer += table.name + (table.autoincrement ? "+" : "") + table.unreadable.value_or("") + "(";
            for (const sqlite::Column& column : table.columns)
                answer += column.name + " " + column.declared_type + " " + column.collation +
                          column.default_sql.value_or("") + ",";
            for (const sqlite::Index& index : table.indexes)
                answer += index.name + std::to_string(index.columns.size()) + index.sql;
            for (const sqlite::ForeignKey& key : table.foreign_keys)
                answer += key.parent_table + std::to_string(key.parent_columns.size());
            const auto again = sqlite::Catalog::ReadTable(db, table.name, options);
            if (!again || again->sql != table.sql) answer += "differs";
            if (const auto last = sqlite::Catalog::ReadSequence(db, table.name))
                answer += std::to_string(*last);
        }
        return answer + std::to_string(sqlite::Catalog::ReadTriggers(db).size());
    });
}

TEST_F(OutOfMemory, Inventory) {
    TryOnTables([](sqlite::Database& db) {
        const assess::ReadScope scope(db);
        assess::InventoryOptions options;
        options.measure.exact = true;
        const assess::Inventory inventory = assess::ReadInventory(db, options);
        assess::TablesRelation(inventory.tables, inventory.measures);
        assess::ColumnsRelation(inventory.tables, true);
        assess::IndexesRelation(inventory.tables, inventory.measures);
        assess::ForeignKeysRelation(inventory.tables);
        assess::ViewsRelation(inventory.tables);
        assess::TriggersRelation(inventory.triggers);
        const WithMemory memory;
        return ToJson(inventory, options);
    });
}

/// Rows of "order", each cell by each kind.
std::string ReadAndConvert(sqlite::Database& db) {
    const assess::ReadScope scope(db);
    const auto table = sqlite::Catalog::ReadTable(db, "order");
    assess::TableReader reader(db, *table, {"id", "customer", "body", "token", "day", "paid", "raw"});
    Scratch scratch;
    std::string answer;
    while (reader.Next()) {
        for (int i = 0; i < 7; ++i) {
            for (const value::Kind kind : assess::kCandidates) {
                value::Rule rule;
                rule.kind = kind;
                value::Value out;
                const value::Status status = value::Convert(rule, reader.cells()[i], scratch, out);
                // What scans make of it.
                if (status.code == value::Code::kOutOfMemory)
                    throw Error(sqlstate::kOutOfMemory, "out of memory");
                answer += static_cast<char>('a' + static_cast<int>(status.code));
                if (status.ok() && !out.is_null && kind == value::Kind::kJsonb) answer += out.bytes;
            }
        }
    }
    sqlite::Statement rows(db, "SELECT * FROM line");
    while (rows.Fetch())
        answer += rows.Text(0) + std::to_string(rows.Int(1));
    return answer;
}

TEST_F(OutOfMemory, Reading) {
    TryOnTables(ReadAndConvert);
}

TEST_F(OutOfMemory, ReadingUtf16) {
    Write("PRAGMA encoding = 'UTF-16le'");
    TryOnTables(ReadAndConvert);
}

TEST_F(OutOfMemory, Profile) {
    TryOnTables([](sqlite::Database& db) {
        std::string answer;
        for (const char* name : {"customer", "order", "line"}) {
            const auto table = sqlite::Catalog::ReadTable(db, name);
            const assess::TableProfile profile = assess::ReadProfile(db, *table, {.duplicates = true});
            for (const assess::ColumnProfile& column : profile.columns) {
                answer += column.name + assess::FaultsJson(column.declared_faults) +
                          std::to_string(column.duplicates.value_or(99)) + column.text_chars.longest.value;
                for (const assess::Tally& misfit : column.misfits)
                    answer += std::to_string(misfit.rows) + misfit.first.at;
                for (const std::uint64_t found : column.formats)
                    answer += std::to_string(found);
            }
            assess::StoredRule rule;
            rule.policies.resize(table->columns.size());
            for (const schema::StoredColumn& column : assess::ReadStoredColumns(db, *table, rule))
                answer += column.type.sql + column.reason;
            if (table->rowid_name().empty()) continue;
            sqlite::SampleOptions sample;
            sample.target = 2;
            answer += std::to_string(
                sqlite::SampleRowids(db, table->name, table->rowid_name(), sample).rowids.size());
        }
        return answer;
    });
}

TEST_F(OutOfMemory, Spec) {
    TryOnTables([](sqlite::Database&) {
        const spec::Spec spec = spec::Spec::Parse(kSpec);
        const spec::KnownTable tables[] = {{"s", "customer", {{"since", "DATETIME"}}}};
        const std::string servers[] = {"s"};
        std::string answer;
        for (const spec::Unmatched& each : spec.FindUnmatched(servers, tables))
            answer += each.pointer + each.nearest + ",";
        const spec::ColumnSettings column = spec.ForColumn("s", "customer", "since", "DATETIME");
        return answer + column.type + spec.ForTable("s", "order").sources.From("where").data();
    });
}

TEST_F(OutOfMemory, FaultySpec) {
    TryOnTables([](sqlite::Database&) {
        try {
            spec::Spec::Parse(R"({"on_eror": 1, "tables": {"t": {"types": "store"}}})");
        } catch (const Error& error) {
            if (std::string_view(error.sqlstate()) == sqlstate::kOutOfMemory) throw;
            return error.message() + error.detail() + error.hint();
        }
        return std::string();
    });
}

TEST_F(OutOfMemory, DesignAndFindings) {
    TryOnTables([](sqlite::Database& db) {
        const spec::Spec spec = spec::Spec::Parse(kSpec);
        const assess::ReadScope scope(db);
        std::vector<plan::Source> sources;
        sources.push_back(plan::ReadSource(db, "s", {}, spec));
        plan::Existing existing;
        existing.target_schema = "sales";
        plan::Design design = plan::MakeDesign(sources, spec, existing);
        assess::ProfileCache cache;
        std::vector<assess::TableFacts> facts;
        assess::FactsOptions options;
        options.profile = true;
        for (plan::PlannedTable& table : design.tables) {
            facts.push_back(assess::ReadTableFacts(db, cache, design, table, options));
            assess::ApplyFacts(facts.back(), table);
        }
        std::string answer;
        for (const plan::Step& step : plan::WriteSteps(design))
            answer += step.statement + step.undo + "\n";
        for (const plan::PlannedTable& table : design.tables)
            answer += plan::PlainInsert(plan::MakeLoadTask(design, table));
        for (const plan::Finding& finding : assess::FindAll(design, facts))
            answer += finding.text + finding.example;
        return answer;
    });
}

TEST_F(OutOfMemory, Backup) {
    const std::string copy = directory_ + "/copy.db";
    TryOnTables([&](sqlite::Database& db) {
        EXPECT_TRUE(faults.armed || !std::filesystem::exists(copy));
        const assess::ReadScope scope(db);
        backup::Manifest manifest;
        {
            sqlite::FileCopy file(db, copy);
            while (file.Step()) {
            }
            file.Finish(false);
        }
        const std::unique_ptr<const std::string, void (*)(const std::string*)> remove(
            &copy, [](const std::string* path) { unlink(path->c_str()); });
        manifest.source = assess::ReadFileFacts(db);
        manifest.source.path = manifest.file = copy;
        manifest.content = backup::ReadContent(db);
        manifest.packed.sha256 = manifest.plain.sha256 = std::string(64, '0');
        const WithMemory memory;
        return ToJson(backup::ManifestFromJson(ToJson(manifest)));
    });
}

TEST_F(OutOfMemory, Files) {
    const std::string rows_path = directory_ + "/rows.db";
    const std::string packed_path = directory_ + "/packed.gz";
    TryOnTables([&](sqlite::Database&) {
        std::ofstream(rows_path).close();
        {
            sqlite::RowsFile rows(rows_path, "t", {"a", "b"}, "");
            rows.Put(1, {value::Cell::Integer(1), value::Cell::Text("x")});
            rows.Finish();
        }
        Gzip packed(packed_path);
        packed.Write("some bytes", 10);
        packed.Finish(false);
        unlink(packed_path.c_str());
        return std::string("done");
    });
}

}  // namespace
}  // namespace pgsqlite
