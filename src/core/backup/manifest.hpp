// Manifest: what is known of a backup, as one JSON document: enough to verify it and to restore it. Its keys
// are described in docs/reference/backup.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/assess/inventory.hpp"

namespace pgsqlite::backup {

/// What a copied database holds.
struct Content {
    std::int64_t page_size = 0;
    std::int64_t page_count = 0;
    std::string encoding;
    std::int64_t user_version = 0;
    std::int64_t application_id = 0;
    std::int64_t schema_version = 0;
    /// What integrity_check finds: "ok" alone, or up to 100 faults.
    std::vector<std::string> integrity;
    /// Rows of each table; nothing where SQLite can't read it. Names as CleanText gives them.
    std::map<std::string, std::optional<std::int64_t>> tables;

    bool is_sound() const noexcept { return integrity.size() == 1 && integrity[0] == "ok"; }
};

/// Reads all of it. @param db in a read transaction. @throws Error (interrupted, I/O, locked)
Content ReadContent(sqlite::Database& db);

/// Size and SHA-256 (64 hexadecimal digits) of a file.
struct Digest {
    std::int64_t bytes = 0;
    std::string sha256;
};

struct Manifest {
    std::string created;  ///< as IsoInstant gives it
    std::string server;
    assess::FileFacts source;  ///< the file that was copied, as the copied snapshot saw it
    std::string file;          ///< path of the backup
    bool compressed = false;   ///< by gzip
    Digest packed;             ///< of the file at `file`
    Digest plain;              ///< of the database that it holds; the same when it is not compressed
    Content content;
    std::string sqlite_version, pg_sqlite_version;
};

/// @throws Error XX001 when what was counted anew differs from what the manifest says, naming the first table
void CheckCounts(const Manifest& manifest, const Content& now);

/// "shop-20240229T123456.000000Z.db", with ".gz" when compressed. Characters of the server's name that a
/// shell or a file system takes for something else become "_".
std::string BackupName(std::string_view server, std::string_view created, bool compressed);

std::string ToJson(const Manifest& manifest);
/// @throws Error 22023 when it is none of ours, naming what is missing
Manifest ManifestFromJson(std::string_view json);

}  // namespace pgsqlite::backup
