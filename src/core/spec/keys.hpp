// Keys: the one table of what a spec may hold. The parser, its hints, the builder, the JSON Schema
// (docs/reference/spec.schema.json) and the reference page (docs/reference/spec.md) all follow it; unit tests
// compare the last two.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pgsqlite::spec {

/// The kinds of objects a spec is made of.
enum Place : std::uint16_t {
    kJob = 1,
    kServer = 2,
    kTable = 4,
    kColumn = 8,
    kUpsert = 16,
    kRule = 32,
    kForeignKey = 64,
    kPartition = 128,
    kHooks = 256,
    kPolicyPlaces = kJob | kServer | kTable | kColumn,
    kAllPlaces = 511,
};

/// How a value is written.
enum class Form : std::uint8_t {
    kWord,            ///< one of Key::words
    kBoolean,         ///< true or false
    kCount,           ///< a whole number from Key::low to Key::high
    kCountOrShare,    ///< such a number, or a text "5%", from 0 to 100
    kText,            ///< a string that is not empty: SQL, a type, a zone
    kPrefix,          ///< a string of at most 63 bytes, maybe empty
    kPath,            ///< an absolute path
    kUuid,            ///< a UUID
    kName,            ///< a column's name in PostgreSQL
    kTarget,          ///< a table's name in PostgreSQL, maybe with a schema
    kLiteral,         ///< anything but null
    kNames,           ///< an array of one name or more
    kNamesOrNone,     ///< an array of names
    kTexts,           ///< an array of texts
    kEncoding,        ///< a text, or an array of one to eight
    kPatterns,        ///< an array of patterns of tables, one or more
    kPatternsOrNone,  ///< an array of patterns of tables
    kTypeMap,         ///< declared type → type
    kServers,         ///< pattern → object of place kServer
    kTables,          ///< pattern → object of place kTable
    kColumns,         ///< pattern → object of place kColumn
    kUpsertObject,
    kRules,        ///< name → condition, or object of place kRule
    kForeignKeys,  ///< array of objects of place kForeignKey
    kPartitionObject,
    kHooksObject,
    kTextOrTexts,  ///< a text, or an array of texts
};

struct Json;
struct TableSettings;

/// What code asks for by name; a key that only sets a member of its settings has kPlain.
enum class Id : std::uint8_t {
    kPlain,
    kSchema,
    kComment,
    kTypes,
    kTypeMap,
    kInclude,
    kExclude,
    kFoldCase,
    kConflicts,
    kKeys,
    kUuidNamespace,
    kTransaction,
    kCommitRows,
    kWorkers,
    kReadFrom,
    kBackup,
    kMaxRejects,
    kTriggers,
    kParallelIndex,
    kUnlogged,
    kHooks,
    kPrefix,
    kTableTarget,
    kExisting,
    kUpsert,
    kMatchOn,
    kPrimaryKey,
    kForeignKeys,
    kRules,
    kPartitionBy,
    kView,
    kColumnTarget,
    kType,
    kEncoding,
    kConvert,
    kDefault,
    kDefaultSql,
    kIndexAs,
    kSkip,
    kOrphans,
    kPolicy,  ///< all of value::kPolicyOptions
    kTimestampType,
    kTimezone,
    kUpsertKey,
    kUpsertSet,
    kCondition,
    kOnFail,
    kRuleColumns,
    kRuleCheck,
    kForeignKeyName,
    kForeignKeyColumns,
    kReferences,
    kReferencedColumns,
    kOnDelete,
    kOnUpdate,
    kDeferrable,
    kRange,
    kEvery,
    kAhead,
    kPartitionDefault,
    kMax,
    kBeforeData,
    kAfterData,
    kAfterAll,
    kServers,
    kTables,
    kColumns,
};

struct Key {
    Id id;
    const char* name;
    std::uint16_t where;
    Form form;
    const char* words;  ///< kWord: separated by blanks, in the order of the enum
    std::int64_t low;   ///< kCount
    std::int64_t high;
    bool required;         ///< the object must have it
    const char* fallback;  ///< what holds without it, as the reference page says it
    const char* meaning;   ///< one line of the reference page
    void (*set_table)(const Json&, TableSettings*) = nullptr;  ///< kPlain, of a table
};

/// In the order of the reference page, which is also that of what the builder writes.
std::span<const Key> AllKeys() noexcept;
/// The key of that name in such an object, or null.
const Key* FindKey(std::string_view name, Place where) noexcept;
/// Names of the keys of such an object.
std::vector<const char*> KeyNames(Place where);
/// "server", "table", …: for messages.
const char* PlaceName(Place where) noexcept;

}  // namespace pgsqlite::spec
