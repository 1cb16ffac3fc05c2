// Partitions: the spec's `partition_by`. A table is partitioned only as far as PostgreSQL can know where each
// row goes: the column's values are read beforehand, under the encodings and policies that the load uses.
#include <algorithm>

#include "core/base/nearest.hpp"
#include "core/plan/designer.hpp"
#include "core/plan/partition_steps.hpp"
#include "core/schema/keywords.hpp"
#include "core/spec/builder.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {
namespace {

bool Has(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

class PartitionDesigner {
  public:
    /// @param said the table whose settings ask for it: `table`, or one that fills the same target
    PartitionDesigner(Designer& designer, PlannedTable& table, const PlannedTable& said)
        : designer_(designer),
          table_(table),
          said_(said),
          by_(*said.settings.partition_by),
          place_(static_cast<std::size_t>(&table - designer.design.tables.data())) {}

    void Run() {
        const PlannedColumn* column = FindColumn();
        if (column == nullptr || !IsKnownBefore(table_, *column)) return;
        const std::optional<spec::Every> every = spec::ParseEvery(by_.every);
        const std::string fault = every ? PartitionSteps::Fault(*every, column->type.kind) : by_.every;
        if (!fault.empty()) return Refuse(fault, "change range or every", column);
        for (const PlannedTable& other : designer_.design.tables) {
            if (other.merged_into != place_ || !other.not_migrated.empty()) continue;
            const PlannedColumn* twin = other.FindTarget(column->name);
            if (twin != nullptr && twin->written() && !IsKnownBefore(other, *twin)) return;
        }
        table_.partitioning.emplace();
        table_.partitioning->column = column->name;
        DropKeys();
        MakePartitions(*column, PartitionSteps(*every, column->type.kind));
    }

  private:
    Finding& Block(const std::string& why, const PlannedColumn* column) {
        return designer_.Report(
            table_, Severity::kBlocker,
            "the spec's " + std::string(said_.settings.sources.From("partition_by")) + ": " + why, column);
    }
    void Refuse(const std::string& why, std::string suggestion, const PlannedColumn* column = nullptr) {
        Block(why, column).suggestion = std::move(suggestion);
    }

    const PlannedColumn* FindColumn() {
        if (const PlannedColumn* column = table_.FindTarget(by_.range)) return column;
        std::vector<const char*> names;
        for (const PlannedColumn& column : table_.columns)
            names.push_back(column.name.c_str());
        const char* nearest = NearestWord(by_.range, names);
        Refuse("the target has no column \"" + by_.range + "\"",
               nearest != nullptr ? std::string("did you mean \"") + nearest + "\"?"
                                  : "name a column as it is called in PostgreSQL");
        return nullptr;
    }

    /// Whether a source tells the column's values before they are loaded.
    bool IsKnownBefore(const PlannedTable& from, const PlannedColumn& column) {
        if (column.generated && column.generated->ok()) {
            Refuse("column \"" + column.name + "\" is generated, and PostgreSQL can't partition by it",
                   "name another column", &column);
            return false;
        }
        if (column.source != nullptr && column.settings.convert.empty()) return true;
        Refuse("the values of column \"" + column.name + "\"" +
                   (&from == &table_ ? "" : " of server " + from.source->server) +
                   " come from an SQL expression, so they are not known before",
               "give the column a type and an encoding in place of convert, or create the partitioned table "
               "first",
               &column);
        return false;
    }

    /// A unique index of a partitioned table is one of each partition: it must hold the column that tells
    /// them apart.
    void DropKeys() {
        const std::string& column = table_.partitioning->column;
        const std::string why =
            "a unique key of a partitioned table has the partition column (" + column + ") among its columns";
        for (PlannedKey& key : table_.keys) {
            if (Has(key.columns, column)) continue;
            key.reason = why;
            if (!key.primary) continue;
            key.reported = true;
            std::vector<std::string> columns = key.columns;
            Finding& finding =
                Block("primary key " + ColumnList(columns) + " lacks the partition column, as " +
                          "no unique key of a partitioned table may",
                      nullptr);
            finding.suggestion = "add the column to the key, or have none ([])";
            columns.push_back(column);
            finding.settings.push_back({"primary_key", spec::JsonOf(columns), Setting::Level::kTable, true});
        }
        const PlannedColumn& own = *table_.FindTarget(column);
        for (PlannedIndex& index : table_.indexes)
            if (index.unique && index.tail.ok() && !Holds(index, own)) index.tail.reason = why;
    }

    /// Whether one of the index's parts is the column as it is.
    bool Holds(const PlannedIndex& planned, const PlannedColumn& column) const {
        for (const sqlite::Index& index : table_.table().indexes) {
            if (index.name != planned.source_name) continue;
            for (const sqlite::IndexColumn& part : index.columns)
                if (sqlite::EqualNames(part.name, column.source->name) &&
                    (part.collation.empty() || sqlite::EqualNames(part.collation, "BINARY")))
                    return true;
        }
        return false;
    }

    struct Rows {
        std::optional<ColumnRange> range;
        std::uint64_t nulls = 0;  ///< that stay NULL
        std::string without;      ///< a server whose table has no such column
    };

    /// Over all tables that fill the target; nothing where one was not read.
    std::optional<Rows> ReadRows(const PlannedColumn& column) const {
        Rows rows;
        for (const PlannedTable& from : designer_.design.tables) {
            if (!from.not_migrated.empty() || (&from != &table_ && from.merged_into != place_)) continue;
            const PlannedColumn* twin = from.FindTarget(column.name);
            if (twin == nullptr || !twin->written()) {
                rows.without = from.source->server;
                continue;
            }
            if (!from.from->range) return std::nullopt;
            const ColumnRange& range = *from.from->range;
            if (!twin->has_chosen_default()) rows.nulls += range.nulls;
            if (range.values == 0) continue;
            if (!rows.range) rows.range = range;
            if (range.lowest < rows.range->lowest) {
                rows.range->lowest = range.lowest;
                rows.range->lowest_rowid = range.lowest_rowid;
            }
            if (range.highest > rows.range->highest) {
                rows.range->highest = range.highest;
                rows.range->highest_rowid = range.highest_rowid;
            }
        }
        return rows;
    }

    void MakePartitions(const PlannedColumn& column, const PartitionSteps& steps) {
        const std::optional<Rows> rows = ReadRows(column);
        if (!by_.with_default && rows && rows->nulls > 0) {
            Finding& finding = Block("rows with NULL have no partition", &column);
            finding.rows = rows->nulls;
            finding.suggestion = "leave out \"default\": false, or give the column a default";
        }
        if (!by_.with_default && rows && !rows->without.empty())
            Refuse("a table of server " + rows->without +
                       " fills the target without it, and there is no default "
                       "partition for its rows",
                   "leave out \"default\": false", &column);
        if (rows && rows->range)
            AddRange(column, steps, *rows->range);
        else if (rows)
            designer_.Report(table_, Severity::kNote,
                             by_.with_default
                                 ? "no value tells which partitions to make: only the default one is there"
                                 : "no value tells which partitions to make: there is none",
                             &column);
        if (by_.with_default) Add("_default", "DEFAULT");
    }

    void AddRange(const PlannedColumn& column, const PartitionSteps& steps, const ColumnRange& range) {
        const std::int64_t first = steps.StepOf(range.lowest), last = steps.StepOf(range.highest);
        // Over the whole of 64 bits the difference itself may not fit.
        const std::uint64_t span = static_cast<std::uint64_t>(last) - static_cast<std::uint64_t>(first);
        const std::uint64_t most = static_cast<std::uint64_t>(by_.max),
                            ahead = static_cast<std::uint64_t>(by_.ahead);
        if (span >= most || span + 1 + ahead > most) {
            Finding& finding =
                Block("more than " + std::to_string(most) + " partitions from " + steps.Begin(first) +
                          " to " + steps.Begin(last) + (ahead > 0 ? ", and those ahead" : ""),
                      &column);
            if (range.lowest_rowid && range.highest_rowid)
                finding.example = "lowest at rowid " + std::to_string(*range.lowest_rowid) +
                                  ", highest at rowid " + std::to_string(*range.highest_rowid);
            finding.suggestion = "make every wider or max greater, or clean values that are far off";
            return;
        }
        for (std::uint64_t i = 0; i < span + 1 + ahead; ++i) {
            const std::int64_t step = first + static_cast<std::int64_t>(i);
            const std::string end = steps.End(step);
            Add(steps.Suffix(step), "FOR VALUES FROM (" + steps.Begin(step) + ") TO (" + end + ")");
            if (end == "MAXVALUE") return;
        }
    }

    void Add(const std::string& suffix, std::string bounds) {
        table_.partitioning->partitions.push_back(
            {designer_.TakeRelationName(table_.target.schema, table_.target.table, suffix).name,
             std::move(bounds)});
    }

    Designer& designer_;
    PlannedTable& table_;
    const PlannedTable& said_;
    const spec::PartitionBy& by_;
    const std::size_t place_;
};

}  // namespace

void DesignPartitions(Designer& designer, PlannedTable& table) {
    if (table.merged_into) return;  // with the table that makes the target
    const std::size_t place = static_cast<std::size_t>(&table - designer.design.tables.data());
    const PlannedTable* said = nullptr;
    for (const PlannedTable& other : designer.design.tables) {
        if (!other.not_migrated.empty() || !other.settings.partition_by) continue;
        if (&other != &table && other.merged_into != place) continue;
        const std::string pointer =
            "the spec's " + std::string(other.settings.sources.From("partition_by")) + " has no effect: ";
        if (table.existing != nullptr)
            designer.Report(
                other, Severity::kNote,
                pointer + "target " + QualifiedName(table.target) + " exists, and stays as it is");
        else if (said == nullptr)
            said = &other;
        else if (*said->settings.partition_by != *other.settings.partition_by)
            designer.Report(
                other, Severity::kWarning,
                pointer + "target " + QualifiedName(table.target) + " is partitioned by that of table " +
                    schema::QuotePgIdentifier(said->table().name) + " of server " + said->source->server);
    }
    if (said != nullptr) PartitionDesigner(designer, table, *said).Run();
}

}  // namespace pgsqlite::plan
