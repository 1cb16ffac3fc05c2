// sqlite.reset_sequences(): after rows were loaded with keys of their own, the sequences that give a schema's
// columns their numbers must go on behind the greatest key. They are never set back, and stay in step with
// their increment.
#include "pg/survey/tied_sequences.hpp"

namespace pgsqlite::pg::functions {
namespace {

void TellUnset(const TiedSequence& sequence) {
    ereport(
        WARNING,
        (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("sequence %s is left as it is", sequence.sequence_name),
         sequence.plain
             ? errdetail("Column \"%s\" of table %s has type %s, which has no greatest number.",
                         sequence.column, sequence.table_name, format_type_be(sequence.type))
             : errdetail("The default of column \"%s\" of table %s makes something else of its numbers.",
                         sequence.column, sequence.table_name)));
}

}  // namespace
}  // namespace pgsqlite::pg::functions

PG_SQLITE_FUNCTION(pg_sqlite_reset_sequences) {
    namespace pg = pgsqlite::pg;
    const char* name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    ReturnSetInfo* result = pg::BeginMaterialized(fcinfo);
    const Oid schema = LookupExplicitNamespace(name, false);
    SPI_connect();
    uint64 count;
    const pg::TiedSequence* sequences =
        pg::ListTiedSequences(psprintf("c.relnamespace = %u", schema), &count);
    for (uint64 i = 0; i < count; ++i) {
        const pg::TiedSequence& sequence = sequences[i];
        if (!pg::HasNumbers(sequence)) {
            pg::functions::TellUnset(sequence);
            continue;
        }
        const pg::SequencePosition position = pg::BringBehind(sequence);
        Datum values[4] = {ObjectIdGetDatum(sequence.table), CStringGetTextDatum(sequence.column),
                           ObjectIdGetDatum(sequence.sequence), Int64GetDatum(position.last)};
        bool nulls[4] = {false, false, false, !position.is_called};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    SPI_finish();
    return static_cast<Datum>(0);
}
