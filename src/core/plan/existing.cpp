#include "core/plan/existing.hpp"

#include <algorithm>

#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {

const ExistingColumn* ExistingRelation::Find(std::string_view column) const noexcept {
    const ExistingColumn* similar = nullptr;
    for (const ExistingColumn& candidate : columns) {
        if (candidate.name == column) return &candidate;
        if (similar == nullptr && sqlite::EqualNames(candidate.name, column)) similar = &candidate;
    }
    return similar;
}

const ExistingColumn* ExistingRelation::FindExactly(std::string_view column) const noexcept {
    const ExistingColumn* found = Find(column);
    return found != nullptr && found->name == column ? found : nullptr;
}

bool ExistingRelation::HasUniqueKey(std::vector<std::string> key) const {
    std::sort(key.begin(), key.end());
    return std::find(unique_keys.begin(), unique_keys.end(), key) != unique_keys.end();
}

const ExpressionKey* ExistingRelation::FindExpressionKey(std::vector<std::string> key) const {
    std::sort(key.begin(), key.end());
    const auto found = std::find_if(expression_keys.begin(), expression_keys.end(),
                                    [&](const ExpressionKey& candidate) { return candidate.columns == key; });
    return found == expression_keys.end() ? nullptr : &*found;
}

bool Existing::HasSchema(std::string_view schema) const noexcept {
    return std::find(schemas.begin(), schemas.end(), schema) != schemas.end();
}

const ExistingRelation* Existing::Find(std::string_view schema, std::string_view name) const noexcept {
    const ExistingRelation* similar = nullptr;
    for (const ExistingRelation& candidate : relations) {
        if (candidate.schema != schema) continue;
        if (candidate.name == name) return &candidate;
        if (similar == nullptr && sqlite::EqualNames(candidate.name, name)) similar = &candidate;
    }
    return similar;
}

}  // namespace pgsqlite::plan
