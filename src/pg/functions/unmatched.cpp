// sqlite.unmatched(): what a migration does with a reference whose parent the source has not, where the
// parent's rows find those that the target has already. Its key may be that of a row which means something
// else there.
#include "pg/seam.hpp"

PG_SQLITE_FUNCTION(pg_sqlite_unmatched) {
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    const Datum key = PG_GETARG_DATUM(0);
    if (PG_ARGISNULL(1) || !PG_GETARG_BOOL(1)) PG_RETURN_DATUM(key);
    Oid output;
    bool is_varlena;
    getTypeOutputInfo(get_fn_expr_argtype(fcinfo->flinfo, 0), &output, &is_varlena);
    ereport(ERROR, (errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
                    errmsg("key %s has no parent in SQLite", OidOutputFunctionCall(output, key)),
                    errdetail("The row of table %s with that key is another one.",
                              PG_ARGISNULL(2) ? "" : text_to_cstring(PG_GETARG_TEXT_PP(2))),
                    errhint("Mend the reference, or set the row aside with \"on_error\": \"reject\".")));
}
