// Survey: everything that plan, assess and suggest_spec look at before they say a word: the servers'
// catalogs, the spec, what PostgreSQL has already, and the design that follows.
#pragma once

#include "core/plan/design.hpp"
#include "pg/fdw/connect/connection.hpp"

namespace pgsqlite::pg {

/// One server of a survey; its connection stays pinned, in one snapshot, as long as the survey lives.
struct SurveyedServer {
    Oid oid;
    fdw::Pin* pin;
    const char* name;
    fdw::ServerOptions options;
};

/// What of a survey is C++.
struct Survey {
    spec::Spec spec;
    std::vector<plan::Source> sources;  ///< in the order of the servers
    plan::Existing existing;
    std::unordered_map<Oid, std::string> code_of_types;  ///< see plan::Existing, by types
    plan::Design design;
};

struct SurveyHandle {
    Survey* survey;
    SurveyedServer* servers;
    int server_count;
};

/// The names of a list of servers, palloc'd. Raises 22023 for an empty list and for one that is listed twice,
/// 22004 for NULL.
/// @param count gets how many there are
const char** ServerNames(ArrayType* servers, int* count);

enum class LooksAt : std::uint8_t {
    kAll,
    kSchemas,     ///< and whether targets have rows; not at partitions that rows need
    kSchemasOnly  ///< targets count as empty: their rows are the job's own
};

/// Reads catalogs and targets and makes the design. What PostgreSQL refuses of its translations is marked so.
///
/// Raises 42704 (no such server), 42501 (no USAGE on it), 22023 (a bad spec, an empty list of servers), and
/// as opening and reading a SQLite database does.
/// @param servers text[] without NULLs
/// @param target_schema where tables without a target of their own go
/// @param spec jsonb
/// @param looks_at whether what only rows tell is part of the design
/// @param uuid_namespace of keys that become UUIDs; null: the spec's, or that of the schema
SurveyHandle MakeSurvey(ArrayType* servers, const char* target_schema, Jsonb* spec,
                        LooksAt looks_at = LooksAt::kAll, const char* uuid_namespace = nullptr);

/// Fills survey.existing: schemas, relations and columns where tables may go, and the types the spec names.
/// Raises 42704 for a type that does not exist.
void ReadExisting(Survey* survey, const char* target_schema, const char* uuid_namespace);
/// Which existing targets have rows; those that the current user may not read count as empty.
void ReadOccupied(Survey* survey);

/// Reads the columns by which targets are partitioned, as the design at hand has them.
void ReadPartitionRanges(const SurveyHandle& handle);

/// The server of a table of the design.
inline const SurveyedServer& ServerOf(const SurveyHandle& handle, const plan::PlannedTable& table) {
    return handle.servers[table.source - handle.survey->sources.data()];
}

/// Whether an error says something about what was asked, and not about the session: a cancel, memory.
inline bool IsOwnFault(const ErrorData* error) {
    const int category = ERRCODE_TO_CATEGORY(error->sqlerrcode);
    return category != ERRCODE_OPERATOR_INTERVENTION && category != ERRCODE_INSUFFICIENT_RESOURCES &&
           category != ERRCODE_SYSTEM_ERROR && category != ERRCODE_INTERNAL_ERROR;
}

/// Has PostgreSQL analyse a design's translations; a refusal becomes the translation's reason.
void RunProbes(plan::Design* design);
void RunProbes(std::vector<plan::Probe>* probes);

/// Columns with a `convert` are read as text where their declared type would refuse some of what SQLite
/// stores, or PostgreSQL refuses the expression over that type. After RunProbes.
/// @param reads_rows whether the stored values are looked at
void ReadConverted(const SurveyHandle& handle, bool reads_rows);

/// PostgreSQL's type as core describes types.
/// @param[out] type filled; of a domain the name is its own, the rest its base type's
void DescribeType(Oid oid, int32 typmod, schema::MappedType* type);

}  // namespace pgsqlite::pg
