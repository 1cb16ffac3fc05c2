#include "pg/validate/compare.hpp"

#include "pg/validate/different_rows.hpp"
#include "pg/validate/read_sums.hpp"

namespace pgsqlite::pg::validate {

using digest::Digest;
using digest::KeyParts;

namespace {

void AddToParts(void* context, const SideRow& row) {
    static_cast<KeyParts*>(context)->Add(row.key, row.row);
}

/// Hashes of the rows in parts that differ, on their way into the sort.
struct Sorter {
    Tuplesortstate* sort;
    const bool* differs;  ///< of each part
    char side;
};

/// As the sort has it: compared byte by byte, so that rows of one key come together, and equal ones of them.
struct Entry {
    char length_word[VARHDRSZ];
    char key[sizeof(Digest)];
    char row[sizeof(Digest)];
    char side;
};
static_assert(sizeof(Entry) == VARHDRSZ + 33);

void AddToSort(void* context, const SideRow& row) {
    const Sorter* sorter = static_cast<const Sorter*>(context);
    if (!sorter->differs[KeyParts::Of(row.key)]) return;
    alignas(MAXIMUM_ALIGNOF) Entry entry;
    SET_VARSIZE(&entry, sizeof(entry));
    std::memcpy(entry.key, &row.key, sizeof(Digest));
    std::memcpy(entry.row, &row.row, sizeof(Digest));
    entry.side = sorter->side;
    tuplesort_putdatum(sorter->sort, PointerGetDatum(&entry), false);
}

Digest DigestAt(const char* bytes) noexcept {
    Digest digest;
    std::memcpy(&digest, bytes, sizeof(digest));
    return digest;
}

/// Goes through the sorted hashes: rows of one key that are alike on both sides cancel out, the others are
/// paired as changed, and what is left is missing or extra.
class Merge {
  public:
    Merge(Outcome* outcome, DifferentRows* wanted) noexcept : outcome_(outcome), wanted_(wanted) {}

    void Add(const Entry& entry) {
        const Digest key = DigestAt(entry.key);
        const Digest row = DigestAt(entry.row);
        if (!started_ || key != key_) {
            EndKey();
            key_ = key;
            row_ = row;
            started_ = true;
        } else if (row != row_) {
            EndRow();
            row_ = row;
        }
        ++count_[static_cast<int>(entry.side)];
    }
    void EndKey() {
        EndRow();
        const int64 changed = std::min(left_[0], left_[1]);
        outcome_->different += changed;
        outcome_->missing += left_[0] - changed;
        outcome_->extra += left_[1] - changed;
        if (wanted_ != nullptr && left_[0] + left_[1] > 0) wanted_->EndKey();
        left_[0] = left_[1] = 0;
    }

  private:
    void EndRow() {
        const int64 both = std::min(count_[0], count_[1]);
        for (int side = 0; side < 2; ++side) {
            const int64 left = count_[side] - both;
            if (wanted_ != nullptr && left > 0) wanted_->Want(side, row_, left);
            left_[side] += left;
            count_[side] = 0;
        }
    }

    Outcome* outcome_;
    DifferentRows* wanted_;
    bool started_ = false;
    Digest key_, row_;
    int64 count_[2] = {};
    int64 left_[2] = {};
};

void Narrow(Side* const sides[3], const bool* differs, Outcome* outcome, DifferentRows* wanted) {
    const TypeCacheEntry* type = lookup_type_cache(BYTEAOID, TYPECACHE_LT_OPR);
    Sorter sorter = {};
    sorter.sort = tuplesort_begin_datum(BYTEAOID, type->lt_opr, InvalidOid, false, work_mem, nullptr, 0);
    sorter.differs = differs;
    for (int side = 0; side < 3; ++side) {
        if (sides[side] == nullptr) continue;
        sorter.side = side > 0 ? 1 : 0;
        ReadSide(sides[side], {&AddToSort, &sorter});
    }
    tuplesort_performsort(sorter.sort);
    Merge merge(outcome, wanted);
    Datum value;
    bool is_null;
    while (compat::NextSortedDatum(sorter.sort, &value, &is_null)) {
        CHECK_FOR_INTERRUPTS();
        merge.Add(*reinterpret_cast<const Entry*>(DatumGetPointer(value)));
        pfree(DatumGetPointer(value));
    }
    merge.EndKey();
    tuplesort_end(sorter.sort);
}

}  // namespace

Outcome Compare(Side* source, Side* target, Side* aside, const DifferenceTaker* differences) {
    Side* const sides[3] = {source, target, aside};
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite compare", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    Outcome outcome = {};
    KeyParts* parts[3];
    for (KeyParts*& part : parts)
        part = NewIn<KeyParts>(memory);
    ReadSums(sides, parts);
    if (aside != nullptr) ReadSide(aside, {&AddToParts, parts[2]});
    outcome.source = parts[0]->Total();
    outcome.source -= parts[2]->Total();
    outcome.target = parts[1]->Total();
    outcome.refused = source->refused;
    bool* differs = static_cast<bool*>(palloc0(sizeof(bool) * KeyParts::kCount));
    bool any = false;
    for (size_t i = 0; i < KeyParts::kCount; ++i) {
        digest::RowSum expected = (*parts[0])[i];
        expected -= (*parts[2])[i];
        any = (differs[i] = expected != (*parts[1])[i]) || any;
    }
    if (any) {
        DifferentRows* wanted = differences != nullptr ? DifferentRows::In(memory, *differences) : nullptr;
        Narrow(sides, differs, &outcome, wanted);
        if (wanted != nullptr) wanted->Show(sides);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(memory);
    return outcome;
}

}  // namespace pgsqlite::pg::validate
