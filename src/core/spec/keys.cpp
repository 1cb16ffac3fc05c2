#include "core/spec/keys.hpp"

#include "core/spec/json_tree.hpp"
#include "core/spec/settings.hpp"
#include "core/value/policy.hpp"

namespace pgsqlite::spec {
namespace {

constexpr Key Plain(Id id, const char* name, std::uint16_t where, Form form, const char* fallback,
                    const char* meaning, bool required = false) {
    return {id, name, where, form, nullptr, 0, 0, required, fallback, meaning};
}
void Read(const Json& value, std::string* out) {
    *out = value.text;
}
void Read(const Json& value, std::vector<std::string>* out) {
    out->clear();
    for (const Json& item : value.items)
        out->push_back(item.text);
}

/// A key that sets a member of a table's settings, and nothing else.
template <auto kMember>
constexpr Key Sets(const char* name, Form form, const char* fallback, const char* meaning) {
    return {Id::kPlain,
            name,
            kTable,
            form,
            nullptr,
            0,
            0,
            false,
            fallback,
            meaning,
            [](const Json& value, TableSettings* out) { Read(value, &(out->*kMember)); }};
}
/// The first word is the default.
constexpr Key Word(Id id, const char* name, std::uint16_t where, const char* words, const char* meaning) {
    return {id, name, where, Form::kWord, words, 0, 0, false, nullptr, meaning};
}
constexpr Key Count(Id id, const char* name, std::uint16_t where, std::int64_t low, std::int64_t high,
                    const char* fallback, const char* meaning) {
    return {id, name, where, Form::kCount, nullptr, low, high, false, fallback, meaning};
}
constexpr Key Policy(std::string_view name, const char* meaning) {
    for (const value::PolicyOption& policy : value::kPolicyOptions)
        if (name == policy.name)
            return policy.words != nullptr
                       ? Word(Id::kPolicy, policy.name, kPolicyPlaces, policy.words, meaning)
                       : Plain(Id::kPolicy, policy.name, kPolicyPlaces, Form::kBoolean, "false", meaning);
    throw 0;  // not reached: the table is constexpr
}

constexpr std::int64_t kMaxCount = INT64_MAX;
// MAX_PARALLEL_WORKER_LIMIT of PostgreSQL.
constexpr std::int64_t kMaxWorkers = 1024;
constexpr std::uint16_t kTableUp = kJob | kServer | kTable;

constexpr Key kKeys[] = {
    Plain(Id::kSchema, "$schema", kJob, Form::kText, "", "address of the JSON Schema, for editors; not read"),
    Plain(Id::kComment, "comment", kAllPlaces, Form::kText, "", "a note; not read"),

    // The job
    Word(Id::kTypes, "types", kTableUp, "declared stored",
         "types of columns by declaration, or the nearest type that holds every stored value. `stored` fits "
         "keys to the rows as well: a primary key with NULLs in it becomes a unique key, and a foreign key "
         "with orphans is NOT VALID unless `orphans` says otherwise"),
    Plain(Id::kTypeMap, "type_map", kTableUp, Form::kTypeMap, "",
          "PostgreSQL types by declared type; `\"DECIMAL(10,2)\"` goes before `\"DECIMAL\"`, `\"\"` is no "
          "declared type"),
    Plain(Id::kInclude, "include", kJob, Form::kPatterns, "`[\"*\"]`", "only tables that match one of these"),
    Plain(Id::kExclude, "exclude", kJob, Form::kPatternsOrNone, "",
          "and of them none that matches one of these"),
    Word(Id::kFoldCase, "fold_case", kJob, "lower preserve snake",
         "names in lower case (ASCII letters), as they are, or in lower case with underscores for capitals: "
         "`userId` is `user_id`"),
    Word(Id::kConflicts, "conflicts", kJob, "error prefix merge",
         "tables of one name in several databases: refuse, name each with its server's prefix, or load all "
         "into one"),
    Word(Id::kKeys, "keys", kJob, "keep uuid",
         "keep integer keys, or make UUIDs of them; foreign keys follow, those of SQLite, of the spec and of "
         "targets that exist"),
    Plain(Id::kUuidNamespace, "uuid_namespace", kJob, Form::kUuid, "one kept for each target schema",
          "what `keys` `uuid` makes UUIDs from, beside server, table and number: the same ones wherever it "
          "is the "
          "same"),
    Word(Id::kTransaction, "transaction", kJob, "single table batch",
         "commit everything or nothing, each table, or each batch of rows"),
    Count(Id::kCommitRows, "commit_rows", kJob, 1, kMaxCount, "chosen by size",
          "rows of a batch; only with `transaction` `batch`"),
    Count(Id::kWorkers, "workers", kJob, 1, kMaxWorkers, "1", "processes that load side by side"),
    Word(Id::kReadFrom, "read_from", kJob, "copy live",
         "read a consistent copy, so that the file is not locked, or the file itself"),
    Plain(Id::kBackup, "backup", kJob, Form::kPath, "no backup",
          "directory for a backup of each file, first of all"),
    {Id::kMaxRejects, "max_rejects", kJob, Form::kCountOrShare, nullptr, 0, kMaxCount, false, "no limit",
     "rejected rows after which the job fails, as a number, or as a share of the rows, `5%`"},
    Word(Id::kTriggers, "triggers", kJob, "fire disable",
         "whether triggers of existing targets fire; those that are disabled fire again afterwards as they "
         "did before (on a replica only, always, never)"),
    Plain(Id::kParallelIndex, "parallel_index", kJob, Form::kBoolean, "false",
          "build indexes of several tables side by side"),
    Plain(Id::kHooks, "hooks", kJob, Form::kHooksObject, "", "SQL of your own, see [hooks](#hooks)"),

    // A server
    Plain(Id::kPrefix, "prefix", kServer, Form::kPrefix,
          "none; with `conflicts` `prefix` the server's name and `_`",
          "what the names of its tables begin with in PostgreSQL"),

    // A table
    Plain(Id::kTableTarget, "target", kTable, Form::kTarget, "`prefix` and its own name",
          "table in PostgreSQL: `sales.customer`, or `customer` in the target schema"),
    Sets<&TableSettings::where>("where", Form::kText, "all rows",
                                "SQL condition on the foreign table's columns: only its rows are moved"),
    Word(Id::kExisting, "existing", kTableUp, "error append truncate skip upsert match",
         "what becomes of rows that are already in the target"),
    Plain(Id::kUpsert, "upsert", kTable, Form::kUpsertObject, "",
          "see [upsert](#upsert); implies `existing` `upsert`"),
    Plain(Id::kMatchOn, "match_on", kTable, Form::kNames, "the unique key that is not the primary one",
          "columns by which rows that are there are found; implies `existing` `match`, see [match](#match)"),
    Plain(Id::kPrimaryKey, "primary_key", kTable, Form::kNamesOrNone, "the source's",
          "its columns; `[]` is none"),
    Plain(Id::kForeignKeys, "foreign_keys", kTable, Form::kForeignKeys, "the source's",
          "see [foreign keys](#foreign-keys); `[]` is none"),
    Sets<&TableSettings::required>("required", Form::kNamesOrNone, "",
                                   "columns without which a row does not fit; `''` counts as missing"),
    Plain(Id::kRules, "rules", kTable, Form::kRules, "", "see [rules](#rules)"),
    Plain(Id::kPartitionBy, "partition_by", kTable, Form::kPartitionObject, "",
          "see [partitions](#partitions)"),
    Sets<&TableSettings::indexes>(
        "indexes", Form::kTexts, "",
        "more indexes: what follows the table's name in CREATE INDEX, `USING gin (configuration)`"),
    Word(Id::kView, "view", kTable, "view table",
         "of a view of SQLite: carry its definition over, or its rows, as a table"),

    // A column
    Plain(Id::kColumnTarget, "target", kColumn, Form::kName, "its own name", "column in PostgreSQL"),
    Plain(Id::kType, "type", kColumn, Form::kText, "by `type_map`, `types`", "type in PostgreSQL"),
    Plain(Id::kEncoding, "encoding", kColumn, Form::kEncoding, "by type",
          "what stored values mean: see [encodings](types.md#encodings); an array of up to eight is tried in "
          "order"),
    Plain(Id::kConvert, "convert", kColumn, Form::kText, "", "SQL expression on the foreign table's columns"),
    Plain(Id::kDefault, "default", kColumn, Form::kLiteral, "",
          "value for NULL, and of a column that the source does not have; for `''` with `empty_as_null`. One "
          "that the column's type would cut or round is a blocker"),
    Plain(Id::kDefaultSql, "default_sql", kColumn, Form::kText, "", "the same as SQL expression"),
    Word(Id::kIndexAs, "index_as", kColumn, "value hash none",
         "what unique keys and indexes hold of it: its value, of which an entry takes at most 2704 bytes; a "
         "hash, by "
         "which a unique key becomes a unique index; or nothing, which leaves them out"),

    Plain(Id::kSkip, "skip", kColumn, Form::kBoolean, "false",
          "leave the column out: its values are not migrated, and how many these are is told"),

    // Value policies
    Policy("on_error", "a value does not fit and nothing below settles it; `reject` puts the row aside"),
    Policy("excess_digits", "more digits after the point than the type keeps"),
    Policy("invalid_text", "text that is not valid UTF-8; `replace` puts U+FFFD"),
    Policy("nul_bytes", "text with NUL characters"),
    Policy("invalid_json", "text that is not JSON; `string` keeps it as a JSON string"),
    Policy("too_long", "more characters than `varchar(n)` takes"),
    Policy("empty_as_null", "`''` in a column that is not text-like is NULL"),
    Policy("zero_date_as_null", "`0000-00-00` is NULL"),
    Policy("ambiguous_time",
           "a local time that the zone skips, or has twice; one of the two instants it may mean"),
    Plain(Id::kUnlogged, "unlogged", kTableUp, Form::kBoolean, "false",
          "make new tables UNLOGGED while their rows come in, and LOGGED behind them"),
    Word(Id::kOrphans, "orphans", kTableUp | kForeignKey, "error reject null keep",
         "rows whose foreign key has no parent; `keep` leaves the constraint NOT VALID (with `types` "
         "`stored` that is the default, where there are any)"),
    {Id::kTimestampType, "timestamp_type", kPolicyPlaces, Form::kWord, "timestamp timestamptz", 0, 0, false,
     "the server's", "what DATETIME and TIMESTAMP become"},
    Plain(Id::kTimezone, "timezone", kPolicyPlaces, Form::kText, "the server's",
          "zone in which naive times are read as `timestamptz`"),

    // Inner objects
    Plain(Id::kUpsertKey, "key", kUpsert, Form::kNames, "the primary key",
          "columns that say which row it is"),
    Plain(Id::kUpsertSet, "set", kUpsert, Form::kNames, "all but the key", "columns that get the new value"),
    Plain(Id::kCondition, "condition", kRule, Form::kText, "",
          "SQL on the converted row; it passes when this is true or NULL", true),
    Word(Id::kOnFail, "on_fail", kRule, "reject warn null",
         "put the row aside, count it only, or make columns NULL"),
    Plain(Id::kRuleColumns, "columns", kRule, Form::kNames, "those of the condition",
          "columns that become NULL; only with `on_fail` `null`"),
    Plain(Id::kRuleCheck, "check", kRule, Form::kBoolean, "false",
          "make it a CHECK of a table that the migration creates, too; NOT VALID with `on_fail` `warn`"),
    Plain(Id::kForeignKeyName, "name", kForeignKey, Form::kName, "chosen by PostgreSQL", "of the constraint"),
    Plain(Id::kForeignKeyColumns, "columns", kForeignKey, Form::kNames, "", "the columns that refer", true),
    Plain(Id::kReferences, "references", kForeignKey, Form::kTarget, "", "the parent in PostgreSQL", true),
    Plain(Id::kReferencedColumns, "referenced_columns", kForeignKey, Form::kNames, "the primary key",
          "the parent's columns"),
    Word(Id::kOnDelete, "on_delete", kForeignKey, "no_action restrict cascade set_null set_default",
         "when the parent's row is deleted"),
    Word(Id::kOnUpdate, "on_update", kForeignKey, "no_action restrict cascade set_null set_default",
         "when the parent's key changes"),
    Word(Id::kDeferrable, "deferrable", kForeignKey, "no immediate deferred",
         "NOT DEFERRABLE; DEFERRABLE INITIALLY IMMEDIATE; or INITIALLY DEFERRED"),
    Plain(Id::kRange, "range", kPartition, Form::kName, "", "the column", true),
    Plain(Id::kEvery, "every", kPartition, Form::kText, "",
          "width of a partition: `1 month` (minutes to years) for dates and times, `1000000` for integers",
          true),
    Count(Id::kAhead, "ahead", kPartition, 0, 100000, "0", "partitions beyond the highest value"),
    Plain(Id::kPartitionDefault, "default", kPartition, Form::kBoolean, "true",
          "a default partition for all other rows"),
    Count(Id::kMax, "max", kPartition, 1, 100000, "1000", "more partitions than this are an error"),

    Plain(Id::kBeforeData, "before_data", kHooks, Form::kTextOrTexts, "",
          "behind the tables that are made, before any row"),
    Plain(Id::kAfterData, "after_data", kHooks, Form::kTextOrTexts, "",
          "behind all rows, before keys, indexes and foreign keys are made"),
    Plain(Id::kAfterAll, "after_all", kHooks, Form::kTextOrTexts, "", "last of all"),

    // Last, because they hold the rest
    Plain(Id::kServers, "servers", kJob, Form::kServers, "", "settings by server"),
    Plain(Id::kTables, "tables", kJob | kServer, Form::kTables, "", "settings by table"),
    Plain(Id::kColumns, "columns", kTableUp, Form::kColumns, "", "settings by column"),
};

}  // namespace

std::span<const Key> AllKeys() noexcept {
    return kKeys;
}

const Key* FindKey(std::string_view name, Place where) noexcept {
    for (const Key& key : kKeys)
        if ((key.where & where) != 0 && name == key.name) return &key;
    return nullptr;
}

std::vector<const char*> KeyNames(Place where) {
    std::vector<const char*> names;
    for (const Key& key : kKeys)
        if ((key.where & where) != 0) names.push_back(key.name);
    return names;
}

const char* PlaceName(Place where) noexcept {
    switch (where) {
        case kServer:
            return "server";
        case kTable:
            return "table";
        case kColumn:
            return "column";
        case kUpsert:
            return "upsert";
        case kRule:
            return "rule";
        case kForeignKey:
            return "foreign key";
        case kPartition:
            return "partition_by";
        case kHooks:
            return "hooks";
        default:
            return "job";
    }
}

}  // namespace pgsqlite::spec
