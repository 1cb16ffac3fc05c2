#include "core/spec/patch.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/spec/json_tree.hpp"
#include "core/spec/spec.hpp"
#include "core/value/policy.hpp"

namespace pgsqlite::spec {
namespace {

/// Beside the value policies: what a row's way into a table that stands depends on.
constexpr std::string_view kChangeable[] = {"comment",  "$schema", "where",   "required",    "rules",
                                            "encoding", "convert", "default", "default_sql", "timezone"};
/// Keys whose objects hold settings by name.
constexpr std::string_view kNested[] = {"servers", "tables", "columns"};

template <std::size_t N>
bool IsOneOf(std::string_view key, const std::string_view (&keys)[N]) noexcept {
    return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

bool IsChangeable(std::string_view key) noexcept {
    if (IsOneOf(key, kChangeable)) return true;
    for (const value::PolicyOption& policy : value::kPolicyOptions)
        if (key == policy.name) return true;
    return false;
}

bool IsNested(const std::string& key, const Json& value) noexcept {
    return IsOneOf(key, kNested) && value.kind == Json::Kind::kObject;
}

void Erase(Json* object, std::size_t i) {
    object->names.erase(object->names.begin() + static_cast<std::ptrdiff_t>(i));
    object->items.erase(object->items.begin() + static_cast<std::ptrdiff_t>(i));
}

/// Removes keys from all objects with settings, and those that are empty then.
template <class Unwanted>
void Strip(Json* settings, const Unwanted& unwanted) {
    for (std::size_t i = settings->names.size(); i-- > 0;) {
        Json* value = &settings->items[i];
        if (IsNested(settings->names[i], *value)) {
            for (std::size_t j = value->names.size(); j-- > 0;) {
                Strip(&value->items[j], unwanted);
                if (value->items[j].names.empty()) Erase(value, j);
            }
            if (value->names.empty()) Erase(settings, i);
        } else if (unwanted(settings->names[i])) {
            Erase(settings, i);
        }
    }
}

/// Rows that are there are no obstacle any more. Where they are found by what they say, they still are: what
/// refers to them has to follow.
void AppendRows(Json* settings) {
    for (std::size_t i = 0; i < settings->names.size(); ++i) {
        Json* value = &settings->items[i];
        if (IsNested(settings->names[i], *value))
            for (Json& inner : value->items)
                AppendRows(&inner);
        else if (settings->names[i] == "existing" && value->text != "match" && value->text != "upsert")
            value->text = "append";
    }
}

void Merge(Json* into, const Json& changes) {
    for (std::size_t i = 0; i < changes.names.size(); ++i) {
        const Json& change = changes.items[i];
        const auto found = std::find(into->names.begin(), into->names.end(), changes.names[i]);
        const auto place = static_cast<std::size_t>(found - into->names.begin());
        if (change.kind == Json::Kind::kNull) {
            if (found != into->names.end()) Erase(into, place);
            continue;
        }
        if (found == into->names.end()) {
            into->names.push_back(changes.names[i]);
            into->items.emplace_back().kind = Json::Kind::kObject;
        }
        Json* target = &into->items[place];
        if (change.kind != Json::Kind::kObject) {
            *target = change;
            continue;
        }
        if (target->kind != Json::Kind::kObject) {
            *target = Json();
            target->kind = Json::Kind::kObject;
        }
        Merge(target, change);
    }
}

/// Removes the nulls, by which `changes` takes a setting back: they are no values.
void DropNulls(Json* json) {
    for (std::size_t i = json->names.size(); i-- > 0;) {
        if (json->items[i].kind == Json::Kind::kNull)
            Erase(json, i);
        else
            DropNulls(&json->items[i]);
    }
}

/// The first place where two documents differ; keys may stand in any order, and an object that is missing is
/// an empty one.
std::string Difference(const Json& a, const Json& b, const std::string& pointer) {
    if (a.kind != Json::Kind::kObject || b.kind != Json::Kind::kObject)
        return a.ToText() == b.ToText() ? std::string() : pointer;
    Json none;
    const auto compare = [&](const Json& one, const Json& other, bool both) {
        for (std::size_t i = 0; i < one.names.size(); ++i) {
            const Json* value = other.Find(one.names[i]);
            if (value != nullptr && !both) continue;
            none.kind = one.items[i].kind == Json::Kind::kObject ? Json::Kind::kObject : Json::Kind::kNull;
            std::string found =
                Difference(one.items[i], value != nullptr ? *value : none, Append(pointer, one.names[i]));
            if (!found.empty()) return found;
        }
        return std::string();
    };
    std::string found = compare(a, b, true);
    return found.empty() ? compare(b, a, false) : found;
}

Json Parsed(std::string_view text) {
    Problems problems;
    Json json = ParseJson(text, problems);
    problems.ThrowIfAny();
    return json;
}

}  // namespace

PatchedSpec PatchSpec(std::string_view text, std::string_view changes_text) {
    const Json changes = Parsed(changes_text);
    Json alone = changes;
    DropNulls(&alone);
    (void)Spec::Parse(alone.ToText());
    const Json before = Parsed(text);
    Json merged = before;
    Merge(&merged, changes);

    Json fixed_before = before, fixed = merged;
    Strip(&fixed_before, IsChangeable);
    Strip(&fixed, IsChangeable);
    if (const std::string pointer = Difference(fixed_before, fixed, {}); !pointer.empty())
        throw Error(
            sqlstate::kInvalidParameterValue,
            "the spec for rejected rows changes " + Quoted(pointer) + ", and that is settled",
            "The targets are there: value policies, encoding, convert, default, default_sql, timezone, "
            "where, required and rules can be changed.");
    PatchedSpec patched;
    patched.spec = merged.ToText();
    (void)Spec::Parse(patched.spec);
    AppendRows(&merged);
    if (merged.Find("existing") == nullptr) {
        merged.names.emplace_back("existing");
        Json append;
        append.kind = Json::Kind::kString;
        append.text = "append";
        merged.items.push_back(std::move(append));
    }
    patched.append = merged.ToText();
    return patched;
}

}  // namespace pgsqlite::spec
