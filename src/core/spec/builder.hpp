// Builder: writes a spec, key by key, for suggest_spec. What it gives, Spec::Parse takes: keys are checked
// against the same table, names are quoted where they need it, and objects come in the order of that table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace pgsqlite::spec {

/// A ready piece of JSON: objects such as partition_by.
struct RawJson {
    std::string text;
};
using BuilderValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>, RawJson>;

/// ["a", "b"]: the value of keys that hold names. @throws Error 22023 for a text that no JSON holds
std::string JsonOf(const std::vector<std::string>& names);

class Builder {
  public:
    Builder();
    ~Builder();
    Builder(Builder&&) noexcept;
    Builder& operator=(Builder&&) noexcept;

    // Each sets one key, over an earlier value of it. Names are plain ones, not patterns: those with dots,
    // wildcards or quotes are quoted, a byte that is no UTF-8 becomes the wildcard ? (no JSON holds it).
    // @throws Error XX000 for a key that has no place there, which is a mistake of the caller

    void SetJob(std::string_view key, BuilderValue value);
    void SetServer(std::string_view server, std::string_view key, BuilderValue value);
    /// @param server empty: under the top's `tables`, for a table of that name on any server
    void SetTable(std::string_view server, std::string_view table, std::string_view key, BuilderValue value);
    void SetColumn(std::string_view server, std::string_view table, std::string_view column,
                   std::string_view key, BuilderValue value);
    /// type_map of the whole job.
    void MapType(std::string_view declared_type, std::string_view type);

    bool empty() const noexcept;
    /// The spec so far, indented; "{}" when nothing was set.
    std::string ToJson() const;

  private:
    struct Tree;
    std::unique_ptr<Tree> tree_;
};

}  // namespace pgsqlite::spec
