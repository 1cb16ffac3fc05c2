#include "core/plan/trial.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/plan/data_statements.hpp"
#include "core/plan/designer.hpp"
#include "core/plan/match_statements.hpp"
#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;
using schema::QuotePgLiteral;

constexpr char kSchema[] = "pg_temp";

class TrialMaker {
  public:
    TrialMaker(const Design& design, const std::vector<bool>& which) : real_(design), which_(which) {}

    Trial Run() {
        trial_.design = real_;
        trial_.tables.resize(real_.tables.size());
        trial_.design.is_trial = true;
        trial_.design.new_schemas.clear();
        trial_.design.views.clear();
        trial_.design.hooks.clear();
        // What is temporary has no log anyway.
        for (PlannedTable& table : trial_.design.tables)
            table.settings.unlogged = false;
        // Stand-ins have none; whether those of the targets would fire is told below.
        trial_.design.job.triggers = spec::Triggers::kFire;
        for (const PlannedTable& table : real_.tables)
            names_.insert({ForeignTableName(table), KeysTableName(table), KeyRowsName(table)});
        for (std::size_t i = 0; i < real_.tables.size(); ++i)
            if (which_[i] && !real_.tables[i].merged_into) Rename(i);
        for (std::size_t i = 0; i < real_.tables.size(); ++i) {
            PlannedTable& table = trial_.design.tables[i];
            if (which_[i] && table.merged_into)
                table.target = trial_.design.tables[*table.merged_into].target;
            if (!which_[i] && table.not_migrated.empty()) table.not_migrated = "it is not tried";
        }
        for (std::size_t i = 0; i < real_.tables.size(); ++i) {
            if (!which_[i]) continue;
            PlannedTable& table = trial_.design.tables[i];
            if (table.existing != nullptr && !table.merged_into) StandIn(i);
            for (PlannedForeignKey& key : table.foreign_keys)
                Redirect(i, key);
        }
        for (std::size_t i = 0; i < real_.tables.size(); ++i)
            if (which_[i]) CompareComputed(i);
        for (std::size_t i = 0; i < real_.tables.size(); ++i)
            if (which_[i] && real_.tables[i].merged_into)
                trial_.tables[i].unforeseen = trial_.tables[*real_.tables[i].merged_into].unforeseen;
        return std::move(trial_);
    }

  private:
    /// A stand-in has the name of its target where nothing else has it here: conditions may name the table.
    void Rename(std::size_t i) {
        PlannedTable& table = trial_.design.tables[i];
        table.target.schema = kSchema;
        const std::string name = table.target.table;
        for (int number = 2; !names_.insert(table.SqlName()).second; ++number)
            table.target.table = Numbered(name, number);
        if (!table.partitioning) return;
        for (PlannedPartition& partition : table.partitioning->partitions) {
            const std::string own = partition.name;
            for (int number = 2; !names_.insert(QualifiedName({kSchema, partition.name})).second; ++number)
                partition.name = Numbered(own, number);
        }
    }

    static std::string Numbered(const std::string& name, int number) {
        return std::string(schema::CutName(name, 50)) + " " + std::to_string(number);
    }

    static std::string Columns(const ExistingRelation& relation) {
        std::string list;
        for (const ExistingColumn& column : relation.columns)
            if (!column.generated)
                list += (list.empty() ? "" : ", ") + QuotePgIdentifierIfNeeded(column.name);
        return list;
    }

    bool Writes(std::size_t i, const ExistingColumn& column) const {
        for (std::size_t j = 0; j < real_.tables.size(); ++j) {
            if (j != i && real_.tables[j].merged_into != i) continue;
            const PlannedColumn* planned = real_.tables[j].FindTarget(column.name);
            if (planned == nullptr || !planned->written()) return false;
        }
        return true;
    }

    void StandIn(std::size_t i) {
        const PlannedTable& table = trial_.design.tables[i];
        const ExistingRelation& relation = *table.existing;
        TrialTable& tried = trial_.tables[i];
        const std::string real = QualifiedName({relation.schema, relation.name});
        const std::string own = table.SqlName();
        tried.unforeseen = relation.decides;
        const bool fires = real_.job.triggers == spec::Triggers::kFire &&
                           std::any_of(relation.triggers.begin(), relation.triggers.end(),
                                       [](const ExistingTrigger& trigger) { return trigger.fires != 'D'; });
        if (fires) tried.unforeseen = "triggers of the target decide";
        tried.prepare.push_back("CREATE TEMPORARY TABLE " + own.substr(sizeof(kSchema)) + " (LIKE " + real +
                                " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING GENERATED "
                                "INCLUDING IDENTITY INCLUDING INDEXES)");
        // Sequences of targets give no number away; those of stand-ins go on where these are.
        for (const ExistingColumn& column : relation.columns) {
            if (Writes(i, column)) continue;
            if (column.draws_numbers && !column.owns_sequence) {
                tried.unforeseen =
                    "the default of column \"" + column.name + "\" takes numbers of a sequence";
                tried.prepare.push_back("ALTER TABLE " + own + " ALTER " +
                                        QuotePgIdentifierIfNeeded(column.name) + " DROP DEFAULT");
            }
            if (!column.owns_sequence) continue;
            std::string sequence = "pg_catalog.pg_get_serial_sequence(" + QuotePgLiteral(own) + ", " +
                                   QuotePgLiteral(column.name) + ")";
            if (!column.identity) {
                const std::string name =
                    std::string(kSchema) + ".\"sequence " + std::to_string(++numbers_) + "\"";
                sequence = QuotePgLiteral(name);
                tried.prepare.push_back("CREATE TEMPORARY SEQUENCE " + name.substr(sizeof(kSchema)));
                tried.prepare.push_back("ALTER TABLE " + own + " ALTER " +
                                        QuotePgIdentifierIfNeeded(column.name) +
                                        " SET DEFAULT pg_catalog.nextval(" + sequence + ")");
            }
            tried.prepare.push_back("SELECT pg_catalog.setval(" + sequence +
                                    ", s.last) FROM (SELECT pg_catalog.pg_sequence_last_value("
                                    "pg_catalog.pg_get_serial_sequence(" +
                                    QuotePgLiteral(real) + ", " + QuotePgLiteral(column.name) +
                                    ")::pg_catalog.regclass) AS last) AS s WHERE s.last IS NOT NULL");
        }
        const spec::Existing existing = table.settings.existing;
        if (relation.has_rows && existing != spec::Existing::kTruncate && existing != spec::Existing::kError)
            tried.prepare.push_back("INSERT INTO " + own + " (" + Columns(relation) +
                                    ") OVERRIDING SYSTEM VALUE SELECT " + Columns(relation) + " FROM ONLY " +
                                    real);
        for (const ExistingForeignKey& key : relation.foreign_keys)
            AddKey(i, key);
    }

    /// Beside a column that the target computes the stand-in has another, which gets what SQLite holds, and
    /// one that marks the table's rows.
    void CompareComputed(std::size_t i) {
        PlannedTable& table = trial_.design.tables[i];
        const std::size_t base = table.merged_into ? *table.merged_into : i;
        const std::string own = trial_.design.tables[base].SqlName();
        std::string mark;
        for (std::size_t j = 0, count = table.columns.size(); j < count; ++j) {
            PlannedColumn& column = table.columns[j];
            if (!column.computed() || !column.left_out) continue;
            const auto add = [&](const std::string& name, const std::string& type) {
                trial_.tables[base].prepare.push_back("ALTER TABLE " + own + " ADD COLUMN " + name + " " +
                                                      type);
            };
            const std::string computed = QuotePgIdentifierIfNeeded(column.name);
            const std::string number = std::to_string(++numbers_);
            const std::string held = "\"of SQLite " + number + "\"";
            add(held, column.type.sql);
            column.existing = nullptr;
            column.left_out = false;
            column.name = "of SQLite " + number;
            column.settings.policies.on_error = value::OnError::kNull;
            column.settings.sources.Add("on_error", "of the trial");
            if (mark.empty()) {
                mark = "\"row of " + number + "\"";
                add(mark, "boolean");
            }
            // Not each of these types can say that two values are equal.
            const value::Kind kind = column.type.kind;
            const char* as_text =
                kind == value::Kind::kJson || kind == value::Kind::kInput || kind == value::Kind::kArray
                    ? "::text"
                    : "";
            const std::string text = "pg_catalog.left(" + computed + "::text, 60)";
            trial_.tables[i].comparisons.push_back(
                {j,
                 "SELECT pg_catalog.count(*), pg_catalog.min(pg_catalog.format('%s in place of %s', "
                 "COALESCE(" +
                     text + ", 'NULL'), COALESCE(pg_catalog.left(" + held + "::text, 60), 'NULL'))) FROM " +
                     own + " WHERE " + mark + " AND " + computed + as_text + " IS DISTINCT FROM " + held +
                     as_text});
        }
        if (mark.empty()) return;
        PlannedColumn marking;
        marking.name = mark.substr(1, mark.size() - 2);
        marking.settings.convert = "true";
        marking.type = marking.read_type = schema::PlainType(value::Kind::kBoolean);
        marking.bare_type = marking.type.sql;
        table.columns.push_back(std::move(marking));
    }

    /// The stand-in of a relation, where it is the target of a table that is tried; else null.
    const PlannedTable* Tried(const std::string& schema, const std::string& name) const {
        for (std::size_t i = 0; i < real_.tables.size(); ++i)
            if (which_[i] && !real_.tables[i].merged_into && real_.tables[i].target.schema == schema &&
                real_.tables[i].target.table == name)
                return &trial_.design.tables[i];
        return nullptr;
    }

    /// A foreign key that the target has, over the stand-ins.
    void AddKey(std::size_t i, const ExistingForeignKey& key) {
        const std::string parent = QualifiedName({key.parent_schema, key.parent});
        std::string stand_in;
        if (const PlannedTable* tried = Tried(key.parent_schema, key.parent))
            stand_in = tried->SqlName();
        else
            stand_in = KeysOf({key.parent_schema, key.parent}, key.parent_columns, trial_.tables[i].prepare);
        std::string definition = key.definition;
        const std::string references = "REFERENCES " + parent + "(";
        const std::size_t at = definition.find(references);
        if (at == std::string::npos) {
            trial_.tables[i].unforeseen = "foreign key " + key.name + " of the target decides";
            return;
        }
        // Rows that it refuses one by one are put aside, or told, one by one; orphans of others are counted.
        const bool holds =
            std::any_of(real_.tables.begin(), real_.tables.end(), [&](const PlannedTable& table) {
                return std::any_of(
                    table.foreign_keys.begin(), table.foreign_keys.end(),
                    [&](const PlannedForeignKey& planned) {
                        return planned.existing == &key &&
                               (!planned.held() || planned.doubtful() || table.PutsAside(planned));
                    });
            });
        if (!holds) return;
        definition.replace(at, references.size(), "REFERENCES " + stand_in + "(");
        constexpr std::string_view kNotValid = " NOT VALID";
        if (definition.size() < kNotValid.size() ||
            definition.compare(definition.size() - kNotValid.size(), kNotValid.size(), kNotValid) != 0)
            definition += kNotValid;
        trial_.tables[i].prepare.push_back("ALTER TABLE " + trial_.design.tables[i].SqlName() +
                                           " ADD CONSTRAINT " + QuotePgIdentifierIfNeeded(key.name) + " " +
                                           definition);
        for (PlannedForeignKey& planned : trial_.design.tables[i].foreign_keys) {
            if (planned.suspended != &key) continue;
            trial_.keys.push_back(key);
            trial_.keys.back().definition = definition;
            planned.suspended = &trial_.keys.back();
        }
    }

    /// What a key of the design refers to.
    void Redirect(std::size_t i, PlannedForeignKey& key) {
        if (!key.reason.empty()) return;
        if (const PlannedTable* tried = Tried(key.references.schema, key.references.table)) {
            key.references = tried->target;
            return;
        }
        if (key.parent_planned) {
            key.reason = "its parent is not tried";
            return;
        }
        if (key.parent_columns.empty()) {
            key.reason = "its parent's key is not known";
            return;
        }
        const std::string name = KeysOf(key.references, key.parent_columns, trial_.tables[i].prepare);
        key.references = {kSchema, name.substr(sizeof(kSchema) + 1, name.size() - sizeof(kSchema) - 2)};
    }

    /// A table of the keys that are there. @return its name as SQL
    std::string KeysOf(const spec::TargetName& parent, const std::vector<std::string>& columns,
                       std::vector<std::string>& prepare) {
        const std::string number = std::to_string(++numbers_);
        const std::string name = std::string(kSchema) + ".\"keys " + number + "\"";
        const std::string list = ColumnList(columns);
        const std::string bare = list.substr(1, list.size() - 2);
        prepare.push_back("CREATE TEMPORARY TABLE " + name.substr(sizeof(kSchema)) + " AS SELECT " + bare +
                          " FROM " + QualifiedName(parent));
        prepare.push_back("ALTER TABLE " + name + " ADD UNIQUE " + list);
        return name;
    }

    const Design& real_;
    const std::vector<bool>& which_;
    Trial trial_;
    std::set<std::string> names_;
    int numbers_ = 0;
};

}  // namespace

Trial MakeTrial(const Design& design, const std::vector<bool>& which) {
    return TrialMaker(design, which).Run();
}

void TryRelatives(const Design& design, std::vector<bool>& which) {
    bool more = true;
    const auto join = [&](std::size_t one, std::size_t other) {
        if (which[one] == which[other]) return;
        which[one] = which[other] = more = true;
    };
    while (std::exchange(more, false))
        for (std::size_t i = 0; i < design.tables.size(); ++i) {
            const PlannedTable& table = design.tables[i];
            if (!table.not_migrated.empty()) continue;
            for (const std::size_t parent : table.parents)
                join(i, parent);
            if (table.merged_into) join(i, *table.merged_into);
            for (const PlannedForeignKey& key : table.foreign_keys)
                if (key.parent_planned && key.reason.empty()) join(i, key.parent);
        }
    for (std::size_t i = 0; i < design.tables.size(); ++i)
        which[i] = which[i] && design.tables[i].not_migrated.empty();
}

}  // namespace pgsqlite::plan
