// Whether the database's objects are of the library's version. A package brings a new library for all
// databases at once, while each database's objects stay as they are until ALTER EXTENSION there.
#pragma once

namespace pgsqlite::pg {

/// As in the control file.
#define PG_SQLITE_VERSION "0.2.0"

/// Version of the extension's objects in this database, palloc'd; null where it is not installed.
char* ObjectsVersion();

/// Asks the catalog until the versions have been found equal once in this session.
/// @throws ERROR 55000 when the extension's objects in this database are of another version than the library
void CheckObjectsVersion();

/// For what only objects of another version call.
/// @throws ERROR 55000 always
[[noreturn]] void RaiseOtherVersion();

}  // namespace pgsqlite::pg
