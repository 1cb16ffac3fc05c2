// The namespace of UUIDs that keys become: a secret of each target schema, so that whatever is migrated into
// it, now or later, has the same ones.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// What is kept for a schema, as text; null: nothing, no such schema, or the caller may make nothing in it.
/// Within SPI.
const char* KeptNamespace(const char* schema);

/// The job's UUIDs are made from it. @param name_space a UUID
void NoteNamespace(int64 job, const char* name_space);
/// The target schema is there, or the job at its end: its namespace is kept for the schema, unless that has
/// one.
void KeepNamespace(int64 job);

}  // namespace pgsqlite::pg::jobs
