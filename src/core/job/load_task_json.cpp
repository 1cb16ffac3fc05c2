// A load task as JSON and back. A file of its own, since nlohmann/json is slow to compile.
#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/job/load_task.hpp"

namespace pgsqlite::plan {
namespace {

using Ordered = nlohmann::ordered_json;

constexpr const char* kOnFail[] = {"reject", "warn", "null"};
constexpr const char* kOnError[] = {"error", "null", "reject"};

Error NoLoadTask(const std::string& why) {
    return Error(sqlstate::kInternalError, "the record of a load task is damaged", why);
}

/// @param words of an enum, in its order
template <class Enum, std::size_t kCount>
Enum ReadWord(const Ordered& json, const char* const (&words)[kCount], const char* what) {
    const auto word = json.get<std::string>();
    for (std::size_t i = 0; i < kCount; ++i)
        if (word == words[i]) return static_cast<Enum>(i);
    throw NoLoadTask(std::string("There is no ") + what + " \"" + word + "\".");
}

/// The one list of keys, for both directions. @param field (key, member) of a task
template <class Task, class Field>
void ForEachField(Task& task, Field&& field) {
    field("server", task.server);
    field("table", task.table);
    field("target", task.target);
    field("columns", task.columns);
    field("expressions", task.expressions);
    field("source_columns", task.source_columns);
    field("types", task.types);
    field("source", task.source);
    field("create_source", task.create_source);
    field("drop_source", task.drop_source);
    field("key", task.key);
    field("rowid_name", task.rowid_name);
    field("rowid_column", task.rowid_column);
    field("rowid_target", task.rowid_target);
    field("where", task.where);
    field("overriding", task.overriding);
    field("conflict", task.conflict);
    field("must_be_empty", task.must_be_empty);
    field("reject", task.reject);
}

}  // namespace

std::string ToJson(const LoadTask& task) {
    Ordered json;
    ForEachField(task, [&](const char* key, const auto& value) { json[key] = value; });
    json["overwrites"] = task.overwrites;
    if (!task.by_path) json["by_path"] = false;
    if (!task.upsert_key.empty()) json["upsert"] = {{"key", task.upsert_key}, {"set", task.upsert_set}};
    if (!task.match_on.empty()) json["match_on"] = task.match_on;
    if (!task.match_elements.empty()) json["match_elements"] = task.match_elements;
    if (!task.prepare.empty()) {
        json["prepare"] = task.prepare;
        json["fill"] = task.fill;
        json["clean_up"] = task.clean_up;
    }
    if (!task.computed_columns.empty())
        json["computed"] = {{"columns", task.computed_columns},
                            {"expressions", task.computed_expressions},
                            {"sources", task.computed_sources},
                            {"types", task.computed_types}};
    if (!task.rejecting_keys.empty()) json["rejecting_keys"] = task.rejecting_keys;
    json["on_error"] = Ordered::array();
    for (const value::OnError on_error : task.on_error)
        json["on_error"].push_back(kOnError[static_cast<std::size_t>(on_error)]);
    json["rules"] = Ordered::array();
    for (const LoadRule& rule : task.rules)
        json["rules"].push_back({{"name", rule.name},
                                 {"condition", rule.condition},
                                 {"on_fail", kOnFail[static_cast<std::size_t>(rule.on_fail)]},
                                 {"columns", rule.columns},
                                 {"by_policy", rule.by_policy}});
    // A name of SQLite's may be no valid UTF-8. Such a table has been refused long before it gets here.
    return json.dump(-1, ' ', false, Ordered::error_handler_t::replace);
}

LoadTask LoadTaskFromJson(std::string_view text) {
    LoadTask task;
    try {
        const Ordered json = Ordered::parse(text);
        ForEachField(task, [&](const char* key, auto& value) { json.at(key).get_to(value); });
        // Records of 0.1.0 have none of these.
        if (const auto upsert = json.find("upsert"); upsert != json.end()) {
            upsert->at("key").get_to(task.upsert_key);
            upsert->at("set").get_to(task.upsert_set);
        }
        if (const auto match = json.find("match_on"); match != json.end()) match->get_to(task.match_on);
        if (const auto match = json.find("match_elements"); match != json.end())
            match->get_to(task.match_elements);
        if (const auto prepare = json.find("prepare"); prepare != json.end()) {
            prepare->get_to(task.prepare);
            json.at("fill").get_to(task.fill);
            json.at("clean_up").get_to(task.clean_up);
        }
        if (const auto computed = json.find("computed"); computed != json.end()) {
            computed->at("columns").get_to(task.computed_columns);
            computed->at("expressions").get_to(task.computed_expressions);
            computed->at("sources").get_to(task.computed_sources);
            computed->at("types").get_to(task.computed_types);
        }
        if (const auto keys = json.find("rejecting_keys"); keys != json.end())
            keys->get_to(task.rejecting_keys);
        task.overwrites = json.value("overwrites", false);
        task.by_path = json.value("by_path", true);
        if (const auto on_error = json.find("on_error"); on_error != json.end())
            for (const Ordered& item : *on_error)
                task.on_error.push_back(ReadWord<value::OnError>(item, kOnError, "on_error"));
        for (const Ordered& item : json.at("rules")) {
            LoadRule& rule = task.rules.emplace_back();
            item.at("name").get_to(rule.name);
            item.at("condition").get_to(rule.condition);
            rule.on_fail = ReadWord<spec::OnFail>(item.at("on_fail"), kOnFail, "on_fail");
            item.at("columns").get_to(rule.columns);
            item.at("by_policy").get_to(rule.by_policy);
        }
    } catch (const Ordered::exception& error) {
        throw NoLoadTask(error.what());
    }
    if (task.columns.size() != task.expressions.size())
        throw NoLoadTask("It has " + std::to_string(task.columns.size()) + " columns and " +
                         std::to_string(task.expressions.size()) + " expressions.");
    return task;
}

}  // namespace pgsqlite::plan
