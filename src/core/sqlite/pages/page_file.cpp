#include "core/sqlite/pages/page_file.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>

namespace pgsqlite::sqlite {
namespace {

constexpr std::uint32_t kHeaderBytes = 100;
constexpr std::uint32_t kMinPageSize = 512;
constexpr std::uint32_t kMaxPageSize = 65536;
constexpr std::uint32_t kMinUsable = 480;
constexpr unsigned char kUtf8 = 1;

}  // namespace

bool PageFile::Open() {
    std::array<unsigned char, kHeaderBytes> header;
    sqlite3_int64 size = 0;
    if (file_->pMethods->xFileSize(file_, &size) != SQLITE_OK || size < kHeaderBytes ||
        file_->pMethods->xRead(file_, header.data(), kHeaderBytes, 0) != SQLITE_OK)
        return false;
    const std::uint32_t page_size = static_cast<std::uint32_t>(header[16] << 8 | header[17]);
    page_size_ = page_size == 1 ? kMaxPageSize : page_size;  // 65,536 does not fit two bytes
    if (page_size_ < kMinPageSize || (page_size_ & (page_size_ - 1)) != 0 || header[59] != kUtf8)
        return false;
    usable_ = page_size_ - header[20];
    const sqlite3_int64 pages = size / page_size_;
    if (usable_ < kMinUsable || pages > UINT32_MAX) return false;
    page_count_ = static_cast<std::uint32_t>(pages);
    window_.resize(std::max(kMaxWindowBytes, page_size_));
    return true;
}

int PageFile::ReadPages(std::uint32_t first, std::uint32_t count, unsigned char* pages) noexcept {
    return file_->pMethods->xRead(file_, pages, static_cast<int>(count * page_size_),
                                  static_cast<sqlite3_int64>(first - 1) * page_size_);
}

int PageFile::Read(std::uint32_t number, unsigned char* page) noexcept {
    if (number == 0 || number > page_count_) return SQLITE_CORRUPT;
    return ReadPages(number, 1, page);
}

int PageFile::ReadNear(std::uint32_t number, const unsigned char** page) noexcept {
    if (number == 0 || number > page_count_) return SQLITE_CORRUPT;
    if (number < window_first_ || number - window_first_ >= window_pages_) {
        const bool next = window_pages_ > 0 && number - window_first_ == window_pages_;
        const std::uint32_t room = static_cast<std::uint32_t>(window_.size()) / page_size_;
        std::uint32_t count = next ? std::min(2 * window_pages_, room) : 1;
        count = std::min(count, page_count_ - number + 1);
        window_pages_ = 0;
        const int rc = ReadPages(number, count, window_.data());
        if (rc != SQLITE_OK) return rc;
        window_first_ = number;
        window_pages_ = count;
    }
    *page = window_.data() + static_cast<std::size_t>(number - window_first_) * page_size_;
    return SQLITE_OK;
}

}  // namespace pgsqlite::sqlite
