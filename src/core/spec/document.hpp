// Document: a spec after its check, as the list of scopes that resolving and reporting walk. Internal to
// core/spec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/spec/json_tree.hpp"
#include "core/spec/keys.hpp"
#include "core/spec/name_pattern.hpp"
#include "core/spec/problems.hpp"
#include "core/spec/spec.hpp"

namespace pgsqlite::spec {

/// One key that is set.
struct Setting {
    const Key* key;
    const Json* value;  ///< in Document::root; checked, so reading it cannot fail
    std::string pointer;
};

/// One object with settings and what it is about.
struct Scope {
    Place level = kJob;  ///< kJob, kServer, kTable or kColumn
    std::optional<NamePattern> server, table, column;
    std::size_t order = 0;  ///< in the document
    std::string pointer;
    std::string written;            ///< its pattern
    const Scope* parent = nullptr;  ///< the server, table or job object it stands in
    std::vector<Setting> settings;

    bool Matches(std::string_view of_server) const noexcept {
        return !server || server->Matches(of_server, false);
    }
    bool Matches(std::string_view of_server, std::string_view of_table) const noexcept {
        return Matches(of_server) && (!table || table->Matches(of_table, true));
    }
    const Setting* Find(Id id) const noexcept {
        for (const Setting& setting : settings)
            if (setting.key->id == id) return &setting;
        return nullptr;
    }
};

/// An entry of include or exclude.
struct TablePattern {
    std::optional<NamePattern> server;
    NamePattern table;
    std::string pointer;
    std::string written;

    bool Matches(std::string_view of_server, std::string_view of_table) const noexcept {
        return (!server || server->Matches(of_server, false)) && table.Matches(of_table, true);
    }
};

/// A declared type as type_map compares it: upper case, blanks and arguments in one form.
struct TypeKey {
    std::string words;
    std::string full;  ///< with its arguments; equal to words without any

    explicit TypeKey(std::string_view declared_type);
};

struct Spec::Document {
    Json root;
    /// In the order of the document; the first is the job's. Never resized after the check: scopes point to
    /// their parents.
    std::vector<std::unique_ptr<Scope>> scopes;
    /// Scopes, and those about one column by its folded name: a spec may name each of 10,000 columns.
    struct Scopes {
        std::vector<const Scope*> loose;
        std::unordered_map<std::string, std::vector<const Scope*>> by_column;

        void Add(const Scope* scope);
    };
    /// Scopes about one table by its folded name, and all others.
    std::unordered_map<std::string, Scopes> by_table;
    Scopes loose;
    std::vector<TablePattern> include, exclude;
    JobSettings job;
    /// Of each type_map: positions of its members by TypeKey::full. Thousands of columns ask.
    std::unordered_map<const Json*, std::unordered_map<std::string, std::size_t>> type_maps;

    /// Scopes that hold for a table, from the farthest to the nearest. Those of columns are among them when
    /// `column` is given and matches.
    std::vector<const Scope*> ScopesOf(std::string_view server, std::string_view table,
                                       const std::string_view* column) const;
    /// Position of the member of a type_map that gives a declared type; `"DECIMAL(10,2)"` goes before
    /// `"DECIMAL"`.
    std::optional<std::size_t> FindMappedType(const Json& type_map, const TypeKey& declared_type) const;
    /// All column scopes of a table, whatever their columns, in the order of the document.
    std::vector<const Scope*> ColumnScopesOf(std::string_view server, std::string_view table) const;
};

/// A target's parts; they are checked.
TargetName ReadTarget(std::string_view text);

/// "2.5%" as 2.5; nothing when it is no share from 0% to 100%.
std::optional<double> ReadShare(std::string_view text) noexcept;

/// Checks `root` and fills the rest.
class Checker {
  public:
    Checker(Problems& problems, std::vector<std::unique_ptr<Scope>>& scopes,
            std::vector<TablePattern>& include, std::vector<TablePattern>& exclude)
        : problems_(problems), scopes_(scopes), include_(include), exclude_(exclude) {}

    void CheckDocument(const Json& root);

  private:
    void CheckScope(const Json& object, Scope* scope);
    /// An object without scopes of its own: upsert, rule, …
    void CheckInner(const Json& object, Place place, const std::string& pointer);
    /// @return the key when the member is a valid one
    const Key* CheckMember(const Json& object, std::size_t index, Place place, const std::string& pointer);
    bool CheckValue(const Key& key, const Json& value, const std::string& pointer);
    bool CheckMap(const Json& map, Form form, Scope* outer, const std::string& pointer);
    bool CheckName(const Json& value, const std::string& pointer);
    bool CheckArray(const Json& value, bool may_be_empty, const char* of, const std::string& pointer);
    bool CheckTarget(const Json& value, const std::string& pointer);
    bool CheckTypeMap(const Json& map, const std::string& pointer);
    bool CheckRules(const Json& map, const std::string& pointer);
    bool CheckText(const Json& value, const std::string& pointer);
    bool CheckPatterns(const Json& value, std::vector<TablePattern>& patterns, const std::string& pointer);
    bool Expect(const Json& value, Json::Kind kind, const char* what, const std::string& pointer);
    /// What one setting means depends on another's.
    void CheckTogether(const Scope& scope);
    void CheckEncoding(const Setting& encoding, const Setting* type);

    Problems& problems_;
    std::vector<std::unique_ptr<Scope>>& scopes_;
    std::vector<TablePattern>& include_;
    std::vector<TablePattern>& exclude_;
};

}  // namespace pgsqlite::spec
