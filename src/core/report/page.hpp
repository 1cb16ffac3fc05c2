// Page: a job as one document that needs nothing else: no script, no other file, no connection.
#pragma once

#include <string>
#include <string_view>

namespace pgsqlite::report {

/// Writes the page.
///
/// @param facts a JSON object: `report` (as sqlite.report gives it), `at`, `started`, `finished` (texts),
/// `database`,
///        `postgres`, `user`, `columns` (by table_no: SQLite's names), `steps` (object, section, state, begin
///        and seconds since the job's start), `findings` and `proof` (null: not asked for; else `rows`, or
///        `error` with the reason why there are none; of `proof` also `constraints` that do not hold and
///        `holding`, their number)
/// @return ASCII; well-formed XML, too
/// @throws Error XX000 for what is no such object
std::string WritePage(std::string_view facts);

}  // namespace pgsqlite::report
