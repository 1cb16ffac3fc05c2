// What a spec names and a database does not have: added columns, and patterns that meet nothing, which are
// misspelt names as a rule.
#include <algorithm>
#include <unordered_set>

#include "core/base/cancel.hpp"
#include "core/base/nearest.hpp"
#include "core/spec/document.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::spec {
namespace {

// A spec for another database misses everything; each search compares with all names.
constexpr std::size_t kMaxNearest = 100;

bool MayAdd(const Scope& scope) noexcept {
    return scope.column->exact() &&
           (scope.Find(Id::kConvert) != nullptr || scope.Find(Id::kDefault) != nullptr ||
            scope.Find(Id::kDefaultSql) != nullptr);
}

bool HasColumn(std::span<const KnownColumn> columns, const NamePattern& pattern) noexcept {
    return std::any_of(columns.begin(), columns.end(),
                       [&pattern](const KnownColumn& column) { return pattern.Matches(column.name, true); });
}

class Finder {
  public:
    Finder(std::span<const std::string> servers, std::span<const KnownTable> tables)
        : servers_(servers), tables_(tables) {}

    /// Marks what a table's scopes meet.
    void Meet(const Scope* scope) { met_.insert(scope); }
    bool HasMet(const Scope* scope) const { return met_.contains(scope); }

    void Report(const Scope& scope) {
        StopIfCancelled();
        // What stands in an unmatched object is not told again.
        if (HasMet(&scope) || !HasMet(scope.parent)) return;
        Unmatched unmatched;
        unmatched.pointer = scope.pointer;
        unmatched.pattern = scope.written;
        std::vector<const char*> names;
        const NamePattern* missing = nullptr;
        if (scope.server && !AnyServer(*scope.server)) {
            unmatched.what = Unmatched::What::kServer;
            missing = &*scope.server;
            for (const std::string& server : servers_)
                names.push_back(server.c_str());
        } else if (!AnyTable(scope)) {
            unmatched.what = Unmatched::What::kTable;
            missing = &*scope.table;
            TableNames(scope.server ? &*scope.server : nullptr, &names);
        } else {
            unmatched.what = Unmatched::What::kColumn;
            missing = &*scope.column;
            for (const KnownTable& table : tables_)
                if (scope.Matches(table.server, table.table))
                    for (const KnownColumn& column : table.columns)
                        names.push_back(column.name.c_str());
        }
        Add(std::move(unmatched), *missing, names);
    }

    void Report(const TablePattern& pattern, Unmatched::What what) {
        for (const KnownTable& table : tables_)
            if (pattern.Matches(table.server, table.table)) return;
        std::vector<const char*> names;
        TableNames(pattern.server ? &*pattern.server : nullptr, &names);
        Add({what, pattern.pointer, pattern.written, {}}, pattern.table, names);
    }

    void ReportTypes(const Scope& scope, const Setting& type_map) {
        std::unordered_set<std::string> declared;
        for (const KnownTable& table : tables_) {
            if (!scope.Matches(table.server, table.table)) continue;
            for (const KnownColumn& column : table.columns) {
                TypeKey key(column.declared_type);
                declared.insert(std::move(key.words));
                declared.insert(std::move(key.full));
            }
        }
        std::vector<const char*> names;
        for (const std::string& type : declared)
            names.push_back(type.c_str());
        std::sort(names.begin(), names.end(),
                  [](const char* a, const char* b) { return std::string_view(a) < std::string_view(b); });
        for (const std::string& name : type_map.value->names) {
            StopIfCancelled();
            if (declared.contains(TypeKey(name).full)) continue;
            AddNearest({Unmatched::What::kDeclaredType, Append(type_map.pointer, name), name, {}}, name,
                       names);
        }
    }

    std::vector<Unmatched> Take() { return std::move(result_); }

  private:
    bool AnyServer(const NamePattern& pattern) const {
        return std::any_of(servers_.begin(), servers_.end(),
                           [&pattern](const std::string& server) { return pattern.Matches(server, false); });
    }
    bool AnyTable(const Scope& scope) const {
        return std::any_of(tables_.begin(), tables_.end(), [&scope](const KnownTable& table) {
            return scope.Matches(table.server, table.table);
        });
    }
    void TableNames(const NamePattern* server, std::vector<const char*>* names) const {
        for (const KnownTable& table : tables_)
            if (server == nullptr || server->Matches(table.server, false))
                names->push_back(table.table.c_str());
    }
    void Add(Unmatched unmatched, const NamePattern& missing, std::span<const char* const> names) {
        AddNearest(std::move(unmatched), missing.exact() ? missing.name() : std::string(), names);
    }
    void AddNearest(Unmatched unmatched, const std::string& word, std::span<const char* const> names) {
        if (result_.size() < kMaxNearest && !word.empty())
            if (const char* nearest = NearestWord(word, names)) unmatched.nearest = nearest;
        result_.push_back(std::move(unmatched));
    }

    std::span<const std::string> servers_;
    std::span<const KnownTable> tables_;
    std::unordered_set<const Scope*> met_;
    std::vector<Unmatched> result_;
};

}  // namespace

std::vector<std::string> Spec::AddedColumns(std::string_view server, std::string_view table,
                                            std::span<const KnownColumn> columns) const {
    std::vector<std::string> added;
    std::unordered_set<std::string> known;
    for (const KnownColumn& column : columns)
        known.insert(sqlite::NameKey(column.name));
    for (const Scope* scope : document_->ColumnScopesOf(server, table))
        if (MayAdd(*scope) && known.insert(sqlite::NameKey(scope->column->name())).second)
            added.push_back(scope->column->name());
    return added;
}

std::vector<Unmatched> Spec::FindUnmatched(std::span<const std::string> servers,
                                           std::span<const KnownTable> tables) const {
    Finder finder(servers, tables);
    for (const auto& scope : document_->scopes) {
        const bool is_met = scope->level == kJob ||
                            (scope->level == kServer &&
                             std::any_of(servers.begin(), servers.end(),
                                         [&](const std::string& server) { return scope->Matches(server); }));
        if (is_met) finder.Meet(scope.get());
    }
    for (const KnownTable& table : tables) {
        for (const Scope* scope : document_->ScopesOf(table.server, table.table, nullptr))
            finder.Meet(scope);
        for (const Scope* scope : document_->ColumnScopesOf(table.server, table.table)) {
            StopIfCancelled();
            if (!finder.HasMet(scope) && (MayAdd(*scope) || HasColumn(table.columns, *scope->column)))
                finder.Meet(scope);
        }
    }

    for (const TablePattern& pattern : document_->include)
        finder.Report(pattern, Unmatched::What::kInclude);
    for (const TablePattern& pattern : document_->exclude)
        finder.Report(pattern, Unmatched::What::kExclude);
    for (const auto& scope : document_->scopes) {
        if (scope->level != kJob) finder.Report(*scope);
        if (const Setting* type_map = scope->Find(Id::kTypeMap); type_map && finder.HasMet(scope.get()))
            finder.ReportTypes(*scope, *type_map);
    }
    return finder.Take();
}

}  // namespace pgsqlite::spec
