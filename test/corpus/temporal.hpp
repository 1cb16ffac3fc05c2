// Dates and times: what SQLite's own functions make of a text, and what PostgreSQL's output says, both as
// microseconds since 1970.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <optional>
#include <string>

namespace corpus {

/// Asks SQLite's strftime() for the seconds; the fraction is read as written, since SQLite keeps milliseconds
/// only. A date that SQLite would roll over (2024-02-30) is none.
class TemporalOracle {
  public:
    TemporalOracle();
    ~TemporalOracle();
    TemporalOracle(const TemporalOracle&) = delete;
    TemporalOracle& operator=(const TemporalOracle&) = delete;

    /// "YYYY-MM-DD[ HH:MM[:SS[.f]][zone]]" as an instant (without a zone: UTC).
    std::optional<std::int64_t> Instant(const std::string& text);
    /// "HH:MM[:SS[.f]]" since midnight.
    std::optional<std::int64_t> TimeOfDay(const std::string& text);

  private:
    std::optional<std::string> Ask(const char* format, const std::string& text);
    sqlite3* database_ = nullptr;
    sqlite3_stmt* strftime_ = nullptr;
};

/// PostgreSQL's ISO output of a date, timestamp or timestamptz (session zone UTC), and of a time.
std::optional<std::int64_t> ParsePgInstant(const std::string& text);
std::optional<std::int64_t> ParsePgTime(const std::string& text);

}  // namespace corpus
