// Settings: what a migration spec comes to for the whole job, one server, one table or one column, fully
// resolved: the nearest setting where there is one, the default elsewhere. Plain data; docs/reference/spec.md
// gives the meaning of each.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema/names.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::spec {

// The words of each key stand in the order of its enum (keys.cpp), the default first.
enum class Types : std::uint8_t { kDeclared, kStored };
enum class Conflicts : std::uint8_t { kError, kPrefix, kMerge };
enum class Keys : std::uint8_t { kKeep, kUuid };
enum class Transaction : std::uint8_t { kSingle, kTable, kBatch };
enum class ReadFrom : std::uint8_t { kCopy, kLive };
enum class Triggers : std::uint8_t { kFire, kDisable };
enum class TimestampType : std::uint8_t { kTimestamp, kTimestamptz };
/// What unique keys and indexes hold of a column.
enum class IndexAs : std::uint8_t { kValue, kHash, kNone };
enum class Orphans : std::uint8_t { kError, kReject, kNull, kKeep };
enum class Existing : std::uint8_t { kError, kAppend, kTruncate, kSkip, kUpsert, kMatch };
/// What becomes of a view of SQLite.
enum class ViewAs : std::uint8_t { kView, kTable };
/// When SQL of the spec's own runs.
enum class HookTime : std::uint8_t { kBeforeData, kAfterData, kAfterAll };
enum class OnFail : std::uint8_t { kReject, kWarn, kNull };
enum class ForeignKeyAction : std::uint8_t { kNoAction, kRestrict, kCascade, kSetNull, kSetDefault };
enum class Deferrable : std::uint8_t { kNo, kImmediate, kDeferred };

/// Where the spec sets what a settings object holds, for reports and error messages.
class Sources {
  public:
    /// JSON pointer (RFC 6901) of the setting that decided `key`, e.g. From("on_error") =
    /// "/tables/customer/on_error"; empty when the spec is silent and the default (or Base) holds.
    std::string_view From(std::string_view key) const noexcept;
    /// Whether the spec says anything about `key` here.
    bool Has(std::string_view key) const noexcept { return !From(key).empty(); }
    void Add(const char* key, std::string pointer);
    void Remove(std::string_view key) noexcept;

    struct Entry {
        const char* key;  ///< of the table of keys, so static
        std::string pointer;
    };
    const std::vector<Entry>& entries() const noexcept { return entries_; }

  private:
    std::vector<Entry> entries_;
};

/// What holds where the spec is silent: the options of the foreign server (or table, column).
struct Base {
    value::Policies policies;
    TimestampType timestamp_type = TimestampType::kTimestamp;
    std::string timezone = "UTC";
};

/// SQL of the spec's own, one or more statements.
struct Hook {
    HookTime time = HookTime::kAfterAll;
    std::string sql;
    std::string pointer;
};

/// What concerns the job as a whole.
struct JobSettings {
    schema::FoldCase fold_case = schema::FoldCase::kLower;
    Conflicts conflicts = Conflicts::kError;
    Keys keys = Keys::kKeep;
    std::string uuid_namespace;  ///< a UUID; empty: the target schema's own
    Transaction transaction = Transaction::kSingle;
    std::optional<std::int64_t> commit_rows;  ///< only with Transaction::kBatch; 1 or more
    int workers = 1;                          ///< 1 to 1024
    ReadFrom read_from = ReadFrom::kCopy;
    std::string backup;                        ///< absolute directory; empty: no backup
    std::optional<std::int64_t> max_rejects;   ///< rows; at most one of these two is there: no limit
    std::optional<double> max_reject_percent;  ///< 0 to 100, of the rows read
    Triggers triggers = Triggers::kFire;
    bool parallel_index = false;
    std::vector<Hook> hooks;  ///< by time, and in the order of the document
    Sources sources;
};

struct ServerSettings {
    std::optional<std::string> prefix;  ///< of the names of its tables; "" is a choice, too: none
    Sources sources;
};

/// A table's name in PostgreSQL, as it is (no folding, no quotes).
struct TargetName {
    std::string schema;  ///< empty: the job's target schema
    std::string table;

    friend bool operator==(const TargetName&, const TargetName&) = default;
};

struct Upsert {
    std::vector<std::string> key;                 ///< empty: the primary key
    std::optional<std::vector<std::string>> set;  ///< nullopt: every column outside of the key
};

struct RowRule {
    std::string name;
    std::string condition;             ///< SQL on the converted row; a row passes when it is true or NULL
    OnFail on_fail = OnFail::kReject;  ///< kNull: `columns` become NULL
    std::vector<std::string> columns;  ///< empty: those that the condition names
    bool check = false;                ///< also a CHECK of a table that is created
    std::string pointer;
};

struct ForeignKeySpec {
    std::string name;  ///< of the constraint; empty: PostgreSQL chooses
    std::vector<std::string> columns;
    TargetName references;
    std::vector<std::string> referenced_columns;  ///< empty: the parent's primary key
    ForeignKeyAction on_delete = ForeignKeyAction::kNoAction;
    ForeignKeyAction on_update = ForeignKeyAction::kNoAction;
    Deferrable deferrable = Deferrable::kNo;
    std::optional<Orphans> orphans;  ///< nullopt: the table's
    std::string pointer;
};

struct PartitionBy {
    std::string range;         ///< the column
    std::string every;         ///< for ParseEvery: '1 month', '1000000'
    std::int64_t ahead = 0;    ///< partitions to make beyond the highest value
    bool with_default = true;  ///< key `default`
    std::int64_t max = 1000;   ///< more partitions than this are an error

    friend bool operator==(const PartitionBy&, const PartitionBy&) = default;
};

struct TableSettings {
    Types types = Types::kDeclared;
    std::optional<TargetName> target;  ///< nullopt: the prefix and the table's own name, folded
    std::string where;                 ///< SQL condition on the source's rows; empty: all
    Existing existing = Existing::kError;
    Upsert upsert;                      ///< only with Existing::kUpsert
    std::vector<std::string> match_on;  ///< only with Existing::kMatch; empty: by the target's keys
    Orphans orphans = Orphans::kError;
    std::optional<std::vector<std::string>> primary_key;      ///< nullopt: the source's; empty: none
    std::optional<std::vector<ForeignKeySpec>> foreign_keys;  ///< nullopt: the source's; empty: none
    std::vector<std::string> required;
    std::vector<RowRule> rules;  ///< in the order of the document, the farther settings first
    std::optional<PartitionBy> partition_by;
    ViewAs view = ViewAs::kView;
    bool unlogged = false;             ///< a new table is, while its rows come in
    std::vector<std::string> indexes;  ///< more indexes: what follows ON table, "USING gin (a)"
    value::Policies policies;          ///< for columns of which nothing nearer is said
    TimestampType timestamp_type = TimestampType::kTimestamp;
    std::string timezone;
    Sources sources;
};

struct ColumnSettings {
    std::string target;  ///< name in PostgreSQL as it is; empty: the column's own, folded
    std::string type;    ///< the column's `type`, else what `type_map` gives; empty: by declaration or stored
    std::string encoding;
    std::string convert;                       ///< SQL expression; empty: the plain conversion
    std::optional<std::string> default_value;  ///< key `default`: a literal's text
    std::string default_sql;                   ///< never together with default_value
    IndexAs index_as = IndexAs::kValue;
    bool skip = false;  ///< the target does not get the column
    value::Policies policies;
    TimestampType timestamp_type = TimestampType::kTimestamp;
    std::string timezone;
    /// `type` stands here also when type_map decided.
    Sources sources;
};

}  // namespace pgsqlite::spec
