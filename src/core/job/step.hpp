// Step: one statement of a plan, and what a job's records say of it. What a program decides on is a field;
// the object's description and the SQL are for people and for PostgreSQL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::plan {

enum class Section : std::uint8_t { kPreData, kData, kPostData };

enum class StepKind : std::uint8_t {
    kStatement,  ///< what a record says of which nothing else is known
    kSchema,
    kTable,
    kPartition,
    kDropForeignKey,  ///< of a target that was there: added again behind the data
    kTruncate,
    kTriggers,  ///< those of a target off or on
    kSource,    ///< makes or drops the foreign table around a load; a job does it by the load task
    kLoad,      ///< INSERT … SELECT of the table that `loads` tells; a job does it by the load task
    kSequence,
    kOrphans,       ///< deletes rows without a parent, or repeats such steps; a job puts them aside
    kClearOrphans,  ///< makes NULL of references without a parent
    kPrimaryKey,
    kUniqueKey,
    kCheck,  ///< one that rows break, behind them
    kIndex,  ///< also beside others of the table; behind its keys
    kForeignKey,
    kView,
    kStatistics,  ///< ANALYZE
    kLogged,      ///< makes a new table LOGGED behind its rows
    kHook,        ///< the spec's own SQL
    kComment,     ///< runs nothing
};

struct Step {
    Section section = Section::kPreData;
    StepKind kind = StepKind::kStatement;
    std::string object;     ///< for people: table public.customer
    std::string statement;  ///< without a semicolon; comments only where something is not translated
    /// Takes back what this statement made, and only that: never with CASCADE, so that what was built upon it
    /// since is not lost in silence. Empty where it made nothing that outlives its table. Undone in reverse
    /// order.
    std::string undo;
    /// What it makes: of a key, check or index its name, of a schema too; of a view SQL: quoted where needed,
    /// with its schema; empty where a table's name says it, or nothing is made.
    std::string name;
    /// Place among Design::tables of the table that it belongs to.
    std::optional<std::size_t> table;
    /// Of a foreign key: the same of the parent; nothing where that is none of the design's.
    std::optional<std::size_t> parent;
    /// INSERT … SELECT, removal of orphans: the same of the table whose rows it moves.
    std::optional<std::size_t> loads;
    /// Of `loads`: the foreign key whose orphans this statement removes instead of loading rows.
    std::optional<std::size_t> orphans_of;
    /// kOrphans: the key's columns by SQLite's names, or the target's where SQLite has none. kClearOrphans:
    /// columns of the target that become NULL.
    std::vector<std::string> columns;
    /// Both: which rows are meant, SQL over the target as `c`.
    std::string condition;
    /// Removals of orphans that this statement repeats until none is left; who keeps an account does it by
    /// them.
    std::vector<Step> repeated;
};

/// "pre-data", "data", "post-data"; and back: kPreData for any other word.
const char* SectionName(Section section) noexcept;
Section SectionNamed(std::string_view name) noexcept;

/// As sqlite.job_steps.kind has it: "load", "primary key"; and back: kStatement for any other word.
const char* StepKindName(StepKind kind) noexcept;
StepKind StepKindNamed(std::string_view name) noexcept;

/// Whether it adds a primary or unique key.
constexpr bool IsKey(StepKind kind) noexcept {
    return kind == StepKind::kPrimaryKey || kind == StepKind::kUniqueKey;
}

/// Whether its statement holds, apart from texts of the spec, only what we write and translate, and runs no
/// code that somebody has put on a table. Names in it are PostgreSQL's own: an operator that fits the types
/// better may stand in a schema of the search_path where anybody may create one.
constexpr bool IsInOurWords(StepKind kind) noexcept {
    return kind == StepKind::kTable || kind == StepKind::kPartition || kind == StepKind::kCheck ||
           kind == StepKind::kIndex || kind == StepKind::kView;
}
/// The same where the job has made the table.
constexpr bool IsInOurWordsOnNew(StepKind kind) noexcept {
    return kind == StepKind::kSequence || kind == StepKind::kOrphans || kind == StepKind::kClearOrphans;
}

}  // namespace pgsqlite::plan
