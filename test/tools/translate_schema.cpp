// Prints how the schema of a SQLite database is translated to PostgreSQL, one JSON object a line: tables with
// their columns, then defaults, CHECKs, generated columns, indexes, foreign keys, views and triggers, each
// with its text or the reason why there is none. test/t/020_translate.pl runs what it prints; with several
// databases and --summary it counts.
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "core/base/error.hpp"
#include "core/schema/declared_type.hpp"
#include "core/schema/names.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/schema/sql/translate.hpp"
#include "core/sqlite/catalog.hpp"
#include "core/sqlite/database.hpp"
#include "core/sqlite/identifier.hpp"

namespace {

using namespace pgsqlite;
using namespace pgsqlite::schema;
using Json = nlohmann::ordered_json;

bool summary = false;
std::map<std::string, std::map<std::string, int>> counts;  // kind → translated | reason → number

void Print(Json object) {
    if (summary) {
        const std::string kind = object["kind"];
        ++counts[kind]
                [object.contains("reason") ? "not: " + object["reason"].get<std::string>() : "translated"];
        if (kind != "parse_error") return;
    }
    std::puts(object.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
}

template <typename Result>
void Report(const char* kind, const std::string& table, const std::string& name, const std::string& source,
            const Result& result) {
    Json object = {{"kind", kind}, {"table", table}, {"name", name}, {"source", source}};
    if (result)
        object["text"] = result.text;
    else
        object["reason"] = result.reason;
    if (!result.notes.empty()) object["notes"] = result.notes;
    Print(std::move(object));
}

template <typename T>
void ReportParseError(const char* kind, const std::string& source, const sql::Parsed<T>& parsed) {
    Print({{"kind", "parse_error"},
           {"name", kind},
           {"source", source},
           {"reason", parsed.error},
           {"offset", parsed.offset}});
}

sql::TableTarget MakeTarget(const sqlite::Table& table, NameAllocator& names) {
    sql::TableTarget target;
    target.source_name = table.name;
    target.name = QuotePgIdentifier(names.Take(table.name).name);
    NameAllocator columns(FoldCase::kLower, true);
    const int alias = table.rowid_alias();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const sqlite::Column& source = table.columns[i];
        sql::ColumnTarget column;
        column.source_name = source.name;
        column.name = columns.Take(source.name).name;
        column.type = MapDeclaredType(source.declared_type);
        column.affinity = AffinityOf(source.declared_type);
        column.collation = source.collation.empty() ? "BINARY" : source.collation;
        column.rowid = static_cast<int>(i) == alias;
        column.not_null = source.not_null || column.rowid;
        column.generated = source.is_generated();
        target.columns.push_back(std::move(column));
    }
    for (int key : table.primary_key())
        target.primary_key.push_back(table.columns[static_cast<std::size_t>(key)].name);
    return target;
}

void Constraints(const sqlite::Table& table, const sql::TableTarget& target) {
    const auto parsed = sql::ParseCreateTable(table.sql);
    if (!parsed) return ReportParseError("table", table.sql, parsed);
    const auto check = [&](const sql::Constraint& constraint) {
        if (constraint.kind == sql::Constraint::Kind::kCheck)
            Report("check", target.name, constraint.name, constraint.text,
                   sql::TranslateCheck(*constraint.expression, target));
    };
    for (std::size_t i = 0; i < parsed->columns.size(); ++i) {
        const sql::ColumnDefinition& column = parsed->columns[i];
        for (const sql::Constraint& constraint : column.constraints) {
            check(constraint);
            if (constraint.kind == sql::Constraint::Kind::kGenerated)
                Report("generated", target.name, target.columns[i].name, constraint.text,
                       sql::TranslateGenerated(*constraint.expression, target, target.columns[i]));
        }
    }
    for (const sql::Constraint& constraint : parsed->constraints)
        check(constraint);
    for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (table.columns[i].default_sql)
            Report("default", target.name, target.columns[i].name, *table.columns[i].default_sql,
                   sql::TranslateDefault(*table.columns[i].default_sql, target.columns[i].type));
}

void Translate(const char* path) {
    sqlite::OpenOptions options;
    options.path = sqlite::ResolveDatabasePath(path);
    const auto db = sqlite::Database::Open(options);
    const std::vector<sqlite::Table> tables = sqlite::Catalog::ReadTables(*db);
    std::deque<sql::TableTarget> targets;
    std::map<std::string, const sql::TableTarget*> by_name;
    NameAllocator names(FoldCase::kLower, false);
    for (const sqlite::Table& table : tables) {
        if (table.kind != sqlite::TableKind::kTable) continue;
        targets.push_back(MakeTarget(table, names));
        const sql::TableTarget& target = targets.back();
        by_name[sqlite::NameKey(table.name)] = &target;
        Json columns = Json::array();
        for (const sql::ColumnTarget& column : target.columns)
            columns.push_back(
                {{"name", column.name}, {"type", column.type.sql}, {"generated", column.generated}});
        Print({{"kind", "table"}, {"name", target.name}, {"source", table.name}, {"columns", columns}});
        Constraints(table, target);
        for (const sqlite::Index& index : table.indexes) {
            if (index.sql.empty()) continue;
            const auto parsed = sql::ParseCreateIndex(index.sql);
            if (parsed)
                Report("index", target.name, index.name, index.sql, sql::TranslateIndex(*parsed, target));
            else
                ReportParseError("index", index.sql, parsed);
        }
    }
    std::vector<std::pair<const sqlite::Table*, sql::Parsed<sql::CreateView>>> views;
    for (const sqlite::Table& table : tables) {
        if (table.kind == sqlite::TableKind::kVirtual && !table.sql.empty()) {
            const auto parsed = sql::ParseCreateVirtualTable(table.sql);
            if (!parsed || parsed->module != table.module)
                ReportParseError("virtual table", table.sql, parsed);
        }
        if (table.kind != sqlite::TableKind::kView) continue;
        auto parsed = sql::ParseCreateView(table.sql);
        if (parsed)
            views.emplace_back(&table, std::move(parsed));
        else
            ReportParseError("view", table.sql, parsed);
    }
    const sql::FindTable find = [&](std::string_view name) -> const sql::TableTarget* {
        const auto found = by_name.find(sqlite::NameKey(name));
        return found == by_name.end() ? nullptr : found->second;
    };
    // A view over a view that comes later has to wait for it.
    for (bool progress = true; progress && !views.empty();) {
        progress = false;
        for (std::size_t i = 0; i < views.size();) {
            sql::ViewTranslation view = sql::TranslateView(*views[i].second, find, FoldCase::kLower);
            if (!view) {
                ++i;
                continue;
            }
            sql::TableTarget target;
            target.source_name = views[i].first->name;
            target.name = QuotePgIdentifier(names.Take(target.source_name).name);
            Report("view", target.name, target.source_name, views[i].first->sql, view);
            target.columns = std::move(view.columns);
            targets.push_back(std::move(target));
            by_name[sqlite::NameKey(views[i].first->name)] = &targets.back();
            views.erase(views.begin() + static_cast<std::ptrdiff_t>(i));
            progress = true;
        }
    }
    for (const auto& [table, parsed] : views)
        Report("view", {}, table->name, table->sql, sql::TranslateView(*parsed, find, FoldCase::kLower));
    for (const sqlite::Trigger& trigger : sqlite::Catalog::ReadTriggers(*db)) {
        const auto parsed = sql::ParseCreateTrigger(trigger.sql);
        if (!parsed || !sqlite::EqualNames(parsed->table, trigger.table))
            ReportParseError("trigger", trigger.sql, parsed);
        else
            Print({{"kind", "trigger"}, {"name", trigger.name}});
    }
}

}  // namespace

int main(int count, char** arguments) {
    int unread = 0;
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(arguments[i], "--summary") == 0) {
            summary = true;
            continue;
        }
        try {
            Translate(arguments[i]);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s: %s\n", arguments[i], error.what());
            ++unread;
        }
    }
    for (const auto& [kind, reasons] : counts)
        for (const auto& [reason, number] : reasons)
            std::printf("%6d %s: %s\n", number, kind.c_str(), reason.c_str());
    return summary || unread == 0 ? 0 : 1;
}
