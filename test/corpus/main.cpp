// corpus_check [-v] SERVED ORACLE [NAME...]: every *.db file of folder SERVED (read by the server) against
// the same file of folder ORACLE (read by stock SQLite). Each way to import is a test: with types 'stored'
// every table arrives whole; with 'declared' and 'text' every value arrives or is refused clearly. Files in
// corrupt/ and notsqlite/ may fail instead; no file may end a server process, change, or get side files. With
// -v, right refusals and failures are shown too.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>

#include "file_check.hpp"

namespace {

using namespace corpus;
namespace fs = std::filesystem;

/// Problems shown for one file, without -v.
constexpr std::size_t kShownProblems = 25;

std::vector<FileNames> FindFiles(const fs::path& served, const fs::path& oracle,
                                 const std::vector<std::string>& wanted) {
    std::vector<FileNames> files;
    for (const char* folder : {"", "corrupt", "notsqlite"}) {
        if (!fs::is_directory(served / folder)) continue;
        for (const fs::directory_entry& entry : fs::directory_iterator(served / folder)) {
            const std::string name = entry.path().filename();
            const bool in_root = *folder == '\0';
            if (!entry.is_regular_file() || (in_root && entry.path().extension() != ".db")) continue;
            if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end()) continue;
            const fs::path relative = fs::path(folder) / name;
            files.push_back(
                {relative, fs::absolute(served / relative), fs::absolute(oracle / relative), !in_root});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const FileNames& a, const FileNames& b) { return a.shown < b.shown; });
    return files;
}

/// A session that does nothing: when any server process crashes, the postmaster ends them all.
class Witness {
  public:
    explicit Witness(const std::string& database) : database_(database) { Connect(); }
    bool StillThere() {
        if (session_->Alive()) return true;
        Connect();
        return false;
    }

  private:
    void Connect() {
        for (int attempt = 0;; ++attempt) {
            try {
                session_ = std::make_unique<Server>(database_);
                return;
            } catch (const std::exception&) {
                if (attempt == 60) throw;
                sleep(1);
            }
        }
    }
    std::string database_;
    std::unique_ptr<Server> session_;
};

struct Summary {
    int passed = 0, failed = 0;
    bool verbose = false;
    void Add(const std::string& what, const Findings& findings) {
        const std::vector<std::string>& problems = findings.problems;
        if (verbose)
            for (const std::string& note : findings.notes)
                std::printf("%s: %s\n", what.c_str(), note.c_str());
        ++(problems.empty() ? passed : failed);
        if (problems.empty()) return;
        const std::size_t shown = verbose ? problems.size() : std::min(problems.size(), kShownProblems);
        std::printf("FAILED %s\n", what.c_str());
        for (std::size_t i = 0; i < shown; ++i)
            std::printf("    %s\n", problems[i].c_str());
        if (problems.size() > shown) std::printf("    ... and %zu more\n", problems.size() - shown);
        std::fflush(stdout);
    }
};

constexpr Pass kPasses[] = {
    {"stored", "types 'stored'", false},
    {"stored, promoted", "types 'stored', promote 'all', import_rowid 'true'", false},
    {"declared", "types 'declared'", true},
    {"text", "types 'text'", true},
};

int Run(const std::vector<FileNames>& files, const std::string& database, bool verbose) {
    Witness witness(database);
    Summary summary;
    summary.verbose = verbose;
    Counts counts[std::size(kPasses)];
    int number = 0;
    for (const FileNames& file : files)
        for (std::size_t i = 0; i < std::size(kPasses); ++i) {
            Findings findings;
            try {
                findings =
                    CheckFile(file, kPasses[i], database, "corpus_" + std::to_string(++number), counts[i]);
            } catch (const std::exception& exception) {
                findings.problems.push_back(exception.what());
            }
            if (!witness.StillThere()) findings.problems.push_back("a server process crashed");
            summary.Add(file.shown + " (" + kPasses[i].name + ")", findings);
        }
    for (std::size_t i = 0; i < std::size(kPasses); ++i) {
        const auto n = [](std::uint64_t count) { return static_cast<unsigned long long>(count); };
        const Counts& c = counts[i];
        std::printf(
            "%s: %zu files, %llu tables (%llu more that SQLite can't read), %llu rows, %llu values compared, "
            "%llu values refused\n",
            kPasses[i].name, files.size(), n(c.tables), n(c.unreadable), n(c.rows), n(c.values),
            n(c.refused));
    }
    std::printf("%d passed, %d failed\n", summary.passed, summary.failed);
    return summary.failed == 0 && summary.passed > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    const bool verbose = argc > 1 && std::string(argv[1]) == "-v";
    if (verbose) ++argv, --argc;
    if (argc < 3) {
        std::fprintf(stderr, "usage: corpus_check [-v] SERVED ORACLE [NAME...]\n");
        return 2;
    }
    const std::string database = "pg_sqlite_corpus_" + std::to_string(getpid());
    try {
        const auto files = FindFiles(argv[1], argv[2], std::vector<std::string>(argv + 3, argv + argc));
        Server maintenance("postgres");
        maintenance.Must("CREATE DATABASE " + database +
                         " TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
        int status = 1;
        {
            Server(database).Must("CREATE EXTENSION pg_sqlite");
            status = Run(files, database, verbose);
        }
        Server("postgres").Must("DROP DATABASE " + database + " WITH (FORCE)");
        return status;
    } catch (const std::exception& exception) {
        std::printf("%s\n0 passed, 1 failed\n", exception.what());
        return 1;
    }
}
