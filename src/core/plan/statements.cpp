#include "core/plan/statements.hpp"

#include "core/plan/comments.hpp"
#include "core/plan/data_statements.hpp"
#include "core/plan/designer.hpp"
#include "core/plan/match_statements.hpp"
#include "core/plan/table_statements.hpp"
#include "core/plan/trigger_statements.hpp"
#include "core/plan/truncate.hpp"
#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;

/// A block that runs statements over and over until they touch no row any more.
std::string UntilNoneIsLeft(const std::vector<Step>& removals) {
    std::string body;
    for (const Step& removal : removals)
        body += "        " + removal.statement +
                ";\n        GET DIAGNOSTICS touched = ROW_COUNT;\n"
                "        total := total + touched;\n";
    std::string tag = "$orphans$";
    while (body.find(tag) != std::string::npos)
        tag.insert(tag.size() - 1, "_");
    return "DO " + tag +
           "\nDECLARE\n    touched bigint;\n    total bigint;\nBEGIN\n    LOOP\n        total := 0;\n" +
           body + "        EXIT WHEN total = 0;\n    END LOOP;\nEND\n" + tag;
}

class Writer {
  public:
    explicit Writer(const Design& design) : design_(design) {}

    std::vector<Step> Run() {
        section_ = Section::kPreData;
        for (const std::string& schema : design_.new_schemas)
            WriteSchema(schema);
        for (const PlannedTable& table : design_.tables) {
            WriteTable(table);
            if (table.keys_first) WriteKeys(table);
            WriteSuspensions(table);
        }
        WriteHooks(spec::HookTime::kBeforeData);
        section_ = Section::kData;
        WriteTruncate();
        WriteTriggersOff();
        for (std::size_t i = 0; i < design_.tables.size(); ++i)
            WriteData(i);
        WriteTriggersOn();
        WriteOrphans();
        WriteHooks(spec::HookTime::kAfterData);
        section_ = Section::kPostData;
        for (const PlannedTable& table : design_.tables)
            if (IsUnlogged(table))
                Add(StepKind::kLogged, table, "log of ", "ALTER TABLE " + table.SqlName() + " SET LOGGED");
        for (const PlannedTable& table : design_.tables)
            if (!table.keys_first) WriteKeys(table);
        for (const PlannedTable& table : design_.tables)
            WriteViolatedChecks(table);
        for (const PlannedTable& table : design_.tables)
            WriteIndexes(table);
        for (const PlannedTable& table : design_.tables)
            WriteForeignKeys(table);
        for (const PlannedView& view : design_.views)
            WriteView(view);
        WriteTriggersOfSource();
        for (const PlannedTable& table : design_.tables)
            if (table.not_migrated.empty() && !table.merged_into)
                Add(StepKind::kStatistics, table, "statistics of ", "ANALYZE " + table.SqlName());
        WriteHooks(spec::HookTime::kAfterAll);
        return std::move(steps_);
    }

  private:
    Step& Add(StepKind kind, std::string object, std::string statement) {
        Step& step = steps_.emplace_back();
        step.section = section_;
        step.kind = kind;
        step.object = std::move(object);
        step.statement = std::move(statement);
        return step;
    }
    /// @param what "data of ": the table's name follows
    Step& Add(StepKind kind, const PlannedTable& table, const std::string& what, std::string statement) {
        Step& step = Add(kind, what + table.SqlName(), std::move(statement));
        step.table = PlaceOf(table);
        return step;
    }
    /// What has a name of its own: "check x of …".
    Step& AddNamed(StepKind kind, const PlannedTable& table, const std::string& name, std::string statement) {
        Step& step = Add(kind, table, StepKindName(kind) + (" " + name + " of "), std::move(statement));
        step.name = name;
        return step;
    }
    Step& AddComment(const PlannedTable* table, std::string object, const std::string& text) {
        Step& step = Add(StepKind::kComment, std::move(object), Comment(text));
        if (table != nullptr) step.table = PlaceOf(*table);
        return step;
    }
    /// @param table null: it is of no table
    void AddUntranslated(const PlannedTable* table, const std::string& object, const std::string& reason,
                         const std::string& source) {
        AddComment(table, object, object + " is not translated: " + reason + "\n" + source);
    }

    void WriteSchema(const std::string& schema) {
        const std::string name = QuotePgIdentifierIfNeeded(schema);
        Step& step = Add(StepKind::kSchema, "schema " + schema, "CREATE SCHEMA IF NOT EXISTS " + name);
        step.name = schema;
        step.undo = "DROP SCHEMA " + name;
    }

    void WriteTable(const PlannedTable& table) {
        if (!table.not_migrated.empty()) {
            AddComment(&table, "table " + table.table().name,
                       "table " + schema::QuotePgIdentifier(table.table().name) + " of server " +
                           table.source->server + " is not migrated: " + table.not_migrated);
            return;
        }
        if (!table.creates()) return;
        Add(StepKind::kTable, table, "table ", CreateTable(table)).undo = "DROP TABLE " + table.SqlName();
        WritePartitions(table);
        WriteUntranslatedOf(table);
    }

    /// They go with their table, so nothing undoes them.
    void WritePartitions(const PlannedTable& table) {
        if (!table.partitioning) return;
        for (const PlannedPartition& partition : table.partitioning->partitions) {
            const std::string name = QualifiedName({table.target.schema, partition.name});
            Add(StepKind::kPartition, table, "partition " + name + " of ", CreatePartition(table, partition));
        }
    }

    void WriteViolatedChecks(const PlannedTable& table) {
        for (const PlannedCheck& check : table.checks)
            if (check.violated)
                AddNamed(StepKind::kCheck, table, check.name,
                         From(table) + Comment("rows break it: it holds for new ones only") +
                             "\nALTER TABLE " + table.SqlName() + " ADD " + CheckClause(check) +
                             " NOT VALID");
    }

    void WriteUntranslatedOf(const PlannedTable& table) {
        for (const PlannedColumn& column : table.columns) {
            const std::string name = table.SqlName() + "." + QuotePgIdentifierIfNeeded(column.name);
            if (column.default_value && !column.default_value->ok())
                AddUntranslated(&table, "default of " + name, column.default_value->reason,
                                column.default_value->source);
            if (column.generated && !column.generated->ok())
                AddUntranslated(&table, "generated column " + name,
                                column.generated->reason + "; the column keeps the values as they are now",
                                column.generated->source);
        }
        for (const PlannedCheck& check : table.checks) {
            if (check.condition.ok() && !check.condition.guaranteed) continue;
            const std::string object = "check " + check.name + " of " + table.SqlName();
            if (check.condition.ok())
                AddComment(&table, object,
                           object + " is not needed: the types say it already\n" + check.condition.source);
            else
                AddUntranslated(&table, object, check.condition.reason, check.condition.source);
        }
    }

    void WriteData(std::size_t place) {
        const PlannedTable& table = design_.tables[place];
        if (!table.not_migrated.empty()) return;
        WriteLeftOut(table);
        const LoadTask task = MakeLoadTask(design_, table);
        if (task.columns.empty()) {
            AddComment(&table, "data of " + table.SqlName(),
                       "no row of table " + schema::QuotePgIdentifier(table.table().name) + " of server " +
                           table.source->server + " is moved: the target has none of its columns");
            return;
        }
        const std::vector<MatchStatement> matches = PrepareMatches(design_, table);
        for (const MatchStatement& match : matches)
            Add(StepKind::kSource, table, "keys for ", match.make);
        // Without the column that only a job reads by.
        Add(StepKind::kSource, table, "source of ", From(table) + CreateForeignTable(table));
        Add(StepKind::kLoad, table, "data of ",
            Firing(design_, table) + Rejecting(table) + Ruling(task) + PlainInsert(task))
            .loads = place;
        Add(StepKind::kSource, table, "source of ", task.drop_source);
        for (auto match = matches.rbegin(); match != matches.rend(); ++match)
            if (!match->drop.empty()) Add(StepKind::kSource, table, "keys for ", match->drop);
        for (std::string& set : SetSequences(design_, table))
            Add(StepKind::kSequence, table, "sequence of ", std::move(set));
    }

    /// Columns that the spec leaves out, where anything is lost by that.
    void WriteLeftOut(const PlannedTable& table) {
        for (const PlannedColumn& column : table.columns) {
            if (!column.skipped || column.lost_values.value_or(0) == 0) continue;
            const std::string object =
                "column " + table.SqlName() + "." + QuotePgIdentifierIfNeeded(column.name);
            AddComment(&table, object,
                       object + " is left out, as the spec's " +
                           std::string(column.settings.sources.From("skip")) +
                           " says: " + std::to_string(*column.lost_values) + " values of column " +
                           schema::QuotePgIdentifier(column.source_name()) + " of table " +
                           schema::QuotePgIdentifier(table.table().name) + " of server " +
                           table.source->server + " are not migrated");
        }
    }

    static std::string Rejecting(const PlannedTable& table) {
        for (const PlannedColumn& column : table.columns)
            if (column.written() && column.settings.policies.on_error == value::OnError::kReject)
                return Comment(
                           "on_error reject: a plain statement can't put rows aside, so it stops at the "
                           "first value that does not fit") +
                       "\n";
        return {};
    }

    /// What becomes of rows that break a rule.
    static std::string Ruling(const LoadTask& task) {
        std::string lines;
        for (const LoadRule& rule : task.rules) {
            std::string what = "are left out";
            if (rule.on_fail == spec::OnFail::kWarn)
                what = "go like all others: a plain statement counts none";
            if (rule.on_fail == spec::OnFail::kNull) {
                what = "get NULL in ";
                for (const std::string& column : rule.columns)
                    what += (&column == rule.columns.data() ? "" : ", ") + QuotePgIdentifierIfNeeded(column);
            }
            lines += Comment("rule " + rule.name + ": rows that break it " + what) + "\n";
        }
        return lines;
    }

    void WriteHooks(spec::HookTime time) {
        for (const PlannedHook& hook : design_.hooks)
            if (hook.time == time && hook.sql.ok()) Add(StepKind::kHook, hook.name, hook.sql.text);
    }

    void WriteTruncate() {
        for (const Emptying& emptying : EmptyTargets(design_)) {
            std::string list;
            for (const PlannedTable* table : emptying.tables)
                list += (list.empty() ? "" : ", ") + table->SqlName();
            Add(StepKind::kTruncate, "rows of " + list, emptying.statement);
        }
    }

    /// With `triggers` disable: those of targets that exist which would fire.
    void WriteTriggersOff() {
        ForTriggers([&](const PlannedTable& table) {
            Add(StepKind::kTriggers, table, "triggers of ", AlterTriggers(table, false)).undo =
                AlterTriggers(table, true);
        });
    }

    void WriteTriggersOn() {
        ForTriggers([&](const PlannedTable& table) {
            // Undone both ways, so that none fires for rows that are taken back either.
            Add(StepKind::kTriggers, table, "triggers of ", AlterTriggers(table, true)).undo =
                AlterTriggers(table, false);
        });
    }

    template <class Write>
    void ForTriggers(Write&& write) const {
        if (design_.job.triggers != spec::Triggers::kDisable) return;
        for (const PlannedTable& table : design_.tables)
            if (table.not_migrated.empty() && table.existing != nullptr && !table.merged_into &&
                !AlterTriggers(table, false).empty())
                write(table);
    }

    /// What `orphans` reject and null ask for, once all rows are there. A table that refers to itself, or to
    /// one after it, may get new orphans by each removal.
    void WriteOrphans() {
        bool repeats = false;
        for (const PlannedTable& table : design_.tables)
            for (const PlannedForeignKey& key : table.foreign_keys)
                repeats =
                    repeats || (table.not_migrated.empty() && key.reason.empty() && key.parent_planned &&
                                key.orphans == spec::Orphans::kReject && key.parent >= PlaceOf(table));
        const std::size_t first = steps_.size();
        WriteOrphans(spec::Orphans::kReject);
        if (repeats) {
            std::vector<Step> removals(
                std::make_move_iterator(steps_.begin() + static_cast<std::ptrdiff_t>(first)),
                std::make_move_iterator(steps_.end()));
            steps_.resize(first);
            Add(StepKind::kOrphans, "orphans", UntilNoneIsLeft(removals)).repeated = std::move(removals);
        }
        WriteOrphans(spec::Orphans::kNull);
    }

    void WriteOrphans(spec::Orphans orphans) {
        for (const PlannedTable& table : design_.tables)
            for (const PlannedForeignKey& key : table.foreign_keys) {
                if (!table.not_migrated.empty() || !key.reason.empty() || key.orphans != orphans) continue;
                const bool removes = orphans == spec::Orphans::kReject;
                Step& step = Add(removes ? StepKind::kOrphans : StepKind::kClearOrphans, table, "orphans of ",
                                 Comment(key.source) + "\n" + RemoveOrphans(table, key));
                step.condition = OrphanCondition(key);
                if (!removes) {
                    step.columns = key.columns;
                    continue;
                }
                step.loads = PlaceOf(table);
                step.orphans_of = static_cast<std::size_t>(&key - table.foreign_keys.data());
                for (const std::string& name : key.columns) {
                    const PlannedColumn* column = table.FindTarget(name);
                    const bool known = column != nullptr && column->source != nullptr;
                    step.columns.push_back(known ? column->source->name : name);
                }
            }
    }

    std::size_t PlaceOf(const PlannedTable& table) const noexcept {
        return static_cast<std::size_t>(&table - design_.tables.data());
    }

    void WriteKeys(const PlannedTable& table) {
        for (const PlannedKey& key : table.keys) {
            const std::string list = ColumnList(key.columns);
            const StepKind kind = key.primary ? StepKind::kPrimaryKey : StepKind::kUniqueKey;
            const char* words = key.primary ? " PRIMARY KEY " : " UNIQUE ";
            if (key.reason.empty())
                AddNamed(kind, table, key.name,
                         From(table) + "ALTER TABLE " + table.SqlName() + " ADD CONSTRAINT " +
                             QuotePgIdentifierIfNeeded(key.name) + words + list);
            else
                AddUntranslated(&table, StepKindName(kind) + (" " + key.name + " of ") + table.SqlName(),
                                key.reason, std::string(words + 1) + list);
        }
    }

    void WriteIndexes(const PlannedTable& table) {
        for (const PlannedIndex& index : table.indexes) {
            if (!index.tail.ok()) {
                AddUntranslated(&table, "index " + index.name + " of " + table.SqlName(), index.tail.reason,
                                index.tail.written == SpecSql::kNone ? index.tail.source : index.tail.text);
                continue;
            }
            std::string sql = Comment(index.source_name.empty()
                                          ? "from " + index.tail.source
                                          : "from index " + schema::QuotePgIdentifier(index.source_name) +
                                                " of server " + table.source->server) +
                              "\n" + Notes(index.tail);
            sql += index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
            AddNamed(StepKind::kIndex, table, index.name,
                     sql + QuotePgIdentifierIfNeeded(index.name) + " ON " + table.SqlName() + " " +
                         index.tail.text);
        }
    }

    void WriteForeignKeys(const PlannedTable& table) {
        for (const PlannedForeignKey& key : table.foreign_keys) {
            if (!key.reason.empty()) {
                AddUntranslated(&table, "foreign key " + key.name + " of " + table.SqlName(), key.reason,
                                key.source);
                continue;
            }
            if (key.held()) continue;
            const std::string name = QuotePgIdentifierIfNeeded(key.name);
            if (key.suspended != nullptr) {
                WriteResumption(table, key);
                continue;
            }
            std::string sql = From(table) + "ALTER TABLE " + table.SqlName() + " ADD CONSTRAINT " + name +
                              " FOREIGN KEY " + ColumnList(key.columns) + " REFERENCES " +
                              QualifiedName(key.references);
            if (!key.parent_columns.empty()) sql += " " + ColumnList(key.parent_columns);
            sql += key.actions;
            if (key.orphans == spec::Orphans::kKeep) sql += " NOT VALID";
            // Tables may refer to each other: none could be dropped first. Whoever dropped a parent by force
            // took the key along.
            AddForeignKey(table, key, std::move(sql)).undo = DropKey(table, key, "IF EXISTS ");
        }
    }

    Step& AddForeignKey(const PlannedTable& table, const PlannedForeignKey& key, std::string statement) {
        Step& step = AddNamed(StepKind::kForeignKey, table, key.name, std::move(statement));
        if (key.parent_planned) step.parent = key.parent;
        return step;
    }

    static std::string DropKey(const PlannedTable& table, const PlannedForeignKey& key,
                               const char* condition = "") {
        return "ALTER TABLE " + table.SqlName() + " DROP CONSTRAINT " + condition +
               QuotePgIdentifierIfNeeded(key.name);
    }
    static std::string AddKey(const PlannedTable& table, const PlannedForeignKey& key) {
        return "ALTER TABLE " + table.SqlName() + " ADD CONSTRAINT " + QuotePgIdentifierIfNeeded(key.name) +
               " " + key.suspended->definition;
    }

    /// Keys of targets that exist, as long as rows come in whose parents come later.
    void WriteSuspensions(const PlannedTable& table) {
        for (const PlannedForeignKey& key : table.foreign_keys)
            if (key.suspended != nullptr) WriteSuspension(table, key);
    }

    void WriteSuspension(const PlannedTable& table, const PlannedForeignKey& key) {
        Step& step =
            Add(StepKind::kDropForeignKey, table, "foreign key " + key.name + " of ",
                Comment("rows come in without those that they refer to: it is added again behind them") +
                    "\n" + DropKey(table, key));
        step.name = key.name;
        step.undo = AddKey(table, key);
    }

    void WriteResumption(const PlannedTable& table, const PlannedForeignKey& key) {
        const bool unchecked = key.orphans == spec::Orphans::kKeep && key.suspended->validated;
        AddForeignKey(table, key, AddKey(table, key) + (unchecked ? " NOT VALID" : "")).undo =
            DropKey(table, key);
    }

    void WriteView(const PlannedView& view) {
        const std::string object = "view " + QualifiedName(view.target);
        if (view.stands) return;
        if (!view.select.ok())
            return AddUntranslated(nullptr, object, view.select.reason, view.select.source);
        Step& step = Add(StepKind::kView, object,
                         Comment("from view " + schema::QuotePgIdentifier(view.from->table.name) +
                                 " of server " + view.source->server) +
                             "\n" + Notes(view.select) + "CREATE VIEW " + QualifiedName(view.target) +
                             " AS\n" + view.select.text);
        step.name = QualifiedName(view.target);
        step.undo = "DROP VIEW " + step.name;
    }

    void WriteTriggersOfSource() {
        for (const PlannedTable& table : design_.tables)
            for (const sqlite::Trigger& trigger : table.source->triggers)
                if (trigger.table == table.table().name)
                    AddUntranslated(&table, "trigger " + trigger.name + " of " + table.SqlName(),
                                    "its body is SQL that SQLite runs a row at a time", trigger.sql);
        for (const PlannedView& view : design_.views)
            for (const sqlite::Trigger& trigger : view.source->triggers)
                if (trigger.table == view.from->table.name)
                    AddUntranslated(nullptr, "trigger " + trigger.name + " of " + QualifiedName(view.target),
                                    "its body is SQL that SQLite runs a row at a time", trigger.sql);
    }

    const Design& design_;
    Section section_ = Section::kPreData;
    std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> WriteSteps(const Design& design) {
    return Writer(design).Run();
}

}  // namespace pgsqlite::plan
