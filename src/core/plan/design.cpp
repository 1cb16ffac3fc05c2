#include "core/plan/design.hpp"

#include <algorithm>

#include "core/base/cancel.hpp"
#include "core/plan/designer.hpp"
#include "core/schema/keywords.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/sqlite/identifier.hpp"

namespace pgsqlite::plan {

const PlannedColumn* PlannedTable::Find(std::string_view source_column) const noexcept {
    for (const PlannedColumn& column : columns)
        if (column.source != nullptr && sqlite::EqualNames(column.source->name, source_column))
            return &column;
    return nullptr;
}

const PlannedColumn* PlannedTable::FindTarget(std::string_view name) const noexcept {
    for (const PlannedColumn& column : columns)
        if (column.name == name && !column.skipped) return &column;
    return nullptr;
}

bool PlannedTable::PutsAside(const PlannedForeignKey& key) const noexcept {
    if (!key.held() || key.existing->deferred) return false;
    return settings.policies.on_error == value::OnError::kReject ||
           std::find(rejecting_keys.begin(), rejecting_keys.end(), key.name) != rejecting_keys.end();
}

std::string PlannedTable::SqlName() const {
    return QualifiedName(target);
}

schema::sql::TableTarget PlannedTable::ForTranslation() const {
    schema::sql::TableTarget result;
    result.source_name = table().name;
    result.name = SqlName();
    const int alias = table().rowid_alias();
    for (const PlannedColumn& column : columns) {
        if (column.source == nullptr || column.skipped) continue;
        schema::sql::ColumnTarget one;
        one.source_name = column.source->name;
        one.name = column.name;
        one.type = column.type;
        one.affinity = schema::AffinityOf(column.source->declared_type);
        if (!column.source->collation.empty()) one.collation = column.source->collation;
        one.not_null = column.not_null;
        one.generated = column.source->is_generated();
        one.rowid = column.source == table().columns.data() + alias && alias >= 0;
        result.columns.push_back(std::move(one));
    }
    std::vector<std::string> primary_key;
    if (existing != nullptr) primary_key = existing->primary_key;
    for (const PlannedKey& key : keys)
        if (key.primary && key.reason.empty()) primary_key = key.columns;
    for (const std::string& name : primary_key) {
        const PlannedColumn* column = FindTarget(name);
        // What SQLite does not have, its views do not group by.
        if (column == nullptr || column->source == nullptr) {
            result.primary_key.clear();
            break;
        }
        result.primary_key.push_back(column->source->name);
    }
    return result;
}

std::string QualifiedName(const spec::TargetName& name) {
    return schema::QuotePgIdentifierIfNeeded(name.schema) + "." +
           schema::QuotePgIdentifierIfNeeded(name.table);
}

std::string ColumnList(const std::vector<std::string>& names) {
    std::string list = "(";
    for (const std::string& name : names)
        list += (list.size() == 1 ? "" : ", ") + schema::QuotePgIdentifierIfNeeded(name);
    return list + ")";
}

namespace {

/// @param named bool(const std::string&): whether a column, by its name as SQL,
/// is to be among them
template <class Named>
std::string ProbeTableOf(const PlannedTable& table, Named&& named) {
    std::string sql = "(SELECT ";
    bool first = true;
    for (const PlannedColumn& column : table.columns) {
        if (column.skipped) continue;
        const std::string name = schema::QuotePgIdentifierIfNeeded(column.name);
        if (!named(name)) continue;
        sql += (first ? "NULL::" : ", NULL::") + column.type.sql + " AS " + name;
        first = false;
    }
    return sql + ") AS " + schema::QuotePgIdentifierIfNeeded(table.target.table);
}

}  // namespace

std::string ProbeTable(const PlannedTable& table) {
    return ProbeTableOf(table, [](const std::string&) { return true; });
}

std::string ProbeTable(const PlannedTable& table, std::string_view translation) {
    return ProbeTableOf(
        table, [&](const std::string& name) { return translation.find(name) != std::string_view::npos; });
}

schema::Renamed Designer::TakeRelationName(const std::string& schema, std::string_view wanted) {
    auto [at, fresh] =
        relation_names.try_emplace(schema, schema::NameAllocator(schema::FoldCase::kPreserve, false));
    if (fresh)
        for (const ExistingRelation& relation : existing.relations)
            if (relation.schema == schema) at->second.Reserve(relation.name);
    return at->second.Take(wanted);
}

schema::Renamed Designer::TakeRelationName(const std::string& schema, std::string_view table,
                                           std::string_view suffix) {
    std::size_t room = schema::kMaxNameBytes - std::min(schema::kMaxNameBytes - 1, suffix.size());
    room = std::min(room, table.size());
    // Not inside a character.
    while (room > 0 && room < table.size() && (static_cast<unsigned char>(table[room]) & 0xc0) == 0x80)
        --room;
    return TakeRelationName(schema, std::string(table.substr(0, room)).append(suffix));
}

Finding& Designer::Report(const PlannedTable& table, Severity severity, std::string text,
                          const PlannedColumn* column) {
    Finding finding;
    finding.severity = severity;
    finding.server = table.source->server;
    finding.table = table.table().name;
    if (column != nullptr) finding.column = column->source != nullptr ? column->source->name : column->name;
    finding.text = std::move(text);
    design.findings.push_back(std::move(finding));
    return design.findings.back();
}

std::vector<Probe> ProbesOf(Design& design) {
    std::vector<Probe> probes;
    bool by_path = false, any_by_path = false;
    const auto add = [&](Translated& translated) {
        if (translated.ok() && !translated.probe.empty())
            probes.push_back({&translated.probe, translated.immutable, &translated.assigned_to,
                              &translated.reason, nullptr, false, translated.written, &translated.text,
                              by_path});
    };
    for (PlannedTable& table : design.tables) {
        by_path = table.by_path;
        any_by_path = any_by_path || by_path;
        for (PlannedColumn& column : table.columns) {
            if (column.default_value) add(*column.default_value);
            if (column.generated) add(*column.generated);
            if (column.conversion) add(*column.conversion);
        }
        if (table.filter) add(*table.filter);
        for (PlannedRule& rule : table.rules) {
            if (!rule.condition.ok()) continue;
            const bool asks = rule.columns.empty();
            probes.push_back({&rule.condition.probe, false, nullptr, &rule.condition.reason,
                              asks ? &rule.columns : nullptr, asks && rule.on_fail == spec::OnFail::kNull,
                              rule.condition.written, &rule.condition.text, by_path});
        }
        for (PlannedCheck& check : table.checks)
            add(check.condition);
        for (PlannedKey& key : table.keys)
            if (key.reason.empty())
                probes.push_back({&key.probe, false, nullptr, &key.reason, nullptr, false, SpecSql::kNone,
                                  nullptr, by_path});
        for (PlannedIndex& index : table.indexes)
            add(index.tail);
    }
    by_path = any_by_path;  // which tables it reads in the end, nobody asks
    for (PlannedView& view : design.views)
        if (!view.stands) add(view.select);
    for (PlannedHook& hook : design.hooks)
        add(hook.sql);
    return probes;
}

std::vector<std::string> SchemasOf(const std::vector<Source>& sources, const spec::Spec& spec,
                                   const std::string& target_schema) {
    std::vector<std::string> schemas{target_schema};
    const auto add = [&](const spec::TargetName& name) {
        if (!name.schema.empty() && std::find(schemas.begin(), schemas.end(), name.schema) == schemas.end())
            schemas.push_back(name.schema);
    };
    for (const Source& source : sources)
        for (const SourceTable& table : source.tables) {
            const spec::TableSettings settings = spec.ForTable(source.server, table.table.name, source.base);
            if (settings.target) add(*settings.target);
            if (!settings.foreign_keys) continue;
            for (const spec::ForeignKeySpec& key : *settings.foreign_keys)
                add(key.references);
        }
    return schemas;
}

std::vector<std::string> TypesOf(const std::vector<Source>& sources, const spec::Spec& spec) {
    std::vector<std::string> types;
    const auto add = [&](const std::string& type) {
        if (!type.empty() && std::find(types.begin(), types.end(), type) == types.end())
            types.push_back(type);
    };
    for (const Source& source : sources)
        for (const SourceTable& entry : source.tables) {
            const sqlite::Table& table = entry.table;
            std::vector<spec::KnownColumn> known;
            for (const sqlite::Column& column : table.columns) {
                known.push_back({column.name, column.declared_type});
                add(spec.ForColumn(source.server, table.name, column.name, column.declared_type).type);
            }
            StopIfCancelled();
            for (const std::string& added : spec.AddedColumns(source.server, table.name, known))
                add(spec.ForColumn(source.server, table.name, added, "").type);
        }
    return types;
}

/// What the spec writes in PostgreSQL's SQL over the foreign table's columns: to be analysed like a
/// translation.
void DesignSpecSql(PlannedTable& table) {
    std::string from = "(SELECT ";
    for (const PlannedColumn& column : table.columns) {
        if (column.source == nullptr) continue;
        from += (from.back() == ' ' ? "NULL::" : ", NULL::") + column.read_type.sql + " AS " +
                schema::QuotePgIdentifierIfNeeded(column.foreign_name);
    }
    from += ") AS source";
    for (PlannedColumn& column : table.columns) {
        StopIfCancelled();
        if (column.settings.convert.empty()) continue;
        Translated conversion;
        conversion.source = conversion.text = column.settings.convert;
        conversion.pointer = column.settings.sources.From("convert");
        conversion.written = SpecSql::kExpression;
        conversion.probe = "SELECT (" + conversion.text + ") FROM " + from;
        conversion.assigned_to = column.type.sql;
        column.conversion = std::move(conversion);
    }
    if (table.settings.where.empty()) return;
    Translated filter;
    filter.source = filter.text = table.settings.where;
    filter.pointer = table.settings.sources.From("where");
    filter.written = SpecSql::kExpression;
    filter.probe = "SELECT 1 FROM " + from + " WHERE (" + filter.text + ")";
    table.filter = std::move(filter);
}

std::vector<Probe> SpecSqlProbes(PlannedTable& table) {
    std::vector<Probe> probes;
    const auto add = [&](Translated& translated) {
        probes.push_back({&translated.probe, false, &translated.assigned_to, &translated.reason, nullptr,
                          false, translated.written, &translated.text});
    };
    for (PlannedColumn& column : table.columns)
        if (column.conversion) add(*column.conversion);
    if (table.filter) add(*table.filter);
    return probes;
}

namespace {

void ParseDefinition(Designer& designer, PlannedTable& table) {
    if (table.table().kind != sqlite::TableKind::kTable || table.table().sql.empty()) return;
    auto parsed = schema::sql::ParseCreateTable(table.table().sql);
    if (parsed) {
        table.definition = std::make_shared<const schema::sql::CreateTable>(std::move(*parsed.tree));
        return;
    }
    designer.Report(table, Severity::kWarning,
                    "its CREATE TABLE text can't be parsed (" + parsed.error +
                        "): CHECKs and generated columns are not carried over");
}

bool HasKey(const PlannedTable& table, std::vector<std::string> columns) {
    std::sort(columns.begin(), columns.end());
    return std::any_of(table.keys.begin(), table.keys.end(), [&](const PlannedKey& key) {
        std::vector<std::string> own = key.columns;
        std::sort(own.begin(), own.end());
        return key.reason.empty() && own == columns;
    });
}

/// Upsert without a key that tells rows apart.
void ReportUpsert(Designer& designer, const PlannedTable& table) {
    if (table.settings.existing != spec::Existing::kUpsert) return;
    if (table.existing == nullptr && !table.merged_into) return;
    const std::vector<std::string> key = UpsertKey(table);
    if (key.empty())
        designer
            .Report(table, Severity::kBlocker,
                    "upsert needs a key, and the table has no primary key: rows can't be told apart")
            .suggestion = "name the columns in the table's upsert: {\"key\": [\"…\"]}";
    else if (table.existing != nullptr ? !table.existing->HasUniqueKey(key)
                                       : !HasKey(designer.design.tables[*table.merged_into], key))
        designer
            .Report(table, Severity::kBlocker,
                    "upsert: target " + QualifiedName(table.target) + " has no unique key over just " +
                        ColumnList(key))
            .suggestion = "create one, or name other columns in the table's upsert";
}

void DesignHooks(Designer& designer) {
    std::size_t numbers[3] = {};
    static constexpr const char* kTimes[] = {"before_data", "after_data", "after_all"};
    for (const spec::Hook& hook : designer.spec.job().hooks) {
        const auto time = static_cast<std::size_t>(hook.time);
        PlannedHook planned;
        planned.time = hook.time;
        planned.name = std::string("hook ") + kTimes[time] + " " + std::to_string(++numbers[time]);
        planned.sql.source = planned.sql.text = planned.sql.probe = hook.sql;
        planned.sql.pointer = hook.pointer;
        planned.sql.written = SpecSql::kStatements;
        designer.design.hooks.push_back(std::move(planned));
    }
}

/// Schemas that tables and views go to and that are not there yet.
void FindNewSchemas(Designer& designer) {
    std::vector<std::string>& schemas = designer.design.new_schemas;
    const auto add = [&](const std::string& schema) {
        if (!designer.existing.HasSchema(schema) &&
            std::find(schemas.begin(), schemas.end(), schema) == schemas.end())
            schemas.push_back(schema);
    };
    add(designer.existing.target_schema);
    for (const PlannedTable& table : designer.design.tables)
        if (table.not_migrated.empty()) add(table.target.schema);
    for (const PlannedView& view : designer.design.views)
        add(view.target.schema);
}

bool HasSpecSql(const PlannedTable& table) {
    const spec::TableSettings& settings = table.settings;
    return !settings.where.empty() || !settings.rules.empty() || !settings.indexes.empty() ||
           std::any_of(table.columns.begin(), table.columns.end(), [](const PlannedColumn& column) {
               return !column.settings.convert.empty() || !column.settings.default_sql.empty();
           });
}

/// Types of other schemas are written with their schema, and no others have a point in them.
bool HasTypesOfSchemas(const PlannedTable& table) {
    return std::any_of(table.columns.begin(), table.columns.end(), [](const PlannedColumn& column) {
        return column.type.sql.find('.') != std::string::npos ||
               column.read_type.sql.find('.') != std::string::npos;
    });
}

/// Fills PlannedTable::by_path. Tables that share a target share its statements.
void FindPathUsers(Design& design) {
    const std::size_t count = design.tables.size();
    std::vector<bool> typed(count), uses(count);
    for (std::size_t i = 0; i < count; ++i)
        typed[i] = HasTypesOfSchemas(design.tables[i]);
    for (std::size_t i = 0; i < count; ++i) {
        const PlannedTable& table = design.tables[i];
        const bool refers = std::any_of(
            table.foreign_keys.begin(), table.foreign_keys.end(), [&](const PlannedForeignKey& key) {
                return key.reason.empty() && (!key.parent_planned || typed[key.parent]);
            });
        const std::size_t maker = table.merged_into.value_or(i);
        uses[maker] = uses[maker] || typed[i] || refers || HasSpecSql(table);
    }
    for (std::size_t i = 0; i < count; ++i)
        design.tables[i].by_path = uses[design.tables[i].merged_into.value_or(i)];
}

void ReportUnmatched(Designer& designer) {
    std::vector<std::string> servers;
    std::vector<spec::KnownTable> tables;
    for (const Source& source : designer.sources) {
        servers.push_back(source.server);
        for (const SourceTable& entry : source.tables) {
            spec::KnownTable known{source.server, entry.table.name, {}};
            for (const sqlite::Column& column : entry.table.columns)
                known.columns.push_back({column.name, column.declared_type});
            tables.push_back(std::move(known));
        }
    }
    for (const spec::Unmatched& unmatched : designer.spec.FindUnmatched(servers, tables)) {
        Finding finding;
        finding.severity = Severity::kWarning;
        finding.text = "the spec's " + unmatched.pointer + " matches nothing";
        if (!unmatched.nearest.empty())
            finding.suggestion = "perhaps \"" + unmatched.nearest + "\" was meant";
        designer.design.findings.push_back(std::move(finding));
    }
}

}  // namespace

Design MakeDesign(const std::vector<Source>& sources, const spec::Spec& spec, const Existing& existing) {
    Design design;
    design.target_schema = existing.target_schema;
    design.job = spec.job();
    Designer designer{sources, spec, existing, design, {}};
    ReportUnmatched(designer);
    NameTables(designer);
    for (PlannedTable& table : design.tables) {
        if (!table.not_migrated.empty()) continue;
        StopIfCancelled();
        ParseDefinition(designer, table);
        DesignColumns(designer, table);
    }
    if (spec.job().keys == spec::Keys::kUuid) DesignUuidKeys(designer);
    for (PlannedTable& table : design.tables) {
        if (table.creates()) DesignConstraints(designer, table);
        if (table.not_migrated.empty()) DesignPartitions(designer, table);
    }
    for (PlannedTable& table : design.tables)
        if (table.creates()) DesignForeignKeys(designer, table);
    DesignMatches(designer);
    for (PlannedTable& table : design.tables)
        if (table.not_migrated.empty()) FindParents(designer, table);
    for (const PlannedTable& table : design.tables) {
        if (!table.not_migrated.empty()) continue;
        ReportUpsert(designer, table);
        ReportSequences(designer, table);
        if (table.merged_into && table.settings.existing >= spec::Existing::kSkip)
            design.tables[*table.merged_into].keys_first = true;
    }
    for (PlannedTable& table : design.tables)
        if (table.not_migrated.empty()) {
            DesignSpecSql(table);
            DesignRules(table);
        }
    RequireColumns(design);
    OrderTables(design);
    DesignExistingKeys(designer);
    CheckTruncates(designer);
    DesignViews(designer);
    DesignHooks(designer);
    FindNewSchemas(designer);
    FindPathUsers(design);
    return design;
}

}  // namespace pgsqlite::plan
