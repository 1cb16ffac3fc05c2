#include "pg/jobs/run/orphan_rowids.hpp"

#include <unordered_map>

#include "pg/load/collect.hpp"
#include "pg/load/insert.hpp"
#include "pg/load/open_source.hpp"
#include "pg/run_sql.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// Rows by the text of their values. Several may be equal: each gets a rowid of its own.
using Wanted = std::unordered_multimap<std::string, uint64>;

struct Finder {
    DestReceiver receiver;  ///< must come first
    Wanted* wanted;
    int column_count;
    FmgrInfo* outputs;
    int64** rowids;
    MemoryContext memory;  ///< of the result
    MemoryContext scratch;
};

void AppendText(StringInfo text, const char* value) {
    if (value != nullptr)
        appendStringInfo(text, "%zu:%s", std::strlen(value), value);
    else
        appendStringInfoChar(text, '-');
}

bool Receive(TupleTableSlot* slot, DestReceiver* receiver) {
    Finder* finder = reinterpret_cast<Finder*>(receiver);
    slot_getallattrs(slot);
    MemoryContext previous = MemoryContextSwitchTo(finder->scratch);
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 0; i < finder->column_count; ++i)
        AppendText(&text, slot->tts_isnull[i + 1]
                              ? nullptr
                              : OutputFunctionCall(&finder->outputs[i], slot->tts_values[i + 1]));
    int64 place = -1;
    Guard([&] {
        const auto found = finder->wanted->find(text.data);
        if (found == finder->wanted->end()) return;
        place = static_cast<int64>(found->second);
        finder->wanted->erase(found);
    });
    if (place >= 0) {
        finder->rowids[place] = static_cast<int64*>(MemoryContextAlloc(finder->memory, sizeof(int64)));
        *finder->rowids[place] = DatumGetInt64(slot->tts_values[0]);
    }
    MemoryContextSwitchTo(previous);
    MemoryContextReset(finder->scratch);
    return true;
}

void Startup(DestReceiver* receiver, int, TupleDesc descriptor) {
    Finder* finder = reinterpret_cast<Finder*>(receiver);
    for (int i = 0; i < finder->column_count; ++i) {
        Oid output;
        bool is_varlena;
        getTypeOutputInfo(TupleDescAttr(descriptor, i + 1)->atttypid, &output, &is_varlena);
        fmgr_info_cxt(output, &finder->outputs[i], finder->memory);
    }
}

void Shutdown(DestReceiver*) {}

// Rows that the source can't convert are not in the target.
void Ignore(void*, const fdw::RefusedRow&) {}
void IgnoreTick(void*, uint64) {}

void AddWanted(const plan::LoadTask& task, const SPITupleTable* rows, uint64 place, Wanted* wanted) {
    StringInfoData text;
    initStringInfo(&text);
    for (const std::string& column : task.columns)
        AppendText(&text, SPI_getvalue(rows->vals[place], rows->tupdesc,
                                       SPI_fnumber(rows->tupdesc, ToServerText(column))));
    Guard([&] { wanted->emplace(text.data, place); });
    pfree(text.data);
}

const char* SelectOf(const plan::LoadTask& task, TupleDesc descriptor) {
    auto* types = NewIn<std::vector<std::string>>(CurrentMemoryContext);
    for (const std::string& column : task.columns) {
        const Form_pg_attribute attribute =
            TupleDescAttr(descriptor, SPI_fnumber(descriptor, ToServerText(column)) - 1);
        const char* type =
            ToUtf8(format_type_extended(attribute->atttypid, attribute->atttypmod,
                                        FORMAT_TYPE_TYPEMOD_GIVEN | FORMAT_TYPE_FORCE_QUALIFY));
        Guard([&] { types->push_back(type); });
    }
    return load::SqlText([&] { return plan::RowidsAndValues(task, *types); });
}

}  // namespace

int64** FindRowids(const plan::LoadTask& task, const SPITupleTable* rows, uint64 count, const bool* known) {
    Finder* finder = static_cast<Finder*>(palloc0(sizeof(Finder)));
    finder->rowids = static_cast<int64**>(palloc0(sizeof(int64*) * count));
    if (task.rowid_column.empty()) return finder->rowids;
    finder->receiver = {&Receive, &Startup, &Shutdown, &Shutdown, DestNone};
    finder->wanted = NewIn<Wanted>(CurrentMemoryContext);
    finder->column_count = static_cast<int>(task.columns.size());
    finder->outputs = static_cast<FmgrInfo*>(palloc(sizeof(FmgrInfo) * task.columns.size()));
    finder->memory = CurrentMemoryContext;
    finder->scratch =
        AllocSetContextCreate(CurrentMemoryContext, "pg_sqlite row to compare", ALLOCSET_SMALL_SIZES);
    for (uint64 i = 0; i < count; ++i)
        if (known == nullptr || !known[i]) AddWanted(task, rows, i, finder->wanted);
    load::OpenSource(task);
    fdw::RowCollector collector = {};
    collector.put = &Ignore;
    collector.tick = &IgnoreTick;
    load::RunSelect(SelectOf(task, rows->tupdesc), &collector, &finder->receiver);
    load::CloseSource(task);
    return finder->rowids;
}

}  // namespace pgsqlite::pg::jobs
