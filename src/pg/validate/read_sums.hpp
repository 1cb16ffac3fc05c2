// The first reading of a comparison: both sides added up by parts of the key, where PostgreSQL grants workers
// by several participants at once.
#pragma once

#include "pg/validate/side.hpp"

namespace pgsqlite::pg::validate {

/// Reads the two sides, and sets their `refused`.
///
/// PostgreSQL's settings for parallel scans hold; in a session that runs in parallel mode already, or without
/// any worker to be had, this session reads by itself. The sums are the same.
void ReadSums(Side* const sides[2], digest::KeyParts* const parts[2]);

}  // namespace pgsqlite::pg::validate
