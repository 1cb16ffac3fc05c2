// Written by hand: all keys are known words, and the values are DescribeCell's, valid UTF-8 without control
// characters.
#include "core/assess/profile_json.hpp"

#include <algorithm>

namespace pgsqlite::assess {
namespace {

std::string Quoted(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

}  // namespace

std::string FormatsJson(const std::vector<FoundFormat>& formats) {
    if (formats.empty()) return {};
    std::string json;
    for (const FoundFormat& format : formats)
        json +=
            (json.empty() ? "{\"" : ", \"") + std::string(format.name) + "\": " + std::to_string(format.rows);
    return json + '}';
}

std::string FaultsJson(const std::array<Tally, static_cast<std::size_t>(value::Code::kCodeCount)>& faults) {
    std::vector<std::size_t> codes;
    for (std::size_t i = 0; i < faults.size(); ++i)
        if (faults[i].rows > 0) codes.push_back(i);
    if (codes.empty()) return {};
    std::stable_sort(codes.begin(), codes.end(),
                     [&](std::size_t a, std::size_t b) { return faults[a].rows > faults[b].rows; });
    std::string json;
    for (const std::size_t i : codes) {
        const Tally& fault = faults[i];
        json += (json.empty() ? "[{\"fault\": \"" : ", {\"fault\": \"") +
                std::string(value::FaultName(static_cast<value::Code>(i))) +
                "\", \"rows\": " + std::to_string(fault.rows) + ", \"row\": " + Quoted(fault.first.at) +
                ", \"class\": \"" + value::StorageClassName(fault.first.storage_class) +
                "\", \"value\": " + Quoted(fault.first.value) + '}';
    }
    return json + ']';
}

}  // namespace pgsqlite::assess
