// ColumnProfiler: takes the cells of one column, row by row, and makes a ColumnProfile of them.
//
// What a row costs is one look-up: cells that are alike in all that is counted (class, formats, candidates)
// share a key, and only the count of the key goes up. A cell is the first of anything only when its key is
// new, so examples are looked after then and never else.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/assess/profile.hpp"
#include "core/assess/recognise.hpp"
#include "core/base/cancel.hpp"
#include "core/base/scratch.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::assess {

/// How the row being read can be named.
struct RowName {
    std::uint64_t row = 0;
    const value::Cell* rowid = nullptr;     ///< null where there is none
    const value::Cell* cells = nullptr;     ///< all of the row
    const std::vector<int>* key = nullptr;  ///< ordinals in `cells` of a WITHOUT ROWID table's key

    Example Show(const value::Cell& cell) const;
};

/// Whether what is left to be asked of a cell is to be left: it is long, and whoever asks was told to stop.
inline bool IsCancelled(const value::Cell& cell) noexcept {
    const bool has_bytes =
        cell.storage_class == value::StorageClass::kText || cell.storage_class == value::StorageClass::kBlob;
    return has_bytes && CancelledOver(cell.bytes.size);
}

class ColumnProfiler {
  public:
    explicit ColumnProfiler(ColumnProfile column);

    void Add(const value::Cell& cell, const RowName& name, Scratch& scratch) noexcept;
    /// After all rows. @throws std::bad_alloc also for an allocation that failed in between
    ColumnProfile Finish();

    /// No value twice: each number above all before it, and each text, and each blob.
    bool ascending() const noexcept;

  private:
    struct Key {
        std::uint64_t traits = 0;
        std::uint64_t formats = 0;
        WrittenDate written;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct Slot {
        Key key;
        std::uint64_t count = 0;
    };
    static constexpr std::size_t kSlots = 32;

    /// Smallest and largest text or blob, as much of them as is shown.
    struct ByteExtreme {
        static constexpr std::size_t kKept = 4 * (kShownChars + 1) + 12;
        std::uint64_t head = 0;  ///< first eight bytes as a number
        std::size_t size = 0;    ///< of the whole value
        char bytes[kKept];
        void Set(Bytes value, std::uint64_t value_head) noexcept;
        int Compare(Bytes value) const noexcept;  ///< > 0: value is above; 0 also where it can't be told
    };
    struct ByteRange {
        bool any = false;
        bool ascending = true;
        ByteExtreme min, max;
        void Add(Bytes value) noexcept;
    };

    void Count(const Key& key, const Traits& traits, const value::Cell& cell, const RowName& name) noexcept;
    void NoteFirsts(const Traits& traits, const value::Cell& cell, const RowName& name);
    void Flush() noexcept;
    void AddNumber(const value::Cell& cell) noexcept;
    void AddLength(Lengths& lengths, std::uint64_t& count, std::uint64_t length, std::uint64_t bytes,
                   const value::Cell& cell, const RowName& name) noexcept;
    void TestDeclared(const Traits& traits, const value::Cell& cell, const RowName& name,
                      Scratch& scratch) noexcept;

    ColumnProfile column_;
    value::Rule declared_;
    std::uint32_t declared_fit_ = 0;   ///< the candidate that equals the declared rule; 0: none does
    std::uint32_t declared_base_ = 0;  ///< a candidate the declared rule narrows

    Slot slots_[kSlots];
    std::size_t used_slots_ = 0;
    std::size_t last_slot_ = 0;

    IntegerTraits integers_;
    bool numbers_ascending_ = true;
    std::uint64_t texts_ = 0, blobs_ = 0;
    ByteRange text_range_, blob_range_;
    bool out_of_memory_ = false;
};

}  // namespace pgsqlite::assess
