// Error: the one exception core throws, and only while setting something up (opening, preparing, reading the
// catalog). What runs per row is noexcept and returns a Status instead. The seam turns an Error into a
// PostgreSQL error with SQLSTATE, detail and hint kept.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace pgsqlite {

/// A set-up failure, in the parts a PostgreSQL error has.
class Error : public std::exception {
  public:
    /// @param sqlstate five characters, e.g. "HV00N"; see PostgreSQL's errcodes appendix
    /// @param message  lower-case primary message without a full stop
    /// @param detail   facts, or empty
    /// @param hint     advice, or empty
    Error(const char* sqlstate, std::string message, std::string detail = {}, std::string hint = {})
        : sqlstate_(sqlstate),
          message_(std::move(message)),
          detail_(std::move(detail)),
          hint_(std::move(hint)) {}

    const char* what() const noexcept override { return message_.c_str(); }
    const char* sqlstate() const noexcept { return sqlstate_; }
    const std::string& message() const noexcept { return message_; }
    const std::string& detail() const noexcept { return detail_; }
    const std::string& hint() const noexcept { return hint_; }

    /// SQLite's extended result code, or 0 where the failure is not SQLite's.
    int sqlite_code() const noexcept { return sqlite_code_; }
    Error& set_sqlite_code(int code) noexcept {
        sqlite_code_ = code;
        return *this;
    }

  private:
    const char* sqlstate_;
    std::string message_;
    std::string detail_;
    std::string hint_;
    int sqlite_code_ = 0;
};

/// SQLSTATEs core raises itself (PostgreSQL's appendix A; HV… is class "Foreign Data Wrapper Error").
namespace sqlstate {
inline constexpr const char* kUnableToEstablishConnection = "HV00N";
inline constexpr const char* kFdwError = "HV000";
inline constexpr const char* kInvalidOptionName = "HV00D";
inline constexpr const char* kInvalidAttributeValue = "HV024";
inline constexpr const char* kInsufficientPrivilege = "42501";
inline constexpr const char* kUndefinedFile = "58P01";
inline constexpr const char* kIoError = "58030";
inline constexpr const char* kWrongObjectType = "42809";
inline constexpr const char* kSyntaxError = "42601";
inline constexpr const char* kUndefinedTable = "42P01";
inline constexpr const char* kUndefinedColumn = "42703";
inline constexpr const char* kInvalidParameterValue = "22023";
inline constexpr const char* kObjectNotInPrerequisiteState = "55000";
inline constexpr const char* kLockNotAvailable = "55P03";
inline constexpr const char* kSerializationFailure = "40001";
inline constexpr const char* kTransactionRollback = "40000";
inline constexpr const char* kDataCorrupted = "XX001";
inline constexpr const char* kOutOfMemory = "53200";
inline constexpr const char* kProgramLimitExceeded = "54000";
inline constexpr const char* kQueryCanceled = "57014";
inline constexpr const char* kReadOnly = "25006";
inline constexpr const char* kFeatureNotSupported = "0A000";
inline constexpr const char* kInternalError = "XX000";
}  // namespace sqlstate

}  // namespace pgsqlite
