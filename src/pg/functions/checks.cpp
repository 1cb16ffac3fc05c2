// sqlite.is_email() and sqlite.is_us_zip(). Their rules know ASCII only, which every server encoding holds.
#include "core/value/checks.hpp"

#include "pg/seam.hpp"

namespace {

pgsqlite::Bytes TextOf(Datum datum) {
    const text* value = DatumGetTextPP(datum);
    return pgsqlite::Bytes(VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
}

}  // namespace

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_is_email) {
    const bool is_email = pgsqlite::value::IsEmail(TextOf(PG_GETARG_DATUM(0)));
    CHECK_FOR_INTERRUPTS();
    PG_RETURN_BOOL(is_email);
}

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_is_us_zip) {
    PG_RETURN_BOOL(pgsqlite::value::IsUsZip(TextOf(PG_GETARG_DATUM(0))));
}
