#include "core/spec/json_tree.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::spec {
namespace {

/// "line 3, column 7" of a byte offset; columns are characters.
std::string Place(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, std::min(offset, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    std::size_t column = 1;
    for (const char* p = before.data() + start; p < before.data() + before.size(); ++column) {
        bool valid;
        p += value::Utf8Step(p, before.data() + before.size(), valid);
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// nlohmann's message without its class, its place and the token, which may be long or no UTF-8.
std::string Reason(const std::string& what) {
    std::string reason = what;
    if (const std::size_t id = reason.find("] "); id != std::string::npos) reason.erase(0, id + 2);
    if (const std::size_t place = reason.find(": ");
        reason.starts_with("parse error") && place != std::string::npos)
        reason.erase(0, place + 2);
    if (const std::size_t token = reason.find("; last read: "); token != std::string::npos) {
        const std::size_t expected = reason.rfind("; expected ");
        reason = reason.substr(0, token) +
                 (expected != std::string::npos && expected > token ? reason.substr(expected) : "");
    }
    constexpr std::size_t kMaxReason = 300;
    if (reason.size() > kMaxReason || value::FindTextFault(reason) != reason.size()) return "syntax error";
    return reason;
}

class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
  public:
    TreeBuilder(std::string_view text, Problems& problems) : text_(text), problems_(problems) {}

    Json Take() { return std::move(root_); }

    bool null() override { return Put(Json()); }
    bool boolean(bool value) override {
        Json json;
        json.kind = Json::Kind::kBoolean;
        json.boolean = value;
        return Put(std::move(json));
    }
    bool number_integer(number_integer_t value) override {
        return PutText(Json::Kind::kInteger, std::to_string(value));
    }
    bool number_unsigned(number_unsigned_t value) override {
        return PutText(Json::Kind::kInteger, std::to_string(value));
    }
    bool number_float(number_float_t, const string_t& written) override {
        return PutText(Json::Kind::kNumber, written);
    }
    bool string(string_t& value) override {
        const bool has_nul = value.find('\0') != std::string::npos;
        PutText(Json::Kind::kString, std::move(value));
        if (has_nul) problems_.Add(Pointer(), "a NUL character, which PostgreSQL cannot hold");
        return true;
    }
    bool binary(binary_t&) override { return false; }  // there is none in text
    bool start_object(std::size_t) override { return Open(Json::Kind::kObject); }
    bool start_array(std::size_t) override { return Open(Json::Kind::kArray); }
    bool end_object() override { return Close(); }
    bool end_array() override { return Close(); }
    bool key(string_t& name) override {
        Level& level = stack_.back();
        level.json.names.push_back(name);
        if (!level.seen.insert(name).second)
            problems_.Add(Pointer(), "the key " + Quoted(name) + " stands here twice");
        else if (name.find('\0') != std::string::npos)
            problems_.Add(Pointer(), "a NUL character, which PostgreSQL cannot hold");
        return true;
    }
    [[noreturn]] bool parse_error(std::size_t position, const std::string&,
                                  const nlohmann::json::exception& error) override {
        // The position counts the bytes read, the offending one with them.
        throw Error(sqlstate::kInvalidParameterValue,
                    "invalid spec at " + Place(text_, position > 0 ? position - 1 : 0) + ": not JSON",
                    "The parser says: " + Reason(error.what()) + '.');
    }

  private:
    struct Level {
        Json json;
        std::unordered_set<std::string> seen;
    };

    bool Put(Json&& json) {
        if (ticks_.Cancelled()) throw Error(sqlstate::kQueryCanceled, "reading the spec was cancelled");
        if (stack_.empty())
            root_ = std::move(json);
        else
            stack_.back().json.items.push_back(std::move(json));
        return true;
    }
    bool PutText(Json::Kind kind, std::string text) {
        Json json;
        json.kind = kind;
        json.text = std::move(text);
        return Put(std::move(json));
    }
    bool Open(Json::Kind kind) {
        if (stack_.size() == kMaxDepth)
            throw Error(sqlstate::kProgramLimitExceeded,
                        "invalid spec: nested deeper than " + std::to_string(kMaxDepth) + " levels");
        stack_.emplace_back().json.kind = kind;
        return true;
    }
    bool Close() {
        Json json = std::move(stack_.back().json);
        stack_.pop_back();
        return Put(std::move(json));
    }

    /// Of the key just read, or of the value just put.
    std::string Pointer() const {
        std::string pointer;
        for (std::size_t i = 0; i < stack_.size(); ++i) {
            const Json& json = stack_[i].json;
            if (json.kind == Json::Kind::kObject)
                pointer = Append(pointer, json.names.back());
            else
                pointer = Append(pointer, json.items.size() - (i + 1 == stack_.size() ? 1 : 0));
        }
        return pointer;
    }

    std::string_view text_;
    Problems& problems_;
    Json root_;
    std::vector<Level> stack_;
    CancelTicks ticks_;
};

void Write(const Json& json, std::string& out) {
    const auto write_string = [&out](const std::string& text) { out += nlohmann::json(text).dump(); };
    switch (json.kind) {
        case Json::Kind::kNull:
            out += "null";
            break;
        case Json::Kind::kBoolean:
            out += json.boolean ? "true" : "false";
            break;
        case Json::Kind::kInteger:
        case Json::Kind::kNumber:
            out += json.text;
            break;
        case Json::Kind::kString:
            write_string(json.text);
            break;
        case Json::Kind::kArray:
        case Json::Kind::kObject: {
            const bool is_object = json.kind == Json::Kind::kObject;
            out += is_object ? '{' : '[';
            for (std::size_t i = 0; i < json.items.size(); ++i) {
                if (i > 0) out += ',';
                if (is_object) {
                    write_string(json.names[i]);
                    out += ':';
                }
                Write(json.items[i], out);
            }
            out += is_object ? '}' : ']';
            break;
        }
    }
}

}  // namespace

const char* Json::KindName() const noexcept {
    switch (kind) {
        case Kind::kNull:
            return "null";
        case Kind::kBoolean:
            return boolean ? "true" : "false";
        case Kind::kInteger:
        case Kind::kNumber:
            return "a number";
        case Kind::kString:
            return "a string";
        case Kind::kArray:
            return "an array";
        case Kind::kObject:
            break;
    }
    return "an object";
}

const Json* Json::Find(std::string_view name) const noexcept {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return &items[i];
    return nullptr;
}

std::string Json::ToText() const {
    std::string out;
    Write(*this, out);
    return out;
}

Json ParseJson(std::string_view text, Problems& problems) {
    if (text.size() > kMaxSpecBytes)
        throw Error(sqlstate::kProgramLimitExceeded, "the spec has " + std::to_string(text.size()) + " bytes",
                    "It may have " + std::to_string(kMaxSpecBytes) + ".",
                    "A table's name may be a pattern, so that one entry speaks of many tables.");
    TreeBuilder builder(text, problems);
    nlohmann::json::sax_parse(text, &builder);
    return builder.Take();
}

}  // namespace pgsqlite::spec
