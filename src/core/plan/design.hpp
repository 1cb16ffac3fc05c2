// Design: what a migration makes of the sources: which table goes where, under which names, types and
// constraints. Decided once, from catalogs, spec and existing targets; the plan writes it down as statements,
// assess compares it with what is stored.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plan/existing.hpp"
#include "core/plan/finding.hpp"
#include "core/plan/source.hpp"
#include "core/schema/sql/ast.hpp"
#include "core/schema/sql/translate.hpp"

namespace pgsqlite::plan {

/// Something of SQLite's schema in PostgreSQL's words, or why there is no such thing.
/// What a text of the spec has to be, however it is put into a statement.
enum class SpecSql : std::uint8_t {
    kNone,        ///< no text of the spec
    kExpression,  ///< one expression
    kIndex,       ///< what follows the table in one CREATE INDEX
    kCheck,       ///< one expression as a CHECK takes it: of the row alone
    kStatements,  ///< statements that can run in a transaction block
};

struct Translated {
    std::string source;  ///< SQLite's text
    std::string text;    ///< PostgreSQL's; empty with a reason
    std::string reason;  ///< why there is none
    std::vector<std::string> notes;
    bool guaranteed = false;  ///< the type says it already
    /// A SELECT that PostgreSQL must accept before `text` is used: it is analysed, not run.
    std::string probe;
    bool immutable = false;  ///< the probe's first result column must be immutable
    /// A type to which the probe's first result column must be assignable without a cast, as INSERT does it.
    std::string assigned_to;
    std::string pointer;               ///< of the spec's setting that it comes from
    SpecSql written = SpecSql::kNone;  ///< `text` stands in the spec
    bool ok() const noexcept { return reason.empty(); }
};

/// A column that refers to a table whose rows find themselves in the target under other keys.
struct FollowedKey {
    std::size_t table = 0;  ///< place among Design::tables
    std::size_t kept = 0;   ///< place in its PlannedMatch::kept
};

/// How rows of a table find those that the target has already, which stay.
struct PlannedMatch {
    std::vector<std::string> on;  ///< columns of the target: a unique key
    /// What has to be equal, as SQL over those columns, where the key is over expressions; empty: the
    /// columns.
    std::vector<std::string> elements;
    /// Columns that others refer to and that rows which are there keep: the primary key of one column first.
    std::vector<std::string> kept;
    bool has_primary = false;  ///< the first of `kept` is the primary key
    bool numbers = false;      ///< and an integer: a row whose key another row has gets a new one
    bool usable = true;        ///< false: a finding says why it is not
};

struct PlannedColumn {
    const sqlite::Column* source = nullptr;  ///< null: the spec adds the column
    std::string name;                        ///< in the target
    std::string foreign_name;                ///< in the foreign table that reads it
    schema::MappedType type;                 ///< of the target
    std::string bare_type;                   ///< the same without a length: for casts
    schema::MappedType read_type;            ///< of the foreign table's column
    spec::ColumnSettings settings;
    const ExistingColumn* existing = nullptr;  ///< the target's own, where the target exists
    bool left_out = false;  ///< not written: the target has no such column, or makes it itself
    /// The spec leaves it out. It is read all the same where another column's `convert` or the table's
    /// `where` asks for it.
    bool skipped = false;
    bool lacking = false;     ///< the target that exists has no column for it
    std::string near_column;  ///< of those: the target's column of nearly its name, which nothing fills
    /// Values of SQLite that are not migrated with it; nothing where nobody has counted them.
    std::optional<std::uint64_t> lost_values;
    bool not_null = false;
    bool identity = false;
    bool required = false;  ///< the spec sets rows aside that are NULL here
    std::optional<Translated> default_value;
    std::optional<Translated> generated;
    std::optional<Translated> conversion;  ///< the spec's `convert`, which is PostgreSQL's SQL already
    std::optional<FollowedKey> follows;

    std::string source_name() const { return source != nullptr ? source->name : std::string(); }
    /// Whether the target that exists computes it, while SQLite holds values for it.
    bool computed() const noexcept {
        return existing != nullptr && existing->generated && source != nullptr && !skipped;
    }
    /// Whether INSERT writes it.
    bool written() const noexcept {
        if (left_out || (generated && generated->ok())) return false;
        return source != nullptr || !settings.convert.empty() || has_chosen_default();
    }
    /// Whether a NULL takes its row along.
    bool refuses_null() const noexcept {
        return (existing != nullptr ? existing->not_null : not_null) && !has_chosen_default();
    }
    /// The spec's own default, which also stands in for NULL.
    bool has_chosen_default() const noexcept {
        return settings.default_value.has_value() || !settings.default_sql.empty();
    }
};

struct PlannedCheck {
    std::string name;
    Translated condition;
    std::string source_condition;  ///< for SQLite, to count the rows that break it
    bool violated = false;         ///< some do: it is added behind them, NOT VALID
};

/// A condition of the spec on the converted row, from `rules` or `required`.
struct PlannedRule {
    std::string name;
    Translated condition;  ///< PostgreSQL's SQL already
    spec::OnFail on_fail = spec::OnFail::kReject;
    /// Target columns: kNull: those that become NULL; else those to blame. The probe finds them where the
    /// spec does not name them.
    std::vector<std::string> columns;
    bool check = false;  ///< asked for as a CHECK, too
};

struct PlannedKey {
    std::string name;
    bool primary = false;
    std::vector<std::string> columns;  ///< target names
    std::string probe;                 ///< a SELECT that needs the same operators
    std::string reason;                ///< why it is not carried over
    bool reported = false;             ///< Design::findings has the reason already
};

struct PlannedIndex {
    std::string name;
    std::string source_name;  ///< SQLite's index, or empty
    bool unique = false;
    bool hashed = false;  ///< over a hash of a column, in place of its value
    Translated tail;      ///< what stands behind ON table
};

struct PlannedForeignKey {
    std::string name;
    std::vector<std::string> columns;  ///< target names
    std::size_t parent = 0;            ///< place of the parent among Design::tables
    bool parent_planned = false;       ///< false: `references` is all there is
    spec::TargetName references;
    std::vector<std::string> parent_columns;  ///< empty: the parent's primary key
    std::string actions;                      ///< " ON DELETE CASCADE DEFERRABLE …"
    spec::Orphans orphans = spec::Orphans::kError;
    /// `types` is stored and nothing says what becomes of orphans: where there are some, they are kept.
    bool follows_rows = false;
    std::string source;                            ///< in words: (a, b) → parent (c, d)
    std::string reason;                            ///< why it is not carried over
    bool types_differ = false;                     ///< that is the reason
    const sqlite::ForeignKey* key = nullptr;       ///< null: from the spec, or the target's own
    const ExistingForeignKey* existing = nullptr;  ///< the target's own; null: a new one
    /// The same, where it is dropped before the data and added again behind it.
    const ExistingForeignKey* suspended = nullptr;
    bool takes_orphans = true;  ///< `orphans` keep is possible
    bool match_full = false;    ///< a key that is NULL in part has no parent either

    /// Whether it holds while rows come in.
    bool held() const noexcept { return existing != nullptr && suspended == nullptr; }
    /// Whether rows without a parent may have been there before, so that those that come in are told one by
    /// one.
    bool doubtful() const noexcept { return existing != nullptr && !existing->validated; }
};

struct PlannedPartition {
    std::string name;
    std::string bounds;  ///< what stands behind PARTITION OF table
};

/// PARTITION BY RANGE.
struct Partitioning {
    std::string column;                        ///< target name
    std::vector<PlannedPartition> partitions;  ///< by their bounds, the default partition last
};

struct PlannedTable {
    const Source* source = nullptr;
    const SourceTable* from = nullptr;
    const sqlite::Table& table() const noexcept { return from->table; }
    spec::TableSettings settings;
    spec::TargetName target;
    bool renamed = false;                        ///< beyond case: shortened, cleaned
    const ExistingRelation* existing = nullptr;  ///< the target stands already
    std::optional<std::size_t> merged_into;      ///< an earlier table makes the target, this one adds rows
    std::string not_migrated;                    ///< why it is left out altogether; empty: it goes
    std::shared_ptr<const schema::sql::CreateTable> definition;  ///< null: no text, or a fault
    std::vector<PlannedColumn> columns;
    std::optional<Translated> filter;  ///< the spec's `where`
    std::vector<PlannedRule> rules;    ///< `required` first
    std::vector<PlannedCheck> checks;
    std::vector<PlannedKey> keys;
    std::vector<PlannedIndex> indexes;
    std::vector<PlannedForeignKey> foreign_keys;
    /// Foreign keys of a target that exists: rows that one of these refuses while they come in are put aside,
    /// whatever `on_error` says.
    std::vector<std::string> rejecting_keys;
    std::optional<Partitioning> partitioning;  ///< nothing: an ordinary table
    std::optional<PlannedMatch> match;
    std::vector<std::size_t> parents;  ///< tables to be loaded before this one: no cycles
    /// Rows of several databases may meet here: the keys must be there before the data.
    bool keys_first = false;
    /// Whether names in its statements are looked for in the search_path: texts of the spec stand in them, or
    /// its rows or its parents' have types whose operators may be in any schema. Else they are PostgreSQL's
    /// own.
    bool by_path = true;

    bool creates() const noexcept { return not_migrated.empty() && existing == nullptr && !merged_into; }
    const PlannedColumn* Find(std::string_view source_column) const noexcept;
    /// Whether rows that a foreign key refuses while they come in are put aside one by one.
    bool PutsAside(const PlannedForeignKey& key) const noexcept;
    /// A target column by its name, exactly.
    const PlannedColumn* FindTarget(std::string_view name) const noexcept;
    /// As statements write it: quoted where needed, with its schema.
    std::string SqlName() const;
    /// For schema::sql::Translate….
    schema::sql::TableTarget ForTranslation() const;
};

struct PlannedView {
    const Source* source = nullptr;
    const SourceTable* from = nullptr;
    spec::TargetName target;
    bool stands = false;  ///< the target schema has a view of that name, which stays
    Translated select;
    std::vector<std::string> depends_on;  ///< SQLite's names
};

/// SQL of the spec's own.
struct PlannedHook {
    spec::HookTime time = spec::HookTime::kAfterAll;
    std::string name;  ///< "hook after_data 2"
    Translated sql;
};

struct Design {
    std::string target_schema;
    std::vector<std::string> new_schemas;  ///< those that must be made
    spec::JobSettings job;
    std::vector<PlannedTable> tables;  ///< parents before children as far as there is an order
    std::vector<PlannedView> views;    ///< each after those it reads
    std::vector<PlannedHook> hooks;    ///< in the order in which they run
    std::vector<Finding> findings;     ///< what was decided against something, or can't be decided
    /// Targets that exist are stand-ins: sequences that these do not own are nobody's to set.
    bool is_trial = false;
};

/// One question to PostgreSQL that decides whether a translation stands.
struct Probe {
    const std::string* sql;
    bool immutable;                  ///< what it computes must not depend on time, session or settings
    const std::string* assigned_to;  ///< see Translated; null or empty: anything goes
    std::string* reason;  ///< PostgreSQL's refusal goes here, and the translation is listed instead of used
    /// Not null: the columns of the query's one FROM item that its WHERE names go here.
    std::vector<std::string>* columns = nullptr;
    bool needs_columns = false;  ///< a WHERE that names none is refused
    SpecSql written = SpecSql::kNone;
    const std::string* text = nullptr;  ///< of the spec; kIndex: of an index over the query's FROM item
    bool by_path = true;                ///< see PlannedTable; of a view: of any table
};
/// All questions a design has. They point into it.
std::vector<Probe> ProbesOf(Design& design);

/// A table's `convert` and `where`, over the types that its columns are read by; their probes have to be run.
void DesignSpecSql(PlannedTable& table);
/// The questions of these. They point into the table.
std::vector<Probe> SpecSqlProbes(PlannedTable& table);

/// The schemas whose relations Existing should hold.
std::vector<std::string> SchemasOf(const std::vector<Source>& sources, const spec::Spec& spec,
                                   const std::string& target_schema);
/// The texts of types that Existing should hold.
std::vector<std::string> TypesOf(const std::vector<Source>& sources, const spec::Spec& spec);

/// Whether a foreign key may go from one type to another: PostgreSQL has an index operator for them.
bool Comparable(const schema::MappedType& child, const schema::MappedType& parent) noexcept;

/// After the probes: what refers to a key that PostgreSQL can't have gets that as its reason.
void RecheckReferences(Design& design);

/// Never fails for what it finds: see Design::findings.
/// @param sources and existing outlive the design
Design MakeDesign(const std::vector<Source>& sources, const spec::Spec& spec, const Existing& existing);

}  // namespace pgsqlite::plan
