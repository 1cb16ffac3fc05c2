// What the records hold against a job, and what of it can be looked at: for sqlite.assert_valid and
// sqlite.validate_constraints. All of it by the caller's rights and within SPI.
#pragma once

#include "pg/jobs/records/statement.hpp"

namespace pgsqlite::pg::jobs {

/// What the records say against a job: kind, name, words.
Rows ReadProblems(int64 job);
/// Constraints, indexes, sequences, triggers and views of a job's targets, those that it made and that are
/// gone among them: target, kind, object, status without a look at rows, and a query that counts the rows
/// that break it (or NULL).
/// @param tied_sequences the query for sequences of columns (tied_sequences.hpp)
Rows ReadSubjects(int64 job, const char* tied_sequences);
/// Whether a job has a target, a policy that changed values, or a step of this name.
bool HasThing(int64 job, const char* name);

}  // namespace pgsqlite::pg::jobs
