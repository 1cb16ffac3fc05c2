// Table cursor: the cells of a table b-tree in the order of their rowids ("Database File Format" §1.6). The
// file may be hostile: whatever a page says is checked before it is followed, and no more pages are visited
// than the file has.
#pragma once

#include "core/sqlite/pages/page_file.hpp"
#include "core/sqlite/pages/record.hpp"

namespace pgsqlite::sqlite {

class TableCursor {
  public:
    /// @param root the b-tree's root page
    TableCursor(PageFile* file, std::uint32_t root) : file_(file), root_(root), copy_(file->page_size()) {}

    /// Starts before the first row whose rowid lies in first … last.
    void Seek(std::int64_t first, std::int64_t last) noexcept;

    /// Goes to the next row. @return SQLITE_ROW, SQLITE_DONE or an error code. Never throws.
    int Next() noexcept;
    /// Goes through the whole tree: whether rowids ascend, and the keys between its pages lie between them.
    /// Where they don't, a search by rowid passes by rows. Seek before any Next.
    /// @param cancelled asked at every leaf; may be null
    /// @return SQLITE_OK, SQLITE_CORRUPT, SQLITE_INTERRUPT or another error code
    int CheckOrder(bool (*cancelled)() noexcept) noexcept;
    std::int64_t rowid() const noexcept { return rowid_; }
    /// The row's record, as far as it lies on the page; until Next.
    const RecordBytes& record() const noexcept { return record_; }
    /// Has at least `bytes` of the record in one piece: collects its overflow pages. @return an SQLite code
    int Gather(std::uint64_t bytes) noexcept;

  private:
    struct Level {
        std::vector<unsigned char> page;
        int children = 0;
        int at = 0;
    };
    static constexpr int kMaxDepth = 20;  // SQLite's own BTCURSOR_MAX_DEPTH

    int Descend(std::uint32_t page, std::int64_t first) noexcept;
    int EnterLeaf(const unsigned char* page, std::uint32_t header, std::int64_t first) noexcept;
    int EnterInterior(const unsigned char* page, std::uint32_t header, std::int64_t first,
                      std::uint32_t* child) noexcept;
    int NextLeaf() noexcept;
    bool KeyBehindLeaf(std::int64_t* key, bool* found) const noexcept;
    bool ChildOf(const Level& level, std::uint32_t* child) const noexcept;
    const unsigned char* CellStart(const unsigned char* page, std::uint32_t pointers,
                                   int cell) const noexcept;
    const unsigned char* LeafCell(int cell, std::uint64_t* payload, std::int64_t* rowid) const noexcept;
    int ReadLeafCell() noexcept;

    PageFile* file_;
    std::uint32_t root_;
    std::int64_t first_ = 0;
    std::int64_t last_ = 0;
    bool started_ = true;  ///< with nothing sought
    std::uint32_t visited_ = 0;

    std::vector<Level> levels_ = std::vector<Level>(kMaxDepth);
    int depth_ = 0;  ///< interior pages on the way to the leaf
    const unsigned char* leaf_ = nullptr;
    std::uint32_t leaf_pointers_ = 0;
    int leaf_cells_ = 0;
    int leaf_at_ = 0;

    std::int64_t rowid_ = 0;
    RecordBytes record_ = {};
    const unsigned char* local_ = nullptr;  ///< the record's bytes on its leaf
    std::size_t local_size_ = 0;
    std::uint32_t overflow_ = 0;  ///< first overflow page of the record, or 0
    std::vector<unsigned char> copy_;
    std::vector<unsigned char> gathered_;
};

}  // namespace pgsqlite::sqlite
