// Every state that the files of a database can be in: what is read is what the application would read, or an
// error says why not; and no file beside the database comes, goes or changes.
//
// The oracle is SQLite itself, on a copy of the files that it may write to. Who has the database open is a
// process of its own.
//
// Environment: PG_SQLITE_ROUNDS (cases drawn at random; "all" for each there is), PG_SQLITE_SEED.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/sqlite/copy.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/statement.hpp"

namespace pgsqlite::sqlite {
namespace {

namespace fs = std::filesystem;

// A dimension's names; a case is one of each.
const std::vector<std::string> kHeaders = {"wal", "rollback"};
const std::vector<std::string> kWals = {"absent", "empty", "frames", "tail", "garbage", "foreign", "torn"};
const std::vector<std::string> kShms = {"absent", "fresh", "stale", "garbage", "short", "empty"};
const std::vector<std::string> kJournals = {"absent", "empty", "zeroed", "hot", "garbage"};
const std::vector<std::string> kHolders = {"nobody",    "idle",       "reader",     "writer",
                                           "exclusive", "checkpoint", "dead writer"};
const std::vector<std::string> kModes = {"rw", "r", "none"};
const std::vector<std::string> kDirectories = {"rwx", "rx"};
const std::vector<std::string> kReads = {"scan", "copy", "follower", "immutable"};

struct Case {
    std::string header, wal, shm, journal, holder, file_mode, wal_mode, shm_mode, directory, read;
};
std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << "header " << c.header << ", -wal " << c.wal << ", -shm " << c.shm << ", -journal "
               << c.journal << ", open by " << c.holder << ", modes " << c.file_mode << " " << c.wal_mode
               << " " << c.shm_mode << ", directory " << c.directory << ", read by " << c.read;
}

std::string Load(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
void Store(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

/// A connection that dies with its errors told.
class Shell {
  public:
    explicit Shell(const std::string& path) { sqlite3_open(path.c_str(), &db_); }
    ~Shell() { sqlite3_close(db_); }
    int Try(const std::string& sql) { return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr); }
    void Run(const std::string& sql) { EXPECT_EQ(Try(sql), SQLITE_OK) << sql << ": " << sqlite3_errmsg(db_); }
    std::string Ask(const std::string& sql) {
        std::string answer;
        const auto add = [](void* to, int count, char** texts, char**) {
            for (int i = 0; i < count; ++i)
                *static_cast<std::string*>(to) +=
                    (texts[i] != nullptr ? texts[i] : "null") + std::string("|");
            return 0;
        };
        const int rc = sqlite3_exec(db_, sql.c_str(), add, &answer, nullptr);
        return rc == SQLITE_OK ? answer : std::string("error: ") + sqlite3_errstr(rc);
    }

  private:
    sqlite3* db_ = nullptr;
};

constexpr char kQuestion[] =
    "SELECT count(*), sum(id), sum(length(v)), (SELECT count(*) FROM sqlite_schema) FROM t";
constexpr char kQuiet[] = "PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0;";

/// Another process that has the database open.
class Holder {
  public:
    Holder(const std::string& path, const std::string& what) {
        if (what == "nobody") return;
        EXPECT_EQ(pipe(ready_.data()), 0);
        EXPECT_EQ(pipe(done_.data()), 0);
        child_ = fork();
        if (child_ == 0) Hold(path, what);
        close(ready_[1]);
        close(done_[0]);
        char byte = 0;
        while (read(ready_[0], &byte, 1) < 0 && errno == EINTR) {
        }
        if (what == "dead writer") Leave();
    }
    ~Holder() { Leave(); }
    void Leave() {
        if (child_ <= 0) return;
        close(done_[1]);
        close(ready_[0]);
        waitpid(child_, nullptr, 0);
        child_ = 0;
    }

  private:
    [[noreturn]] void Hold(const std::string& path, const std::string& what) {
        close(done_[1]);
        Shell* shell = new Shell(path);
        Shell* other = nullptr;
        shell->Try(kQuiet);
        if (what == "exclusive") shell->Try("PRAGMA locking_mode = EXCLUSIVE");
        shell->Try("SELECT count(*) FROM t");
        if (what == "reader") shell->Try("BEGIN; SELECT count(*) FROM t");
        if (what == "writer" || what == "dead writer")
            shell->Try("INSERT INTO t VALUES (700, 'held'); BEGIN IMMEDIATE; UPDATE t SET v = v || 'x'");
        if (what == "exclusive") shell->Try("INSERT INTO t VALUES (701, 'alone')");
        if (what == "checkpoint") {
            shell->Try("INSERT INTO t VALUES (702, 'before')");
            other = new Shell(path);
            other->Try("BEGIN; SELECT count(*) FROM t");
            shell->Try("INSERT INTO t VALUES (703, 'behind'); PRAGMA wal_checkpoint(PASSIVE)");
        }
        char byte = 1;
        if (write(ready_[1], &byte, 1) == 1 && what != "dead writer")
            while (read(done_[0], &byte, 1) < 0 && errno == EINTR) {
            }
        if (what != "dead writer") {
            delete other;
            delete shell;
        }
        _exit(0);
    }

    pid_t child_ = 0;
    std::array<int, 2> ready_{-1, -1}, done_{-1, -1};
};

class WalStatesTest : public testing::Test {
  protected:
    static void SetUpTestSuite() {
        // Permissions mean nothing to root.
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) std::abort();
        prctl(PR_SET_DUMPABLE, 1);
    }
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "walstatesXXXXXX").string();
        ASSERT_NE(mkdtemp(pattern.data()), nullptr);
        root_ = fs::canonical(pattern);
        path_ = root_ / "set" / "a.db";
        MakeParts();
    }
    void TearDown() override { fs::remove_all(root_); }

    static std::string Side(const std::string& path, const char* suffix) { return path + suffix; }

    /// The files that states are made of.
    void MakeParts() {
        const fs::path source = root_ / "source.db";
        const std::string name = source.string();
        const std::string fill =
            "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
            "SELECT i + "
            "1 FROM n WHERE i < 300) INSERT INTO t SELECT i, printf('%.*c', i % 50, 'a') FROM n;";
        for (const std::string& header : kHeaders) {
            fs::remove(source);
            {
                Shell shell(name);
                shell.Run("PRAGMA page_size = 512; PRAGMA journal_mode = " +
                          std::string(header == "wal" ? "wal" : "delete"));
                shell.Run(kQuiet + fill);
            }
            parts_["file " + header] = Load(source);
        }
        // From here on `source` is a rollback-journal database.
        {
            Shell shell(name);
            shell.Run("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE t SET v = v || 'never';");
            parts_["journal hot"] = Load(Side(name, "-journal"));
            parts_["file hot"] = Load(source);
        }
        parts_["journal zeroed"] = std::string(512, '\0') + parts_["journal hot"].substr(28);
        parts_["journal garbage"] = std::string(3000, 'j');
        Store(source, parts_["file wal"]);
        {
            Shell shell(name);
            shell.Run(kQuiet);
            shell.Run("INSERT INTO t VALUES (500, 'first frames')");
            parts_["shm stale"] = Load(Side(name, "-shm"));
            shell.Run("INSERT INTO t SELECT id + 1000, 'frames' FROM t; DELETE FROM t WHERE id < 20");
            parts_["wal frames"] = Load(Side(name, "-wal"));
            parts_["shm fresh"] = Load(Side(name, "-shm"));
            shell.Run("PRAGMA cache_size = 1; PRAGMA cache_spill = 1; BEGIN; UPDATE t SET v = v || 'never'");
            parts_["wal tail"] = Load(Side(name, "-wal"));
            EXPECT_GT(parts_["wal tail"].size(), parts_["wal frames"].size());
        }
        fs::remove(source);
        {
            Shell shell(name);
            shell.Run(
                "PRAGMA page_size = 512; PRAGMA journal_mode = wal; CREATE TABLE t (id INTEGER PRIMARY KEY, "
                "v "
                "TEXT, w); INSERT INTO t VALUES (1, 'foreign', 2)");
            parts_["wal foreign"] = Load(Side(name, "-wal"));
        }
        const std::string& frames = parts_["wal frames"];
        parts_["wal torn"] = frames.substr(0, frames.size() - 300);
        parts_["wal garbage"] = std::string(5000, 'w');
        parts_["shm garbage"] = std::string(32768, 's');
        parts_["shm short"] = parts_["shm fresh"].substr(0, 100);
    }

    void Lay(const Case& c) {
        fs::create_directory(path_.parent_path());
        const std::string path = path_.string();
        Store(path,
              c.journal == "hot" && c.header == "rollback" ? parts_["file hot"] : parts_["file " + c.header]);
        if (c.wal != "absent") Store(Side(path, "-wal"), parts_["wal " + c.wal]);
        if (c.shm != "absent") Store(Side(path, "-shm"), parts_["shm " + c.shm]);
        if (c.journal != "absent") Store(Side(path, "-journal"), parts_["journal " + c.journal]);
    }
    static void SetMode(const std::string& path, const std::string& mode) {
        chmod(path.c_str(), mode == "rw" ? 0644 : mode == "r" ? 0444 : 0);
    }
    void SetModes(const Case& c) {
        const std::string path = path_.string();
        SetMode(path, c.file_mode);
        SetMode(Side(path, "-wal"), c.wal_mode);
        SetMode(Side(path, "-shm"), c.shm_mode);
        SetMode(Side(path, "-journal"), c.wal_mode);
        chmod(path_.parent_path().c_str(), c.directory == "rwx" ? 0755 : 0555);
    }
    void ResetModes() {
        chmod(path_.parent_path().c_str(), 0755);
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            SetMode(Side(path_.string(), suffix), "rw");
    }

    /// What the application would read.
    std::string Oracle() {
        const fs::path copy = root_ / "oracle";
        fs::create_directory(copy);
        for (const auto& entry : fs::directory_iterator(path_.parent_path()))
            Store(copy / entry.path().filename(), Load(entry.path()));
        std::string answer;
        {
            Shell shell((copy / "a.db").string());
            answer = shell.Ask(kQuestion);
        }
        fs::remove_all(copy);
        return answer;
    }

    /// Names, inodes, modes, sizes, times and bytes. @param read whether bytes may be looked at
    std::map<std::string, std::string> Listing() {
        std::map<std::string, std::string> listing;
        for (const auto& entry : fs::directory_iterator(path_.parent_path())) {
            struct stat st;
            EXPECT_EQ(stat(entry.path().c_str(), &st), 0);
            listing[entry.path().filename()] = std::to_string(st.st_ino) + " " + std::to_string(st.st_mode) +
                                               " " + std::to_string(st.st_size) + " " +
                                               std::to_string(st.st_mtim.tv_sec) + "." +
                                               std::to_string(st.st_mtim.tv_nsec) + " " +
                                               std::to_string(std::hash<std::string>()(Load(entry.path())));
        }
        return listing;
    }

    static std::string Ask(Database& database) {
        Statement statement(database, kQuestion);
        std::string answer;
        if (statement.Fetch())
            for (int i = 0; i < 4; ++i)
                answer += (statement.IsNull(i) ? "null" : std::to_string(statement.Int(i))) + "|";
        database.VerifyUnchanged();
        return answer;
    }
    /// As Connection does (pg/fdw): opened anew where the files beside it have come or gone meanwhile.
    static std::unique_ptr<Database> Open(const OpenOptions& options) {
        for (int attempt = 1;; ++attempt) {
            auto database = Database::Open(options);
            try {
                database->BeginRead();
                return database;
            } catch (const Error& error) {
                if (attempt == 4 || (error.sqlite_code() & 0xff) != SQLITE_CANTOPEN) throw;
            }
        }
    }
    std::string Read(const Case& c) {
        OpenOptions options;
        options.path = path_.string();
        options.busy_timeout_ms = 0;
        options.immutable = c.read == "immutable";
        try {
            auto database = Open(options);
            if (c.read == "copy") {
                const std::string copy = (root_ / "copy.db").string();
                FileCopy(*database, copy).Finish(false);
                std::string answer;
                {
                    Shell shell(copy);
                    answer = shell.Ask(kQuestion);
                }
                fs::remove(copy);
                return answer;
            }
            if (c.read == "follower") {
                options.leader = database->TakeSnapshot();
                auto follower = Database::Open(options);
                follower->BeginRead();
                return Ask(*follower);
            }
            return Ask(*database);
        } catch (const Error& error) {
            fs::remove(root_ / "copy.db");
            EXPECT_NE((error.message() + error.detail()).find("a.db"), std::string::npos) << error.message();
            return std::string("error ") + error.sqlstate() + ": " + error.message() + " (" + error.detail() +
                   ")";
        }
    }

    /// SQLSTATEs with which a state may be refused; empty where it must be read.
    static std::vector<std::string> Refusals(const Case& c, const std::string& oracle, bool journal_left) {
        std::vector<std::string> allowed;
        if (c.file_mode == "none") allowed.push_back("HV00N");
        if (c.wal_mode == "none") allowed.push_back("42501");
        if (journal_left) allowed.push_back("55000");
        if (c.holder == "exclusive" || (c.header == "rollback" && c.holder != "nobody"))
            allowed.push_back("55P03");
        // Refused beside a -wal that holds something.
        if (c.read == "immutable") allowed.push_back("55000");
        // As the application.
        if (oracle.rfind("error", 0) == 0) allowed.insert(allowed.end(), {"XX001", "HV00N", "HV000"});
        // Another page size, or a size that the file does not have.
        if (c.wal == "foreign") allowed.push_back("XX001");
        return allowed;
    }

    void Check(const Case& c) {
        SCOPED_TRACE(testing::Message() << c);
        Lay(c);
        {
            Holder holder(path_.string(), c.holder);
            const std::string oracle = Oracle();
            const auto before = Listing();
            const bool journal_left = Load(Side(path_.string(), "-journal")).find_first_not_of('\0') == 0;
            SetModes(c);
            const auto modes = Listing();
            const std::string answer = Read(c);
            EXPECT_EQ(Listing(), modes);
            ResetModes();
            EXPECT_EQ(Listing(), before);
            if (answer.rfind("error ", 0) != 0) {
                EXPECT_EQ(answer, oracle);
                ++read_;
            } else {
                const auto allowed = Refusals(c, oracle, journal_left);
                EXPECT_NE(std::find(allowed.begin(), allowed.end(), answer.substr(6, 5)), allowed.end())
                    << answer << "; the application reads " << oracle;
                ++refused_[answer.substr(6, 5)];
            }
        }
        // The application goes on as if nobody had been there.
        const std::string oracle = Oracle();
        Shell shell(path_.string());
        EXPECT_EQ(shell.Ask(kQuestion), oracle);
        if (oracle.rfind("error", 0) != 0 && c.wal != "foreign")
            shell.Run("INSERT INTO t VALUES (9999, 'on')");
        fs::remove_all(path_.parent_path());
    }

    template <class Function>
    static void ForEach(Function&& function) {
        Case c;
        for (const auto& header : kHeaders)
            for (const auto& wal : kWals)
                for (const auto& shm : kShms)
                    for (const auto& journal : kJournals)
                        for (const auto& holder : kHolders)
                            for (const auto& read : kReads)
                                for (const auto& file_mode : kModes)
                                    for (const auto& wal_mode : kModes)
                                        for (const auto& shm_mode : kModes)
                                            for (const auto& directory : kDirectories) {
                                                c = {header,    wal,      shm,      journal,   holder,
                                                     file_mode, wal_mode, shm_mode, directory, read};
                                                function(c);
                                            }
    }

    fs::path root_, path_;
    std::map<std::string, std::string> parts_;
    int read_ = 0;
    std::map<std::string, int> refused_;
};

TEST_F(WalStatesTest, TrueRowsOrAnErrorAndNoTrace) {
    const char* rounds = std::getenv("PG_SQLITE_ROUNDS");
    const char* seed_text = std::getenv("PG_SQLITE_SEED");
    const unsigned seed = seed_text != nullptr ? static_cast<unsigned>(std::strtoul(seed_text, nullptr, 10))
                                               : std::random_device{}();
    if (rounds != nullptr && std::string(rounds) == "all") {
        ForEach([&](const Case& c) {
            if (!HasFailure()) Check(c);
        });
    } else {
        std::mt19937 random(seed);
        const auto draw = [&](const std::vector<std::string>& names) {
            return names[random() % names.size()];
        };
        // The commonest state of each dimension comes more often, so that what the others do shows.
        const auto mostly = [&](const std::vector<std::string>& names) {
            return random() % 2 == 0 ? names[0] : draw(names);
        };
        const int count = rounds != nullptr ? std::atoi(rounds) : 400;
        std::cout << "seed " << seed << ", " << count << " rounds\n";
        for (int i = 0; i < count && !HasFailure(); ++i)
            Check({draw(kHeaders), draw(kWals), draw(kShms), mostly(kJournals), mostly(kHolders),
                   mostly(kModes), mostly(kModes), mostly(kModes), draw(kDirectories), draw(kReads)});
    }
    std::cout << read_ << " read";
    for (const auto& [state, count] : refused_)
        std::cout << ", " << count << " refused with " << state;
    std::cout << "\n";
}

}  // namespace
}  // namespace pgsqlite::sqlite
