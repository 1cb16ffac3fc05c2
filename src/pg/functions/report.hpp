// Reports: core's relations as the rows of set-returning functions, and the server they look at.
#pragma once

#include "core/assess/relation.hpp"
#include "pg/fdw/connect/connection.hpp"

namespace pgsqlite::pg::functions {

/// A server that a function looks at, pinned in its snapshot.
struct LookedAt {
    fdw::Pin* pin;
    sqlite::Database* database;
    fdw::ServerOptions options;
};

/// Pins a server by its name. Raises 42704 (no such server), 42809 (another wrapper's), 42501 (no USAGE), and
/// as Pin::Acquire does.
LookedAt LookAt(MemoryContext context, const char* server_name);

/// Puts a relation's rows into a function's result, whose columns are the relation's, in its order. A column
/// may be boolean, bigint, integer, text, jsonb (of a text field), text[] or boolean[].
void PutRelation(ReturnSetInfo* result, const assess::Relation& relation);

/// A JSON text of core's as jsonb.
Datum JsonbDatum(std::string_view json);

}  // namespace pgsqlite::pg::functions
