// The check of a spec: walks the tree along the table of keys, collects faults, and makes scopes of the
// objects for jobs, servers, tables and columns. How single values are checked is in check_value.cpp.
#include <algorithm>
#include <span>

#include "core/base/cancel.hpp"
#include "core/spec/document.hpp"
#include "core/spec/every.hpp"

namespace pgsqlite::spec {
namespace {

/// How the names of a map may be written: parts from..to, and what they are called.
struct Shape {
    std::size_t from, to;
    const char* is;
};

Shape ShapeOf(Form form, Place level) noexcept {
    if (form == Form::kServers) return {1, 1, "server"};
    if (form == Form::kTables)
        return level == kJob ? Shape{1, 2, "table or server.table"} : Shape{1, 1, "table"};
    if (level == kJob) return {2, 3, "table.column or server.table.column"};
    return level == kServer ? Shape{2, 2, "table.column"} : Shape{1, 1, "column"};
}

/// Adds a problem when a name does not have the shape.
bool HasShape(std::string_view written, std::size_t parts, const Shape& shape, const std::string& pointer,
              Problems& problems) {
    if (parts >= shape.from && parts <= shape.to) return true;
    problems.Add(pointer, Quoted(written) + " is no " + shape.is,
                 parts > shape.to
                     ? "A name with a dot in it is written in double quotes, as in \"\\\"a.b\\\"\"."
                     : "For a column of any table write \"*.column\".");
    return false;
}

/// Fills server, table and column of a scope from the parts of its name, which end with the level's own.
void TakeParts(std::vector<NamePattern> parts, Scope* scope) {
    std::optional<NamePattern>* const slots[] = {&scope->server, &scope->table, &scope->column};
    std::size_t slot = scope->level == kServer ? 1 : scope->level == kTable ? 2 : 3;
    for (std::size_t i = parts.size(); i > 0; --i)
        *slots[--slot] = std::move(parts[i - 1]);
}

}  // namespace

void Checker::CheckDocument(const Json& root) {
    auto job = std::make_unique<Scope>();
    job->level = kJob;
    Scope* scope = job.get();
    scopes_.push_back(std::move(job));
    if (Expect(root, Json::Kind::kObject, "an object", "")) CheckScope(root, scope);
}

const Key* Checker::CheckMember(const Json& object, std::size_t index, Place place,
                                const std::string& pointer) {
    StopIfCancelled();
    const std::string& name = object.names[index];
    if (const Key* key = FindKey(name, place)) return key;
    const std::vector<const char*> valid = KeyNames(place);
    for (const Key& key : AllKeys()) {
        if (name != key.name) continue;
        int bit = 1;
        while ((key.where & bit) == 0)
            bit *= 2;
        problems_.AddUnknown(pointer,
                             "the key " + Quoted(name) + " belongs to a " +
                                 PlaceName(static_cast<Place>(bit)) + ", not to a " + PlaceName(place),
                             {}, valid, "keys");
        return nullptr;
    }
    problems_.AddUnknown(pointer, "unknown key " + Quoted(name), name, valid, "keys");
    return nullptr;
}

void Checker::CheckScope(const Json& object, Scope* scope) {
    for (std::size_t i = 0; i < object.items.size(); ++i) {
        const std::string pointer = Append(scope->pointer, object.names[i]);
        const Key* key = CheckMember(object, i, scope->level, pointer);
        if (key == nullptr) continue;
        const Json& value = object.items[i];
        switch (key->form) {
            case Form::kServers:
            case Form::kTables:
            case Form::kColumns:
                CheckMap(value, key->form, scope, pointer);
                break;
            case Form::kPatterns:
            case Form::kPatternsOrNone:
                if (CheckArray(value, key->form == Form::kPatternsOrNone, "patterns", pointer))
                    CheckPatterns(value, key->id == Id::kInclude ? include_ : exclude_, pointer);
                break;
            default:
                if (CheckValue(*key, value, pointer)) scope->settings.push_back({key, &value, pointer});
                break;
        }
    }
    CheckTogether(*scope);
}

bool Checker::CheckMap(const Json& map, Form form, Scope* outer, const std::string& pointer) {
    if (!Expect(map, Json::Kind::kObject, "an object", pointer)) return false;
    const Shape shape = ShapeOf(form, outer->level);
    std::unordered_map<std::string, std::string> known;  // canonical name → as written
    for (std::size_t i = 0; i < map.items.size(); ++i) {
        const std::string& written = map.names[i];
        const std::string at = Append(pointer, written);
        std::string fault;
        std::vector<NamePattern> parts = ParseName(written, &fault);
        if (parts.empty()) {
            problems_.Add(at, fault);
            continue;
        }
        if (!HasShape(written, parts.size(), shape, at, problems_)) continue;
        std::string canonical;
        for (std::size_t part = 0; part < parts.size(); ++part) {
            // The first part is a server where there is one more than the map needs.
            const bool is_server = form == Form::kServers || (part == 0 && parts.size() > shape.from);
            canonical += parts[part].Canonical(!is_server) + '\0';
        }
        const auto [twin, is_new] = known.emplace(std::move(canonical), written);
        // Equal keys are a fault of their own, found while reading.
        if (!is_new && twin->second != written)
            problems_.Add(at, "it means the same as " + Quoted(twin->second));
        if (!Expect(map.items[i], Json::Kind::kObject, "an object", at)) continue;

        auto scope = std::make_unique<Scope>();
        scope->level = form == Form::kServers ? kServer : form == Form::kTables ? kTable : kColumn;
        scope->server = outer->server;
        scope->table = outer->table;
        scope->order = scopes_.size();
        scope->pointer = at;
        scope->written = written;
        scope->parent = outer;
        TakeParts(std::move(parts), scope.get());
        Scope* inner = scope.get();
        scopes_.push_back(std::move(scope));
        CheckScope(map.items[i], inner);
    }
    return true;
}

bool Checker::CheckPatterns(const Json& value, std::vector<TablePattern>& patterns,
                            const std::string& pointer) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        const Json& item = value.items[i];
        const std::string at = Append(pointer, i);
        if (!Expect(item, Json::Kind::kString, "a string", at)) continue;
        std::string fault;
        std::vector<NamePattern> parts = ParseName(item.text, &fault);
        if (parts.empty()) {
            problems_.Add(at, fault);
            continue;
        }
        if (!HasShape(item.text, parts.size(), {1, 2, "table or server.table"}, at, problems_)) continue;
        TablePattern pattern;
        pattern.table = std::move(parts.back());
        if (parts.size() == 2) pattern.server = std::move(parts.front());
        pattern.pointer = at;
        pattern.written = item.text;
        patterns.push_back(std::move(pattern));
    }
    return true;
}

void Checker::CheckInner(const Json& object, Place place, const std::string& pointer) {
    if (!Expect(object, Json::Kind::kObject, "an object", pointer)) return;
    for (std::size_t i = 0; i < object.items.size(); ++i) {
        const std::string at = Append(pointer, object.names[i]);
        if (const Key* key = CheckMember(object, i, place, at)) CheckValue(*key, object.items[i], at);
    }
    for (const Key& key : AllKeys())
        if (key.required && (key.where & place) != 0 && object.Find(key.name) == nullptr)
            problems_.Add(pointer, std::string("the key \"") + key.name + "\" is missing");

    const auto is = [&object](const char* name, const char* word) {
        const Json* value = object.Find(name);
        return value != nullptr && value->text == word;
    };
    if (place == kRule && object.Find("columns") != nullptr && !is("on_fail", "null"))
        problems_.Add(Append(pointer, "columns"), "\"columns\" needs \"on_fail\": \"null\"");
    if (const Json* every = object.Find("every"); place == kPartition && every != nullptr &&
                                                  every->kind == Json::Kind::kString &&
                                                  !ParseEvery(every->text))
        problems_.Add(
            Append(pointer, "every"), Quoted(every->text) + " is not a width of a partition",
            "Write \"1 month\" (or minutes, hours, days, weeks, quarters, years) for dates and times, "
            "\"1000000\" for integers.");
    if (place == kForeignKey) {
        const Json* columns = object.Find("columns");
        const Json* referenced = object.Find("referenced_columns");
        if (columns != nullptr && referenced != nullptr && columns->items.size() != referenced->items.size())
            problems_.Add(Append(pointer, "referenced_columns"), "not as many columns as in \"columns\"");
    }
}

void Checker::CheckTogether(const Scope& scope) {
    const auto word = [&scope](Id id) -> std::string_view {
        const Setting* setting = scope.Find(id);
        return setting == nullptr ? std::string_view() : setting->value->text;
    };
    if (const Setting* rows = scope.Find(Id::kCommitRows); rows && word(Id::kTransaction) != "batch")
        problems_.Add(rows->pointer, "\"commit_rows\" needs \"transaction\": \"batch\"");
    if (const Setting* upsert = scope.Find(Id::kUpsert);
        upsert && scope.Find(Id::kExisting) && word(Id::kExisting) != "upsert")
        problems_.Add(upsert->pointer, "\"upsert\" contradicts \"existing\": " + Quoted(word(Id::kExisting)));
    if (const Setting* match = scope.Find(Id::kMatchOn); match) {
        if (scope.Find(Id::kExisting) && word(Id::kExisting) != "match")
            problems_.Add(match->pointer,
                          "\"match_on\" contradicts \"existing\": " + Quoted(word(Id::kExisting)));
        if (scope.Find(Id::kUpsert))
            problems_.Add(match->pointer, "\"match_on\" and \"upsert\" exclude each other");
    }
    if (const Setting* sql = scope.Find(Id::kDefaultSql); sql && scope.Find(Id::kDefault))
        problems_.Add(sql->pointer, "\"default\" and \"default_sql\" exclude each other");
    if (const Setting* target = scope.Find(Id::kColumnTarget); target && !scope.column->exact())
        problems_.Add(target->pointer, "one name for all columns that match " + Quoted(scope.written));
    if (const Setting* skip = scope.Find(Id::kSkip); skip && skip->value->boolean)
        for (const Id filled : {Id::kColumnTarget, Id::kConvert, Id::kDefault, Id::kDefaultSql})
            if (const Setting* other = scope.Find(filled))
                problems_.Add(skip->pointer,
                              "\"skip\" and " + Quoted(other->key->name) + " exclude each other");
    if (const Setting* encoding = scope.Find(Id::kEncoding)) CheckEncoding(*encoding, scope.Find(Id::kType));
}

}  // namespace pgsqlite::spec
