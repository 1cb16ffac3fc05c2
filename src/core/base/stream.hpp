// Streams of bytes from one place to another, in pieces whose size the caller chooses.
#pragma once

#include <cstddef>

namespace pgsqlite {

class ByteSource {
  public:
    virtual ~ByteSource() = default;
    /// The next bytes. @return how many there were, up to `size`; 0 at the end. @throws Error
    virtual std::size_t Read(char* data, std::size_t size) = 0;
};

class ByteSink {
  public:
    virtual ~ByteSink() = default;
    /// @throws Error
    virtual void Write(const char* data, std::size_t size) = 0;
    /// All is written, and what was made stays from now on. @param sync it survives a crash. @throws Error
    virtual void Finish(bool sync) = 0;
};

}  // namespace pgsqlite
