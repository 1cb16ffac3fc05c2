// Any bytes as DDL, expression or SELECT: the parser gives a tree or an error with an offset inside of the
// text, and the translation gives a text or a reason, never both, with quotes and parentheses that close.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/schema/sql/parse.hpp"
#include "core/schema/sql/translate.hpp"

namespace {

using namespace pgsqlite::schema;
using pgsqlite::value::Kind;

void Check(bool holds) {
    if (!holds) std::abort();
}

/// One column of each kind, named by letters.
const sql::TableTarget& Table() {
    static const sql::TableTarget table = [] {
        sql::TableTarget made;
        made.source_name = "t";
        made.name = "\"t\"";
        const auto add = [&](const char* name, const char* declared) {
            sql::ColumnTarget column;
            column.source_name = column.name = name;
            column.type = MapDeclaredType(declared);
            column.affinity = AffinityOf(declared);
            made.columns.push_back(column);
        };
        add("a", "INTEGER");
        add("b", "TEXT");
        add("c", "REAL");
        add("d", "DATE");
        add("e", "BOOLEAN");
        add("f", "BLOB");
        add("g", "DECIMAL(10,2)");
        add("h", "DATETIME");
        add("i", "JSON");
        add("j", "UUID");
        made.columns[0].rowid = true;
        made.columns[1].collation = "NOCASE";
        made.primary_key = {"a"};
        return made;
    }();
    return table;
}

/// Whether no quote or parenthesis of a PostgreSQL text stays open.
bool IsBalanced(std::string_view text) {
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\'') {
            const bool escapes = c == '\'' && i > 0 && text[i - 1] == 'E';
            for (++i; i < text.size() && text[i] != c; ++i)
                if (escapes && text[i] == '\\') ++i;
            if (i >= text.size()) return false;
        }
        if (c == '(') ++depth;
        if (c == ')' && --depth < 0) return false;
    }
    return depth == 0;
}

template <typename Result>
void CheckResult(const Result& result) {
    Check(result.text.empty() != result.reason.empty());
    Check(IsBalanced(result.text));
}

template <typename T>
bool CheckParsed(const sql::Parsed<T>& parsed, std::string_view text) {
    Check(parsed ? parsed.error.empty() : !parsed.error.empty());
    Check(parsed.offset <= text.size());
    return static_cast<bool>(parsed);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto table = sql::ParseCreateTable(text);
    if (CheckParsed(table, text))
        for (const sql::ColumnDefinition& column : table->columns)
            for (const sql::Constraint& constraint : column.constraints)
                if (constraint.expression) CheckResult(sql::TranslateCheck(*constraint.expression, Table()));
    CheckParsed(sql::ParseCreateTrigger(text), text);
    CheckParsed(sql::ParseCreateVirtualTable(text), text);
    const auto index = sql::ParseCreateIndex(text);
    if (CheckParsed(index, text)) CheckResult(sql::TranslateIndex(*index, Table()));
    const auto expression = sql::ParseExpression(text);
    if (CheckParsed(expression, text)) {
        CheckResult(sql::TranslateCheck(**expression, Table()));
        for (const sql::ColumnTarget& column : Table().columns) {
            CheckResult(sql::TranslateGenerated(**expression, Table(), column));
            CheckResult(sql::TranslateDefault(text, column.type));
        }
    }
    const sql::FindTable find = [](std::string_view name) {
        return name.size() == 1 && (name[0] | 32) == 't' ? &Table() : nullptr;
    };
    for (const char* prefix : {"", "CREATE VIEW v AS "}) {
        const std::string sql = prefix + std::string(text);
        const auto view = sql::ParseCreateView(sql);
        if (CheckParsed(view, sql)) CheckResult(sql::TranslateView(*view, find, FoldCase::kLower));
    }
    return 0;
}
