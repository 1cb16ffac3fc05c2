// Relations as JSON values, for documents that hold several. Apart from relation.hpp, because nlohmann/json
// is slow to compile and only those who write JSON need it.
#pragma once

#include <nlohmann/json.hpp>

#include "core/assess/relation.hpp"

namespace pgsqlite::assess {

using Json = nlohmann::ordered_json;

/// An array of objects with the columns' names as keys, in their order.
Json JsonOf(const Relation& relation);

}  // namespace pgsqlite::assess
