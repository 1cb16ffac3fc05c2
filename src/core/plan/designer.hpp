// Designer: what the steps of MakeDesign share. Seen by core/plan's own files only.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/plan/design.hpp"
#include "core/schema/names.hpp"

namespace pgsqlite::plan {

struct Designer {
    const std::vector<Source>& sources;
    const spec::Spec& spec;
    const Existing& existing;
    Design& design;
    /// By schema: the names of its relations, indexes and sequences among them.
    std::map<std::string, schema::NameAllocator> relation_names;

    /// A name for a new relation in a schema: `wanted`, or that with a number where it is taken.
    schema::Renamed TakeRelationName(const std::string& schema, std::string_view wanted);
    /// table_suffix, the table's part cut so that the whole fits a name.
    schema::Renamed TakeRelationName(const std::string& schema, std::string_view table,
                                     std::string_view suffix);
    /// A finding about a table, or with `column` about one of its columns, in design.findings.
    Finding& Report(const PlannedTable& table, Severity severity, std::string text,
                    const PlannedColumn* column = nullptr);
};

// The steps, in their order.

/// Which tables go, and where: names, conflicts, merges, tables that exist.
void NameTables(Designer& designer);
/// Names, types, defaults and generated expressions of a table's columns.
void DesignColumns(Designer& designer, PlannedTable& table);
/// With `keys` uuid: integer primary keys and the columns that refer to them become uuid.
void DesignUuidKeys(Designer& designer);
/// CHECKs, keys and indexes of a new table.
void DesignConstraints(Designer& designer, PlannedTable& table);
/// The spec's `partition_by`: the partitions that the rows need, and which keys they rule out.
void DesignPartitions(Designer& designer, PlannedTable& table);
void DesignForeignKeys(Designer& designer, PlannedTable& table);
/// How rows find those that are there, and which columns refer to such rows.
void DesignMatches(Designer& designer);
/// Which tables must be loaded before this one: by its foreign keys, or by those of the target that exists.
void FindParents(Designer& designer, PlannedTable& table);
/// Parents before children. Must be last of all that holds places of tables.
void OrderTables(Design& design);
/// Foreign keys of targets that exist, and which of them can't hold while rows come in. After OrderTables.
void DesignExistingKeys(Designer& designer);
/// Targets that can't be emptied as `existing` truncate asks for.
void CheckTruncates(Designer& designer);
void DesignViews(Designer& designer);
/// Sequences of a target that exists: which can't be set, and which are by their name alone.
void ReportSequences(Designer& designer, const PlannedTable& table);
/// The spec's `required` and `rules`.
void DesignRules(PlannedTable& table);
/// What `required` asks of columns that are created: NOT NULL, where nothing clears them later. Rules are
/// designed.
void RequireColumns(Design& design);

/// Whether a foreign key of a target that exists refers to a table's target.
bool RefersTo(const ExistingForeignKey& key, const PlannedTable& table) noexcept;
/// "schema"."name", quoted where PostgreSQL needs it.
std::string QualifiedName(const spec::TargetName& name);
/// The columns by which upsert tells rows apart: the spec's, else the primary key; the target's names.
std::vector<std::string> UpsertKey(const PlannedTable& table);
/// (a, "B"), quoted where needed.
std::string ColumnList(const std::vector<std::string>& names);
/// A FROM item with the columns of a table that does not exist yet: (SELECT NULL::bigint AS id, …) AS t.
std::string ProbeTable(const PlannedTable& table);
/// The same with those columns alone that a translation may name: a table has a thousand columns, and as many
/// CHECKs.
std::string ProbeTable(const PlannedTable& table, std::string_view translation);

}  // namespace pgsqlite::plan
