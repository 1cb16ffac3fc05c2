#include "core/sqlite/guarded.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

namespace pgsqlite::sqlite {
namespace {

constexpr std::int64_t kPathSteps = 1000;
constexpr std::int64_t kPatchComparisons = 400'000'000;
/// What SQLite marks values by that are JSON.
constexpr unsigned kJson = 'J';

/// A value that is asked for its text is text from then on, but a blob may be JSON in binary form.
bool IsBlob(sqlite3_value* value) noexcept {
    return sqlite3_value_type(value) == SQLITE_BLOB;
}

std::string_view BytesOf(sqlite3_value* value) noexcept {
    const void* bytes = IsBlob(value) ? sqlite3_value_blob(value) : sqlite3_value_text(value);
    if (bytes == nullptr) return {};
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// At least as many as there are: marks in quotes count.
std::int64_t Count(std::string_view text, std::string_view marks) noexcept {
    return std::count_if(text.begin(), text.end(),
                         [&](char c) { return marks.find(c) != std::string_view::npos; });
}

bool PathsFit(int count, sqlite3_value** arguments) noexcept {
    for (int i = 1; i < count; i += 2)
        if (Count(BytesOf(arguments[i]), ".[") > kPathSteps) return false;
    return true;
}

/// What the objects in a binary form hold, labels and values alike, however deep; arrays are not looked into,
/// nor does SQLite to patch them.
std::int64_t CountBinaryElements(std::string_view json) noexcept {
    constexpr unsigned kObject = 12;
    std::int64_t count = 0;
    while (!json.empty()) {
        const unsigned head = static_cast<unsigned char>(json[0]);
        const unsigned code = head >> 4;  // the payload's size, from 12 on in how many bytes that stands
        const std::size_t size_bytes = code < 12 ? 0 : std::size_t{1} << (code - 12);
        if (json.size() <= size_bytes) break;
        std::uint64_t payload = code < 12 ? code : 0;
        for (std::size_t i = 1; i <= size_bytes; ++i)
            payload = payload << 8 | static_cast<unsigned char>(json[i]);
        json.remove_prefix(1 + size_bytes);
        ++count;
        if ((head & 15) != kObject) json.remove_prefix(std::min<std::uint64_t>(payload, json.size()));
    }
    return count;
}

/// At least as many pairs of a label and a value as there are.
std::int64_t CountPairs(sqlite3_value* json) noexcept {
    const std::string_view bytes = BytesOf(json);
    const std::int64_t in_text = Count(bytes, ":");
    return IsBlob(json) ? std::max(in_text, CountBinaryElements(bytes) / 2) : in_text;
}

bool PatchFits(int count, sqlite3_value** arguments) noexcept {
    if (count != 2) return true;
    const std::int64_t target = CountPairs(arguments[0]);
    const std::int64_t patch = CountPairs(arguments[1]);
    return target == 0 || patch <= kPatchComparisons / target;
}

/// A function's arguments, as they have to be for SQLite's own to be called.
struct Guard {
    const char* name;
    int arguments;
    bool (*fits)(int, sqlite3_value**) noexcept;
    int since = 0;  ///< the SQLite that has it first
};

constexpr int kBinaryJson = 3045000;

constexpr Guard kGuards[] = {
    {"json_insert", -1, &PathsFit},
    {"json_replace", -1, &PathsFit},
    {"json_set", -1, &PathsFit},
    {"json_patch", 2, &PatchFits},
    {"jsonb_insert", -1, &PathsFit, kBinaryJson},
    {"jsonb_replace", -1, &PathsFit, kBinaryJson},
    {"jsonb_set", -1, &PathsFit, kBinaryJson},
    {"jsonb_patch", 2, &PatchFits, kBinaryJson},
};

/// A guarded function of one connection. SQLite's own is called on a connection that has it still: a name
/// means one function of a connection.
class Guarded {
  public:
    explicit Guarded(const Guard& guard) noexcept : guard_(guard) {}
    ~Guarded() {
        sqlite3_finalize(statement_);
        sqlite3_close(db_);
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    void Call(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
        if (!guard_.fits(count, arguments)) return sqlite3_result_error_toobig(context);
        int rc = Prepare(sqlite3_context_db_handle(context), count, arguments);
        for (int i = 0; i < count && rc == SQLITE_OK; ++i)
            rc = sqlite3_bind_value(statement_, i + 1, arguments[i]);
        if (rc == SQLITE_OK) rc = sqlite3_step(statement_);
        if (rc == SQLITE_ROW) {
            sqlite3_value* result = sqlite3_column_value(statement_, 0);
            const unsigned mark = sqlite3_value_subtype(result);
            sqlite3_result_value(context, result);
            if (mark != 0) sqlite3_result_subtype(context, mark);
        } else if (rc == SQLITE_NOMEM || db_ == nullptr) {
            sqlite3_result_error_nomem(context);
        } else {
            if (rc == SQLITE_ERROR)
                sqlite3_result_error(context, sqlite3_errmsg(db_), -1);
            else
                sqlite3_result_error_code(context, rc);
        }
        // Neither a large argument nor an error stays.
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }

  private:
    /// A call with as many arguments, of which those are JSON that are here.
    int Prepare(sqlite3* db, int count, sqlite3_value** arguments) noexcept {
        try {
            std::string sql = std::string("SELECT ") + guard_.name + "(";
            for (int i = 0; i < count; ++i) {
                if (i > 0) sql += ',';
                sql += sqlite3_value_subtype(arguments[i]) == kJson ? "json(?)" : "?";
            }
            sql += ")";
            if (db_ == nullptr) {
                const int rc =
                    sqlite3_open_v2(":memory:", &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, nullptr);
                if (rc != SQLITE_OK) {
                    sqlite3_close(db_);
                    db_ = nullptr;
                    return rc;
                }
                // Or small pieces of memory would pass by the allocator (checkpoint.hpp).
                sqlite3_db_config(db_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0);
            }
            sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, sqlite3_limit(db, SQLITE_LIMIT_LENGTH, -1));
            if (statement_ != nullptr && sql_ == sql) return SQLITE_OK;
            sqlite3_finalize(statement_);
            statement_ = nullptr;
            sql_ = sql;
            return sqlite3_prepare_v2(db_, sql_.c_str(), -1, &statement_, nullptr);
        } catch (const std::bad_alloc&) {
            return SQLITE_NOMEM;
        }
    }

    const Guard& guard_;
    sqlite3* db_ = nullptr;
    sqlite3_stmt* statement_ = nullptr;
    std::string sql_;
};

void CallGuarded(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
    static_cast<Guarded*>(sqlite3_user_data(context))->Call(context, count, arguments);
}
void DeleteGuarded(void* guarded) noexcept {
    delete static_cast<Guarded*>(guarded);
}

}  // namespace

int RegisterGuarded(sqlite3* db) noexcept {
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS | SQLITE_SUBTYPE;
#ifdef SQLITE_RESULT_SUBTYPE
    flags |= SQLITE_RESULT_SUBTYPE;
#endif
    for (const Guard& guard : kGuards) {
        if (sqlite3_libversion_number() < guard.since) continue;
        auto* guarded = new (std::nothrow) Guarded(guard);
        if (guarded == nullptr) return SQLITE_NOMEM;
        // Deletes it when it fails, too.
        const int rc = sqlite3_create_function_v2(db, guard.name, guard.arguments, flags, guarded,
                                                  &CallGuarded, nullptr, nullptr, &DeleteGuarded);
        if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
}

}  // namespace pgsqlite::sqlite
