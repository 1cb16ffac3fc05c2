// Raw file: the bytes of any file, read through SQLite's own VFS. It knows which descriptors of this process
// have locks on a file and keeps ours open until they are gone; a plain close() would drop the locks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/stream.hpp"

struct sqlite3_file;

namespace pgsqlite::sqlite {

class RawFile final : public ByteSource {
  public:
    /// @param path resolved: a symbolic link at its end is not followed. @throws Error HV00N, 53200
    explicit RawFile(std::string path);
    ~RawFile() override;
    RawFile(const RawFile&) = delete;
    RawFile& operator=(const RawFile&) = delete;

    /// When it was opened.
    std::int64_t size() const noexcept { return size_; }
    std::size_t Read(char* data, std::size_t size) override;

  private:
    std::string path_;
    char* name_ = nullptr;  ///< the form of a name that a VFS takes
    std::unique_ptr<char[]> memory_;
    sqlite3_file* file_ = nullptr;
    std::int64_t size_ = 0;
    std::int64_t offset_ = 0;
};

}  // namespace pgsqlite::sqlite
