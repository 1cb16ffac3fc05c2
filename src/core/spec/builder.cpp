#include "core/spec/builder.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/spec/keys.hpp"
#include "core/spec/name_pattern.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::spec {
namespace {

using Ordered = nlohmann::ordered_json;

/// A note may quote anything that was found; what no spec can hold becomes U+FFFD there.
std::string Readable(std::string_view text) {
    std::string result;
    for (const char *p = text.data(), *end = p + text.size(); p < end;) {
        bool valid;
        const std::size_t length = value::Utf8Step(p, end, valid);
        if (valid && *p != '\0')
            result.append(p, length);
        else
            result += "\xEF\xBF\xBD";
        p += length;
    }
    return result;
}

const std::string& Checked(const std::string& text) {
    if (value::FindTextFault(text) != text.size())
        throw Error(sqlstate::kInvalidParameterValue, "a text of the spec is not valid UTF-8, or has a NUL");
    return text;
}

Ordered ToOrdered(const Key& key, BuilderValue&& value) {
    if (auto* text = std::get_if<std::string>(&value))
        return key.id == Id::kComment ? Readable(*text) : Checked(*text);
    if (auto* texts = std::get_if<std::vector<std::string>>(&value)) {
        Ordered array = Ordered::array();
        for (const std::string& text : *texts)
            array.push_back(Checked(text));
        return array;
    }
    if (auto* raw = std::get_if<RawJson>(&value)) return Ordered::parse(raw->text);
    if (auto* flag = std::get_if<bool>(&value)) return *flag;
    return std::get<std::int64_t>(value);
}

void Set(Ordered& object, Place place, std::string_view name, BuilderValue&& value) {
    const Key* key = FindKey(name, place);
    if (key == nullptr)
        throw Error(sqlstate::kInternalError, "a " + std::string(PlaceName(place)) +
                                                  " of a spec has no key \"" + std::string(name) + "\"");
    object[key->name] = ToOrdered(*key, std::move(value));
}

/// The same with keys in the order of the table of keys; names of servers, tables and columns keep theirs.
Ordered Sorted(const Ordered& object, Place place) {
    Ordered result = Ordered::object();
    for (const Key& key : AllKeys()) {
        if ((key.where & place) == 0) continue;
        const auto member = object.find(key.name);
        if (member == object.end()) continue;
        const bool is_map =
            key.form == Form::kServers || key.form == Form::kTables || key.form == Form::kColumns;
        if (!is_map) {
            result[key.name] = *member;
            continue;
        }
        const Place inner = key.form == Form::kServers  ? kServer
                            : key.form == Form::kTables ? kTable
                                                        : kColumn;
        Ordered& map = result[key.name] = Ordered::object();
        for (const auto& [name, value] : member->items())
            map[name] = Sorted(value, inner);
    }
    return result;
}

}  // namespace

std::string JsonOf(const std::vector<std::string>& names) {
    // One by one: the destructor of a document with values in it needs memory.
    std::string array;
    for (const std::string& name : names)
        array += (array.empty() ? "[" : ",") + Ordered(Checked(name)).dump();
    return array.empty() ? "[]" : array + "]";
}

struct Builder::Tree {
    Ordered root = Ordered::object();

    Ordered& Table(std::string_view server, std::string_view table) {
        Ordered& outer = server.empty() ? root : root["servers"][QuoteName(server)];
        return outer["tables"][QuoteName(table)];
    }
};

Builder::Builder() : tree_(std::make_unique<Tree>()) {}
Builder::~Builder() = default;
Builder::Builder(Builder&&) noexcept = default;
Builder& Builder::operator=(Builder&&) noexcept = default;

void Builder::SetJob(std::string_view key, BuilderValue value) {
    Set(tree_->root, kJob, key, std::move(value));
}

void Builder::SetServer(std::string_view server, std::string_view key, BuilderValue value) {
    Set(tree_->root["servers"][QuoteName(server)], kServer, key, std::move(value));
}

void Builder::SetTable(std::string_view server, std::string_view table, std::string_view key,
                       BuilderValue value) {
    Set(tree_->Table(server, table), kTable, key, std::move(value));
}

void Builder::SetColumn(std::string_view server, std::string_view table, std::string_view column,
                        std::string_view key, BuilderValue value) {
    Set(tree_->Table(server, table)["columns"][QuoteName(column)], kColumn, key, std::move(value));
}

void Builder::MapType(std::string_view declared_type, std::string_view type) {
    tree_->root["type_map"][Checked(std::string(declared_type))] = Checked(std::string(type));
}

bool Builder::empty() const noexcept {
    return tree_->root.empty();
}

std::string Builder::ToJson() const {
    constexpr int kIndent = 2;
    return Sorted(tree_->root, kJob).dump(kIndent);
}

}  // namespace pgsqlite::spec
