// Page file: the pages of a database file, read through SQLite's own descriptor while its lock keeps them as
// they are ("Database File Format" §1.2 and §1.3).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

struct sqlite3_file;

namespace pgsqlite::sqlite {

class PageFile {
  public:
    /// @param file outlives this
    explicit PageFile(sqlite3_file* file) noexcept : file_(file) {}

    /// Reads the header. False where the pages can't be read without SQLite: no header, an unusual page size
    /// or text that is not UTF-8.
    bool Open();

    std::uint32_t page_size() const noexcept { return page_size_; }
    /// Bytes of a page that its content may use.
    std::uint32_t usable() const noexcept { return usable_; }
    std::uint32_t page_count() const noexcept { return page_count_; }

    /// Reads page `number` (from 1) into `page`. @return SQLite's result code; SQLITE_CORRUPT beyond the end
    int Read(std::uint32_t number, unsigned char* page) noexcept;

    /// The same from a window of pages that grows while they are asked for one after the other.
    /// @param page set to the page, which stays until the next call
    int ReadNear(std::uint32_t number, const unsigned char** page) noexcept;

  private:
    static constexpr std::uint32_t kMaxWindowBytes = 128 * 1024;

    int ReadPages(std::uint32_t first, std::uint32_t count, unsigned char* pages) noexcept;

    sqlite3_file* file_;
    std::uint32_t page_size_ = 0;
    std::uint32_t usable_ = 0;
    std::uint32_t page_count_ = 0;
    std::vector<unsigned char> window_;
    std::uint32_t window_first_ = 0;
    std::uint32_t window_pages_ = 0;
};

}  // namespace pgsqlite::sqlite
