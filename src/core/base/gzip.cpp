#include "core/base/gzip.hpp"

#include <zlib.h>

#include <utility>

namespace pgsqlite {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
/// The largest window, and a gzip header (zlib.h, deflateInit2 and inflateInit2).
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;

Bytef* BytesOf(const char* data) noexcept {
    return reinterpret_cast<Bytef*>(const_cast<char*>(data));  // zlib's next_in lacks const
}

}  // namespace

Gzip::Gzip(std::string path) : file_(std::move(path)), stream_(new z_stream()), buffer_(kBufferBytes, '\0') {
    if (deflateInit2(stream_.get(), Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        throw Error(sqlstate::kOutOfMemory, "out of memory");
}

Gzip::~Gzip() {
    deflateEnd(stream_.get());
}

void Gzip::Write(const char* data, std::size_t size) {
    stream_->next_in = BytesOf(data);
    stream_->avail_in = static_cast<uInt>(size);
    Deflate(Z_NO_FLUSH);
}

void Gzip::Finish(bool sync) {
    stream_->avail_in = 0;
    Deflate(Z_FINISH);
    file_.Keep(sync);
}

/// Until zlib has taken all that there is: it has when it leaves room in the buffer.
void Gzip::Deflate(int flush) {
    do {
        stream_->next_out = BytesOf(buffer_.data());
        stream_->avail_out = static_cast<uInt>(buffer_.size());
        if (deflate(stream_.get(), flush) == Z_STREAM_ERROR)
            throw Error(sqlstate::kInternalError, "zlib refuses to compress \"" + file_.path() + "\"");
        file_.Write(buffer_.data(), buffer_.size() - stream_->avail_out);
    } while (stream_->avail_out == 0);
}

Gunzip::Gunzip(std::unique_ptr<ByteSource> packed, std::string path)
    : packed_(std::move(packed)),
      path_(std::move(path)),
      stream_(new z_stream()),
      buffer_(kBufferBytes, '\0') {
    if (inflateInit2(stream_.get(), kGzipWindow) != Z_OK)
        throw Error(sqlstate::kOutOfMemory, "out of memory");
}

Gunzip::~Gunzip() {
    inflateEnd(stream_.get());
}

std::size_t Gunzip::Read(char* data, std::size_t size) {
    if (ended_) return 0;
    stream_->next_out = BytesOf(data);
    stream_->avail_out = static_cast<uInt>(size);
    while (stream_->avail_out == size) {
        if (stream_->avail_in == 0) {
            stream_->avail_in = static_cast<uInt>(packed_->Read(buffer_.data(), buffer_.size()));
            stream_->next_in = BytesOf(buffer_.data());
            if (stream_->avail_in == 0) ThrowDamaged("it ends too early");
        }
        const int rc = inflate(stream_.get(), Z_NO_FLUSH);
        if (rc == Z_STREAM_END) {
            ended_ = true;
            if (stream_->avail_in > 0 || packed_->Read(buffer_.data(), 1) > 0)
                ThrowDamaged("it goes on behind its end");
            break;
        }
        if (rc == Z_MEM_ERROR) throw Error(sqlstate::kOutOfMemory, "out of memory");
        if (rc != Z_OK) ThrowDamaged(stream_->msg != nullptr ? stream_->msg : "it is not what gzip writes");
    }
    return size - stream_->avail_out;
}

void Gunzip::ThrowDamaged(const char* reason) const {
    throw Error(sqlstate::kDataCorrupted, "could not decompress \"" + path_ + "\": " + reason);
}

}  // namespace pgsqlite
