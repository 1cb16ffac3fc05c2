#include "core/sqlite/pages/table_cursor.hpp"

#include <sqlite3.h>

#include <cstring>
#include <limits>
#include <new>

namespace pgsqlite::sqlite {
namespace {

constexpr unsigned char kInteriorTable = 0x05;
constexpr unsigned char kLeafTable = 0x0d;
constexpr std::uint32_t kFileHeader = 100;
constexpr std::uint32_t kLeafHeader = 8;
constexpr std::uint32_t kInteriorHeader = 12;
constexpr std::uint32_t kLink = 4;  // a page number

std::uint32_t Read16(const unsigned char* at) noexcept {
    return static_cast<std::uint32_t>(at[0] << 8 | at[1]);
}
std::uint32_t Read32(const unsigned char* at) noexcept {
    return Read16(at) << 16 | Read16(at + 2);
}

}  // namespace

void TableCursor::Seek(std::int64_t first, std::int64_t last) noexcept {
    first_ = first;
    last_ = last;
    started_ = false;
    leaf_ = nullptr;
    depth_ = 0;
    visited_ = 0;
}

int TableCursor::Next() noexcept {
    if (!started_) {
        started_ = true;
        const int rc = Descend(root_, first_);
        if (rc != SQLITE_OK) return rc;
    }
    while (leaf_ != nullptr) {
        if (leaf_at_ < leaf_cells_) return ReadLeafCell();
        const int rc = NextLeaf();
        if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_DONE;
}

int TableCursor::CheckOrder(bool (*cancelled)() noexcept) noexcept {
    constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();
    Seek(kSmallest, std::numeric_limits<std::int64_t>::max());
    started_ = true;
    std::int64_t before = kSmallest;  // the rowid or key that was met last
    bool may_equal = true;            // before the first one
    int rc = Descend(root_, kSmallest);
    while (rc == SQLITE_OK && leaf_ != nullptr) {
        if (cancelled != nullptr && cancelled()) return SQLITE_INTERRUPT;
        for (int cell = 0; cell < leaf_cells_; ++cell) {
            std::uint64_t payload;
            std::int64_t rowid;
            if (LeafCell(cell, &payload, &rowid) == nullptr) return SQLITE_CORRUPT;
            if (rowid < before || (rowid == before && !may_equal)) return SQLITE_CORRUPT;
            before = rowid;
            may_equal = false;
        }
        std::int64_t key;
        bool found;
        if (!KeyBehindLeaf(&key, &found)) return SQLITE_CORRUPT;
        if (found) {
            if (key < before) return SQLITE_CORRUPT;
            before = key;
            may_equal = false;
        }
        rc = NextLeaf();
    }
    return rc;
}

/// The key that the tree has between this leaf and the next one; not found behind the last leaf.
bool TableCursor::KeyBehindLeaf(std::int64_t* key, bool* found) const noexcept {
    *found = false;
    for (int depth = depth_ - 1; depth >= 0 && !*found; --depth) {
        const Level& level = levels_[static_cast<std::size_t>(depth)];
        if (level.at == level.children) continue;
        const unsigned char* page = level.page.data();
        const std::uint32_t header = page[0] == kInteriorTable ? 0 : kFileHeader;
        const unsigned char* cell = CellStart(page, header + kInteriorHeader, level.at);
        std::uint64_t read;
        if (cell == nullptr || ReadVarint(cell + kLink, page + file_->usable(), &read) == nullptr)
            return false;
        *key = static_cast<std::int64_t>(read);
        *found = true;
    }
    return true;
}

/// To the leaf where the first rowid from `first` on would be.
int TableCursor::Descend(std::uint32_t number, std::int64_t first) noexcept {
    while (true) {
        // In a tree no page comes twice.
        if (++visited_ > file_->page_count() || depth_ == kMaxDepth) return SQLITE_CORRUPT;
        const unsigned char* page;
        int rc = file_->ReadNear(number, &page);
        if (rc != SQLITE_OK) return rc;
        const std::uint32_t header = number == 1 ? kFileHeader : 0;
        if (page[header] == kLeafTable) return EnterLeaf(page, header, first);
        if (page[header] != kInteriorTable) return SQLITE_CORRUPT;
        rc = EnterInterior(page, header, first, &number);
        if (rc != SQLITE_OK) return rc;
    }
}

int TableCursor::EnterInterior(const unsigned char* page, std::uint32_t header, std::int64_t first,
                               std::uint32_t* child) noexcept {
    Level& level = levels_[static_cast<std::size_t>(depth_)];
    try {
        level.page.assign(page, page + file_->page_size());
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    }
    const std::uint32_t pointers = header + kInteriorHeader;
    level.children = static_cast<int>(Read16(page + header + 3));
    if (pointers + 2 * static_cast<std::uint32_t>(level.children) > file_->usable()) return SQLITE_CORRUPT;
    // Each key is the largest rowid of its child; behind the last key lies the right-most child.
    int low = 0, high = level.children;
    while (low < high) {
        const int middle = (low + high) / 2;
        const unsigned char* cell = CellStart(level.page.data(), pointers, middle);
        std::uint64_t key;
        if (cell == nullptr || ReadVarint(cell + kLink, level.page.data() + file_->usable(), &key) == nullptr)
            return SQLITE_CORRUPT;
        if (static_cast<std::int64_t>(key) < first)
            low = middle + 1;
        else
            high = middle;
    }
    level.at = low;
    ++depth_;
    return ChildOf(level, child) ? SQLITE_OK : SQLITE_CORRUPT;
}

bool TableCursor::ChildOf(const Level& level, std::uint32_t* child) const noexcept {
    // Only page 1 has the file's header before its own, and is marked by it.
    const unsigned char* page = level.page.data();
    const std::uint32_t header = page[0] == kInteriorTable ? 0 : kFileHeader;
    if (level.at == level.children) {
        *child = Read32(page + header + 8);
        return true;
    }
    const unsigned char* cell = CellStart(page, header + kInteriorHeader, level.at);
    if (cell == nullptr) return false;
    *child = Read32(cell);
    return true;
}

int TableCursor::EnterLeaf(const unsigned char* page, std::uint32_t header, std::int64_t first) noexcept {
    leaf_ = page;
    leaf_pointers_ = header + kLeafHeader;
    leaf_cells_ = static_cast<int>(Read16(page + header + 3));
    if (leaf_pointers_ + 2 * static_cast<std::uint32_t>(leaf_cells_) > file_->usable()) return SQLITE_CORRUPT;
    int low = 0, high = first == std::numeric_limits<std::int64_t>::min() ? 0 : leaf_cells_;
    while (low < high) {
        const int middle = (low + high) / 2;
        std::uint64_t payload;
        std::int64_t rowid;
        if (LeafCell(middle, &payload, &rowid) == nullptr) return SQLITE_CORRUPT;
        if (rowid < first)
            low = middle + 1;
        else
            high = middle;
    }
    leaf_at_ = low;
    return SQLITE_OK;
}

/// The next leaf to the right; none: leaf_ is null.
int TableCursor::NextLeaf() noexcept {
    leaf_ = nullptr;
    while (depth_ > 0) {
        Level& level = levels_[static_cast<std::size_t>(depth_ - 1)];
        if (level.at < level.children) {
            ++level.at;
            std::uint32_t child;
            if (!ChildOf(level, &child)) return SQLITE_CORRUPT;
            return Descend(child, std::numeric_limits<std::int64_t>::min());
        }
        --depth_;
    }
    return SQLITE_OK;
}

/// @return null where it lies beyond the page
const unsigned char* TableCursor::CellStart(const unsigned char* page, std::uint32_t pointers,
                                            int cell) const noexcept {
    const std::uint32_t offset = Read16(page + pointers + 2 * static_cast<std::uint32_t>(cell));
    return offset >= pointers && offset + kLink <= file_->usable() ? page + offset : nullptr;
}

const unsigned char* TableCursor::LeafCell(int cell, std::uint64_t* payload,
                                           std::int64_t* rowid) const noexcept {
    const unsigned char* const end = leaf_ + file_->usable();
    const unsigned char* at = CellStart(leaf_, leaf_pointers_, cell);
    std::uint64_t key;
    if (at == nullptr || (at = ReadVarint(at, end, payload)) == nullptr ||
        (at = ReadVarint(at, end, &key)) == nullptr)
        return nullptr;
    *rowid = static_cast<std::int64_t>(key);
    return at;
}

int TableCursor::ReadLeafCell() noexcept {
    std::uint64_t payload;
    const unsigned char* at = LeafCell(leaf_at_++, &payload, &rowid_);
    if (at == nullptr) return SQLITE_CORRUPT;
    if (rowid_ > last_) {
        leaf_ = nullptr;
        return SQLITE_DONE;
    }
    // §1.6: how much of a payload stays on the leaf.
    const std::uint64_t usable = file_->usable();
    const std::uint64_t most = usable - 35;
    std::uint64_t local = payload;
    overflow_ = 0;
    if (payload > most) {
        if (payload > file_->page_count() * usable) return SQLITE_CORRUPT;
        const std::uint64_t least = (usable - 12) * 32 / 255 - 23;
        local = least + (payload - least) % (usable - kLink);
        if (local > most) local = least;
    }
    const std::uint64_t room = static_cast<std::uint64_t>(leaf_ + usable - at);
    if (local + (payload > local ? kLink : 0) > room) return SQLITE_CORRUPT;
    if (payload > local) overflow_ = Read32(at + local);
    local_ = at;
    local_size_ = static_cast<std::size_t>(local);
    record_ = {local_, local_size_, payload};
    return SQLITE_ROW;
}

int TableCursor::Gather(std::uint64_t bytes) noexcept {
    if (bytes > record_.all) return SQLITE_CORRUPT;
    try {
        gathered_.resize(static_cast<std::size_t>(bytes));
    } catch (const std::bad_alloc&) {
        return SQLITE_NOMEM;
    }
    std::memcpy(gathered_.data(), local_, local_size_);
    std::size_t filled = local_size_;
    std::uint32_t next = overflow_;
    while (filled < bytes) {
        const int rc = file_->Read(next, copy_.data());
        if (rc != SQLITE_OK) return rc;
        const std::size_t part =
            std::min<std::size_t>(file_->usable() - kLink, static_cast<std::size_t>(bytes) - filled);
        std::memcpy(gathered_.data() + filled, copy_.data() + kLink, part);
        filled += part;
        next = Read32(copy_.data());
    }
    record_.data = gathered_.data();
    record_.here = filled;
    return SQLITE_OK;
}

}  // namespace pgsqlite::sqlite
