// Fingerprint: which state of a live file a job has read, as text that it keeps. Where the text is still the
// same, the job can go on from where it was.
#pragma once

#include <string>
#include <string_view>

#include "core/sqlite/database.hpp"

namespace pgsqlite::sqlite {

/// The state that the database's read transaction sees: which file, its size and mtime, its change counter,
/// the end of its -wal. It tells rather too much than too little: a checkpoint changes the file and no row,
/// and changes the fingerprint. @throws Error 58030
std::string Fingerprint(const Database& database);

/// Null when both are the same, else what is not: "another file", "the file's size", …
const char* FingerprintChange(std::string_view before, std::string_view now) noexcept;

}  // namespace pgsqlite::sqlite
