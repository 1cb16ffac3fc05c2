// Follow names: the statements that a job has recorded, after its targets were renamed or their schemas
// swapped.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace pgsqlite::plan {

/// Names as they are, not as SQL has them.
struct Renames {
    using Relation = std::pair<std::string, std::string>;  ///< schema and name
    std::map<Relation, Relation> relations;
    std::map<std::string, std::string> schemas;
    bool empty() const noexcept { return relations.empty() && schemas.empty(); }
};

/// A text of a plan under the new names: qualified names outside of comments, also where a literal is nothing
/// but one
/// ('app.t'::regclass), and schemas behind the word SCHEMA. What stands in a dollar-quoted body counts as
/// well.
std::string FollowNames(std::string_view sql, const Renames& renames);

}  // namespace pgsqlite::plan
