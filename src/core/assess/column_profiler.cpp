#include "core/assess/column_profiler.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <new>
#include <utility>

#include "core/value/format.hpp"

namespace pgsqlite::assess {

using value::Cell;
using value::Code;
using value::Kind;
using value::StorageClass;

namespace {

constexpr std::size_t kShownSize = 4 * kShownChars + 64;

std::string Describe(const Cell& cell) {
    char text[kShownSize];
    return std::string(text, value::DescribeCell(cell, text, sizeof text, kShownChars));
}

// Layout of a slot's key: candidates, then the rest; formats have a word of their own.
constexpr unsigned kClassShift = kCandidateCount;
constexpr unsigned kInvalidShift = kClassShift + 3;
constexpr unsigned kNulShift = kInvalidShift + 1;
constexpr unsigned kEmptyShift = kNulShift + 1;
static_assert(kEmptyShift < 64);

std::uint64_t KeyOf(const Traits& traits, StorageClass storage_class, bool empty) noexcept {
    return traits.fits | static_cast<std::uint64_t>(storage_class) << kClassShift |
           std::uint64_t{traits.invalid_text} << kInvalidShift | std::uint64_t{traits.nul} << kNulShift |
           std::uint64_t{empty} << kEmptyShift;
}

/// Exactly, as SQLite compares an integer with a real: the integral parts as integers first.
int CompareIntegerReal(std::int64_t integer, double real) noexcept {
    constexpr double kTwoTo63 = 9223372036854775808.0;
    if (real < -kTwoTo63) return 1;
    if (real >= kTwoTo63) return -1;
    const auto whole = static_cast<std::int64_t>(real);
    if (integer != whole) return integer < whole ? -1 : 1;
    const double fraction = real - static_cast<double>(whole);
    return fraction > 0 ? -1 : fraction < 0 ? 1 : 0;
}

int CompareNumbers(const Cell& a, const Cell& b) noexcept {
    const bool a_integer = a.storage_class == StorageClass::kInteger;
    const bool b_integer = b.storage_class == StorageClass::kInteger;
    if (a_integer && b_integer) return a.integer < b.integer ? -1 : a.integer > b.integer ? 1 : 0;
    if (a_integer) return CompareIntegerReal(a.integer, b.real);
    if (b_integer) return -CompareIntegerReal(b.integer, a.real);
    return a.real < b.real ? -1 : a.real > b.real ? 1 : 0;
}

/// The first eight bytes, as memcmp would order them.
std::uint64_t HeadOf(Bytes bytes) noexcept {
    std::uint64_t head = 0;
    if (bytes.size() >= sizeof head)
        std::memcpy(&head, bytes.data(), sizeof head);
    else
        std::memcpy(&head, bytes.data(), bytes.size());
    if constexpr (std::endian::native == std::endian::little) head = __builtin_bswap64(head);
    return head;
}

}  // namespace

Example RowName::Show(const Cell& cell) const {
    Example example;
    example.row = row;
    example.storage_class = cell.storage_class;
    example.value = Describe(cell);
    if (rowid != nullptr) {
        if (rowid->storage_class == StorageClass::kInteger) example.rowid = rowid->integer;
        example.at = Describe(*rowid);
    } else if (key != nullptr && !key->empty()) {
        for (const int i : *key)
            example.at += (example.at.empty() ? "(" : ", ") + Describe(cells[i]);
        example.at += ')';
    } else {
        example.at = "row " + std::to_string(row);
    }
    return example;
}

void ColumnProfiler::ByteExtreme::Set(Bytes value, std::uint64_t value_head) noexcept {
    head = value_head;
    size = value.size();
    std::memcpy(bytes, value.data(), std::min(size, kKept));
}

int ColumnProfiler::ByteExtreme::Compare(Bytes value) const noexcept {
    const std::size_t common = std::min({size, value.size(), kKept});
    const int order = std::memcmp(value.data(), bytes, common);
    if (order != 0 || common == kKept) return order;
    return value.size() < size ? -1 : value.size() > size ? 1 : 0;
}

void ColumnProfiler::ByteRange::Add(Bytes value) noexcept {
    const std::uint64_t head = HeadOf(value);
    if (!any) {
        any = true;
        min.Set(value, head);
        max.Set(value, head);
        return;
    }
    if (head < max.head || (head == max.head && max.Compare(value) <= 0))
        ascending = false;
    else
        max.Set(value, head);
    if (head < min.head || (head == min.head && min.Compare(value) < 0)) min.Set(value, head);
}

ColumnProfiler::ColumnProfiler(ColumnProfile column) : column_(std::move(column)) {
    const schema::MappedType& type = column_.declared;
    declared_ = type.ToRule();
    const std::size_t candidate = CandidateOf(declared_.kind);
    if (candidate == kCandidateCount) return;
    const bool narrowed = declared_.constrained || declared_.max_chars > 0 ||
                          (value::IsTemporal(declared_.kind) && declared_.fraction_digits < 6);
    (narrowed ? declared_base_ : declared_fit_) = FitBit(declared_.kind);
}

void ColumnProfiler::Flush() noexcept {
    for (std::size_t i = 0; i < used_slots_; ++i) {
        const std::uint64_t key = slots_[i].key.traits;
        try {
            if (slots_[i].key.written.any()) column_.AddWritten(slots_[i].key.written, slots_[i].count);
        } catch (const std::bad_alloc&) {
            out_of_memory_ = true;
        }
        const std::uint64_t count = slots_[i].count;
        const auto storage_class = static_cast<std::size_t>(key >> kClassShift & 7);
        const bool empty = (key >> kEmptyShift & 1) != 0;
        column_.classes[storage_class] += count;
        if (empty)
            (storage_class == static_cast<std::size_t>(StorageClass::kText) ? column_.empty_texts
                                                                            : column_.empty_blobs) += count;
        if ((key >> kInvalidShift & 1) != 0) column_.invalid_texts.rows += count;
        if ((key >> kNulShift & 1) != 0) column_.nul_texts.rows += count;
        for (std::size_t f = 0; f < kFormatCount; ++f)
            if ((slots_[i].key.formats >> f & 1) != 0) column_.formats[f] += count;
        if (storage_class == static_cast<std::size_t>(StorageClass::kNull)) continue;
        for (std::size_t c = 0; c < kCandidateCount; ++c)
            if ((key >> c & 1) == 0) column_.misfits[c].rows += count;
    }
    used_slots_ = last_slot_ = 0;
}

void ColumnProfiler::NoteFirsts(const Traits& traits, const Cell& cell, const RowName& name) {
    if (cell.is_null()) {
        if (!column_.first_null.any()) column_.first_null = name.Show(cell);
        return;
    }
    Example example;
    const auto note = [&](Example& first) {
        if (first.any()) return;
        if (!example.any()) example = name.Show(cell);
        first = example;
    };
    for (std::size_t c = 0; c < kCandidateCount; ++c)
        if ((traits.fits >> c & 1) == 0) note(column_.misfits[c].first);
    if (traits.invalid_text) note(column_.invalid_texts.first);
    if (traits.nul) note(column_.nul_texts.first);
}

void ColumnProfiler::Count(const Key& key, const Traits& traits, const Cell& cell,
                           const RowName& name) noexcept {
    for (std::size_t i = 0; i < used_slots_; ++i) {
        if (!(slots_[i].key == key)) continue;
        ++slots_[i].count;
        last_slot_ = i;
        return;
    }
    try {
        NoteFirsts(traits, cell, name);
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    }
    if (used_slots_ == kSlots) Flush();
    last_slot_ = used_slots_++;
    slots_[last_slot_] = {key, 1};
}

void ColumnProfiler::AddNumber(const Cell& cell) noexcept {
    Extremes& range = column_.numbers;
    if (range.min.is_null()) {
        range.min = range.max = cell;
        return;
    }
    if (CompareNumbers(cell, range.max) > 0)
        range.max = cell;
    else
        numbers_ascending_ = false;
    if (CompareNumbers(cell, range.min) < 0) range.min = cell;
}

void ColumnProfiler::AddLength(Lengths& lengths, std::uint64_t& count, std::uint64_t length,
                               std::uint64_t bytes, const Cell& cell, const RowName& name) noexcept {
    lengths.total += bytes;
    if (count++ == 0) lengths.min = length;
    if (length < lengths.min) lengths.min = length;
    if (length <= lengths.max && count > 1) return;
    lengths.max = length;
    // Lengths rise no oftener than the square root of twice the file's size.
    try {
        lengths.longest = name.Show(cell);
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    }
}

void ColumnProfiler::TestDeclared(const Traits& traits, const Cell& cell, const RowName& name,
                                  Scratch& scratch) noexcept {
    if (declared_fit_ != 0) {
        if ((traits.fits & declared_fit_) != 0) return;
    } else if (declared_.kind == Kind::kText && (traits.fits & declared_base_) != 0 &&
               cell.storage_class == StorageClass::kText &&
               traits.characters <= static_cast<std::uint64_t>(declared_.max_chars)) {
        return;
    }
    value::Value out;
    const value::Status status = value::Convert(declared_, cell, scratch, out);
    if (status.ok()) return;
    Tally& fault = column_.declared_faults[static_cast<std::size_t>(status.code)];
    if (fault.rows++ > 0) return;
    try {
        fault.first = name.Show(cell);
    } catch (const std::bad_alloc&) {
        out_of_memory_ = true;
    }
}

void ColumnProfiler::Add(const Cell& cell, const RowName& name, Scratch& scratch) noexcept {
    Traits traits;
    bool empty = false;
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            if (!integers_.Covers(cell.integer)) integers_ = RecogniseInteger(cell.integer);
            traits = integers_.traits;
            AddNumber(cell);
            break;
        case StorageClass::kReal:
            traits = RecogniseReal(cell.real, scratch);
            AddNumber(cell);
            break;
        case StorageClass::kText:
            traits = RecogniseText(cell.view(), scratch);
            text_range_.Add(cell.view());
            AddLength(column_.text_chars, texts_, traits.characters, cell.bytes.size, cell, name);
            if (cell.bytes.size > column_.max_text_bytes) column_.max_text_bytes = cell.bytes.size;
            empty = cell.bytes.size == 0;
            break;
        case StorageClass::kBlob:
            traits = RecogniseBlob(cell.view(), scratch);
            blob_range_.Add(cell.view());
            AddLength(column_.blob_bytes, blobs_, cell.bytes.size, cell.bytes.size, cell, name);
            empty = cell.bytes.size == 0;
            break;
        case StorageClass::kNull:
            break;
    }
    const Key key = {KeyOf(traits, cell.storage_class, empty), traits.formats, traits.written};
    if (slots_[last_slot_].key == key && used_slots_ > 0)
        ++slots_[last_slot_].count;
    else
        Count(key, traits, cell, name);
    if (!cell.is_null() && !IsCancelled(cell)) TestDeclared(traits, cell, name, scratch);
}

bool ColumnProfiler::ascending() const noexcept {
    return numbers_ascending_ && text_range_.ascending && blob_range_.ascending;
}

ColumnProfile ColumnProfiler::Finish() {
    Flush();
    if (out_of_memory_) throw std::bad_alloc();
    if (!column_.numbers.min.is_null()) {
        column_.numbers.shown_min = Describe(column_.numbers.min);
        column_.numbers.shown_max = Describe(column_.numbers.max);
    }
    // Of a blob's bytes only those kept are shown, with the length of the whole.
    const auto show = [](const ByteExtreme& extreme, bool blob) {
        const std::size_t kept = std::min(extreme.size, ByteExtreme::kKept);
        return Describe(blob ? Cell::Blob(Bytes(extreme.bytes, extreme.size))
                             : Cell::Text(Bytes(extreme.bytes, kept)));
    };
    if (text_range_.any) {
        column_.texts.shown_min = show(text_range_.min, false);
        column_.texts.shown_max = show(text_range_.max, false);
    }
    if (blob_range_.any) {
        column_.blobs.shown_min = show(blob_range_.min, true);
        column_.blobs.shown_max = show(blob_range_.max, true);
    }
    return std::move(column_);
}

}  // namespace pgsqlite::assess
