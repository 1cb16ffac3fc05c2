#include "core/base/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace pgsqlite {
namespace {

/// A system call again and again until no signal cuts in.
template <class Call>
auto Retry(Call&& call) noexcept {
    auto result = call();
    while (result < 0 && errno == EINTR)
        result = call();
    return result;
}

}  // namespace

Error FileError(int error_number, std::string_view doing, const std::string& path) {
    const char* state = sqlstate::kIoError;
    switch (error_number) {
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            state = sqlstate::kDiskFull;
            break;
        case EROFS:
            state = sqlstate::kReadOnly;
            break;
        case EACCES:
        case EPERM:
            state = sqlstate::kInsufficientPrivilege;
            break;
        case ENOENT:
        case ENOTDIR:
            state = sqlstate::kUndefinedFile;
            break;
        case EEXIST:
            state = sqlstate::kDuplicateFile;
            break;
        default:
            break;
    }
    return Error(state,
                 "could not " + std::string(doing) + " \"" + path + "\": " + std::strerror(error_number));
}

NewFile::NewFile(std::string path) : path_(std::move(path)) {
    const std::string directory = DirectoryOf(path_);
    directory_ = Retry([&] { return open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC); });
    if (directory_ < 0) throw FileError(errno, "create file", path_);
    if (!LiesAt(directory_, directory)) {
        close(directory_);
        throw Error(sqlstate::kSerializationFailure,
                    "path \"" + path_ + "\" was changed while its file was being made",
                    "A symbolic link stands on the way, where there was none before.", "Try again.");
    }
    descriptor_ = Create();
    if (descriptor_ < 0) {
        const int error = errno;
        close(directory_);
        throw FileError(error, "create file", path_);
    }
}

NewFile::~NewFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (named_ && !kept_) unlinkat(directory_, Name(), 0);
    close(directory_);
}

int NewFile::Create() noexcept {
    constexpr mode_t kMode = S_IRUSR | S_IWUSR;
    struct stat st;
    if (fstatat(directory_, Name(), &st, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return -1;
    }
    const int nameless =
        Retry([&] { return openat(directory_, ".", O_RDWR | O_TMPFILE | O_CLOEXEC, kMode); });
    // A file system without them, or a kernel: open(2), EOPNOTSUPP, EISDIR, ENOENT.
    if (nameless >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT && errno != EINVAL))
        return nameless;
    const int named = Retry([&] {
        return openat(directory_, Name(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode);
    });
    named_ = named >= 0;
    return named;
}

void NewFile::GiveName() {
    char name[32];
    std::snprintf(name, sizeof(name), "/proc/self/fd/%d", descriptor_);
    if (linkat(AT_FDCWD, name, directory_, Name(), AT_SYMLINK_FOLLOW) != 0)
        throw FileError(errno, "create file", path_);
    named_ = true;
}

const char* NewFile::Name() const noexcept {
    const std::size_t slash = path_.rfind('/');
    return path_.c_str() + (slash == std::string::npos ? 0 : slash + 1);
}

void NewFile::Write(const void* data, std::size_t size) {
    WriteAt(data, size, end_);
    end_ += static_cast<std::int64_t>(size);
}

void NewFile::WriteAt(const void* data, std::size_t size, std::int64_t offset) {
    const char* bytes = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t written = Retry([&] { return pwrite(descriptor_, bytes, size, offset); });
        // Nothing written and no error: the next attempt would tell why, and what remains is a full disk.
        if (written <= 0) throw FileError(written < 0 ? errno : ENOSPC, "write to file", path_);
        bytes += written;
        offset += written;
        size -= static_cast<std::size_t>(written);
    }
}

std::size_t NewFile::ReadAt(void* data, std::size_t size, std::int64_t offset) const {
    char* bytes = static_cast<char*>(data);
    std::size_t done = 0;
    while (done < size) {
        const ssize_t got = Retry([&] {
            return pread(descriptor_, bytes + done, size - done, offset + static_cast<std::int64_t>(done));
        });
        if (got < 0) throw FileError(errno, "read file", path_);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

void NewFile::Resize(std::int64_t size) {
    if (Retry([&] { return ftruncate(descriptor_, size); }) != 0)
        throw FileError(errno, "resize file", path_);
}

void NewFile::Keep(bool sync) {
    if (sync && Retry([&] { return fsync(descriptor_); }) != 0) throw FileError(errno, "fsync file", path_);
    if (!named_) GiveName();
    // Some file systems report only now that the disk is full. The descriptor is gone in any case.
    if (close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR)
        throw FileError(errno, "write to file", path_);
    if (sync) SyncDirectory(DirectoryOf(path_));
    kept_ = true;
}

Removal::~Removal() {
    if (!path_.empty()) unlink(path_.c_str());
}

bool LiesAt(int descriptor, std::string_view path) noexcept {
    char name[32], real[PATH_MAX];
    std::snprintf(name, sizeof(name), "/proc/self/fd/%d", descriptor);
    const ssize_t size = readlink(name, real, sizeof(real));
    return size >= 0 && std::string_view(real, static_cast<std::size_t>(size)) == path;
}

std::int64_t RoomIn(const std::string& directory) noexcept {
    constexpr double kLargest = 4e18;
    constexpr double kKeptShare = 0.05, kKeptBytes = 256.0 * 1024 * 1024;
    struct statvfs fs;
    if (statvfs(directory.c_str(), &fs) != 0 || fs.f_blocks == 0) return -1;
    const double block = static_cast<double>(fs.f_frsize);
    const double kept = std::min(static_cast<double>(fs.f_blocks) * block * kKeptShare, kKeptBytes);
    const double room = static_cast<double>(fs.f_bavail) * block - kept;
    return static_cast<std::int64_t>(std::clamp(room, 0.0, kLargest));
}

void CheckRoomFor(std::int64_t bytes, const std::string& what, const std::string& path, std::int64_t limit,
                  const char* setting) {
    const std::string size = std::to_string(bytes) + " bytes";
    if (limit >= 0 && bytes > limit)
        throw Error(sqlstate::kConfigurationLimitExceeded, what + " is too large",
                    "It takes " + size + "; setting " + setting + " allows " + std::to_string(limit) + ".",
                    std::string("A superuser can raise ") + setting + ".");
    const std::int64_t room = RoomIn(DirectoryOf(path));
    if (room >= 0 && bytes > room)
        throw Error(sqlstate::kDiskFull, what + " does not fit on the disk",
                    "It takes " + size + "; in directory \"" + DirectoryOf(path) + "\" there is room for " +
                        std::to_string(room) + ", beside what is kept free.");
}

std::string ResolveNewPath(const std::string& path) {
    if (path.empty() || path[0] != '/')
        throw Error(sqlstate::kInvalidParameterValue, "path \"" + path + "\" is not absolute", {},
                    "Give the full path of the new file on the server, beginning with \"/\".");
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.empty() || name == "." || name == "..")
        throw Error(sqlstate::kInvalidParameterValue,
                    "path \"" + path + "\" does not end with the name of a file");
    const std::string directory = DirectoryOf(path);
    char resolved[PATH_MAX];
    if (realpath(directory.c_str(), resolved) == nullptr)
        throw FileError(errno, "resolve directory", directory);
    const std::string parent = resolved;
    return parent == "/" ? parent + name : parent + "/" + name;
}

void SyncDirectory(const std::string& directory) {
    const int descriptor = Retry([&] { return open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (descriptor < 0) throw FileError(errno, "open directory", directory);
    const int result = Retry([&] { return fsync(descriptor); });
    const int error = errno;
    close(descriptor);
    // Not every file system can (fsync_fname, fd.c).
    if (result != 0 && error != EBADF && error != EINVAL)
        throw FileError(error, "fsync directory", directory);
}

std::string DirectoryOf(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace pgsqlite
