// Load task: how one table's rows get from their source into their target, as pieces of SQL that a job keeps,
// so that it can be run whole, in ranges of rowids, row by row, or again after a failure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/settings.hpp"

namespace pgsqlite::plan {

/// A condition on the converted row, over the target's column names. A row passes when it is true or NULL.
struct LoadRule {
    std::string name;  ///< the spec's; of a required column "required: <column>"
    std::string condition;
    spec::OnFail on_fail = spec::OnFail::kReject;
    std::vector<std::string> columns;  ///< kNull: those that become NULL; else those to blame, maybe none
    bool by_policy = false;            ///< a required column: on_error decides what becomes of the row
};

/// Both ends belong to it.
struct RowidRange {
    std::int64_t first = INT64_MIN;
    std::int64_t last = INT64_MAX;
};

struct LoadTask {
    std::string server;                    ///< empty: the rows come from a query of the user's
    std::string table;                     ///< SQLite's name
    std::string target;                    ///< SQL: quoted where needed, with its schema
    std::vector<std::string> columns;      ///< of the target that are written; names as they are
    std::vector<std::string> expressions;  ///< beside `columns`: SQL over the columns of `source`
    /// Beside `columns`, or none at all: SQLite's names of the columns that their values come from; empty for
    /// those that SQLite has not.
    std::vector<std::string> source_columns;
    /// Beside `columns`: the type that an expression is cast to where no column of the target is at hand to
    /// say it, without a length, so that the cast cuts nothing; empty, or none at all: it has its type by
    /// itself.
    std::vector<std::string> types;
    /// Statements, each a text of one or more, for temporary tables that `expressions` look into: what makes
    /// them, before `source`, what fills them, and what drops them; empty: there are none.
    std::string prepare, fill, clean_up;
    std::string source;         ///< SQL: FROM item, pg_temp.shop_customer or (SELECT …) AS source
    std::string create_source;  ///< statement that makes `source`; empty: it is there
    std::string drop_source;
    std::vector<std::string> key;  ///< SQLite's names of the primary key of rows without rowid
    std::string rowid_name;        ///< what SQLite calls the table's rowid; empty: rows have none
    std::string rowid_column;      ///< SQL: the column of `source` that is SQLite's rowid; empty: it has none
    /// The column of the target that holds SQLite's rowid as it is, by which a row that was written is found
    /// again; empty: none does.
    std::string rowid_target;
    std::string where;        ///< SQL condition over the columns of `source`; empty: all rows
    bool overriding = false;  ///< OVERRIDING SYSTEM VALUE
    std::string conflict;     ///< ON CONFLICT clause, or empty
    bool overwrites = false;  ///< by it: rows that are there become other ones
    /// With an upsert: columns of the target that say which row it is, and those that are written in a row
    /// that is there; none in records of 0.1.0.
    std::vector<std::string> upsert_key, upsert_set;
    /// With `existing` match: columns of the target by which rows that are there are found. They stay as they
    /// are.
    std::vector<std::string> match_on;
    /// What has to be equal, as SQL over these columns, where it is not just they.
    std::vector<std::string> match_elements;
    bool must_be_empty = false;  ///< `existing` is error: a target with rows is refused
    bool reject = false;         ///< on_error is reject: rows that the target refuses are put aside
    /// Foreign keys of the target: rows that one of these refuses are put aside all the same. None in records
    /// of 0.1.0.
    std::vector<std::string> rejecting_keys;
    /// Columns that the target computes and SQLite has as well, and beside them what SQLite has: for the
    /// proof. None in records of 0.1.0.
    std::vector<std::string> computed_columns, computed_expressions;
    /// Beside them the column of `source` that has it, by its name; and as in `types`.
    std::vector<std::string> computed_sources, computed_types;
    /// Beside `columns`: what becomes of a row when the expression fails; none at all in records of 0.1.0,
    /// where `reject` decides.
    std::vector<value::OnError> on_error;
    std::vector<LoadRule> rules;
    /// See PlannedTable; a query of the user's does, and what records of 0.1.0 do not say.
    bool by_path = true;
};

/// What SQLite calls a column of the target; its own name where SQLite has none for it.
std::string NameInSource(const LoadTask& task, const std::string& column);

/// One plain statement, as a user runs it: rows that break a rule with on_fail reject are left out, on_fail
/// null makes NULLs, on_fail warn is not looked at. This is what sqlite.plan shows.
std::string PlainInsert(const LoadTask& task);
/// The same for the rows of a range, which needs `rowid_column`. Nothing tells how many rows its rules left
/// out: where that counts, it is for tasks without rules. @param range null: all rows
std::string DirectInsert(const LoadTask& task, const RowidRange* range);

/// A SELECT that gives the converted rows one by one: the rowid first where the task has `rowid_column`
/// (bigint), then `columns` in their order, then for each of `rules` a boolean that is true where the row
/// breaks it. Rules with on_fail null are asked about the row as it was converted, and their columns are NULL
/// in what this gives; the others are asked about what then is left.
std::string BatchSource(const LoadTask& task, const RowidRange* range);
/// A SELECT that gives the rowid of each row and behind it `columns` as the target holds them, to find rows
/// of the target again. The task has `rowid_column`. @param types of the target, beside `columns`: SQL
std::string RowidsAndValues(const LoadTask& task, const std::vector<std::string>& types);
/// Whether an expression is more than a column of the source, so that a row may make it fail.
bool IsComputed(const LoadTask& task, std::size_t column);
/// Whether any is.
bool Computes(const LoadTask& task);
/// A SELECT of the rows as they are read: the rowid first (bigint), where the task has `rowid_column`, then
/// all columns of `source`.
std::string SourceRows(const LoadTask& task, const RowidRange* range);
/// The task over what SourceRows gave, in a relation of that name.
LoadTask OfSourceRows(const LoadTask& task, const std::string& relation);
/// A SELECT of one column's value alone. @param column place in `columns`
std::string OneValue(const LoadTask& task, std::size_t column);

/// INSERT … SELECT of all `columns` from a relation that has just these, in their order.
/// @param relation SQL: a name, quoted where needed
std::string BatchInsert(const LoadTask& task, std::string_view relation);

/// The task over rows that have been converted already, in a relation with `columns` under their names.
/// @param rowid the relation's column that tells rows apart; rejected rows are told by it
LoadTask OfConvertedRows(const LoadTask& task, std::string relation, std::string rowid);

/// For the job's record, sqlite.job_tables.load.
std::string ToJson(const LoadTask& task);
/// @throws Error XX000 when the text is not what ToJson gave
LoadTask LoadTaskFromJson(std::string_view json);

}  // namespace pgsqlite::plan
