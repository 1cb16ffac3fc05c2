#include "pg/objects_version.hpp"

#include "pg/compat.hpp"

extern "C" {
#include "access/genam.h"
#include "access/table.h"
#include "catalog/pg_extension.h"
#include "commands/extension.h"
}

namespace pgsqlite::pg {
namespace {

constexpr char kExtension[] = "pg_sqlite";

[[noreturn]] void RaiseVersions(const char* objects) {
    ereport(
        ERROR,
        (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
         errmsg("extension \"%s\" has objects of version %s in this database, and its library is %s",
                kExtension, objects, PG_SQLITE_VERSION),
         errhint("Run ALTER EXTENSION %s UPDATE; where that was done already, connect anew.", kExtension)));
}

}  // namespace

char* ObjectsVersion() {
    const Oid oid = get_extension_oid(kExtension, true);
    if (!OidIsValid(oid)) return nullptr;
    char* version = nullptr;
    Relation catalog = table_open(ExtensionRelationId, AccessShareLock);
    ScanKeyData key;
    ScanKeyInit(&key, Anum_pg_extension_oid, BTEqualStrategyNumber, F_OIDEQ, ObjectIdGetDatum(oid));
    SysScanDesc scan = systable_beginscan(catalog, ExtensionOidIndexId, true, nullptr, 1, &key);
    HeapTuple tuple = systable_getnext(scan);
    if (HeapTupleIsValid(tuple)) {
        bool is_null;
        const Datum value =
            heap_getattr(tuple, Anum_pg_extension_extversion, RelationGetDescr(catalog), &is_null);
        if (!is_null) version = TextDatumGetCString(value);
    }
    systable_endscan(scan);
    table_close(catalog, AccessShareLock);
    return version;
}

void CheckObjectsVersion() {
    static bool equal = false;
    if (equal) return;
    char* const objects = ObjectsVersion();
    // Functions that somebody declared by hand belong to no version.
    if (objects == nullptr) return;
    if (strcmp(objects, PG_SQLITE_VERSION) != 0) RaiseVersions(objects);
    equal = true;
}

void RaiseOtherVersion() {
    const char* const objects = ObjectsVersion();
    RaiseVersions(objects != nullptr ? objects : "unknown");
}

}  // namespace pgsqlite::pg
