// JSON for the columns of sqlite.profile that hold a list.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "core/assess/suggest.hpp"

namespace pgsqlite::assess {

/// {"iso_date": 10, "uuid": 2}; empty without formats.
std::string FormatsJson(const std::vector<FoundFormat>& formats);

/// [{"fault": "out_of_range", "rows": 2, "row": "17", "class": "integer", "value": "300"}], the most frequent
/// first; empty without faults.
std::string FaultsJson(const std::array<Tally, static_cast<std::size_t>(value::Code::kCodeCount)>& faults);

}  // namespace pgsqlite::assess
