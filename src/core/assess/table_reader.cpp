#include "core/assess/table_reader.hpp"

#include "core/base/error.hpp"

namespace pgsqlite::assess {
namespace {

/// The same error, with the table named in it.
[[noreturn]] void ThrowFor(const std::string& table, const Error& error) {
    Error named(error.sqlstate(), "SQLite table \"" + table + "\": " + error.message(), error.detail(),
                error.hint());
    named.set_sqlite_code(error.sqlite_code());
    throw named;
}

}  // namespace

ReadScope::ReadScope(sqlite::Database& db) : db_(db), ours_(!db.in_read()) {
    if (ours_) db_.BeginRead();
}

ReadScope::~ReadScope() {
    if (ours_) db_.EndRead();
}

TableReader::TableReader(sqlite::Database& db, const sqlite::Table& table,
                         const std::vector<std::string>& columns)
    : db_(db), doing_("read SQLite table \"" + table.name + "\"") {
    if (table.unreadable)
        throw Error(sqlstate::kFdwError,
                    "SQLite table \"" + table.name + "\" can't be read: " + *table.unreadable);
    std::string sql = "SELECT ";
    int count = 0;
    const auto select = [&](const std::string& name) {
        sql += (count > 0 ? ", r." : "r.") + sqlite::QuoteIdentifier(name);
        return count++;
    };
    for (const std::string& name : columns)
        select(name);
    const std::string rowid = table.rowid_name();
    if (!rowid.empty())
        rowid_ = select(rowid);
    else
        for (const int ordinal : table.primary_key())
            key_.push_back(select(table.columns[static_cast<std::size_t>(ordinal)].name));
    if (count == 0) sql += "NULL";
    sql += " FROM main." + sqlite::QuoteIdentifier(table.name) + " AS r" + table.without_indexes();
    try {
        statement_ = std::make_unique<sqlite::Statement>(db, sql);
    } catch (const Error& error) {
        ThrowFor(table.name, error);
    }
    name_.key = &key_;
}

bool TableReader::AtEnd() {
    if (statement_->error_code() != 0) statement_->ThrowLastError(doing_);
    db_.VerifyUnchanged();
    return false;
}

}  // namespace pgsqlite::assess
