#include "core/sqlite/bounded_format.hpp"

#include <sqlite3.h>

#include <array>

#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

namespace pgsqlite::sqlite {
namespace {

/// Reads a format as sqlite3_str_vappendf does, which takes arguments in the order of their mention.
class FormatReader {
  public:
    FormatReader(const char* format, int count, sqlite3_value** arguments) noexcept
        : at_(format), count_(count), arguments_(arguments) {}

    /// Bytes of the format, and characters of widths and precisions.
    std::int64_t Work() noexcept {
        const char* start = at_;
        std::int64_t work = 0;
        while (*at_ != '\0' && work <= kMaxFormatWork)
            if (*at_++ == '%') work += Conversion();
        return work + (at_ - start);
    }

  private:
    /// Behind a percent sign.
    std::int64_t Conversion() noexcept {
        std::int64_t work = 0;
        for (; *at_ != '\0'; ++at_) {
            if (*at_ >= '1' && *at_ <= '9') {
                work += Number();
                --at_;
            } else if (*at_ == '*') {
                work += Argument();
            } else if (*at_ == '.') {
                if (at_[1] != '*') {
                    ++at_;
                    work += Number();
                    --at_;
                }
            } else if (std::string_view("-+ #!0,l").find(*at_) == std::string_view::npos) {
                break;
            }
        }
        if (*at_ == '\0') return work;
        // Neither of them takes an argument.
        if (*at_ != '%' && *at_ != 'n') ++next_;
        ++at_;
        return work;
    }

    std::int64_t Number() noexcept {
        std::uint32_t number = 0;
        for (; *at_ >= '0' && *at_ <= '9'; ++at_)
            number = number * 10 + static_cast<std::uint32_t>(*at_ - '0');
        return number & 0x7fffffff;
    }
    std::int64_t Argument() noexcept {
        if (next_ >= count_) return 0;
        const std::int64_t number = static_cast<std::int32_t>(sqlite3_value_int64(arguments_[next_++]));
        if (number == INT32_MIN) return 0;  // which has no positive
        return number < 0 ? -number : number;
    }

    const char* at_;
    int count_;
    sqlite3_value** arguments_;
    int next_ = 0;
};

/// SQLite's own printf, which ours would hide on the connection that it is registered on: a second one, with
/// statements for as many arguments as were given.
class Formatter {
  public:
    Formatter() noexcept = default;
    ~Formatter() {
        for (sqlite3_stmt* statement : statements_)
            sqlite3_finalize(statement);
        sqlite3_close(db_);
    }
    Formatter(const Formatter&) = delete;
    Formatter& operator=(const Formatter&) = delete;

    /// @throws std::bad_alloc
    void Call(sqlite3_context* context, int count, sqlite3_value** arguments) {
        sqlite3_stmt* rare = nullptr;
        sqlite3_stmt*& statement =
            static_cast<std::size_t>(count) < statements_.size() ? statements_[count] : rare;
        int rc = statement == nullptr ? Prepare(count, &statement) : SQLITE_OK;
        for (int i = 0; i < count && rc == SQLITE_OK; ++i)
            rc = Bind(statement, i + 1, arguments[i]);
        if (rc == SQLITE_OK) rc = sqlite3_step(statement);
        if (rc == SQLITE_ROW) {
            const unsigned char* text = sqlite3_column_text(statement, 0);
            if (text != nullptr)
                sqlite3_result_text(context, reinterpret_cast<const char*>(text),
                                    sqlite3_column_bytes(statement, 0), SQLITE_TRANSIENT);
        } else {
            sqlite3_result_error_code(context, rc);
        }
        if (rare != nullptr) {
            sqlite3_finalize(rare);
        } else if (statement != nullptr) {
            sqlite3_reset(statement);
            sqlite3_clear_bindings(statement);
        }
    }

  private:
    int Prepare(int count, sqlite3_stmt** statement) {
        if (db_ == nullptr) {
            constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX;
            const int rc = sqlite3_open_v2(":memory:", &db_, kFlags, nullptr);
            if (rc != SQLITE_OK) {
                sqlite3_close(db_);
                db_ = nullptr;
                return rc;
            }
            sqlite3_db_config(db_, SQLITE_DBCONFIG_LOOKASIDE, nullptr, 0, 0);
        }
        std::string sql = "SELECT printf(";
        for (int i = 0; i < count; ++i)
            sql += i > 0 ? ",?" : "?";
        sql += ")";
        return sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, statement, nullptr);
    }

    /// A blob as its text, which is all that printf takes it for, in the database's encoding. The argument
    /// outlives the call.
    static int Bind(sqlite3_stmt* statement, int place, sqlite3_value* value) noexcept {
        switch (sqlite3_value_type(value)) {
            case SQLITE_NULL:
                return SQLITE_OK;
            case SQLITE_INTEGER:
                return sqlite3_bind_int64(statement, place, sqlite3_value_int64(value));
            case SQLITE_FLOAT:
                return sqlite3_bind_double(statement, place, sqlite3_value_double(value));
            default: {
                const unsigned char* text = sqlite3_value_text(value);
                if (text == nullptr) return SQLITE_NOMEM;
                return sqlite3_bind_text(statement, place, reinterpret_cast<const char*>(text),
                                         sqlite3_value_bytes(value), SQLITE_STATIC);
            }
        }
    }

    sqlite3* db_ = nullptr;
    std::array<sqlite3_stmt*, 16> statements_ = {};
};

void Format(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
    if (count == 0) return;
    const auto* format = reinterpret_cast<const char*>(sqlite3_value_text(arguments[0]));
    if (format == nullptr) return;
    std::int64_t length = 0;
    for (int i = 1; i < count; ++i)
        length += sqlite3_value_bytes(arguments[i]);
    if (length > sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1) ||
        FormatReader(format, count - 1, arguments + 1).Work() > kMaxFormatWork)
        return sqlite3_result_error_toobig(context);
    try {
        static_cast<Formatter*>(sqlite3_user_data(context))->Call(context, count, arguments);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
}

void Delete(void* formatter) noexcept {
    delete static_cast<Formatter*>(formatter);
}

}  // namespace

int RegisterBoundedFormat(sqlite3* db) noexcept {
    constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    for (const char* name : {"printf", "format"}) {
        if (*name == 'f' && sqlite3_libversion_number() < 3038000) break;
        auto* formatter = new (std::nothrow) Formatter();
        if (formatter == nullptr) return SQLITE_NOMEM;
        // Deletes it when it fails, too.
        const int rc =
            sqlite3_create_function_v2(db, name, -1, kFlags, formatter, &Format, nullptr, nullptr, &Delete);
        if (rc != SQLITE_OK) return rc;
    }
    return SQLITE_OK;
}

}  // namespace pgsqlite::sqlite
