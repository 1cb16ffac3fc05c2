#include "core/sqlite/fingerprint.hpp"

#include <array>
#include <cstddef>

namespace pgsqlite::sqlite {
namespace {

/// Parts of the text, "name=value" separated by blanks, in the order in which a difference is told.
struct Part {
    std::string_view name;
    const char* words;
};
constexpr std::array<Part, 5> kParts = {{{"file=", "another file"},
                                         {"size=", "the file's size"},
                                         {"mtime=", "the time of the file's last change"},
                                         {"counter=", "the file's change counter"},
                                         {"wal=", "the file's write-ahead log"}}};

// "WAL-mode File Format" §2.1: checksum of the last frame, and the salts.
constexpr std::size_t kFirst = 24, kLast = 40;

std::string_view ValueOf(std::string_view text, std::string_view name) noexcept {
    const std::size_t at = text.find(name);
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + name.size());
    return text.substr(0, text.find(' '));
}

std::string WalText(const WalEnd& wal) {
    if (!wal.in_use) return "none";
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text = std::to_string(wal.frames) + ":";
    for (std::size_t i = kFirst; i < kLast; ++i) {
        text += kHex[wal.header[i] >> 4];
        text += kHex[wal.header[i] & 15];
    }
    return text;
}

}  // namespace

std::string Fingerprint(const Database& database) {
    const Snapshot snapshot = database.TakeSnapshot();
    // As it is now: a lock that is kept from one statement to the next was taken after the file was opened.
    const FileIdentity file = Identify(database.path());
    return std::string(kParts[0].name) + std::to_string(file.device) + ":" + std::to_string(file.inode) +
           " " + std::string(kParts[1].name) + std::to_string(file.size) + " " + std::string(kParts[2].name) +
           std::to_string(file.mtime_ns) + " " + std::string(kParts[3].name) +
           std::to_string(snapshot.change_counter) + " " + std::string(kParts[4].name) +
           WalText(snapshot.wal);
}

const char* FingerprintChange(std::string_view before, std::string_view now) noexcept {
    if (before == now) return nullptr;
    for (const Part& part : kParts)
        if (ValueOf(before, part.name) != ValueOf(now, part.name)) return part.words;
    return "the file's state";
}

}  // namespace pgsqlite::sqlite
