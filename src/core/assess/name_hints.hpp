// Name hints: what a column's name lets one expect. Only ever used to choose between readings that the values
// allow.
#pragma once

#include <string>
#include <string_view>

namespace pgsqlite::assess {

/// Z and another capital, as Core Data names its columns: ZCREATIONDATE.
bool IsCoreDataName(std::string_view name) noexcept;
/// created_at, birthDate, mtime, …
bool SoundsLikeDate(const std::string& name);
/// SoundsLikeDate of a whole day: date, birthday, datum, …
bool SaysDay(const std::string& name);
/// start_time, opens_at, uhrzeit: hours and minutes, not minutes and seconds (duration, length, lap_time, …).
bool SoundsLikeTimeOfDay(const std::string& name);
/// price, total_amount, saldo, …
bool SoundsLikeAmount(const std::string& name);
/// is_paid, hasChildren, active, …
bool SoundsLikeFlag(const std::string& name);

}  // namespace pgsqlite::assess
