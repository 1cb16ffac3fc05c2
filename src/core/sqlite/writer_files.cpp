#include "core/sqlite/writer_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <string_view>

namespace pgsqlite::sqlite {
namespace {

WriterFile* first = nullptr;

constexpr std::string_view kJournal = "-journal";
constexpr std::string_view kWal = "-wal";

/// The open database that the path is named after, with that ending.
const WriterFile* DatabaseOf(std::string_view path, std::string_view ending) noexcept {
    if (!path.ends_with(ending)) return nullptr;
    path.remove_suffix(ending.size());
    for (const WriterFile* file = first; file != nullptr; file = file->next)
        if (path == file->path) return file;
    return nullptr;
}

}  // namespace

void AddWriterFile(WriterFile* file, const char* path) noexcept {
    file->path = path;
    file->next = first;
    first = file;
}

void RemoveWriterFile(WriterFile* file) noexcept {
    if (file->path == nullptr) return;
    for (WriterFile** place = &first; *place != nullptr; place = &(*place)->next)
        if (*place == file) {
            *place = file->next;
            break;
        }
    file->path = nullptr;
}

bool IsSideFileOfWriter(const char* path) noexcept {
    return DatabaseOf(path, kJournal) != nullptr || DatabaseOf(path, kWal) != nullptr;
}

bool MayRollBack(const char* journal) noexcept {
    const WriterFile* database = DatabaseOf(journal, kJournal);
    struct stat left, kept;
    if (database == nullptr || lstat(journal, &left) != 0 || lstat(database->path, &kept) != 0) return false;
    return left.st_uid == geteuid() || left.st_uid == kept.st_uid;
}

}  // namespace pgsqlite::sqlite
