#include "core/backup/manifest.hpp"

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "core/base/instant.hpp"

namespace pgsqlite::backup {
namespace {

using Json = nlohmann::ordered_json;
using assess::CleanText;

constexpr const char* kFormat = "pg_sqlite backup 1";
constexpr std::size_t kShaDigits = 64;

[[noreturn]] void Refuse(const std::string& detail) {
    throw Error(sqlstate::kInvalidParameterValue, "this is not a manifest of a backup", detail,
                "Pass what sqlite.backup returned, or the contents of the .json file beside the backup.");
}

/// A member that must be there. @param matches whether it has the right kind
template <class Matches>
const Json& Member(const Json& object, const char* name, Matches matches) {
    const auto found = object.find(name);
    if (found == object.end()) Refuse(std::string("It has no \"") + name + "\".");
    if (!matches(*found)) Refuse(std::string("Its \"") + name + "\" is not what a manifest has there.");
    return *found;
}

std::string Text(const Json& object, const char* name) {
    return Member(object, name, [](const Json& j) { return j.is_string(); }).get<std::string>();
}
std::int64_t Number(const Json& object, const char* name) {
    return Member(object, name,
                  [](const Json& j) {
                      return j.is_number_integer() &&
                             (!j.is_number_unsigned() || j.get<std::uint64_t>() <= INT64_MAX);
                  })
        .get<std::int64_t>();
}
const Json& Object(const Json& object, const char* name) {
    return Member(object, name, [](const Json& j) { return j.is_object(); });
}

Digest ReadDigest(const Json& object) {
    Digest digest;
    digest.bytes = Number(object, "size_bytes");
    digest.sha256 = Text(object, "sha256");
    if (digest.sha256.size() != kShaDigits) Refuse("Its \"sha256\" does not have 64 digits.");
    return digest;
}

Content ReadContentFrom(const Json& object) {
    Content content;
    content.page_size = Number(object, "page_size");
    content.page_count = Number(object, "page_count");
    content.encoding = Text(object, "encoding");
    content.user_version = Number(object, "user_version");
    content.application_id = Number(object, "application_id");
    content.schema_version = Number(object, "schema_version");
    for (const Json& finding : Member(object, "integrity", [](const Json& j) { return j.is_array(); }))
        content.integrity.push_back(finding.is_string() ? finding.get<std::string>() : finding.dump());
    for (const auto& [table, rows] : Object(object, "tables").items())
        content.tables[table] =
            rows.is_number_integer() ? std::optional<std::int64_t>(rows.get<std::int64_t>()) : std::nullopt;
    return content;
}

}  // namespace

std::string BackupName(std::string_view server, std::string_view created, bool compressed) {
    std::string name;
    for (const char c : server) {
        const bool plain =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        name += plain || (c == '-' && !name.empty()) ? c : '_';
    }
    name += '-';
    for (const char c : created)
        if (c != '-' && c != ':') name += c;
    return name + (compressed ? ".db.gz" : ".db");
}

std::string ToJson(const Manifest& manifest) {
    Json json;
    json["format"] = kFormat;
    json["created"] = manifest.created;
    json["server"] = CleanText(manifest.server);
    json["source"] = {{"path", CleanText(manifest.source.path)},
                      {"size_bytes", manifest.source.bytes},
                      {"wal_bytes", manifest.source.wal_bytes},
                      {"modified", IsoInstant(manifest.source.mtime_ns)},
                      {"journal_mode", manifest.source.journal_mode}};
    json["file"] = CleanText(manifest.file);
    json["compression"] = manifest.compressed ? "gzip" : "none";
    json["size_bytes"] = manifest.packed.bytes;
    json["sha256"] = manifest.packed.sha256;
    const Content& content = manifest.content;
    Json tables = Json::object();
    for (const auto& [table, rows] : content.tables)
        tables[table] = rows ? Json(*rows) : Json(nullptr);
    json["database"] = {{"size_bytes", manifest.plain.bytes},
                        {"sha256", manifest.plain.sha256},
                        {"page_size", content.page_size},
                        {"page_count", content.page_count},
                        {"encoding", content.encoding},
                        {"user_version", content.user_version},
                        {"application_id", content.application_id},
                        {"schema_version", content.schema_version},
                        {"integrity", content.integrity},
                        {"tables", std::move(tables)}};
    json["sqlite_version"] = manifest.sqlite_version;
    json["pg_sqlite_version"] = manifest.pg_sqlite_version;
    return json.dump(2);
}

Manifest ManifestFromJson(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) Refuse("It is no JSON object.");
    if (Text(json, "format") != kFormat) Refuse("Its \"format\" is not \"" + std::string(kFormat) + "\".");
    Manifest manifest;
    manifest.file = Text(json, "file");
    const std::string compression = Text(json, "compression");
    if (compression != "gzip" && compression != "none")
        Refuse("Its \"compression\" is neither gzip nor none.");
    manifest.compressed = compression == "gzip";
    manifest.packed = ReadDigest(json);
    const Json& database = Object(json, "database");
    manifest.plain = ReadDigest(database);
    manifest.content = ReadContentFrom(database);
    return manifest;
}

}  // namespace pgsqlite::backup
