#include "core/sqlite/file.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>

#include "core/base/error.hpp"
#include "core/sqlite/file_gate.hpp"
#include "core/sqlite/side_file.hpp"

namespace pgsqlite::sqlite {
namespace {

std::string EffectiveUserName() {
    std::array<char, 4096> buffer;
    struct passwd entry;
    struct passwd* found = nullptr;
    if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "uid " + std::to_string(geteuid());
}

bool MayAccess(const std::string& path, int mode) noexcept {
    return faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0;
}

[[noreturn]] void ThrowNoPermission(const std::string& path, const char* permission, const char* kind,
                                    const std::string& where) {
    throw Error(sqlstate::kInsufficientPrivilege,
                "could not open database file \"" + path + "\": permission denied",
                "The server's operating-system user \"" + EffectiveUserName() + "\" lacks " + permission +
                    " permission on " + kind + " \"" + where + "\".",
                "Grant it, or copy the file to a place that the server's user can read.");
}

/// The first directory on the way to `path` that can't be searched gets named.
void DiagnoseAccess(const std::string& path) {
    for (std::size_t slash = path.find('/', 1); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
        const std::string directory = path.substr(0, slash);
        if (!MayAccess(directory, X_OK) && errno == EACCES)
            ThrowNoPermission(path, "search (execute)", "directory", directory);
    }
}

const char* FileTypeName(mode_t mode) noexcept {
    if (S_ISDIR(mode)) return "a directory";
    if (S_ISFIFO(mode)) return "a FIFO";
    if (S_ISSOCK(mode)) return "a socket";
    if (S_ISCHR(mode)) return "a character device";
    if (S_ISBLK(mode)) return "a block device";
    if (S_ISLNK(mode)) return "a symbolic link";
    return "not a regular file";
}

}  // namespace

FileIdentity Identify(const std::string& path) noexcept {
    struct stat st;
    FileIdentity id;
    if (stat(path.c_str(), &st) != 0) return id;
    id.exists = true;
    id.device = st.st_dev;
    id.inode = st.st_ino;
    id.size = st.st_size;
    id.mtime_ns = static_cast<std::int64_t>(st.st_mtim.tv_sec) * 1000000000 + st.st_mtim.tv_nsec;
    return id;
}

std::string ResolveDatabasePath(const std::string& path) {
    if (path.empty() || path[0] != '/')
        throw Error(sqlstate::kInvalidParameterValue, "database path \"" + path + "\" is not absolute", {},
                    "Give the full path of the SQLite file on the server, beginning with \"/\".");

    std::array<char, PATH_MAX> resolved;
    if (realpath(path.c_str(), resolved.data()) == nullptr) {
        const int error = errno;
        if (error == ENOENT || error == ENOTDIR)
            throw Error(
                sqlstate::kUndefinedFile, "database file \"" + path + "\" does not exist", {},
                "The path is that of a file on the database server; a missing file is never created.");
        if (error == EACCES) DiagnoseAccess(path);
        throw Error(error == EACCES ? sqlstate::kInsufficientPrivilege : sqlstate::kIoError,
                    "could not open database file \"" + path + "\": " + std::strerror(error));
    }

    const std::string real(resolved.data());
    struct stat st;
    if (stat(real.c_str(), &st) != 0)
        throw Error(sqlstate::kIoError,
                    "could not stat database file \"" + real + "\": " + std::strerror(errno));
    if (!S_ISREG(st.st_mode))
        throw Error(sqlstate::kWrongObjectType, "\"" + path + "\" is " + FileTypeName(st.st_mode), {},
                    "A SQLite database is one regular file.");
    if (!MayAccess(real, R_OK)) ThrowNoPermission(real, "read", "file", real);
    return real;
}

bool IsReadableFile(const std::string& path) noexcept {
    struct stat st;
    return lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && MayAccess(path, R_OK);
}

void CheckSideFile(const std::string& path, const std::string& database) {
    struct stat st;
    if (lstat(path.c_str(), &st) != 0) return;
    if (!S_ISREG(st.st_mode))
        throw Error(sqlstate::kWrongObjectType, "\"" + path + "\" is " + FileTypeName(st.st_mode),
                    "SQLite keeps a regular file of that name beside database file \"" + database + "\".",
                    "Move it away. SQLite makes the file anew where it needs it.");
    if (!MayAccess(path, R_OK)) ThrowNoPermission(database, "read", "file", path);
}

void CheckGate(const std::string& path) {
    if (LastRefusal() == Refusal::kNotRegular)
        throw Error(sqlstate::kWrongObjectType, "\"" + path + "\" is not a regular file", {},
                    "A SQLite database is one regular file.");
    if (LastRefusal() == Refusal::kElsewhere)
        throw Error(sqlstate::kSerializationFailure,
                    "path \"" + path + "\" was changed while its file was being opened",
                    "A symbolic link stands on the way, where there was none before.", "Try again.");
}

const char* RecognizeFormat(std::string_view head, std::int64_t file_size) noexcept {
    struct Magic {
        std::size_t offset;
        std::string_view bytes;
        const char* name;
    };
    using namespace std::string_view_literals;
    static constexpr Magic kMagics[] = {
        {0, "** This file contains an SQLite 2"sv, "a SQLite 2 database"},
        {0, "\x37\x7f\x06\x82"sv, "a SQLite write-ahead log (-wal), not the database beside it"},
        {0, "\x37\x7f\x06\x83"sv, "a SQLite write-ahead log (-wal), not the database beside it"},
        {0, "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"sv, "a SQLite rollback journal, not the database beside it"},
        {8, "DUCK"sv, "a DuckDB database"},
        {0, "\x00\x01\x00\x00Standard Jet DB"sv, "a Microsoft Access database"},
        {0, "\x00\x01\x00\x00Standard ACE DB"sv, "a Microsoft Access database"},
        {16, "\xed\xda\x0c\xed"sv, "a BoltDB database"},
        {16, "\xde\xc0\xef\xbe"sv, "an LMDB database"},
        {16, "T-DB"sv, "a Realm database"},
        {12, "\x62\x31\x05\x00"sv, "a Berkeley DB database"},
        {12, "\x61\x15\x06\x00"sv, "a Berkeley DB database"},
        {0, "\x13\x57\x9a\xce"sv, "a GDBM database"},
        {0, "PGDMP"sv, "a PostgreSQL dump"},
        {0, "-- PostgreSQL database dump"sv, "a PostgreSQL dump in SQL text"},
        {0, "\x89HDF\r\n\x1a\n"sv, "an HDF5 file"},
        {0, "PAR1"sv, "a Parquet file"},
        {0, "\x1f\x8b"sv, "a gzip archive"},
        {0, "BZh"sv, "a bzip2 archive"},
        {0,
         "\xfd"
         "7zXZ\x00"sv,
         "an xz archive"},
        {0, "\x28\xb5\x2f\xfd"sv, "a Zstandard archive"},
        {0, "7z\xbc\xaf\x27\x1c"sv, "a 7-Zip archive"},
        {0, "PK\x03\x04"sv, "a ZIP archive"},
        {0, "%PDF-"sv, "a PDF document"},
        {0,
         "\x7f"
         "ELF"sv,
         "a program"},
        {0, "version https://git-lfs"sv, "a Git LFS pointer, not the file it stands for"},
        {0, "PRAGMA foreign_keys"sv, "a SQL text dump; load it with the sqlite3 shell first"},
        {0, "BEGIN TRANSACTION"sv, "a SQL text dump; load it with the sqlite3 shell first"},
        {0, "CREATE TABLE"sv, "a SQL text dump; load it with the sqlite3 shell first"},
        {0, "<?xml"sv, "an XML document"},
        {0, "<!DOCTYPE"sv, "an HTML document"},
    };
    for (const Magic& magic : kMagics)
        if (head.size() >= magic.offset + magic.bytes.size() &&
            head.substr(magic.offset, magic.bytes.size()) == magic.bytes)
            return magic.name;

    // An encrypted database is whole pages of noise; plain formats show zero bytes or mostly text at once.
    if (head.size() >= 64 && file_size % 512 == 0) {
        std::size_t printable = 0, zero = 0;
        for (const char c : head) {
            if (c == 0) ++zero;
            if ((c >= ' ' && c < 0x7f) || c == '\n' || c == '\t' || c == '\r') ++printable;
        }
        if (zero * 20 < head.size() && printable * 2 < head.size()) return "an encrypted database";
    }
    return nullptr;
}

}  // namespace pgsqlite::sqlite
