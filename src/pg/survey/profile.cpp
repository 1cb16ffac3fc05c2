// sqlite.profile(server, table_name): what the columns of a table, or of all tables of a server, hold; a row
// a column. Counting is core's (core/assess); here the judgement is put beside the server's options and made
// into rows.
#include "pg/survey/profile.hpp"

#include "core/assess/profile_json.hpp"
#include "core/assess/suggest.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/survey/server_types.hpp"

namespace pgsqlite::pg::functions {

using SharedProfile = std::shared_ptr<const assess::TableProfile>;

assess::ProfileCache* Profiles() {
    static assess::ProfileCache* cache = nullptr;
    if (cache == nullptr) Guard([&] { cache = new assess::ProfileCache(); });
    return cache;
}

const assess::TableProfile* ProfileOf(MemoryContext context, fdw::Pin* pin, const sqlite::Table& table,
                                      bool duplicates) {
    SharedProfile* profile = NewIn<SharedProfile>(context);
    assess::ProfileCache* cache = Profiles();
    sqlite::Database* database = pin->database();
    fdw::CallSqlite(database, [&] { *profile = cache->Profile(*database, table, {duplicates}); });
    return profile->get();
}

namespace {

/// What is said of one table.
struct Report {
    SharedProfile profile;
    std::vector<assess::Suggestion> suggestions;
    std::vector<schema::MappedType> types;  ///< what IMPORT gives under the server's options
    std::vector<std::shared_ptr<const assess::ColumnMisfits>>
        misfits;  ///< by type and the server's policies; null: as the profile has them
    std::string failure;
};

/// What the server's options make of values.
struct Terms {
    bool naive_as_timestamptz;
    bool utf8_server;
    const char* zone_name;
    value::Zone zone;
    value::Policies policies;
    assess::ServerTypes types;

    /// Whether a profile's own terms are the same.
    bool AreDefault() const noexcept {
        value::Policies plain;
        plain.on_error = policies.on_error;
        return policies == plain && utf8_server && std::strcmp(zone_name, "UTC") == 0;
    }
};

/// Fills the report. Runs behind the seam.
void Assess(Report& report, sqlite::Database& database, const sqlite::Table& table,
            assess::ProfileCache& cache, const Terms& terms, bool duplicates) {
    report.profile = cache.Profile(database, table, {duplicates});
    report.suggestions = assess::SuggestAll(database, table, *report.profile, terms.types, &cache);
    const std::vector<assess::ColumnProfile>& columns = report.profile->columns;
    report.misfits.assign(columns.size(), nullptr);
    std::vector<assess::ColumnRule> rules;
    std::vector<size_t> places;
    for (const assess::ColumnProfile& column : columns) {
        report.types.push_back(schema::MapDeclaredType(column.declared_type, terms.naive_as_timestamptz));
        if (terms.AreDefault()) continue;
        assess::ColumnRule rule;
        rule.column = column.name;
        rule.type = report.types.back();
        rule.policies = terms.policies;
        rule.utf8_server = terms.utf8_server;
        rule.zone_name = terms.zone_name;
        rule.zone = terms.zone;
        places.push_back(report.types.size() - 1);
        rules.push_back(std::move(rule));
    }
    if (rules.empty()) return;
    const auto counted = cache.Misfits(database, table, rules);
    for (size_t i = 0; i < places.size(); ++i)
        report.misfits[places[i]] = counted[i];
}

/// The columns of the result, in their order.
enum Column {
    kTableName,
    kColumnName,
    kDeclaredType,
    kAffinity,
    kRows,
    kNulls,
    kIntegers,
    kReals,
    kTexts,
    kBlobs,
    kEmpties,
    kMin,
    kMax,
    kMinLength,
    kMaxLength,
    kInvalidText,
    kNulBytes,
    kDuplicates,
    kFormats,
    kPostgresType,
    kMisfits,
    kMisfitRow,
    kMisfitValue,
    kFaults,
    kSuggestedType,
    kSuggestedEncoding,
    kReason,
    kContradicting,
    kContradictingRow,
    kContradictingValue,
    kError,
    kColumnCount
};

/// One row being made; a column that is not set is NULL.
class Row {
  public:
    Row() {
        for (bool& null : nulls_)
            null = true;
    }
    void Set(Column column, std::string_view text) {
        values_[column] = CStringGetTextDatum(ToServerText(text));
        nulls_[column] = false;
    }
    void Set(Column column, uint64 number) {
        values_[column] = Int64GetDatum(static_cast<int64>(number));
        nulls_[column] = false;
    }
    /// Nothing for an empty text.
    void SetJson(Column column, const std::string& json) {
        if (json.empty()) return;
        values_[column] = DirectFunctionCall1(jsonb_in, CStringGetDatum(ToServerText(json)));
        nulls_[column] = false;
    }
    void SetFirst(Column row, Column value, const assess::Example& example) {
        if (!example.any()) return;
        Set(row, std::string_view(example.at));
        Set(value, std::string_view(example.value));
    }
    void Put(ReturnSetInfo* result) {
        tuplestore_putvalues(result->setResult, result->setDesc, values_, nulls_);
    }

  private:
    Datum values_[kColumnCount] = {};
    bool nulls_[kColumnCount];
};
static_assert(std::is_trivially_destructible_v<Row>);

/// Texts that have to be made before they can be shown.
struct Made {
    std::string formats, faults;
    assess::Tally misfits;
};

void SetCounts(Row& row, const assess::ColumnProfile& column) {
    using value::StorageClass;
    row.Set(kNulls, column.Count(StorageClass::kNull));
    row.Set(kIntegers, column.Count(StorageClass::kInteger));
    row.Set(kReals, column.Count(StorageClass::kReal));
    row.Set(kTexts, column.Count(StorageClass::kText));
    row.Set(kBlobs, column.Count(StorageClass::kBlob));
    row.Set(kEmpties, column.empty_texts + column.empty_blobs);
    row.Set(kInvalidText, column.invalid_texts.rows);
    row.Set(kNulBytes, column.nul_texts.rows);
    if (column.duplicates) row.Set(kDuplicates, *column.duplicates);
    if (const std::string* min = column.shown_min()) row.Set(kMin, std::string_view(*min));
    if (const std::string* max = column.shown_max()) row.Set(kMax, std::string_view(*max));
    const bool texts = column.Count(StorageClass::kText) > 0;
    if (!texts && column.Count(StorageClass::kBlob) == 0) return;
    const assess::Lengths& lengths = texts ? column.text_chars : column.blob_bytes;
    row.Set(kMinLength, lengths.min);
    row.Set(kMaxLength, lengths.max);
}

void PutColumn(ReturnSetInfo* result, const Report& report, size_t i, Made& made) {
    const assess::ColumnProfile& column = report.profile->columns[i];
    const assess::Suggestion& suggestion = report.suggestions[i];
    const assess::ColumnMisfits* misfits = report.misfits[i].get();
    Guard([&] {
        made.formats = assess::FormatsJson(assess::FoundFormats(column));
        made.faults = assess::FaultsJson(misfits != nullptr ? misfits->by_code : column.declared_faults);
        made.misfits =
            misfits != nullptr ? assess::Tally{misfits->refused, misfits->First()} : column.DeclaredMisfits();
    });
    Row row;
    row.Set(kTableName, std::string_view(report.profile->name));
    row.Set(kColumnName, std::string_view(column.name));
    row.Set(kDeclaredType, std::string_view(column.declared_type));
    row.Set(kAffinity, std::string_view(schema::AffinityName(column.affinity)));
    row.Set(kRows, report.profile->rows);
    SetCounts(row, column);
    row.SetJson(kFormats, made.formats);
    row.Set(kPostgresType, std::string_view(report.types[i].sql));
    row.Set(kMisfits, made.misfits.rows);
    row.SetFirst(kMisfitRow, kMisfitValue, made.misfits.first);
    row.SetJson(kFaults, made.faults);
    // What the declaration says is shown as this server imports it.
    row.Set(kSuggestedType, std::string_view(suggestion.changes ? suggestion.type.sql : report.types[i].sql));
    if (!suggestion.encoding.empty()) row.Set(kSuggestedEncoding, std::string_view(suggestion.encoding));
    if (!suggestion.reason.empty()) row.Set(kReason, std::string_view(suggestion.reason));
    const assess::Tally& against = suggestion.changes ? *suggestion.against : made.misfits;
    row.Set(kContradicting, against.rows);
    row.SetFirst(kContradictingRow, kContradictingValue, against.first);
    row.Put(result);
}

void PutFailure(ReturnSetInfo* result, const sqlite::Table& table, const std::string& failure) {
    Row row;
    row.Set(kTableName, std::string_view(table.name));
    row.Set(kError, std::string_view(failure));
    row.Put(result);
}

void PutTable(ReturnSetInfo* result, fdw::Pin* pin, const sqlite::Table& table, const Terms& terms,
              bool duplicates, bool may_fail) {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "sqlite.profile", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);
    Report* report = NewIn<Report>(context);
    Made* made = NewIn<Made>(context);
    assess::ProfileCache* cache = Profiles();
    sqlite::Database* database = pin->database();
    const bool read = fdw::CallSqlite(database, [&] {
        try {
            Assess(*report, *database, table, *cache, terms, duplicates);
            return true;
        } catch (const Error& error) {
            if (!may_fail || !(table.unreadable || sqlite::IsObjectsOwnFault(error))) throw;
            report->failure = error.message();
            return false;
        }
    });
    if (!read) PutFailure(result, table, report->failure);
    for (size_t i = 0; read && i < report->profile->columns.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        PutColumn(result, *report, i, *made);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
}

}  // namespace
}  // namespace pgsqlite::pg::functions

namespace fdw = pgsqlite::pg::fdw;
namespace functions = pgsqlite::pg::functions;

PG_SQLITE_FUNCTION(pg_sqlite_profile) {
    if (PG_ARGISNULL(0))
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("server must not be null")));
    const char* server_name = text_to_cstring(PG_GETARG_TEXT_PP(0));
    const char* wanted = PG_ARGISNULL(1) ? nullptr : text_to_cstring(PG_GETARG_TEXT_PP(1));
    const bool duplicates = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
    ForeignServer* server = GetForeignServerByName(server_name, false);
    fdw::CheckIsSqlite(server);
    fdw::CheckServerUsage(server->serverid, server_name);
    ReturnSetInfo* result = pgsqlite::pg::BeginMaterialized(fcinfo);

    const fdw::ServerOptions options = fdw::ReadServerOptions(server->options);
    const functions::Terms terms = {options.naive_as_timestamptz,
                                    GetDatabaseEncoding() != PG_SQL_ASCII,
                                    options.timezone,
                                    fdw::ZoneOf(options.timezone),
                                    options.policies,
                                    {pgsqlite::pg::FindGeometryType()}};
    using Tables = std::vector<pgsqlite::sqlite::Table>;
    Tables* tables = pgsqlite::pg::NewIn<Tables>(CurrentMemoryContext);
    fdw::Pin* pin = fdw::Pin::Acquire(CurrentMemoryContext, server->serverid);
    fdw::RequireCommitted(pin);
    pgsqlite::sqlite::Database* database = pin->database();
    const char* name = wanted != nullptr ? pgsqlite::pg::ToUtf8(wanted) : nullptr;
    fdw::CallSqlite(database, [&] {
        pgsqlite::sqlite::CatalogOptions catalog;
        catalog.foreign_keys = false;
        catalog.probe_readable = true;
        if (name == nullptr) {
            *tables = pgsqlite::sqlite::Catalog::ReadTables(*database, catalog);
        } else if (auto table = pgsqlite::sqlite::Catalog::ReadTable(*database, name, catalog)) {
            tables->push_back(std::move(*table));
        }
    });
    if (wanted != nullptr && tables->empty())
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE),
                        errmsg("server \"%s\" has no table \"%s\"", server_name, wanted)));
    for (size_t i = 0; i < tables->size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        const pgsqlite::sqlite::Table& table = (*tables)[i];
        // Views would read the same rows again, and the shadow tables of a virtual table are its own
        // business.
        const bool is_own = table.kind == pgsqlite::sqlite::TableKind::kTable ||
                            table.kind == pgsqlite::sqlite::TableKind::kVirtual;
        if (wanted == nullptr && !is_own) continue;
        functions::PutTable(result, pin, table, terms, duplicates, wanted == nullptr);
    }
    pin->VerifyUnchanged();
    pin->Release();
    return static_cast<Datum>(0);
}
