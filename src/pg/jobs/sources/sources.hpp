// Sources of a job: every server is backed up where that is asked for, and pinned, so that the job reads one
// state of it from its first row to its last.
#pragma once

#include "core/spec/settings.hpp"
#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Within the present transaction; sqlite.jobs says which files were read. Checks that the caller may use the
/// servers. @param servers text[]
void PinSources(int64 job, ArrayType* servers, const spec::JobSettings& settings);

/// The same for a job that goes on: from its copies as far as they are there, else from the files, whose
/// tables begin anew where a file has changed (restart.hpp).
void PinSourcesAgain(int64 job, ArrayType* servers, const spec::JobSettings& settings);

/// The job reads no more. @param keep_copies a job that is resumed needs them
void ReleaseSources(int64 job, bool keep_copies);

}  // namespace pgsqlite::pg::jobs
