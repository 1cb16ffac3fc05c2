#include "core/assess/relation.hpp"

#include <cstring>

#include "core/assess/relation_json.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::assess {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
static_assert(CleanTextBound(1) == kReplacement.size());

/// A field as a JSON value.
struct ToValue {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(bool flag) const { return flag; }
    Json operator()(std::int64_t number) const { return number; }
    Json operator()(const std::string& text) const { return text; }
    Json operator()(const TextList& list) const {
        Json array = Json::array();
        for (const std::optional<std::string>& item : list)
            array.push_back(item ? Json(*item) : Json(nullptr));
        return array;
    }
    Json operator()(const FlagList& list) const {
        Json array = Json::array();
        for (const bool flag : list)
            array.push_back(flag);
        return array;
    }
};

}  // namespace

std::size_t CleanText(Bytes text, char* out) noexcept {
    char* const begin = out;
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); p < end;) {
        bool valid = false;
        const std::size_t length = value::Utf8Step(p, end, valid);
        if (valid && *p != '\0') {
            std::memcpy(out, p, length);
            out += length;
        } else {
            std::memcpy(out, kReplacement.data(), kReplacement.size());
            out += kReplacement.size();
        }
        p += length;
    }
    return static_cast<std::size_t>(out - begin);
}

std::string CleanText(Bytes text) {
    if (value::FindTextFault(text) == text.size()) return std::string(text);
    std::string clean(CleanTextBound(text.size()), '\0');
    clean.resize(CleanText(text, clean.data()));
    return clean;
}

Field TextField(std::string_view text, bool empty_is_null) {
    if (empty_is_null && text.empty()) return std::monostate();
    return CleanText(text);
}

Json JsonOf(const Relation& relation) {
    Json array = Json::array();
    for (const std::vector<Field>& row : relation.rows) {
        Json object = Json::object();
        for (std::size_t i = 0; i < row.size(); ++i)
            object[relation.columns[i]] = std::visit(ToValue(), row[i]);
        array.push_back(std::move(object));
    }
    return array;
}

}  // namespace pgsqlite::assess
