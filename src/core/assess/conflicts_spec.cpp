// What settles a conflict, as a fragment of a migration spec. Apart from the rest for nlohmann/json's sake.
#include <nlohmann/json.hpp>

#include "core/assess/conflicts.hpp"
#include "core/assess/relation.hpp"

namespace pgsqlite::assess {
namespace {

using Json = nlohmann::ordered_json;

/// A table's plain name in a spec, as a key or a target: quoted where it holds what patterns and qualified
/// names are made of.
std::string PlainName(const std::string& name) {
    if (name.find_first_of(".*?\"\\") == std::string::npos) return CleanText(name);
    std::string key = "\"";
    for (const char c : name) {
        if (c == '"') key += c;
        key += c;
    }
    return CleanText(key + '"');
}

}  // namespace

std::string SpecFragment(const std::vector<Conflict>& conflicts, std::size_t i) {
    const Conflict& conflict = conflicts[i];
    if (conflict.proposal == Proposal::kMerge) return R"({"conflicts": "merge"})";
    bool merges = false;
    for (const Conflict& other : conflicts)
        merges |= other.proposal == Proposal::kMerge;
    if (!merges) return R"({"conflicts": "prefix"})";
    Json servers = Json::object();
    for (std::size_t k = 0; k < conflict.servers.size(); ++k)
        servers[CleanText(conflict.servers[k])]["tables"][PlainName(conflict.tables[k])]["target"] =
            PlainName(conflict.targets[k]);
    return Json{{"servers", std::move(servers)}}.dump();
}

}  // namespace pgsqlite::assess
