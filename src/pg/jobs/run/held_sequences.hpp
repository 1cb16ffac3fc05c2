// Held sequences: what a rehearsal takes from sequences is given back. nextval() and setval() are not undone
// by a rollback, but what they do to a file that the transaction itself has given the sequence is: that file
// goes with the rollback, and the sequence is where it was.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Gives each sequence that loading a job's tables may move on a file of its own, in the present
/// subtransaction, with the values that it has: the sequences of targets that were there before, and those
/// that their defaults, triggers and rules lead to, as far as their texts tell by name. Until that
/// subtransaction ends, nextval() of other sessions waits, as for ALTER SEQUENCE; where they hold a sequence,
/// this waits for them.
///
/// @param spec the job's, which may name sequences and functions as well
/// @return the sequences, Oid, in the current memory context
List* HoldSequences(int64 job, const char* spec);

/// The sequences that this transaction has taken values from or set, Oid. Those that are new in it are among
/// them. Lives in the current memory context.
List* MovedSequences();

}  // namespace pgsqlite::pg::jobs
