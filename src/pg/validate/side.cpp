#include "pg/validate/side.hpp"

#include "pg/validate/query_side.hpp"
#include "pg/validate/raw_side.hpp"

namespace pgsqlite::pg::validate {

bool IsLeftOut(const Side& side, int64 rowid) noexcept {
    return side.left_out_count > 0 &&
           std::binary_search(side.left_out, side.left_out + side.left_out_count, rowid);
}

RowHasher* RowHasher::In(MemoryContext context, const Side* side) {
    RowHasher* self = NewIn<RowHasher>(context);
    self->side_ = side;
    self->ends_ = static_cast<Size*>(
        MemoryContextAlloc(context, sizeof(Size) * static_cast<Size>(side->column_count + 1)));
    return self;
}

void RowHasher::Finish(const RowTaker& taker, char* (*text)(const SideRow& row, int column), void* context) {
    if (!canonical_.ok()) ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
    constexpr uint64 kKeySeed = 1;
    SideRow row = {};
    row.canonical = canonical_.bytes();
    row.row = digest::Hash(row.canonical);
    row.key = side_->key_count > 0
                  ? digest::Hash(row.canonical.substr(0, ends_[side_->key_count - 1]), kKeySeed)
                  : row.row;
    row.ends = ends_;
    row.text = text;
    row.context = context;
    taker.take(taker.context, row);
}

void ReadSide(Side* side, const RowTaker& taker) {
    side->refused = 0;
    if (side->raw != nullptr)
        ReadRawTable(side, taker);
    else
        ReadQuery(side, taker);
}

}  // namespace pgsqlite::pg::validate
