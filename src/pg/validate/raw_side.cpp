// Raw side: a SQLite table as it stands in the file. Plain cells are taken by validate::RawCells, which
// shares no code with the conversion that moved them; the others are converted, as the table's types,
// encodings and policies say.
#include "core/validate/raw_cell.hpp"
#include "pg/fdw/row_source.hpp"
#include "pg/validate/side.hpp"

namespace pgsqlite::pg::validate {

using pgsqlite::validate::RawCells;
using pgsqlite::validate::RawColumn;

struct RawTable {
    Oid relid;
    AttrNumber* attributes;  ///< of the columns
};

namespace {

/// What a reading needs.
struct RawReader {
    Side* side;
    fdw::RowSource* rows;
    RawColumn* columns;  ///< in the order of the statement's
    int* places;         ///< of the side's columns among the statement's
    RawCells cells;
    bool refused;  ///< the present row has a cell that does not fit
    bool has_rowid;
};

/// As scans of a load have it: the row is given up, unless it becomes NULL.
bool Refuse(void* context, const fdw::RowConverter& row, int column, const value::Cell&, value::Status,
            const ErrorData*) {
    if (row.column(column).rule.policies.on_error == value::OnError::kNull) return true;
    static_cast<RawReader*>(context)->refused = true;
    return false;
}

char* CellText(const SideRow& row, int column) {
    RawReader* self = static_cast<RawReader*>(row.context);
    const int place = self->places[column];
    Datum value = 0;
    bool is_null = true;
    fdw::RowConverter& converter = self->rows->converter();
    converter.PushErrorContext();
    converter.Convert(place, self->rows->cells()[place], &value, &is_null);
    converter.PopErrorContext();
    return DatumText(self->side->forms[column], value, is_null);
}

/// False where a cell does not fit.
bool AppendRow(RawReader* self, pgsqlite::validate::CanonicalRow* canonical, RowHasher* hasher) {
    const value::Cell* cells = self->rows->cells();
    fdw::RowConverter& converter = self->rows->converter();
    self->refused = false;
    hasher->Begin();
    for (int i = 0; i < self->side->column_count; ++i) {
        const int place = self->places[i];
        if (!self->cells.Append(self->columns[place], cells[place], canonical)) {
            Datum value = 0;
            bool is_null = true;
            converter.PushErrorContext();
            converter.Convert(place, cells[place], &value, &is_null);
            converter.PopErrorContext();
            if (self->refused) return false;
            AppendDatum(self->side->forms[i], value, is_null, canonical);
        }
        hasher->EndColumn(i);
    }
    return true;
}

void OpenRows(RawReader* self, const RawTable* table, MemoryContext memory) {
    const fdw::SourceRelation* relation = fdw::ReadSourceRelation(table->relid);
    fdw::RowSource::Config config = {};
    config.pin = fdw::Pin::Acquire(memory, relation->server_oid);
    const fdw::SourceFacts* facts = fdw::ReadSourceFacts(*relation, config.pin);
    Bitmapset* wanted = nullptr;
    for (int i = 0; i < self->side->column_count; ++i)
        wanted = bms_add_member(wanted, table->attributes[i]);
    const fdw::ScanQuery query = fdw::BuildScanQuery(*relation, *facts, wanted);
    config.sql = query.sql;
    config.column_count = list_length(query.attributes);
    const Size count = static_cast<Size>(config.column_count);
    config.columns = static_cast<fdw::ColumnConverter*>(palloc0(sizeof(fdw::ColumnConverter) * count));
    self->columns = static_cast<RawColumn*>(palloc0(sizeof(RawColumn) * count));
    self->places = static_cast<int*>(palloc0(sizeof(int) * static_cast<Size>(self->side->column_count)));
    for (int place = 0; place < config.column_count; ++place) {
        const int attribute = list_nth_int(query.attributes, place);
        const fdw::SourceColumn& column = relation->columns[attribute - 1];
        fdw::InitColumnConverter(&config.columns[place], memory, column.type, column.typmod, column.attribute,
                                 column.options, relation->server);
        for (int i = 0; i < self->side->column_count; ++i) {
            if (table->attributes[i] != attribute) continue;
            self->places[i] = place;
            self->columns[place] = pgsqlite::validate::MakeRawColumn(
                self->side->forms[i]->form, config.columns[place].rule, GetDatabaseEncoding() == PG_UTF8);
        }
        // A domain's CHECK is asked by the conversion.
        if (config.columns[place].is_domain) self->columns[place].by_conversion = true;
    }
    config.relation = relation->qualified_name;
    config.source = relation->source_name();
    config.locator = query.locator;
    config.locator_columns = query.locator_columns;
    config.sink = &Refuse;
    config.sink_context = self;
    self->has_rowid = query.locator == fdw::Locator::kRowid;
    self->rows = fdw::RowSource::Open(memory, config);
    self->rows->converter().CollectErrors();
}

}  // namespace

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
    MemoryContext row_memory =
        AllocSetContextCreate(memory, "pg_sqlite validate row", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(memory);
    RawReader* self = NewIn<RawReader>(memory);
    RowHasher* hasher = RowHasher::In(memory, side);
    self->side = side;
    OpenRows(self, side->raw, memory);
    MemoryContextSwitchTo(row_memory);
    while (self->rows->Step()) {
        CHECK_FOR_INTERRUPTS();
        const bool counts = !self->has_rowid || side->left_out_count == 0 ||
                            !IsLeftOut(*side, self->rows->CellAt(self->rows->column_count()).integer);
        if (counts) {
            if (AppendRow(self, hasher->canonical(), hasher))
                hasher->Finish(taker, &CellText, self);
            else
                ++side->refused;
        }
        MemoryContextReset(row_memory);
    }
    MemoryContextSwitchTo(previous);
    self->rows->Close();
    self->rows->pin()->Release();
    MemoryContextDelete(memory);
}

}  // namespace pgsqlite::pg::validate
