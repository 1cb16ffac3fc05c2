#include "pg/validate/different_rows.hpp"

namespace pgsqlite::pg::validate {

using digest::Digest;

DifferentRows* DifferentRows::In(MemoryContext context, const DifferenceTaker& taker) {
    DifferentRows* self = static_cast<DifferentRows*>(MemoryContextAllocZero(context, sizeof(DifferentRows)));
    self->memory_ = context;
    self->taker_ = taker;
    const Size limit = static_cast<Size>(std::max(1, taker.limit));
    self->pairs_ = static_cast<Pair*>(MemoryContextAllocHuge(context, sizeof(Pair) * limit));
    std::memset(static_cast<void*>(self->pairs_), 0, sizeof(Pair) * limit);
    for (Wanted*& wanted : self->wanted_)
        wanted = static_cast<Wanted*>(MemoryContextAllocHuge(context, sizeof(Wanted) * limit));
    return self;
}

void DifferentRows::Want(int side, const Digest& row, int64 count) {
    for (; count > 0; --count) {
        const int pair = key_start_ + used_[side];
        if (pair >= taker_.limit) return;
        ++used_[side];
        pair_count_ = std::max(pair_count_, pair + 1);
        wanted_[side][wanted_count_[side]++] = {row, pair, false};
    }
}

void DifferentRows::EndKey() {
    key_start_ = pair_count_;
    used_[0] = used_[1] = 0;
}

/// One reading of a side.
struct DifferentRows::Search {
    DifferentRows* self;
    int side;
    int columns;
};

void DifferentRows::Look(void* context, const SideRow& row) {
    const Search* search = static_cast<const Search*>(context);
    DifferentRows* self = search->self;
    Wanted* end = self->wanted_[search->side] + self->wanted_count_[search->side];
    Wanted* wanted = std::lower_bound(
        self->wanted_[search->side], end, row.row, [](const Wanted& item, const Digest& digest) {
            return item.row.high != digest.high ? item.row.high < digest.high : item.row.low < digest.low;
        });
    while (wanted != end && wanted->row == row.row && wanted->found)
        ++wanted;
    if (wanted != end && wanted->row == row.row) self->Found(row, search->side, wanted, search->columns);
}

void DifferentRows::Found(const SideRow& row, int side, Wanted* wanted, int columns) {
    MemoryContext previous = MemoryContextSwitchTo(memory_);
    const Size count = static_cast<Size>(columns);
    Pair* pair = &pairs_[wanted->pair];
    pair->texts[side] = static_cast<char**>(palloc0(sizeof(char*) * (count + 1)));
    for (int i = 0; i < columns; ++i)
        pair->texts[side][i] = row.text(row, i);
    pair->canonical[side] = static_cast<char*>(palloc(row.canonical.size() + 1));
    std::memcpy(pair->canonical[side], row.canonical.data(), row.canonical.size());
    pair->ends[side] = static_cast<Size*>(palloc(sizeof(Size) * (count + 1)));
    std::memcpy(pair->ends[side], row.ends, sizeof(Size) * count);
    wanted->found = true;
    MemoryContextSwitchTo(previous);
}

bool DifferentRows::Differs(const Pair& pair, int column) const noexcept {
    Bytes values[2];
    for (int side = 0; side < 2; ++side) {
        const Size start = column > 0 ? pair.ends[side][column - 1] : 0;
        values[side] = Bytes(pair.canonical[side] + start, pair.ends[side][column] - start);
    }
    return values[0] != values[1];
}

void DifferentRows::Give(const Pair& pair, int columns) {
    DifferentRow row = {};
    row.source = pair.texts[0];
    row.target = pair.texts[1];
    row.kind = row.target == nullptr   ? Difference::kMissing
               : row.source == nullptr ? Difference::kExtra
                                       : Difference::kChanged;
    bool* differs = static_cast<bool*>(palloc0(sizeof(bool) * static_cast<Size>(columns + 1)));
    if (row.kind == Difference::kChanged)
        for (int i = 0; i < columns; ++i)
            differs[i] = Differs(pair, i);
    row.differs = differs;
    taker_.take(taker_.context, row);
}

void DifferentRows::Show(Side* const sides[2]) {
    const int columns = sides[0]->column_count;
    for (int side = 0; side < 2; ++side) {
        if (wanted_count_[side] == 0) continue;
        std::sort(wanted_[side], wanted_[side] + wanted_count_[side], [](const Wanted& a, const Wanted& b) {
            return a.row.high != b.row.high ? a.row.high < b.row.high : a.row.low < b.row.low;
        });
        Search search = {this, side, columns};
        ReadSide(sides[side], {&Look, &search});
    }
    for (int i = 0; i < pair_count_; ++i)
        if (pairs_[i].texts[0] != nullptr || pairs_[i].texts[1] != nullptr) Give(pairs_[i], columns);
}

}  // namespace pgsqlite::pg::validate
