#include "core/sqlite/raw_file.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <utility>

#include "core/sqlite/file_gate.hpp"
#include "core/sqlite/side_file.hpp"
#include "core/sqlite/sqlite_error.hpp"

namespace pgsqlite::sqlite {

RawFile::RawFile(std::string path) : path_(std::move(path)) {
    sqlite3_vfs* vfs = sqlite3_vfs_find("unix");
    if (vfs != nullptr && BuildGate(vfs)) {
        memory_.reset(new char[static_cast<std::size_t>(vfs->szOsFile)]());
        name_ = const_cast<char*>(sqlite3_create_filename(path_.c_str(), "", "", 0, nullptr));
    }
    if (name_ == nullptr) throw Error(sqlstate::kOutOfMemory, "out of memory");
    sqlite3_file* file = reinterpret_cast<sqlite3_file*>(memory_.get());
    // As a main database, because for those alone the VFS keeps account of locks.
    constexpr int kFlags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_NOFOLLOW;
    int rc;
    {
        const GateClosed gate;
        rc = vfs->xOpen(vfs, name_, file, kFlags, nullptr);
    }
    if (file->pMethods != nullptr) file_ = file;
    sqlite3_int64 size = 0;
    if (rc == SQLITE_OK) rc = file_->pMethods->xFileSize(file_, &size);
    if (rc != SQLITE_OK) {
        if (file_ != nullptr) file_->pMethods->xClose(file_);
        sqlite3_free_filename(name_);
        CheckGate(path_);
        throw MakeError(rc, "open file \"" + path_ + "\"", "", path_);
    }
    size_ = size;
}

RawFile::~RawFile() {
    file_->pMethods->xClose(file_);
    sqlite3_free_filename(name_);
}

std::size_t RawFile::Read(char* data, std::size_t size) {
    const auto amount =
        static_cast<std::size_t>(std::min<std::int64_t>(size_ - offset_, static_cast<std::int64_t>(size)));
    if (amount == 0) return 0;
    const int rc = file_->pMethods->xRead(file_, data, static_cast<int>(amount), offset_);
    if (rc != SQLITE_OK) throw MakeError(rc, "read file \"" + path_ + "\"", "", path_);
    offset_ += static_cast<std::int64_t>(amount);
    return amount;
}

}  // namespace pgsqlite::sqlite
