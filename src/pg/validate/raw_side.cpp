#include "pg/validate/raw_side.hpp"

#include "pg/fdw/plan/parallel_path.hpp"

namespace pgsqlite::pg::validate {

using digest::RawColumn;

/// As scans of a load have it: the row is given up, unless it becomes NULL.
bool RawReading::Refuse(void* context, const fdw::RowConverter& row, int column, const value::Cell&,
                        value::Status, const ErrorData*) {
    if (row.column(column).rule.policies.on_error == value::OnError::kNull) return true;
    static_cast<RawReading*>(context)->refused_ = true;
    return false;
}

char* RawReading::CellText(const SideRow& row, int column) {
    RawReading* self = static_cast<RawReading*>(row.context);
    const int place = self->places_[column];
    Datum value = 0;
    bool is_null = true;
    fdw::RowConverter& converter = self->rows_->converter();
    converter.PushErrorContext();
    converter.Convert(place, self->rows_->cells()[place], &value, &is_null);
    converter.PopErrorContext();
    return DatumText(self->side_->forms[column], value, is_null);
}

/// False where a cell does not fit.
bool RawReading::AppendRow() {
    const value::Cell* cells = rows_->cells();
    fdw::RowConverter& converter = rows_->converter();
    digest::CanonicalRow* canonical = hasher_->canonical();
    refused_ = false;
    hasher_->Begin();
    for (int i = 0; i < side_->column_count; ++i) {
        const int place = places_[i];
        if (!cells_.Append(columns_[place], cells[place], canonical)) {
            Datum value = 0;
            bool is_null = true;
            converter.PushErrorContext();
            converter.Convert(place, cells[place], &value, &is_null);
            converter.PopErrorContext();
            if (refused_) return false;
            AppendDatum(side_->forms[i], value, is_null, canonical);
        }
        hasher_->EndColumn(i);
    }
    return true;
}

RawReading* RawReading::Open(MemoryContext context, Side* side, const fdw::Redirect* leader) {
    MemoryContext previous = MemoryContextSwitchTo(context);
    RawReading* self = NewIn<RawReading>(context);
    self->memory_ = context;
    self->side_ = side;
    self->relation_ = fdw::ReadSourceRelation(side->raw->relid);
    self->pin_ = leader != nullptr ? fdw::Pin::Follow(context, *leader)
                                   : fdw::Pin::Acquire(context, self->relation_->server_oid);
    fdw::ReadingTablesAlone([&] { self->facts_ = fdw::ReadSourceFacts(*self->relation_, self->pin_); });
    MemoryContextSwitchTo(previous);
    return self;
}

bool RawReading::RunsBesideWorkers() const {
    return !fdw::RefusalsNeedSubtransactions(*relation_);
}

int RawReading::Workers() const {
    return RunsBesideWorkers() ? fdw::ScanWorkers(*relation_, *facts_) : 0;
}

void RawReading::AddColumn(fdw::ColumnConverter* converter, int place, int attribute) {
    const fdw::SourceColumn& column = relation_->columns[attribute - 1];
    fdw::InitColumnConverter(converter, memory_, column.type, column.typmod, column.attribute, column.options,
                             relation_->server);
    for (int i = 0; i < side_->column_count; ++i) {
        if (side_->raw->attributes[i] != attribute) continue;
        places_[i] = place;
        columns_[place] =
            digest::MakeRawColumn(side_->forms[i]->form, converter->rule, GetDatabaseEncoding() == PG_UTF8);
    }
    // A domain's CHECK is asked by the conversion.
    if (converter->is_domain) columns_[place].by_conversion = true;
}

void RawReading::OpenRows(bool chunked) {
    MemoryContext previous = MemoryContextSwitchTo(memory_);
    hasher_ = RowHasher::In(memory_, side_);
    Bitmapset* wanted = nullptr;
    for (int i = 0; i < side_->column_count; ++i)
        wanted = bms_add_member(wanted, side_->raw->attributes[i]);
    fdw::ScanClauses clauses;
    clauses.chunked = chunked;
    const fdw::ScanQuery query = fdw::BuildScanQuery(*relation_, *facts_, wanted, clauses);
    fdw::RowSource::Config config = {};
    config.pin = pin_;
    config.sql = query.sql;
    config.column_count = list_length(query.attributes);
    const Size count = static_cast<Size>(config.column_count);
    config.columns = static_cast<fdw::ColumnConverter*>(palloc0(sizeof(fdw::ColumnConverter) * count));
    columns_ = static_cast<RawColumn*>(palloc0(sizeof(RawColumn) * count));
    places_ = static_cast<int*>(palloc0(sizeof(int) * static_cast<Size>(side_->column_count)));
    for (int place = 0; place < config.column_count; ++place)
        AddColumn(&config.columns[place], place, list_nth_int(query.attributes, place));
    config.relation = relation_->qualified_name;
    config.source = relation_->source_name();
    config.locator = query.locator;
    config.locator_columns = query.locator_columns;
    config.sink = &Refuse;
    config.sink_context = this;
    if (chunked)
        config.chunks = fdw::ChunkSource::In(memory_, pin_, fdw::ProbeSql(*relation_, *facts_),
                                             fdw::ChunkRows(*facts_), relation_->source_name());
    has_rowid_ = query.locator == fdw::Locator::kRowid;
    rows_ = fdw::RowSource::Open(memory_, config);
    rows_->converter().CollectErrors();
    MemoryContextSwitchTo(previous);
}

void RawReading::Lead(SharedRaw* shared) {
    OpenRows(true);
    pin_->Lead(&shared->leader);
    rows_->chunks()->Start(&shared->chunks);
}

void RawReading::Join(SharedRaw* shared) {
    OpenRows(true);
    rows_->chunks()->Join(&shared->chunks);
}

void RawReading::Read(const RowTaker& taker) {
    if (rows_ == nullptr) OpenRows(false);
    MemoryContext row_memory =
        AllocSetContextCreate(memory_, "pg_sqlite validate row", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(row_memory);
    while (rows_->Step()) {
        CHECK_FOR_INTERRUPTS();
        const bool counts = !has_rowid_ || side_->left_out_count == 0 ||
                            !IsLeftOut(*side_, rows_->CellAt(rows_->column_count()).integer);
        if (counts) {
            if (AppendRow())
                hasher_->Finish(taker, &CellText, this);
            else
                ++side_->refused;
        }
        MemoryContextReset(row_memory);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(row_memory);
}

void RawReading::Close() noexcept {
    if (rows_ != nullptr) rows_->Close();
    pin_->Release();
}

RawTable* MakeRawTable(Oid relation, const AttrNumber* attributes, const Side& side) {
    const fdw::SourceRelation* source = fdw::ReadSourceRelation(relation);
    for (int i = 0; i < side.column_count; ++i)
        if (FormOf(source->columns[attributes[i] - 1].type) != side.forms[i]->form) return nullptr;
    RawTable* table = static_cast<RawTable*>(palloc0(sizeof(RawTable)));
    table->relid = relation;
    const Size size = sizeof(AttrNumber) * static_cast<Size>(side.column_count);
    table->attributes = static_cast<AttrNumber*>(palloc(size));
    std::memcpy(table->attributes, attributes, size);
    return table;
}

void ReadRawTable(Side* side, const RowTaker& taker) {
    MemoryContext memory =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite validate", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    RawReading* reading = RawReading::Open(memory, side);
    reading->Read(taker);
    reading->Close();
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(memory);
}

}  // namespace pgsqlite::pg::validate
