// Statements that are run for their effect, and relations by their names in SQL.
#pragma once

#include <string>

#include "pg/seam.hpp"

namespace pgsqlite::pg {

/// Runs a statement in an SPI connection of its own. Raises what it raises, and XX000 where it is one that
/// SPI does not run.
/// @return rows that it touched
uint64 RunSql(const char* sql);
/// The same of a statement in UTF-8.
uint64 RunSql(const std::string& utf8);

/// The same of a statement that makes a temporary relation for a job, which a restricted operation (AsRole)
/// may not. It is made of our own words and of names: nothing in it calls code of the job's owner.
void RunTemporarySql(const char* sql);
void RunTemporarySql(const std::string& utf8);

/// A relation by its name as SQL has it, quoted where needed, found by the present search_path.
/// @return InvalidOid where there is none and `missing_ok`; else 42P01
Oid RelationNamed(const char* name, LOCKMODE lock, bool missing_ok);
/// The same of a name in UTF-8.
Oid RelationNamed(const std::string& utf8, LOCKMODE lock, bool missing_ok);

}  // namespace pgsqlite::pg
