#include "core/sqlite/schema_check.hpp"

#include <algorithm>
#include <utility>

#include "core/sqlite/identifier.hpp"
#include "core/sqlite/limits.hpp"
#include "core/sqlite/text_shape.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string TooLong(std::size_t bytes, std::size_t max_bytes) {
    return "its text has " + std::to_string(bytes) + " bytes, of " + std::to_string(max_bytes) + " at most";
}
std::string TooDeep(std::size_t levels, std::size_t most) {
    return "its text nests " + std::to_string(levels) + " levels deep, of " + std::to_string(most) +
           " at most";
}
std::string TooManyCollates(std::size_t collates) {
    return "its text nests " + std::to_string(collates) + " COLLATE operators, of " +
           std::to_string(limits::kCollates) + " at most";
}

}  // namespace

void SchemaCheck::Refuse(Object object, std::string reason) {
    object.reason = std::move(reason);
    if (object.type == "table" || object.type == "view")
        unread_.emplace(NameKey(object.name), refused_.size());
    refused_.push_back(std::move(object));
}

void SchemaCheck::Add(Object object) {
    const std::size_t bytes = object.sql.size();
    if (bytes > max_bytes_) return Refuse(std::move(object), TooLong(bytes, max_bytes_));
    // Virtual tables, and what was never parsed.
    if (bytes == 0) return;
    TextShape shape = ReadTextShape(object.sql);
    if (shape.computed && object.type == "table") computed_.insert(NameKey(object.name));
    const bool collates = shape.collates > limits::kCollates;
    if (object.type == "view") {
        if (collates) return Refuse(std::move(object), TooManyCollates(shape.collates));
        if (shape.levels > limits::kViewLevels)
            return Refuse(std::move(object), TooDeep(shape.levels, limits::kViewLevels));
        View view;
        view.levels = shape.levels + 1;
        view.names.reserve(shape.names.size());
        for (const std::string& mention : shape.names)
            view.names.push_back(NameKey(mention));
        std::string key = NameKey(object.name);
        view.object = std::move(object);
        views_.emplace(std::move(key), std::move(view));
    } else if (object.type != "trigger") {
        // Subqueries may not stand in a table or an index, and SQLite counts all levels of an expression but
        // these. Wherever the table is read, it walks over those of its indexes, too.
        if (collates) {
            shortest_unread_ = std::min(shortest_unread_, bytes);
            return Refuse(std::move(object), TooManyCollates(shape.collates));
        }
        if (bytes > limits::kCollates) longer_.push_back(std::move(object));
    }
}

void SchemaCheck::Finish() {
    for (Object& object : longer_)
        if (object.sql.size() >= shortest_unread_)
            Refuse(std::move(object), "its text is as long as that of an object that nests too deep");
    longer_.clear();
    for (auto& [key, view] : views_)
        Resolve(view);
}

/// Depth first, without recursion. What a circle of views stands on is SQLite's own to refuse.
void SchemaCheck::Resolve(View& root) {
    struct Step {
        View* view;
        std::size_t next;
    };
    if (root.state != View::State::kNew) return;
    std::vector<Step> path = {{&root, 0}};
    root.state = View::State::kOpen;
    while (!path.empty()) {
        Step& step = path.back();
        if (step.next == step.view->names.size()) {
            Settle(*step.view);
            path.pop_back();
            continue;
        }
        const auto found = views_.find(step.view->names[step.next++]);
        if (found == views_.end() || found->second.state != View::State::kNew) continue;
        found->second.state = View::State::kOpen;
        path.push_back({&found->second, 0});
    }
}

void SchemaCheck::Settle(View& view) {
    std::size_t below = 0;
    const std::string* on = nullptr;
    for (const std::string& name : view.names) {
        if (computed_.contains(name)) computed_.insert(NameKey(view.object.name));
        const auto found = views_.find(name);
        if (found == views_.end() || found->second.state != View::State::kDone) continue;
        const View& base = found->second;
        below = std::max(below, base.levels);
        view.parts = std::min(view.parts + base.parts, limits::kViewParts + 1);
        if (base.refused) on = &base.object.name;
    }
    view.levels = std::min(view.levels + below, limits::kViewLevels + 1);
    view.state = View::State::kDone;
    std::string reason;
    if (on != nullptr)
        reason = "it stands on view \"" + *on + "\", which is not read";
    else if (view.levels > limits::kViewLevels)
        reason = "it and the views that it stands on nest more than " + std::to_string(limits::kViewLevels) +
                 " levels deep";
    else if (view.parts > limits::kViewParts)
        reason = "it is made of more than " + std::to_string(limits::kViewParts) +
                 " SELECTs when the views that it stands on are written out";
    if (reason.empty()) return;
    view.refused = true;
    Refuse(view.object, std::move(reason));
}

bool SchemaCheck::ReadsComputed(std::string_view sql) const {
    if (computed_.empty()) return false;
    const TextShape shape = ReadTextShape(sql);
    return std::any_of(shape.names.begin(), shape.names.end(),
                       [this](const std::string& name) { return computed_.contains(NameKey(name)); });
}

const SchemaCheck::Object* SchemaCheck::Find(std::string_view name) const {
    if (unread_.empty()) return nullptr;
    const auto found = unread_.find(NameKey(name));
    return found != unread_.end() ? &refused_[found->second] : nullptr;
}

std::string SchemaCheck::Objection(std::string_view sql) const {
    if (sql.size() > limits::kSqlBytes) return TooLong(sql.size(), limits::kSqlBytes);
    const TextShape shape = ReadTextShape(sql);
    if (shape.collates > limits::kCollates) return TooManyCollates(shape.collates);
    if (shape.levels > limits::kTextLevels) return TooDeep(shape.levels, limits::kTextLevels);
    if (views_.empty() && unread_.empty()) return {};
    std::size_t below = 0;
    for (const std::string& name : shape.names) {
        if (const Object* object = Find(name); object != nullptr)
            return object->type + " \"" + object->name + "\" is not read: " + object->reason;
        if (const auto view = views_.find(NameKey(name)); view != views_.end())
            below = std::max(below, view->second.levels);
    }
    if (shape.levels + below > limits::kTextLevels)
        return "it and the views that it reads nest more than " + std::to_string(limits::kTextLevels) +
               " levels deep";
    return {};
}

}  // namespace pgsqlite::sqlite
