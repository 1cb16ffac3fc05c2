#include "core/schema/foreign_table.hpp"

#include <charconv>

#include "core/base/scratch.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::schema {
namespace {

std::string Option(const std::string& name, const std::string& value) {
    return name + " " + QuotePgLiteral(value);
}

std::string Upper(std::string_view text) {
    std::string upper(text);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return upper;
}

std::string_view Trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || (text.front() >= '\t' && text.front() <= '\r')))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || (text.back() >= '\t' && text.back() <= '\r')))
        text.remove_suffix(1);
    return text;
}

/// A quoted literal ('a''b', and SQLite's "a""b") without its quotes; nullopt where it is none.
std::optional<std::string> Unquote(std::string_view text) {
    if (text.size() < 2 || (text.front() != '\'' && text.front() != '"') || text.back() != text.front())
        return std::nullopt;
    const char quote = text.front();
    std::string plain;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == quote) {
            if (i + 2 >= text.size() || text[i + 1] != quote) return std::nullopt;
            ++i;
        }
        plain += text[i];
    }
    return plain;
}

/// The number a literal like -12 or 1.5e3 stands for, as SQLite stores it.
std::optional<value::Cell> NumberCell(std::string_view text) {
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    const char first = text.front() == '-' && text.size() > 1 ? text[1] : text.front();
    if (!(first >= '0' && first <= '9') && first != '.') return std::nullopt;
    std::int64_t integer = 0;
    const char* end = text.data() + text.size();
    if (auto r = std::from_chars(text.data(), end, integer); r.ec == std::errc() && r.ptr == end)
        return value::Cell::Integer(integer);
    double real = 0;
    if (auto r = std::from_chars(text.data(), end, real); r.ec == std::errc() && r.ptr == end)
        return value::Cell::Real(real);
    return std::nullopt;
}

bool Fits(const value::Cell& cell, const MappedType& type) {
    Scratch scratch;
    value::Value value;
    return value::Convert(type.ToRule(), cell, scratch, value).ok();
}

std::string CurrentTime(const std::string& word, value::Kind kind) {
    using value::Kind;
    const char* format = word == "CURRENT_DATE"   ? "YYYY-MM-DD"
                         : word == "CURRENT_TIME" ? "HH24:MI:SS"
                                                  : "YYYY-MM-DD HH24:MI:SS";
    const std::string utc = "(now() AT TIME ZONE 'UTC')";
    if (kind == Kind::kText) return "to_char(" + utc + ", '" + format + "')";
    if (kind == Kind::kTimestamptz && word == "CURRENT_TIMESTAMP") return "now()";
    if (kind == Kind::kTimestamp && word == "CURRENT_TIMESTAMP") return utc;
    if (kind == Kind::kDate && word == "CURRENT_DATE") return utc + "::date";
    if (kind == Kind::kTime && word == "CURRENT_TIME") return utc + "::time";
    return {};
}

}  // namespace

std::optional<std::string> TranslateDefault(const std::string& default_sql, const MappedType& type) {
    std::string_view text = Trim(default_sql);
    while (text.size() >= 2 && text.front() == '(' && text.back() == ')')
        text = Trim(text.substr(1, text.size() - 2));
    const std::string word = Upper(text);
    if (word == "NULL") return "NULL";
    if (word == "CURRENT_TIMESTAMP" || word == "CURRENT_DATE" || word == "CURRENT_TIME") {
        std::string expression = CurrentTime(word, type.kind);
        if (expression.empty()) return std::nullopt;
        return expression;
    }
    if (word == "TRUE" || word == "FALSE") {
        const value::Cell cell = value::Cell::Integer(word == "TRUE");
        if (!Fits(cell, type)) return std::nullopt;
        return word == "TRUE" ? "'1'" : "'0'";
    }
    if (const auto number = NumberCell(text)) {
        if (!Fits(*number, type)) return std::nullopt;
        return QuotePgLiteral(text.front() == '+' ? text.substr(1) : text);
    }
    if (const auto plain = Unquote(text)) {
        // bytea would read backslashes and \x in the text.
        if (type.kind == value::Kind::kBytea || !Fits(value::Cell::Text(*plain), type)) return std::nullopt;
        return QuotePgLiteral(*plain);
    }
    return std::nullopt;
}

std::vector<ImportColumn> ImportColumns(const sqlite::Table& table, const ImportOptions& options,
                                        bool naive_as_timestamptz) {
    std::vector<ImportColumn> columns;
    NameAllocator names(options.fold, true);
    const int alias = table.rowid_alias();
    if (options.import_rowid && alias < 0 && !table.rowid_name().empty()) {
        ImportColumn rowid;
        rowid.source_name = table.rowid_name();
        rowid.name = names.Take(rowid.source_name);
        rowid.declared_type = "INTEGER";
        rowid.type = PlainType(value::Kind::kInt8);
        rowid.rowid = true;
        columns.push_back(std::move(rowid));
    }
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const sqlite::Column& source = table.columns[i];
        if (source.hidden == sqlite::Column::Hidden::kHidden) continue;
        if (source.is_generated() && !options.import_generated) continue;
        ImportColumn column;
        column.source_name = source.name;
        column.name = names.Take(source.name);
        column.declared_type = source.declared_type;
        column.type = MapDeclaredType(source.declared_type, naive_as_timestamptz);
        column.key = source.primary_key_position > 0;
        column.declared_not_null = source.not_null;
        column.default_sql = source.default_sql;
        column.rowid = static_cast<int>(i) == alias;
        columns.push_back(std::move(column));
    }
    return columns;
}

std::string SelectColumns(const sqlite::Table& table, const std::vector<ImportColumn>& columns) {
    std::string sql = "SELECT ";
    for (const ImportColumn& column : columns) {
        if (&column != &columns.front()) sql += ", ";
        sql += "r." + sqlite::QuoteIdentifier(column.source_name);
    }
    if (columns.empty()) sql += "NULL";
    return sql + " FROM main." + sqlite::QuoteIdentifier(table.name) + " AS r";
}

std::string CreateForeignTable(const sqlite::Table& table, const std::string& name,
                               const std::vector<ImportColumn>& columns, const ImportOptions& options,
                               std::vector<std::string>& notices) {
    std::string sql = "CREATE FOREIGN TABLE " + QuotePgIdentifier(name) + " (";
    for (const ImportColumn& column : columns) {
        sql += &column == &columns.front() ? "\n    " : ",\n    ";
        sql += QuotePgIdentifier(column.name.name) + " " + column.type.sql;
        // Always, so that renaming the PostgreSQL column later breaks nothing.
        sql += " OPTIONS (" + Option("column_name", column.source_name);
        if (column.key) sql += ", key 'true'";
        sql += ")";
        if (options.import_default && column.default_sql) {
            const auto translated = TranslateDefault(*column.default_sql, column.type);
            if (translated)
                sql += " DEFAULT " + *translated;
            else
                notices.push_back("default " + *column.default_sql + " of column " +
                                  QuotePgIdentifier(column.name.name) + " of foreign table " +
                                  QuotePgIdentifier(name) + " is left out: it has no equivalent");
        }
        if (options.import_not_null && column.declared_not_null && column.proved_not_null) sql += " NOT NULL";
    }
    sql += "\n) SERVER " + QuotePgIdentifier(options.server) + " OPTIONS (" +
           Option("\"table\"", table.name) + ")";
    return sql;
}

}  // namespace pgsqlite::schema
