// The pages of the spec against its table of keys: docs/reference/spec.schema.json and the tables of
// docs/reference/spec.md are what is generated here (PG_SQLITE_WRITE_DOCS=1 writes them), and every JSON
// example of that page is parsed, with the message it promises.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/spec/keys.hpp"
#include "core/spec/spec.hpp"

namespace pgsqlite::spec {
namespace {

using Ordered = nlohmann::ordered_json;

const std::filesystem::path kReference =
    std::filesystem::path(__FILE__).parent_path().parent_path().parent_path() / "docs/reference";

bool Writes() {
    return std::getenv("PG_SQLITE_WRITE_DOCS") != nullptr;
}

std::string Slurp(const std::filesystem::path& path) {
    std::ifstream in(path);
    EXPECT_TRUE(in) << path;
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<std::string> Words(const Key& key) {
    std::stringstream in(key.words);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

// --- JSON Schema ---

Ordered Ref(const char* name) {
    return {{"$ref", std::string("#/definitions/") + name}};
}
Ordered Text() {
    return {{"type", "string"}, {"pattern", "\\S"}};
}
Ordered Name() {
    return {{"type", "string"}, {"pattern", "\\S"}, {"maxLength", 63}};
}
Ordered Array(Ordered items, int least) {
    Ordered array = {{"type", "array"}, {"items", std::move(items)}};
    if (least > 0) array["minItems"] = least;
    return array;
}
Ordered Map(Ordered values) {
    return {{"type", "object"}, {"additionalProperties", std::move(values)}};
}

Ordered SchemaOf(const Key& key) {
    switch (key.form) {
        case Form::kWord:
            return {{"enum", Words(key)}};
        case Form::kBoolean:
            return {{"type", "boolean"}};
        case Form::kCount: {
            Ordered count = {{"type", "integer"}, {"minimum", key.low}};
            if (key.high != INT64_MAX) count["maximum"] = key.high;
            return count;
        }
        case Form::kCountOrShare:
            return {{"anyOf", Ordered::array({{{"type", "integer"}, {"minimum", key.low}},
                                              {{"type", "string"}, {"pattern", "^[0-9.]+ *%$"}}})}};
        case Form::kText:
        case Form::kTarget:
            return Text();
        case Form::kPrefix:
            return {{"type", "string"}, {"maxLength", 63}};
        case Form::kPath:
            return {{"type", "string"}, {"pattern", "^/"}};
        case Form::kUuid:
            return {{"type", "string"}, {"format", "uuid"}};
        case Form::kName:
            return Name();
        case Form::kLiteral:
            return {{"not", {{"type", "null"}}}};
        case Form::kNames:
        case Form::kNamesOrNone: {
            Ordered names = Array(Name(), key.form == Form::kNames);
            names["uniqueItems"] = true;
            return names;
        }
        case Form::kEncoding: {
            Ordered list = Array(Text(), 1);
            list["maxItems"] = 8;
            return {{"anyOf", Ordered::array({Text(), std::move(list)})}};
        }
        case Form::kTextOrTexts:
            return {{"anyOf", Ordered::array({Text(), Array(Text(), 0)})}};
        case Form::kHooksObject:
            return Ref("hooks");
        case Form::kTexts:
        case Form::kPatternsOrNone:
            return Array(Text(), 0);
        case Form::kPatterns:
            return Array(Text(), 1);
        case Form::kTypeMap:
            return Map(Text());
        case Form::kServers:
            return Map(Ref("server"));
        case Form::kTables:
            return Map(Ref("table"));
        case Form::kColumns:
            return Map(Ref("column"));
        case Form::kUpsertObject:
            return Ref("upsert");
        case Form::kRules:
            return Map({{"anyOf", Ordered::array({Text(), Ref("rule")})}});
        case Form::kForeignKeys:
            return Array(Ref("foreign_key"), 0);
        case Form::kPartitionObject:
            return Ref("partition_by");
    }
    return {};
}

Ordered ObjectOf(Place place) {
    Ordered object = {{"type", "object"}};
    Ordered required = Ordered::array();
    for (const Key& key : AllKeys()) {
        if ((key.where & place) == 0) continue;
        Ordered value = SchemaOf(key);
        // Draft 7 ignores what stands beside $ref.
        if (!value.contains("$ref")) {
            std::string meaning(key.meaning);
            std::erase(meaning, '`');
            value["description"] = meaning;
        }
        object["properties"][key.name] = value;
        if (key.required) required.push_back(key.name);
    }
    if (!required.empty()) object["required"] = required;
    object["additionalProperties"] = false;
    return object;
}

std::string JsonSchema() {
    Ordered schema = {{"$schema", "http://json-schema.org/draft-07/schema#"},
                      {"title", "Migration spec of pg_sqlite"}};
    schema.update(ObjectOf(kJob));
    const std::pair<const char*, Place> parts[] = {
        {"server", kServer},          {"table", kTable}, {"column", kColumn},
        {"upsert", kUpsert},          {"rule", kRule},   {"foreign_key", kForeignKey},
        {"partition_by", kPartition}, {"hooks", kHooks}};
    for (const auto& [name, place] : parts)
        schema["definitions"][name] = ObjectOf(place);
    return schema.dump(2) + '\n';
}

TEST(SpecDocs, JsonSchemaFollowsTheKeys) {
    const std::filesystem::path path = kReference / "spec.schema.json";
    if (Writes()) std::ofstream(path) << JsonSchema();
    EXPECT_EQ(Slurp(path), JsonSchema()) << "PG_SQLITE_WRITE_DOCS=1 writes it anew";
}

// --- the reference page ---

const char* SectionOf(const Key& key) {
    switch (key.where) {
        case kJob:
            return "job";
        case kServer:
            return "server";
        case kTable:
            return "table";
        case kColumn:
            return "column";
        case kUpsert:
            return "upsert";
        case kRule:
            return "rule";
        case kForeignKey:
            return "foreign_key";
        case kPartition:
            return "partition_by";
        case kHooks:
            return "hooks";
        case kPolicyPlaces:
            return "policies";
        default:
            return "shared";
    }
}

std::string ValueOf(const Key& key) {
    switch (key.form) {
        case Form::kWord: {
            std::string list;
            for (const std::string& word : Words(key))
                list += (list.empty() ? "`" : ", `") + word + '`';
            return list;
        }
        case Form::kBoolean:
            return "`false`, `true`";
        case Form::kCount:
            return "whole number" + (key.high == INT64_MAX ? " ≥ " + std::to_string(key.low)
                                                           : ", " + std::to_string(key.low) + " to " +
                                                                 std::to_string(key.high));
        case Form::kCountOrShare:
            return "whole number ≥ 0, or `5%`";
        case Form::kText:
        case Form::kPrefix:
            return "text";
        case Form::kPath:
            return "absolute path";
        case Form::kUuid:
            return "UUID";
        case Form::kName:
            return "name";
        case Form::kTarget:
            return "`table` or `schema.table`";
        case Form::kLiteral:
            return "any JSON value but null";
        case Form::kNames:
        case Form::kNamesOrNone:
            return "array of names";
        case Form::kEncoding:
        case Form::kTextOrTexts:
            return "text, or array of texts";
        case Form::kTexts:
            return "array of texts";
        case Form::kPatterns:
        case Form::kPatternsOrNone:
            return "array of [patterns](#names-and-patterns)";
        case Form::kTypeMap:
            return "object: declared type → type";
        case Form::kServers:
        case Form::kTables:
        case Form::kColumns:
            return "object: [pattern](#names-and-patterns) → object";
        case Form::kRules:
            return "object: name → condition or object";
        case Form::kForeignKeys:
            return "array of objects";
        case Form::kUpsertObject:
        case Form::kPartitionObject:
        case Form::kHooksObject:
            return "object";
    }
    return {};
}

std::string PlacesOf(const Key& key) {
    if (key.where == kAllPlaces) return "any object";
    std::string places;
    for (int bit = 1; bit <= kHooks; bit *= 2)
        if ((key.where & bit) != 0)
            places += (places.empty() ? "" : ", ") + std::string(PlaceName(static_cast<Place>(bit)));
    return places;
}

std::string TableOf(const std::string& section) {
    const bool has_places = section == "shared";
    std::string table = has_places ? "| key | in | value | default | meaning |\n|---|---|---|---|---|\n"
                                   : "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const Key& key : AllKeys()) {
        if (SectionOf(key) != section) continue;
        std::string fallback = key.required              ? "required"
                               : key.fallback != nullptr ? key.fallback
                                                         : Words(key)[0];
        table += std::string("| `") + key.name + "` | " + (has_places ? PlacesOf(key) + " | " : "") +
                 ValueOf(key) + " | " + fallback + (fallback.empty() ? "| " : " | ") + key.meaning + " |\n";
    }
    return table;
}

TEST(SpecDocs, PageFollowsTheKeys) {
    const std::filesystem::path path = kReference / "spec.md";
    const std::string page = Slurp(path);
    std::string wanted;
    std::vector<std::string> sections;
    std::size_t at = 0;
    const std::string marker = "<!-- spec keys: ";
    for (std::size_t found; (found = page.find(marker, at)) != std::string::npos;) {
        const std::size_t end = page.find(" -->\n", found);
        ASSERT_NE(end, std::string::npos);
        sections.push_back(page.substr(found + marker.size(), end - found - marker.size()));
        wanted += page.substr(at, end + 5 - at) + TableOf(sections.back());
        for (at = end + 5; page[at] == '|';)
            at = page.find('\n', at) + 1;
    }
    wanted += page.substr(at);
    if (Writes()) std::ofstream(path) << wanted;
    EXPECT_EQ(Slurp(path), wanted) << "PG_SQLITE_WRITE_DOCS=1 writes it anew";
    for (const Key& key : AllKeys())
        EXPECT_EQ(std::count(sections.begin(), sections.end(), SectionOf(key)), 1) << key.name;
}

TEST(SpecDocs, ExamplesParse) {
    std::stringstream page(Slurp(kReference / "spec.md"));
    std::string open, block, message;
    int examples = 0, errors = 0;
    for (std::string line; std::getline(page, line);) {
        if (!line.starts_with("```")) {
            if (!open.empty()) block += line + '\n';
            continue;
        }
        if (open.empty()) {
            open = line;
            block.clear();
            continue;
        }
        if (open == "```json") {
            ++examples;
            try {
                (void)Spec::Parse(block);
            } catch (const Error& error) {
                ADD_FAILURE() << block << error.message() << '\n' << error.detail() << '\n' << error.hint();
            }
        } else if (open == "```json error") {
            message.clear();
            try {
                (void)Spec::Parse(block);
                ADD_FAILURE() << "no error: " << block;
            } catch (const Error& error) {
                message = "ERROR:  " + error.message() + '\n';
                if (!error.detail().empty()) message += "DETAIL:  " + error.detail() + '\n';
                if (!error.hint().empty()) message += "HINT:  " + error.hint() + '\n';
            }
        } else if (open == "```text message") {
            ++errors;
            EXPECT_EQ(block, message);
        }
        open.clear();
    }
    EXPECT_GE(examples, 5);
    EXPECT_GE(errors, 1);
}

}  // namespace
}  // namespace pgsqlite::spec
