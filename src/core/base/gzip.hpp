// Gzip: files in the format of the gzip program (RFC 1952), so that a backup can be unpacked without us.
#pragma once

#include <memory>
#include <string>

#include "core/base/new_file.hpp"
#include "core/base/stream.hpp"

struct z_stream_s;

namespace pgsqlite {

/// What is written to it becomes a new compressed file, which is gone again unless it is finished.
class Gzip final : public ByteSink {
  public:
    /// @throws Error as NewFile; 53200
    explicit Gzip(std::string path);
    ~Gzip() override;
    Gzip(const Gzip&) = delete;
    Gzip& operator=(const Gzip&) = delete;
    void Write(const char* data, std::size_t size) override;
    void Finish(bool sync) override;

  private:
    void Deflate(int flush);
    NewFile file_;
    std::unique_ptr<z_stream_s> stream_;
    std::string buffer_;
};

/// The contents of a compressed file.
class Gunzip final : public ByteSource {
  public:
    /// @param packed the compressed bytes @param path names them in messages. @throws Error 53200
    Gunzip(std::unique_ptr<ByteSource> packed, std::string path);
    ~Gunzip() override;
    Gunzip(const Gunzip&) = delete;
    Gunzip& operator=(const Gunzip&) = delete;
    /// @throws Error XX001 when the bytes are no gzip file, are damaged, end too early or go on behind the
    /// end
    std::size_t Read(char* data, std::size_t size) override;

  private:
    [[noreturn]] void ThrowDamaged(const char* reason) const;
    std::unique_ptr<ByteSource> packed_;
    std::string path_;
    std::unique_ptr<z_stream_s> stream_;
    std::string buffer_;
    bool ended_ = false;
};

}  // namespace pgsqlite
