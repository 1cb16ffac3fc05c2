// Records of 0.1.0, which may come in at any time by a restored dump: their steps say what they do in words
// only.
#pragma once

#include "pg/seam.hpp"

namespace pgsqlite::pg::jobs {

/// Gives the records of a job the fields that 0.1.0 had not. Within SPI.
void RenewRecords(int64 job);

}  // namespace pgsqlite::pg::jobs
