#include "core/report/parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace pgsqlite::report {

const Json& At(const Json& object, const char* key) {
    static const Json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(key);
    return found == object.end() ? nothing : *found;
}

std::string Text(const Json& object, const char* key) {
    const Json& value = At(object, key);
    if (value.is_null()) return {};
    return value.is_string() ? value.get<std::string>() : value.dump();
}

std::int64_t ToCount(const Json& value) {
    constexpr std::int64_t kMost = std::int64_t{1} << 53;  // a sum of a thousand is still a number
    if (value.is_number_unsigned())
        return static_cast<std::int64_t>(std::min<std::uint64_t>(value.get<std::uint64_t>(), kMost));
    if (value.is_number_integer()) return std::clamp(value.get<std::int64_t>(), -kMost, kMost);
    if (!value.is_number()) return 0;
    constexpr auto kLimit = static_cast<double>(kMost);
    return static_cast<std::int64_t>(std::clamp(value.get<double>(), -kLimit, kLimit));
}

std::int64_t Count(const Json& object, const char* key) {
    const Json& value = At(object, key);
    return ToCount(value);
}

std::optional<double> Number(const Json& object, const char* key) {
    const Json& value = At(object, key);
    if (!value.is_number()) return std::nullopt;
    return value.get<double>();
}

bool Flag(const Json& object, const char* key) {
    const Json& value = At(object, key);
    return value.is_boolean() && value.get<bool>();
}

std::string Joined(const Json& names) {
    std::string joined;
    if (!names.is_array()) return joined;
    for (const Json& name : names)
        if (name.is_string()) joined += (joined.empty() ? "" : ", ") + name.get<std::string>();
    return joined;
}

std::string Duration(double seconds) {
    char text[64];
    const double rounded = std::round(seconds);
    if (seconds < 0.9995) {
        std::snprintf(text, sizeof(text), "%.0f ms", std::max(seconds, 0.0) * 1000);
    } else if (seconds < 99.95) {
        std::snprintf(text, sizeof(text), "%.1f s", seconds);
    } else if (seconds < 3600) {
        std::snprintf(text, sizeof(text), "%.0f min %.0f s", std::floor(rounded / 60),
                      std::fmod(rounded, 60));
    } else {
        std::snprintf(text, sizeof(text), "%.0f h %.0f min", std::floor(rounded / 3600),
                      std::floor(std::fmod(rounded, 3600) / 60));
    }
    return text;
}

void Open(Html& html, const char* id, const char* heading) {
    html.Raw("<section").Attribute("id", id).Raw(">\n<h2>").Text(heading).Raw("</h2>\n");
}

void Close(Html& html) {
    html.Raw("</section>\n");
}

void OpenTable(Html& html, const char* caption, std::initializer_list<const char*> columns) {
    html.Raw("<div class=\"scroll\"><table>\n");
    if (*caption != '\0') html.Raw("<caption>").Text(caption).Raw("</caption>\n");
    html.Raw("<thead><tr>");
    for (std::string_view column : columns) {
        const bool number = column.ends_with('#');
        if (number) column.remove_suffix(1);
        html.Raw(number ? "<th scope=\"col\" class=\"number\">" : "<th scope=\"col\">")
            .Text(column)
            .Raw("</th>");
    }
    html.Raw("</tr></thead>\n<tbody>\n");
}

void CloseTable(Html& html) {
    html.Raw("</tbody></table></div>\n");
}

void Cell(Html& html, std::string_view text, const char* css, std::size_t most) {
    html.Raw("<td");
    if (*css != '\0') html.Attribute("class", css);
    html.Raw(">").Text(text, most).Raw("</td>");
}

void CountCell(Html& html, std::int64_t number, const char* css) {
    html.Raw("<td").Attribute("class", std::string("number") + (number == 0 ? " nothing" : css)).Raw(">");
    html.Count(number).Raw("</td>");
}

void DurationCell(Html& html, const Json& object, const char* key) {
    const std::optional<double> seconds = Number(object, key);
    Cell(html, seconds ? Duration(*seconds) : "", "number");
}

namespace {

void AddOnce(std::vector<std::string>* list, std::string_view item) {
    if (!item.empty() && std::find(list->begin(), list->end(), item) == list->end()) list->emplace_back(item);
}

std::string WithCommas(const std::vector<std::string>& list) {
    constexpr std::size_t kShown = 6;
    std::string text;
    for (std::size_t i = 0; i < list.size() && i < kShown; ++i)
        text += (i > 0 ? ", " : "") + list[i];
    if (list.size() > kShown) text += ", and " + std::to_string(list.size() - kShown) + " more";
    return text;
}

}  // namespace

std::string Pointers(const Facts& facts, const Json& table, std::string_view key) {
    std::vector<std::string> pointers;
    if (facts.spec == nullptr) return {};
    const std::string server = Text(table, "server");
    const std::string name = Text(table, "table");
    const Json& columns = At(At(facts.all, "columns"), Text(table, "table_no").c_str());
    if (columns.is_array())
        for (const Json& column : columns)
            if (column.is_string())
                AddOnce(&pointers,
                        facts.spec->ForColumn(server, name, column.get<std::string>(), "").sources.From(key));
    AddOnce(&pointers, facts.spec->ForTable(server, name).sources.From(key));
    return WithCommas(pointers);
}

std::string SettingsOf(const Facts& facts, const Json& finding) {
    if (facts.spec == nullptr) return {};
    const std::string server = Text(finding, "server"), table = Text(finding, "table_name");
    const std::string column = Text(finding, "column_name"), suggestion = Text(finding, "suggestion");
    std::vector<std::string> named, particular;
    const auto add = [&](const spec::Sources& sources) {
        for (const spec::Sources::Entry& entry : sources.entries()) {
            if (suggestion.find(entry.key) != std::string::npos) AddOnce(&named, entry.pointer);
            if (entry.pointer.find('/', 1) != std::string::npos) AddOnce(&particular, entry.pointer);
        }
    };
    if (!column.empty()) add(facts.spec->ForColumn(server, table, column, "").sources);
    if (!table.empty()) add(facts.spec->ForTable(server, table).sources);
    add(facts.spec->job().sources);
    return WithCommas(named.empty() ? particular : named);
}

}  // namespace pgsqlite::report
