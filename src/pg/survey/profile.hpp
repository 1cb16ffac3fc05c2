// Profiles for the functions that judge them (assess, suggest_spec, plan): read once while the file stays as
// it is.
#pragma once

#include "core/assess/misfits.hpp"
#include "core/assess/profile.hpp"
#include "core/assess/profile_cache.hpp"
#include "pg/fdw/connect/connection.hpp"

namespace pgsqlite::pg::functions {

/// This backend's cache. Raises 53200 the first time.
assess::ProfileCache* Profiles();

/// A table's raw profile, from the cache where the file has not changed. Cancellable; raises what
/// assess::ReadProfile throws.
/// @return valid as long as `context`
const assess::TableProfile* ProfileOf(MemoryContext context, fdw::Pin* pin, const sqlite::Table& table,
                                      bool duplicates = false);

}  // namespace pgsqlite::pg::functions
