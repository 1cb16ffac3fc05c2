// Conflicts: tables of several databases that would get one name in PostgreSQL, and whether they can become
// one table or need names of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/assess/relation.hpp"
#include "core/schema/declared_type.hpp"
#include "core/schema/names.hpp"
#include "core/sqlite/catalog.hpp"

namespace pgsqlite::assess {

/// First and last rowid of a table whose key it is; nothing when it is empty.
struct KeyRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// A table as conflicts see it.
struct Candidate {
    std::string server;
    sqlite::Table table;
    bool naive_as_timestamptz = false;  ///< server option timestamp_type 'timestamptz'
    bool integer_key = false;           ///< the primary key is the rowid
    std::optional<KeyRange> keys;
};

enum class Match : std::uint8_t {
    kEqual,       ///< the same columns with the same types, the same primary key
    kCompatible,  ///< the same columns, and types of which one holds the other's values
    kDifferent,
};
enum class Proposal : std::uint8_t { kMerge, kPrefix };

struct ColumnDifference {
    std::string column;       ///< name in PostgreSQL
    std::string description;  ///< "integer in a, bigint in b"
    bool fits_merged = true;  ///< a common type holds both
};

struct Conflict {
    std::string name;  ///< in PostgreSQL: folded, at most 63 bytes
    std::vector<std::string> servers;
    std::vector<std::string> tables;  ///< SQLite's names, in the order of `servers`
    Match match = Match::kEqual;
    std::vector<ColumnDifference> differences;
    Proposal proposal = Proposal::kPrefix;
    std::string reason;                ///< why this proposal
    std::vector<std::string> targets;  ///< kPrefix: names that do not clash, in the order of `servers`
};

/// Tables and views that take part: shadow tables belong to their virtual tables. Reads two rows a table.
/// Needs an open read transaction. @throws Error as Catalog's
std::vector<Candidate> ReadCandidates(sqlite::Database& db, const std::string& server,
                                      bool naive_as_timestamptz);

/// Names that tables of more than one server get, in the order in which they first occur. Within one server
/// names are made unique first, as IMPORT does it.
std::vector<Conflict> FindConflicts(const std::vector<Candidate>& candidates,
                                    schema::FoldCase fold = schema::FoldCase::kLower);

/// What settles conflict `i`, for a migration spec: {"conflicts": "merge"}; for a prefix
/// {"conflicts": "prefix"} when no conflict is to be merged, else targets for this one's tables, so that the
/// fragments of all rows fit into one spec.
std::string SpecFragment(const std::vector<Conflict>& conflicts, std::size_t i);

/// table_name, in_servers, sqlite_tables, comparison, differing_columns, differences, proposal, reason, spec.
Relation ConflictsRelation(const std::vector<Conflict>& conflicts);

const char* MatchName(Match match) noexcept;           ///< "equal", …
const char* ProposalName(Proposal proposal) noexcept;  ///< "merge", "prefix"

}  // namespace pgsqlite::assess
