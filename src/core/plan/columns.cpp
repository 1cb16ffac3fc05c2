// Columns: under which names and types they go, what fills them, and which the target lacks.
#include <algorithm>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/nearest.hpp"
#include "core/plan/designer.hpp"
#include "core/schema/common_type.hpp"
#include "core/schema/constant_default.hpp"
#include "core/schema/foreign_table.hpp"
#include "core/schema/keywords.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/value/encoding.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::plan {
namespace {

using schema::MappedType;
using value::Kind;

bool IsInteger(Kind kind) noexcept {
    return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8;
}

bool IsNumber(Kind kind) noexcept {
    return kind == Kind::kBoolean || IsInteger(kind) || kind == Kind::kFloat4 || kind == Kind::kFloat8 ||
           kind == Kind::kNumeric;
}

std::string Cast(std::string_view expression, const MappedType& type) {
    return std::string(expression) + "::" + type.sql;
}

/// Why a column's type can't have the encoding that the spec gives it, or nothing.
std::optional<Error> EncodingFault(const PlannedColumn& column) {
    if (column.settings.encoding.empty()) return std::nullopt;
    try {
        (void)value::Encodings::Parse(column.settings.encoding, value::Target(column.read_type.ToRule()));
        return std::nullopt;
    } catch (const Error& error) {
        return error;
    }
}

class ColumnDesigner {
  public:
    ColumnDesigner(Designer& designer, PlannedTable& table)
        : designer_(designer),
          table_(table),
          base_(table.merged_into ? &designer.design.tables[*table.merged_into] : nullptr),
          target_names_(schema::FoldCase::kPreserve, true) {}

    void Run() {
        const sqlite::Table& source = table_.table();
        schema::NameAllocator foreign_names(designer_.spec.job().fold_case, true);
        std::vector<spec::KnownColumn> known;
        for (std::size_t i = 0; i < source.columns.size(); ++i) {
            StopIfCancelled();
            const sqlite::Column& column = source.columns[i];
            if (column.hidden == sqlite::Column::Hidden::kHidden) continue;
            known.push_back({column.name, column.declared_type});
            Add(i, foreign_names.Take(column.name));
        }
        for (const std::string& added :
             designer_.spec.AddedColumns(table_.source->server, source.name, known)) {
            StopIfCancelled();
            AddFromSpec(added);
        }
        if (table_.existing != nullptr) {
            FindNearColumns();
            ReportUnfilled();
        }
        if (!creates()) ReportFilledTwice();
        for (PlannedColumn& column : table_.columns)
            column.bare_type = BareType(column.type);
        DesignGenerated();
    }

  private:
    /// Whether this table makes its target's columns.
    bool creates() const noexcept { return table_.creates(); }

    void Add(std::size_t index, const schema::Renamed& foreign) {
        const sqlite::Column& source = table_.table().columns[index];
        PlannedColumn column;
        column.source = &source;
        column.settings = designer_.spec.ForColumn(table_.source->server, table_.table().name, source.name,
                                                   source.declared_type, table_.source->base);
        column.foreign_name = foreign.name;
        column.name = column.settings.target.empty() ? foreign.name : column.settings.target;
        if (column.settings.skip) return AddSkipped(std::move(column), index);
        FindPlace(column);
        DecideType(column, index);
        column.read_type = column.settings.convert.empty() ? column.type : DeclaredType(column, index);
        CheckEncoding(column);
        column.identity = creates() && static_cast<int>(index) == table_.table().rowid_alias() &&
                          IsInteger(column.type.kind) && column.settings.convert.empty() &&
                          !column.settings.default_value && column.settings.default_sql.empty();
        column.not_null = source.not_null || column.identity;
        if (creates()) {
            column.name = target_names_.Take(column.name).name;
            ReportName(column, foreign);
        }
        if (creates() || column.has_chosen_default()) DesignDefault(column);
        table_.columns.push_back(std::move(column));
    }

    /// A column that the spec leaves out.
    void AddSkipped(PlannedColumn column, std::size_t index) {
        column.skipped = column.left_out = true;
        column.type = column.read_type = DeclaredType(column, index);
        if (EncodingFault(column)) column.settings.encoding.clear();
        table_.columns.push_back(std::move(column));
    }

    /// An encoding that the column's type can't have is told here, whether its values are read or not.
    /// Nothing else meets it then.
    void CheckEncoding(PlannedColumn& column) {
        const std::optional<Error> fault = EncodingFault(column);
        if (!fault) return;
        designer_
            .Report(table_, Severity::kBlocker, "the spec's encoding can't be used: " + fault->message(),
                    &column)
            .suggestion =
            "give the column another encoding or type: a more exact pattern goes before others. " +
            fault->hint();
        column.settings.encoding.clear();
    }

    /// A column that the spec adds and the source lacks.
    void AddFromSpec(const std::string& name) {
        PlannedColumn column;
        column.settings = designer_.spec.ForColumn(table_.source->server, table_.table().name, name, "",
                                                   table_.source->base);
        column.name = column.settings.target.empty() ? name : column.settings.target;
        FindPlace(column);
        column.type = ChosenType(column).value_or(schema::PlainType(Kind::kText));
        if (column.existing == nullptr && column.settings.type.empty())
            designer_.Report(table_, Severity::kNote,
                             "column \"" + name + "\", which the spec adds, has no type: it becomes text");
        column.read_type = column.type;
        if (creates()) column.name = target_names_.Take(column.name).name;
        DesignDefault(column);
        table_.columns.push_back(std::move(column));
    }

    /// In a target that exists, or that an earlier table makes: the column that takes this one's values.
    void FindPlace(PlannedColumn& column) {
        if (base_ != nullptr && table_.existing == nullptr) return FindInBase(column);
        if (table_.existing == nullptr) return;
        column.existing = FindExisting(column);
        if (column.existing != nullptr) {
            column.name = column.existing->name;
            column.left_out = column.existing->generated;
            return ReportTwins(column);
        }
        column.left_out = column.lacking = true;
    }

    /// A column written just as SQLite writes it goes before one of the name that it would get in a new
    /// table, and this before one in other case.
    const ExistingColumn* FindExisting(const PlannedColumn& column) const {
        const ExistingRelation& relation = *table_.existing;
        const bool own = column.source != nullptr && column.settings.target.empty();
        const ExistingColumn* found = own ? relation.FindExactly(column.source->name) : nullptr;
        if (found == nullptr) found = relation.Find(column.name);
        if (found == nullptr && own) found = relation.Find(column.source->name);
        return found;
    }

    /// Columns of the target whose names differ by case alone: which one was taken.
    void ReportTwins(const PlannedColumn& column) {
        std::string others;
        for (const ExistingColumn& candidate : table_.existing->columns)
            if (&candidate != column.existing && sqlite::EqualNames(candidate.name, column.name))
                others += (others.empty() ? "" : ", ") + schema::QuotePgIdentifier(candidate.name);
        if (others.empty()) return;
        const bool exact = !column.settings.target.empty() || column.name == column.source_name();
        designer_
            .Report(table_, exact ? Severity::kNote : Severity::kWarning,
                    "its values go into column " + schema::QuotePgIdentifier(column.name) + " of target " +
                        QualifiedName(table_.target) + "; " + others + " is there, too",
                    &column)
            .suggestion = "name the other one as the column's target where it is meant";
    }

    /// Two columns of SQLite can't fill one.
    void ReportFilledTwice() {
        for (std::size_t i = 0; i < table_.columns.size(); ++i) {
            StopIfCancelled();
            for (std::size_t j = 0; j < i; ++j) {
                PlannedColumn& column = table_.columns[i];
                const PlannedColumn& other = table_.columns[j];
                if (column.name != other.name || !column.written() || !other.written()) continue;
                designer_
                    .Report(table_, Severity::kBlocker,
                            "column \"" + column.name + "\" of target " + QualifiedName(table_.target) +
                                " would get the values of " +
                                (other.source != nullptr ? "column \"" + other.source_name() + "\""
                                                         : "the spec's column of that name") +
                                ", too",
                            &column)
                    .suggestion = "name another target for one of the two, or skip it";
                column.left_out = true;
                break;
            }
        }
    }

    /// For columns that the target lacks: whether one is there, which nothing else fills, of a name that is
    /// the same but for its underscores, or nearly so and of a type that may hold the values.
    void FindNearColumns() {
        for (PlannedColumn& column : table_.columns) {
            StopIfCancelled();
            if (!column.lacking) continue;
            std::vector<const char*> near;
            for (const ExistingColumn& candidate : table_.existing->columns) {
                const auto fills = [&](const PlannedColumn& other) { return other.existing == &candidate; };
                if (candidate.generated || std::any_of(table_.columns.begin(), table_.columns.end(), fills))
                    continue;
                if (schema::PlainName(candidate.name) ==
                    schema::PlainName(column.source != nullptr ? column.source->name : column.name))
                    column.near_column = candidate.name;
                if (MayHold(candidate.type, column.type.kind)) near.push_back(candidate.name.c_str());
            }
            if (!column.near_column.empty()) continue;
            if (const char* nearest = NearestWord(column.name, near)) column.near_column = nearest;
        }
    }

    static bool MayHold(const MappedType& target, Kind own) noexcept {
        if (own == target.kind || target.kind == Kind::kText) return true;
        const auto among = [&](auto&& is_one) { return is_one(own) && is_one(target.kind); };
        return among(IsNumber) || among(value::IsTemporal) ||
               among([](Kind kind) { return kind == Kind::kJson || kind == Kind::kJsonb; }) ||
               (own == Kind::kText && !IsNumber(target.kind) && target.kind != Kind::kBytea);
    }

    void FindInBase(PlannedColumn& column) {
        for (const PlannedColumn& candidate : base_->columns) {
            if (candidate.skipped || !sqlite::EqualNames(candidate.name, column.name)) continue;
            column.name = candidate.name;
            column.left_out = candidate.generated && candidate.generated->ok();
            return;
        }
        // The target gets the column, which the tables before this one leave empty.
        PlannedTable& base = designer_.design.tables[*table_.merged_into];
        PlannedColumn extra;
        extra.name = column.name;
        extra.left_out = true;
        DecideType(column, IndexOf(column));
        extra.type = extra.read_type = column.type;
        base.columns.push_back(std::move(extra));
    }

    std::size_t IndexOf(const PlannedColumn& column) const noexcept {
        if (column.source == nullptr) return 0;
        return static_cast<std::size_t>(column.source - table_.table().columns.data());
    }

    /// What the spec or the target says of the type.
    std::optional<MappedType> ChosenType(const PlannedColumn& column) const {
        if (column.existing != nullptr) return column.existing->type;
        if (base_ != nullptr && table_.existing == nullptr)
            for (const PlannedColumn& candidate : base_->columns)
                if (candidate.name == column.name) return candidate.type;
        if (column.settings.type.empty()) return std::nullopt;
        const auto found = designer_.existing.types.find(column.settings.type);
        if (found == designer_.existing.types.end()) return std::nullopt;
        return found->second;
    }

    MappedType DeclaredType(const PlannedColumn& column, std::size_t index) const {
        const std::vector<schema::StoredColumn>& stored = table_.from->stored;
        // An encoding says how the declared type is to be read.
        if (index < stored.size() && column.settings.encoding.empty()) return stored[index].type;
        return schema::MapDeclaredType(column.source->declared_type,
                                       column.settings.timestamp_type == spec::TimestampType::kTimestamptz);
    }

    void DecideType(PlannedColumn& column, std::size_t index) {
        const auto chosen = ChosenType(column);
        if (chosen)
            column.type = *chosen;
        else if (column.source != nullptr)
            column.type = WithMerged(column, DeclaredType(column, index));
        else
            column.type = schema::PlainType(Kind::kText);
    }

    /// The type that also takes the values of the tables that are merged into this one, where there is one.
    MappedType WithMerged(const PlannedColumn& column, MappedType type) const {
        const std::vector<PlannedTable>& tables = designer_.design.tables;
        const std::size_t self = static_cast<std::size_t>(&table_ - tables.data());
        for (const PlannedTable& other : tables) {
            if (other.merged_into != self) continue;
            const std::vector<sqlite::Column>& columns = other.table().columns;
            for (std::size_t i = 0; i < columns.size(); ++i) {
                if (!sqlite::EqualNames(columns[i].name, column.source->name)) continue;
                const auto common = schema::CommonType(
                    type, i < other.from->stored.size()
                              ? other.from->stored[i].type
                              : schema::MapDeclaredType(
                                    columns[i].declared_type,
                                    column.settings.timestamp_type == spec::TimestampType::kTimestamptz));
                if (common) type = *common;
            }
        }
        return type;
    }

    /// Types of the core's own have their length in parentheses, those of PostgreSQL are looked up.
    std::string BareType(const MappedType& type) const {
        const auto found = designer_.existing.bare_types.find(type.sql);
        if (found != designer_.existing.bare_types.end()) return found->second;
        const std::size_t begin = type.sql.find('('), end = type.sql.find(')');
        if (begin == std::string::npos || end == std::string::npos) return type.sql;
        return type.sql.substr(0, begin) + type.sql.substr(end + 1);
    }

    /// A cast to varchar(3) or numeric(4,1) cuts and rounds in silence.
    void CheckDefault(const PlannedColumn& column, const std::string& pointer) {
        Scratch scratch;
        value::Value converted;
        const value::Code code =
            value::Convert(column.type.ToRule(), value::Cell::Text(*column.settings.default_value), scratch,
                           converted)
                .code;
        scratch.Verify();
        if (code != value::Code::kTooLong && code != value::Code::kExcessDigits) return;
        Finding& finding = designer_.Report(table_, Severity::kBlocker,
                                            "the spec's " + pointer + " does not fit type " +
                                                column.type.sql + ": it " + value::Explain(code).reason,
                                            &column);
        finding.example = *column.settings.default_value;
        finding.suggestion = "choose a default that the column takes";
    }

    void DesignDefault(PlannedColumn& column) {
        if (column.settings.default_value || !column.settings.default_sql.empty()) {
            Translated chosen;
            chosen.text = column.settings.default_value
                              ? Cast(schema::QuotePgLiteral(*column.settings.default_value), column.type)
                              : column.settings.default_sql;
            chosen.source = chosen.text;
            chosen.pointer =
                column.settings.sources.From(column.settings.default_value ? "default" : "default_sql");
            if (!column.settings.default_value) chosen.written = SpecSql::kExpression;
            if (column.settings.default_value) CheckDefault(column, chosen.pointer);
            chosen.probe = "SELECT (" + chosen.text + ")";
            chosen.assigned_to = column.type.sql;
            column.default_value = std::move(chosen);
            return;
        }
        if (column.source == nullptr || !column.source->default_sql || column.identity) return;
        if (column.source->is_generated()) return;
        const schema::sql::Translation translation = schema::TranslateColumnDefault(
            *column.source->default_sql, column.source->declared_type, column.type);
        Translated result;
        result.source = *column.source->default_sql;
        result.text = translation.text;
        result.reason = translation.reason;
        result.notes = translation.notes;
        if (result.ok()) result.probe = "SELECT CAST((" + result.text + ") AS " + column.type.sql + ")";
        column.default_value = std::move(result);
    }

    void ReportName(const PlannedColumn& column, const schema::Renamed& foreign) {
        if (column.settings.target.empty() && (foreign.shortened || foreign.numbered || foreign.replaced))
            designer_.Report(table_, Severity::kNote,
                             "column is renamed to " + schema::QuotePgIdentifier(column.name) +
                                 ": PostgreSQL can't have its name, or it is taken",
                             &column);
        else if (const char* fault = schema::FaultWithoutQuotes(column.name))
            designer_.Report(table_, Severity::kNote,
                             "column name " + schema::QuotePgIdentifier(column.name) + " " + fault +
                                 ": it needs its quotes in every statement",
                             &column);
    }

    /// What fills a column of the target that nothing else fills: the empty value of its type, the time of
    /// the migration, a new UUID. Nothing where all rows having the same would not do, or nobody knows.
    std::optional<Setting> Filling(const ExistingColumn& column) const {
        const auto is_it = [&](const std::string& name) { return name == column.name; };
        if (designer_.existing.domains.count(column.type.sql) > 0) return std::nullopt;
        for (const ExistingForeignKey& key : table_.existing->foreign_keys)
            if (std::any_of(key.columns.begin(), key.columns.end(), is_it)) return std::nullopt;
        if (column.type.kind == Kind::kUuid)
            return Setting{"default_sql", "gen_random_uuid()", Setting::Level::kColumn};
        for (const std::vector<std::string>& key : table_.existing->unique_keys)
            if (std::any_of(key.begin(), key.end(), is_it)) return std::nullopt;
        switch (column.type.kind) {
            case Kind::kBoolean:
                return Setting{"default", "false", Setting::Level::kColumn};
            case Kind::kInt2:
            case Kind::kInt4:
            case Kind::kInt8:
            case Kind::kFloat4:
            case Kind::kFloat8:
            case Kind::kNumeric:
                return Setting{"default", "0", Setting::Level::kColumn};
            case Kind::kText:
            case Kind::kBytea:
                return Setting{"default", "", Setting::Level::kColumn};
            case Kind::kJson:
            case Kind::kJsonb:
            case Kind::kArray:
                return Setting{"default", "{}", Setting::Level::kColumn};
            case Kind::kDate:
            case Kind::kTimestamp:
            case Kind::kTimestamptz:
                return Setting{"default_sql", "now()", Setting::Level::kColumn};
            default:
                return std::nullopt;
        }
    }

    /// Columns of an existing target that nothing fills.
    void ReportUnfilled() {
        for (const ExistingColumn& column : table_.existing->columns) {
            if (!column.not_null || column.has_default || column.generated || column.identity) continue;
            const bool filled =
                std::any_of(table_.columns.begin(), table_.columns.end(), [&](const PlannedColumn& planned) {
                    return planned.existing == &column && planned.written();
                });
            if (filled) continue;
            Finding& finding =
                designer_.Report(table_, Severity::kBlocker,
                                 "column \"" + column.name + "\" of target " + QualifiedName(table_.target) +
                                     " is NOT NULL without a default, and nothing fills it");
            finding.column = column.name;
            finding.suggestion = "give the column a default, default_sql or convert in the spec";
            if (const auto filling = Filling(column)) finding.settings.push_back(*filling);
        }
    }

    void DesignGenerated() {
        if (table_.definition == nullptr) return;
        const schema::sql::TableTarget target = table_.ForTranslation();
        for (PlannedColumn& column : table_.columns) {
            if (!creates() || column.skipped || column.source == nullptr || !column.source->is_generated())
                continue;
            if (!column.settings.convert.empty()) continue;
            StopIfCancelled();
            Translated result;
            const schema::sql::Constraint* constraint = FindGenerated(column.source->name);
            if (constraint == nullptr || constraint->expression == nullptr) {
                result.reason = "its expression was not found";
            } else {
                result.source = constraint->text;
                const auto it =
                    std::find_if(target.columns.begin(), target.columns.end(),
                                 [&](const schema::sql::ColumnTarget& c) { return c.name == column.name; });
                const schema::sql::Translation translation =
                    schema::sql::TranslateGenerated(*constraint->expression, target, *it);
                result.text = translation.text;
                result.reason = translation.reason;
                result.notes = translation.notes;
            }
            if (result.ok()) {
                result.immutable = true;
                result.probe = "SELECT CAST((" + result.text + ") AS " + column.type.sql + ") FROM " +
                               ProbeTable(table_, result.text);
            }
            column.generated = std::move(result);
        }
    }

    const schema::sql::Constraint* FindGenerated(const std::string& name) const {
        for (const schema::sql::ColumnDefinition& column : table_.definition->columns) {
            if (!sqlite::EqualNames(column.name, name)) continue;
            for (const schema::sql::Constraint& constraint : column.constraints)
                if (constraint.kind == schema::sql::Constraint::Kind::kGenerated) return &constraint;
        }
        return nullptr;
    }

    Designer& designer_;
    PlannedTable& table_;
    const PlannedTable* base_;
    schema::NameAllocator target_names_;
};

}  // namespace

void DesignColumns(Designer& designer, PlannedTable& table) {
    ColumnDesigner(designer, table).Run();
}

}  // namespace pgsqlite::plan
