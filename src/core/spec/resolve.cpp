// "The nearest setting wins": the scopes that hold for a table or column are put in order from the farthest
// to the nearest and applied one over the other.
#include <algorithm>
#include <charconv>
#include <tuple>

#include "core/base/cancel.hpp"
#include "core/schema/spelled_type.hpp"
#include "core/spec/document.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/value/policy.hpp"

namespace pgsqlite::spec {
namespace {

Specificity Of(const std::optional<NamePattern>& pattern) noexcept {
    return pattern ? pattern->specificity() : Specificity();
}

/// Column over table over server over job; then the finest part decides, exact before wildcards, more
/// letters before fewer; what stands later in the document wins a tie.
bool IsFarther(const Scope* a, const Scope* b) noexcept {
    const auto rank = [](const Scope& scope) {
        return std::make_tuple(scope.level, Of(scope.column), Of(scope.table), Of(scope.server), scope.order);
    };
    return rank(*a) < rank(*b);
}

template <class Enum>
Enum Word(const Setting& setting) {
    return static_cast<Enum>(value::WordIndex(setting.key->words, setting.value->text));
}

template <class Enum>
void ReadWord(const Json& object, const char* name, Place place, Enum* out) {
    if (const Json* value = object.Find(name))
        *out = static_cast<Enum>(value::WordIndex(FindKey(name, place)->words, value->text));
}

std::int64_t Count(const Json& value) {
    std::int64_t number = 0;
    std::from_chars(value.text.data(), value.text.data() + value.text.size(), number);
    return number;
}

std::vector<std::string> Texts(const Json& array) {
    std::vector<std::string> texts;
    for (const Json& item : array.items)
        texts.push_back(item.text);
    return texts;
}

RowRule ReadRule(const std::string& name, const Json& value, std::string pointer) {
    RowRule rule;
    rule.name = name;
    rule.pointer = std::move(pointer);
    if (value.kind == Json::Kind::kString) {
        rule.condition = value.text;
        return rule;
    }
    rule.condition = value.Find("condition")->text;
    ReadWord(value, "on_fail", kRule, &rule.on_fail);
    if (const Json* columns = value.Find("columns")) rule.columns = Texts(*columns);
    if (const Json* check = value.Find("check")) rule.check = check->boolean;
    return rule;
}

/// A nearer rule of the same name takes the place of a farther one.
void ReadRules(const Setting& setting, std::vector<RowRule>* rules) {
    const Json& map = *setting.value;
    for (std::size_t i = 0; i < map.items.size(); ++i) {
        StopIfCancelled();
        RowRule rule = ReadRule(map.names[i], map.items[i], Append(setting.pointer, map.names[i]));
        const auto same = std::find_if(rules->begin(), rules->end(),
                                       [&rule](const RowRule& other) { return other.name == rule.name; });
        if (same == rules->end())
            rules->push_back(std::move(rule));
        else
            *same = std::move(rule);
    }
}

std::vector<ForeignKeySpec> ReadForeignKeys(const Setting& setting) {
    std::vector<ForeignKeySpec> keys;
    for (std::size_t i = 0; i < setting.value->items.size(); ++i) {
        const Json& value = setting.value->items[i];
        ForeignKeySpec& key = keys.emplace_back();
        key.pointer = Append(setting.pointer, i);
        if (const Json* name = value.Find("name")) key.name = name->text;
        key.columns = Texts(*value.Find("columns"));
        key.references = ReadTarget(value.Find("references")->text);
        if (const Json* columns = value.Find("referenced_columns")) key.referenced_columns = Texts(*columns);
        ReadWord(value, "on_delete", kForeignKey, &key.on_delete);
        ReadWord(value, "on_update", kForeignKey, &key.on_update);
        ReadWord(value, "deferrable", kForeignKey, &key.deferrable);
        if (value.Find("orphans") != nullptr) ReadWord(value, "orphans", kForeignKey, &key.orphans.emplace());
    }
    return keys;
}

PartitionBy ReadPartition(const Json& value) {
    PartitionBy partition;
    partition.range = value.Find("range")->text;
    partition.every = value.Find("every")->text;
    if (const Json* ahead = value.Find("ahead")) partition.ahead = Count(*ahead);
    if (const Json* with_default = value.Find("default")) partition.with_default = with_default->boolean;
    if (const Json* max = value.Find("max")) partition.max = Count(*max);
    return partition;
}

std::vector<Hook> ReadHooks(const Setting& setting) {
    std::vector<Hook> hooks;
    const std::pair<const char*, HookTime> times[] = {{"before_data", HookTime::kBeforeData},
                                                      {"after_data", HookTime::kAfterData},
                                                      {"after_all", HookTime::kAfterAll}};
    for (const auto& [name, time] : times) {
        const Json* value = setting.value->Find(name);
        if (value == nullptr) continue;
        const std::string pointer = Append(setting.pointer, name);
        if (value->kind == Json::Kind::kString) hooks.push_back({time, value->text, pointer});
        for (std::size_t i = 0; i < value->items.size(); ++i)
            hooks.push_back({time, value->items[i].text, Append(pointer, i)});
    }
    return hooks;
}

/// A setting that tables and columns share; false when it is none.
template <class Settings>
bool ApplyShared(const Setting& setting, Settings* out) {
    switch (setting.key->id) {
        case Id::kPolicy: {
            const value::PolicyOption& policy = *value::FindPolicy(setting.key->name);
            value::SetPolicy(policy,
                             policy.words == nullptr ? setting.value->boolean
                                                     : value::WordIndex(policy.words, setting.value->text),
                             &out->policies);
            return true;
        }
        case Id::kTimestampType:
            out->timestamp_type = Word<TimestampType>(setting);
            return true;
        case Id::kTimezone:
            out->timezone = setting.value->text;
            return true;
        default:
            return false;
    }
}

bool Apply(const Setting& setting, TableSettings* out) {
    if (ApplyShared(setting, out)) return true;
    const Json& value = *setting.value;
    if (setting.key->set_table != nullptr) {
        setting.key->set_table(value, out);
        return true;
    }
    switch (setting.key->id) {
        case Id::kTypes:
            out->types = Word<Types>(setting);
            return true;
        case Id::kTableTarget:
            out->target = ReadTarget(value.text);
            return true;
        case Id::kExisting:
            out->existing = Word<Existing>(setting);
            return true;
        case Id::kUpsert:
            out->upsert = Upsert();
            if (const Json* key = value.Find("key")) out->upsert.key = Texts(*key);
            if (const Json* set = value.Find("set")) out->upsert.set = Texts(*set);
            out->existing = Existing::kUpsert;
            out->sources.Add("existing", setting.pointer);
            return true;
        case Id::kMatchOn:
            out->match_on = Texts(value);
            out->existing = Existing::kMatch;
            out->sources.Add("existing", setting.pointer);
            return true;
        case Id::kOrphans:
            out->orphans = Word<Orphans>(setting);
            return true;
        case Id::kPrimaryKey:
            out->primary_key = Texts(value);
            return true;
        case Id::kForeignKeys:
            out->foreign_keys = ReadForeignKeys(setting);
            return true;
        case Id::kRules:
            ReadRules(setting, &out->rules);
            return true;
        case Id::kPartitionBy:
            out->partition_by = ReadPartition(value);
            return true;
        case Id::kView:
            out->view = Word<ViewAs>(setting);
            return true;
        case Id::kUnlogged:
            out->unlogged = value.boolean;
            return true;
        default:
            return false;
    }
}

bool Apply(const Setting& setting, ColumnSettings* out) {
    if (ApplyShared(setting, out)) return true;
    const Json& value = *setting.value;
    switch (setting.key->id) {
        case Id::kColumnTarget:
            out->target = value.text;
            return true;
        case Id::kType:
            out->type = value.text;
            return true;
        case Id::kEncoding:
            out->encoding = value.kind == Json::Kind::kString ? value.text : value.ToText();
            return true;
        case Id::kConvert:
            out->convert = value.text;
            return true;
        case Id::kDefault:
            out->default_value = value.kind == Json::Kind::kString ? value.text : value.ToText();
            out->default_sql.clear();
            out->sources.Remove("default_sql");
            return true;
        case Id::kIndexAs:
            out->index_as = Word<IndexAs>(setting);
            return true;
        case Id::kSkip:
            out->skip = value.boolean;
            return true;
        case Id::kDefaultSql:
            out->default_sql = value.text;
            out->default_value.reset();
            out->sources.Remove("default");
            return true;
        default:
            return false;
    }
}

void Apply(const Setting& setting, JobSettings* out) {
    const Json& value = *setting.value;
    switch (setting.key->id) {
        case Id::kFoldCase:
            out->fold_case = Word<schema::FoldCase>(setting);
            break;
        case Id::kConflicts:
            out->conflicts = Word<Conflicts>(setting);
            break;
        case Id::kKeys:
            out->keys = Word<Keys>(setting);
            break;
        case Id::kUuidNamespace:
            out->uuid_namespace = value.text;
            break;
        case Id::kTransaction:
            out->transaction = Word<Transaction>(setting);
            break;
        case Id::kCommitRows:
            out->commit_rows = Count(value);
            break;
        case Id::kWorkers:
            out->workers = static_cast<int>(Count(value));
            break;
        case Id::kReadFrom:
            out->read_from = Word<ReadFrom>(setting);
            break;
        case Id::kBackup:
            out->backup = value.text;
            break;
        case Id::kMaxRejects:
            if (value.kind == Json::Kind::kString)
                out->max_reject_percent = ReadShare(value.text);
            else
                out->max_rejects = Count(value);
            break;
        case Id::kTriggers:
            out->triggers = Word<Triggers>(setting);
            break;
        case Id::kParallelIndex:
            out->parallel_index = value.boolean;
            break;
        case Id::kHooks:
            out->hooks = ReadHooks(setting);
            break;
        default:
            return;  // of tables and columns; they ask for it
    }
    out->sources.Add(setting.key->name, setting.pointer);
}

}  // namespace

void Sources::Add(const char* key, std::string pointer) {
    Remove(key);
    entries_.push_back({key, std::move(pointer)});
}

void Sources::Remove(std::string_view key) noexcept {
    std::erase_if(entries_, [key](const Entry& entry) { return key == entry.key; });
}

std::string_view Sources::From(std::string_view key) const noexcept {
    for (const Entry& entry : entries_)
        if (key == entry.key) return entry.pointer;
    return {};
}

TypeKey::TypeKey(std::string_view declared_type) {
    const schema::SpelledType type = schema::SpellType(declared_type);
    words = type.words;
    if (type.is_unsigned) words += " UNSIGNED";
    full = words;
    for (const std::string& argument : type.args)
        full += (full.size() == words.size() ? "(" : ",") + argument;
}

std::optional<std::size_t> Spec::Document::FindMappedType(const Json& type_map,
                                                          const TypeKey& declared_type) const {
    const auto& members = type_maps.at(&type_map);
    for (const std::string* wanted : {&declared_type.full, &declared_type.words})
        if (const auto member = members.find(*wanted); member != members.end()) return member->second;
    return std::nullopt;
}

TargetName ReadTarget(std::string_view text) {
    std::string fault;
    const std::vector<NamePattern> parts = ParseName(text, &fault);
    return {parts.size() == 2 ? parts.front().name() : std::string(), parts.back().name()};
}

void Spec::Document::Scopes::Add(const Scope* scope) {
    const bool of_one = scope->column && scope->column->exact();
    (of_one ? by_column[sqlite::NameKey(scope->column->name())] : loose).push_back(scope);
}

std::vector<const Scope*> Spec::Document::ColumnScopesOf(std::string_view server,
                                                         std::string_view table) const {
    std::vector<const Scope*> found;
    const auto add = [&](const std::vector<const Scope*>& scopes) {
        for (const Scope* scope : scopes)
            if (scope->level == kColumn && scope->Matches(server, table)) found.push_back(scope);
    };
    const auto add_all = [&](const Scopes& scopes) {
        add(scopes.loose);
        for (const auto& [column, own] : scopes.by_column)
            add(own);
    };
    add_all(loose);
    if (const auto own = by_table.find(sqlite::NameKey(table)); own != by_table.end()) add_all(own->second);
    std::sort(found.begin(), found.end(), [](const Scope* a, const Scope* b) { return a->order < b->order; });
    return found;
}

std::vector<const Scope*> Spec::Document::ScopesOf(std::string_view server, std::string_view table,
                                                   const std::string_view* column) const {
    std::vector<const Scope*> found;
    const auto add = [&](const std::vector<const Scope*>& scopes) {
        for (const Scope* scope : scopes) {
            if (!scope->Matches(server, table)) continue;
            if (scope->column && (column == nullptr || !scope->column->Matches(*column, true))) continue;
            found.push_back(scope);
        }
    };
    const auto add_all = [&](const Scopes& scopes) {
        add(scopes.loose);
        if (column == nullptr) return;
        if (const auto own = scopes.by_column.find(sqlite::NameKey(*column)); own != scopes.by_column.end())
            add(own->second);
    };
    add_all(loose);
    if (const auto own = by_table.find(sqlite::NameKey(table)); own != by_table.end()) add_all(own->second);
    std::sort(found.begin(), found.end(), IsFarther);
    return found;
}

Spec::Spec() : Spec(Parse("{}")) {}
Spec::Spec(std::unique_ptr<const Document> document) noexcept : document_(std::move(document)) {}
Spec::~Spec() = default;
Spec::Spec(Spec&&) noexcept = default;
Spec& Spec::operator=(Spec&&) noexcept = default;

Spec Spec::Parse(std::string_view json) {
    auto document = std::make_unique<Document>();
    Problems problems;
    document->root = ParseJson(json, problems);
    Checker(problems, document->scopes, document->include, document->exclude).CheckDocument(document->root);
    problems.ThrowIfAny();

    for (const auto& scope : document->scopes) {
        StopIfCancelled();
        if (scope->table && scope->table->exact())
            document->by_table[sqlite::NameKey(scope->table->name())].Add(scope.get());
        else
            document->loose.Add(scope.get());
        if (const Setting* type_map = scope->Find(Id::kTypeMap)) {
            auto& members = document->type_maps[type_map->value];
            for (std::size_t i = 0; i < type_map->value->names.size(); ++i) {
                StopIfCancelled();
                members.emplace(TypeKey(type_map->value->names[i]).full, i);
            }
        }
    }
    for (const Setting& setting : document->scopes.front()->settings)
        Apply(setting, &document->job);
    return Spec(std::move(document));
}

const JobSettings& Spec::job() const noexcept {
    return document_->job;
}

ServerSettings Spec::ForServer(std::string_view server) const {
    ServerSettings result;
    std::vector<const Scope*> scopes;
    for (const auto& scope : document_->scopes)
        if (scope->level == kServer && scope->Matches(server)) scopes.push_back(scope.get());
    std::sort(scopes.begin(), scopes.end(), IsFarther);
    for (const Scope* scope : scopes) {
        if (const Setting* prefix = scope->Find(Id::kPrefix)) {
            result.prefix = prefix->value->text;
            result.sources.Add("prefix", prefix->pointer);
        }
    }
    return result;
}

TableSettings Spec::ForTable(std::string_view server, std::string_view table, const Base& base) const {
    TableSettings result;
    result.policies = base.policies;
    result.timestamp_type = base.timestamp_type;
    result.timezone = base.timezone;
    for (const Scope* scope : document_->ScopesOf(server, table, nullptr))
        for (const Setting& setting : scope->settings)
            if (Apply(setting, &result)) result.sources.Add(setting.key->name, setting.pointer);
    // A nearer `existing` makes a farther `upsert` idle.
    if (result.existing != Existing::kUpsert) {
        result.upsert = Upsert();
        result.sources.Remove("upsert");
    }
    if (result.existing != Existing::kMatch) {
        result.match_on.clear();
        result.sources.Remove("match_on");
    }
    return result;
}

ColumnSettings Spec::ForColumn(std::string_view server, std::string_view table, std::string_view column,
                               std::string_view declared_type, const Base& base) const {
    ColumnSettings result;
    result.policies = base.policies;
    result.timestamp_type = base.timestamp_type;
    result.timezone = base.timezone;
    const TypeKey declared(declared_type);
    for (const Scope* scope : document_->ScopesOf(server, table, &column)) {
        for (const Setting& setting : scope->settings) {
            if (Apply(setting, &result)) {
                result.sources.Add(setting.key->name, setting.pointer);
            } else if (setting.key->id == Id::kTypeMap) {
                if (const auto member = document_->FindMappedType(*setting.value, declared)) {
                    result.type = setting.value->items[*member].text;
                    result.sources.Add("type", Append(setting.pointer, setting.value->names[*member]));
                }
            }
        }
    }
    return result;
}

bool Spec::Included(std::string_view server, std::string_view table) const noexcept {
    const auto any = [&](const std::vector<TablePattern>& patterns) {
        for (const TablePattern& pattern : patterns)
            if (pattern.Matches(server, table)) return true;
        return false;
    };
    return (document_->include.empty() || any(document_->include)) && !any(document_->exclude);
}

}  // namespace pgsqlite::spec
