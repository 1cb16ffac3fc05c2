// Facts: what is stored, as far as a design depends on it: rows that would be refused, NULLs where none may
// be, children without parents.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/assess/profile_cache.hpp"
#include "core/assess/suggest.hpp"
#include "core/plan/design.hpp"
#include "core/plan/finding.hpp"

namespace pgsqlite::assess {

/// What a type refuses that only the server's own functions know: an enum, a domain, inet.
struct InputFacts {
    std::uint64_t rows = 0;
    std::string example;
    /// What helps, as settings of the column with the rows that are left then; empty: nothing does.
    std::vector<std::pair<std::string, std::string>> settings;
    std::uint64_t left = 0;
};

/// Rows for which a generated column of the target gives another value than SQLite holds.
struct DifferentFacts {
    std::uint64_t rows = 0;
    std::string example;
};

/// What keeps rows whose values do not fit a type that stays: policies and encodings, and how far they reach.
struct Mending {
    std::vector<plan::Setting> settings;
    std::string words;       ///< what they do, with numbers
    std::uint64_t left = 0;  ///< rows whose values do not fit all the same
};

struct ColumnFacts {
    const ColumnProfile* profile = nullptr;  ///< null without a profile
    std::optional<Suggestion> suggestion;    ///< with `against` set; nothing without a profile
    std::shared_ptr<const ColumnMisfits>
        misfits;  ///< under the planned rule; null where nothing is converted
    InputFacts input;
    std::optional<Mending> mending;  ///< of a column whose type stays; nothing where nothing helps
    DifferentFacts different;
    /// Values that are not migrated, of a column that goes nowhere: the spec leaves it out, or the target has
    /// none for it.
    std::optional<std::uint64_t> lost_values;
};

struct CheckFacts {
    std::uint64_t rows = 0;  ///< rows that break it
    std::string example;     ///< the first one's rowid
    std::string failure;     ///< why they could not be counted
};

struct OrphanFacts {
    std::uint64_t rows = 0;
    std::string example;  ///< the first orphan's rowid and value
    std::string failure;  ///< why they could not be counted
};

/// Rows that a key or unique index of the target would refuse, found out by PostgreSQL.
struct DuplicateFacts {
    std::string key;     ///< in words: unique key (a, b)
    std::string column;  ///< its first column, by SQLite's name
    std::uint64_t groups = 0;
    std::string example;
    bool merged = false;  ///< rows of several databases meet
    bool finds = false;   ///< by it rows find those of the target, and would find each other
};

/// Rows that were refused for one reason.
struct Refusal {
    std::vector<std::string> columns;  ///< to blame: SQLite's names where it has one there
    std::string message;               ///< of the first one
    std::string example;               ///< what names it
    std::string sqlstate;
    std::uint64_t rows = 0;
    bool conversion = false;  ///< a value does not become its type
    bool failure = false;     ///< on_error does not put such rows aside
};

/// A statement behind the rows that PostgreSQL refuses.
struct StepFault {
    std::string object;  ///< as the plan calls it: unique key t_a_key of app.t
    std::string message;
    std::string sqlstate;
};

/// What became of a table's rows in stand-ins of the targets (plan/trial.hpp).
struct TrialFacts {
    std::uint64_t read = 0, written = 0, rejected = 0, skipped = 0;
    std::uint64_t failures = 0;  ///< of `rejected`: those that end the job
    std::vector<Refusal> refusals;
    std::vector<StepFault> faults;
    std::string unforeseen;  ///< why it tells nothing for sure; empty: it does
};

/// Faults that an integrity check looks for in a table before it ends.
inline constexpr std::size_t kMostDamage = 100;

/// How a table's rows meet those that its target has already.
struct MeetingFacts {
    std::vector<std::string> key;  ///< of the target, by which they were compared; empty: it has none
    std::uint64_t found = 0;       ///< rows of the source that are there by it
    std::uint64_t different = 0;   ///< of them, those with another value somewhere else
    std::uint64_t taken = 0;       ///< rows of the source whose primary key another row has
    std::uint64_t moved = 0;       ///< of those that are found, such as have another primary key there
    std::uint64_t others = 0;      ///< rows of the target that the source does not have
    bool referred_to = false;      ///< foreign keys of other tables lead to the target
};

/// Migrations that a framework has recorded.
struct MigrationFacts {
    std::uint64_t only_source = 0, only_target = 0, both = 0;
    std::string first;  ///< one that is on one side only
};

struct TableFacts {
    std::shared_ptr<const TableProfile> profile;
    std::vector<ColumnFacts> columns;  ///< by PlannedTable::columns
    std::vector<OrphanFacts> orphans;  ///< by PlannedTable::foreign_keys
    std::vector<CheckFacts> checks;    ///< by PlannedTable::checks
    std::vector<DuplicateFacts> duplicates;
    std::optional<std::uint64_t> row_count;
    std::uint64_t refused_rows = 0;   ///< rows with a cell that does not fit, or NULL where none may be
    std::string failure;              ///< why the table could not be read to its end
    std::optional<TrialFacts> trial;  ///< nothing where the other facts tell all
    /// Where nothing is said of rows that are there, and they can be compared.
    std::optional<MeetingFacts> meeting;
    /// Of a framework's own record, where the target has one, too.
    std::optional<MigrationFacts> migrations;
    std::vector<std::string> damage;  ///< what SQLite's integrity check finds, at most kMostDamage

    bool read() const noexcept { return row_count.has_value(); }
    std::uint64_t rows() const noexcept { return row_count.value_or(0); }
    /// Of those, as many as the spec lets through to be moved.
    std::uint64_t moved_rows() const noexcept {
        return trial && trial->unforeseen.empty() ? trial->read : rows();
    }
    /// Rows that their own values keep out of the target; orphans are counted by themselves.
    std::uint64_t rejected_rows() const noexcept {
        return trial && trial->unforeseen.empty() ? trial->rejected : refused_rows;
    }
};

struct FactsOptions {
    bool profile = false;    ///< also what suggestions are made of
    bool integrity = false;  ///< also whether the table and its indexes agree
    bool misfits = true;  ///< values that do not fit, all orphans; without them only what changes the design
    bool utf8_server = true;
    const std::unordered_map<std::string, value::Zone>* zones = nullptr;  ///< by name
    ServerTypes types;                                                    ///< of suggestions
};

/// How a column that has a source is read.
ColumnRule RuleOf(const plan::PlannedColumn& column, const FactsOptions& options);

/// Reads one table's facts, from the cache where the file has not changed. What SQLite can't read to the end
/// is told in `failure`. @throws Error 57014 when interrupted, 53200
TableFacts ReadTableFacts(sqlite::Database& db, ProfileCache& cache, const plan::Design& design,
                          const plan::PlannedTable& table, const FactsOptions& options);

/// By Design::tables.
struct TrialNeed {
    std::vector<bool> tried;
    std::vector<std::string>
        unforeseen;  ///< why one that should be tried is not; empty: it is, or need not be
};

/// Whether two cells are equal in PostgreSQL just when they are in SQLite: the affinity has made one class of
/// what the type takes.
bool KeepsApart(const plan::PlannedColumn& column);

/// The tables of which the values alone do not tell what becomes of their rows, by Design::tables: what
/// PostgreSQL computes or compares decides, or rows that are there. @param facts by Design::tables
TrialNeed NeedTrial(const plan::Design& design, const plan::Existing& existing,
                    const std::vector<TableFacts>& facts);

/// CHECKs that rows break are added behind them, foreign keys as PlannedForeignKey::follows_rows says.
void ApplyFacts(const TableFacts& facts, plan::PlannedTable& table);

}  // namespace pgsqlite::assess
