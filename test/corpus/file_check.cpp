#include "file_check.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <stdexcept>

namespace corpus {
namespace {

/// The database file and its side files, with their contents.
std::map<std::string, std::string> Snapshot(const std::string& path) {
    std::map<std::string, std::string> files;
    for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
        std::ifstream in(path + suffix, std::ios::binary);
        if (in) files[*suffix != '\0' ? suffix : "the file"].assign(std::istreambuf_iterator<char>(in), {});
    }
    return files;
}

void CompareSnapshots(const std::map<std::string, std::string>& before,
                      const std::map<std::string, std::string>& after, std::vector<std::string>& problems) {
    for (const auto& [name, bytes] : after) {
        const auto found = before.find(name);
        if (found == before.end())
            problems.push_back("left behind: " + name);
        else if (name != "-shm" && found->second != bytes)  // readers leave their marks in the shared index
            problems.push_back("changed: " + name);
    }
    for (const auto& [name, bytes] : before)
        if (after.find(name) == after.end()) problems.push_back("deleted: " + name);
}

std::vector<ForeignTable> ForeignTables(Server& server, const std::string& schema) {
    constexpr int kTable = 0, kColumn = 1, kType = 2, kTableOption = 3, kColumnOption = 4, kEncoding = 5;
    const std::vector<PgRow> rows = server.Rows(
        "SELECT c.oid::regclass::text, a.attname, format_type(a.atttypid, a.atttypmod),"
        " coalesce((SELECT option_value FROM pg_options_to_table(t.ftoptions) WHERE option_name = 'table'),"
        "          c.relname),"
        " coalesce((SELECT option_value FROM pg_options_to_table(a.attfdwoptions)"
        "           WHERE option_name = 'column_name'), a.attname),"
        " (SELECT option_value FROM pg_options_to_table(a.attfdwoptions) WHERE option_name = 'encoding')"
        " FROM pg_foreign_table t JOIN pg_class c ON c.oid = t.ftrelid"
        " LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relnamespace = " +
        server.Literal(schema) + "::regnamespace ORDER BY c.oid, a.attnum");
    std::vector<ForeignTable> tables;
    for (const PgRow& row : rows) {
        if (tables.empty() || tables.back().name != *row[kTable])
            tables.push_back({*row[kTable], *row[kTableOption], {}});
        if (!row[kColumn]) continue;
        ColumnType type = ParseType(*row[kType]);
        if (row[kEncoding])
            throw std::runtime_error("an import that sets option encoding is not understood here");
        tables.back().columns.push_back({*row[kColumn], *row[kColumnOption], std::move(type)});
    }
    return tables;
}

class FileCheck {
  public:
    FileCheck(const FileNames& file, const std::string& database, const std::string& name, Counts& counts)
        : file_(file),
          name_(name),
          counts_(counts),
          server_(database),
          caster_(database),
          oracle_(file.oracle),
          canon_(caster_),
          tables_(server_, oracle_, canon_, counts, findings_) {}

    Findings Run(const Pass& pass) {
        if (oracle_.failure()) findings_.notes.push_back("SQLite can't read it: " + *oracle_.failure());
        const auto before = Snapshot(file_.served);
        server_.Must("SET client_min_messages = warning");
        if (Import(pass.options)) {
            for (const ForeignTable& table : ForeignTables(server_, name_))
                CheckTable(table, pass.may_refuse);
            CheckCompleteness();
        }
        if (!server_.Alive()) {
            findings_.problems.push_back("the session is gone");
            return findings_;
        }
        server_.Must("DROP SCHEMA IF EXISTS " + name_ + " CASCADE; DROP SERVER IF EXISTS " + name_ +
                     " CASCADE; SELECT sqlite.disconnect_all()");
        CompareSnapshots(before, Snapshot(file_.served), findings_.problems);
        return findings_;
    }

  private:
    /// Where SQLite can't read the schema, or the file is known to be damaged, a failure is an answer too.
    bool MayFail() const { return file_.hostile || oracle_.failure(); }

    bool Import(const std::string& options) {
        const std::string create = "CREATE SERVER " + name_ +
                                   " FOREIGN DATA WRAPPER pg_sqlite OPTIONS (database " +
                                   server_.Literal(file_.served) + ")";
        auto failure = server_.Run(create);
        if (!failure) {
            server_.Must("CREATE SCHEMA " + name_);
            failure = server_.Run("IMPORT FOREIGN SCHEMA main FROM SERVER " + name_ + " INTO " + name_ +
                                  " OPTIONS (" + options + ")");
        }
        warnings_ = server_.TakeWarnings();
        if (!failure) return true;
        (!MayFail() || IsUnclear(*failure) ? findings_.problems : findings_.notes)
            .push_back("import: " + failure->Text());
        return false;
    }

    static bool IsUnclear(const Failure& failure) {
        return failure.sqlstate.empty() || failure.sqlstate == "XX000";
    }

    void CheckTable(const ForeignTable& table, bool may_refuse) {
        ++counts_.tables;
        const auto failure = tables_.Compare(table);
        if (!failure) {
            tables_.CompareCount(table);
            return;
        }
        const std::string place = "table \"" + table.source + "\": ";
        const auto unreadable = oracle_.Unreadable(table.source);
        if (may_refuse && !file_.hostile && !unreadable && !failure->sqlstate.empty()) {
            tables_.CheckRefusal(table, *failure);
            tables_.CompareColumns(table);
            tables_.CompareCount(table);
            return;
        }
        // SQLite can't read it either, or need not; an internal error is still no answer.
        const bool allowed = (file_.hostile || unreadable) && !IsUnclear(*failure);
        (allowed ? findings_.notes : findings_.problems)
            .push_back("table \"" + table.source + "\": " + failure->Text());
    }

    /// Every table that stock SQLite reads to the end is there, with all its columns.
    void CheckCompleteness() {
        if (file_.hostile) return;
        const std::vector<ForeignTable> tables = ForeignTables(server_, name_);
        for (const std::string& name : oracle_.tables()) {
            const auto unreadable = oracle_.Unreadable(name);
            if (unreadable) {
                ++counts_.unreadable;
                findings_.notes.push_back("SQLite can't read table \"" + name + "\": " + *unreadable);
                continue;
            }
            const ForeignTable* found = nullptr;
            for (const ForeignTable& table : tables)
                if (table.source == name) found = &table;
            if (found == nullptr) {
                findings_.problems.push_back("table \"" + name + "\" is not imported" + WarningAbout(name));
                continue;
            }
            for (const std::string& column : oracle_.Columns(name)) {
                bool there = false;
                for (const ForeignColumn& candidate : found->columns)
                    there |= candidate.source == column;
                if (!there)
                    findings_.problems.push_back("table \"" + name + "\": column \"" + column +
                                                 "\" is not imported");
            }
        }
    }

    std::string WarningAbout(const std::string& table) const {
        for (const std::string& warning : warnings_)
            if (warning.find("\"" + table + "\"") != std::string::npos) return ": " + warning;
        return " (and there is no warning)";
    }

    const FileNames& file_;
    const std::string& name_;
    Counts& counts_;
    std::vector<std::string> warnings_;
    Findings findings_;
    Server server_, caster_;
    Oracle oracle_;
    Canon canon_;
    TableCheck tables_;
};

}  // namespace

Findings CheckFile(const FileNames& file, const Pass& pass, const std::string& database,
                   const std::string& server_name, Counts& counts) {
    return FileCheck(file, database, server_name, counts).Run(pass);
}

}  // namespace corpus
