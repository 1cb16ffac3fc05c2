#include "json_form.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "number.hpp"

namespace corpus {
namespace {

using nlohmann::json;

/// Builds the form while parsing; a document tree of nlohmann's would have lost digits and duplicate keys.
class FormBuilder : public nlohmann::json_sax<json> {
  public:
    bool null() override { return Add("null"); }
    bool boolean(bool value) override { return Add(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override {
        return Add(*NormalDecimal(std::to_string(value)));
    }
    bool number_unsigned(number_unsigned_t value) override {
        return Add(*NormalDecimal(std::to_string(value)));
    }
    bool number_float(number_float_t, const string_t& text) override { return Add(*NormalDecimal(text)); }
    bool string(string_t& text) override { return Add(Quote(text)); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return Open(true); }
    bool start_array(std::size_t) override { return Open(false); }
    bool key(string_t& text) override {
        levels_.back().key = Quote(text);
        return true;
    }
    bool end_object() override {
        std::vector<Member> members = std::move(levels_.back().members);
        levels_.pop_back();
        std::stable_sort(members.begin(), members.end(),
                         [](const Member& a, const Member& b) { return a.key < b.key; });
        std::string text = "{";
        for (std::size_t i = 0; i < members.size(); ++i) {
            form_.duplicate_keys |= i > 0 && members[i].key == members[i - 1].key;
            text += (i > 0 ? "," : "") + members[i].key + ":" + members[i].value;
        }
        return Add(text + "}");
    }
    bool end_array() override {
        std::string text = "[";
        for (const Member& member : levels_.back().members)
            text += (text.size() > 1 ? "," : "") + member.value;
        levels_.pop_back();
        return Add(text + "]");
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }
    JsonForm Take() { return std::move(form_); }

  private:
    struct Member {
        std::string key, value;
    };
    struct Level {
        bool object;
        std::string key;
        std::vector<Member> members;
    };

    bool Open(bool object) {
        levels_.push_back({object, {}, {}});
        return true;
    }
    bool Add(std::string value) {
        if (levels_.empty())
            form_.text = std::move(value);
        else
            levels_.back().members.push_back({levels_.back().key, std::move(value)});
        return true;
    }
    std::string Quote(const std::string& text) {
        form_.nul_escape |= text.find('\0') != std::string::npos;
        return json(text).dump();
    }

    JsonForm form_;
    std::vector<Level> levels_;
};

}  // namespace

std::optional<JsonForm> ParseJson(const std::string& text) {
    FormBuilder builder;
    if (!json::sax_parse(text, &builder)) return std::nullopt;
    return builder.Take();
}

}  // namespace corpus
