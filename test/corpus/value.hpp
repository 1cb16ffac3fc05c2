// Equality of a SQLite cell and a PostgreSQL value, by way of one canonical text for both: rows can then be
// compared as multisets, whatever their order.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cell.hpp"
#include "server.hpp"
#include "temporal.hpp"

namespace corpus {

/// What decides about equality for a PostgreSQL type.
enum class Kind {
    kInteger,
    kFloat,
    kNumeric,
    kText,
    kBytea,
    kBoolean,
    kDate,
    kTimestamp,
    kTime,
    kUuid,
    kJson,
    kJsonb,
    kOther
};

struct ColumnType {
    std::string name;  ///< as format_type() spells it, with arguments
    Kind kind = Kind::kOther;
    int arguments[2] = {0, 0};  ///< varchar(n), numeric(p,s)
    int argument_count = 0;
};
ColumnType ParseType(const std::string& name);

class Canon {
  public:
    explicit Canon(Server& server) : server_(server) {}

    /// The canonical text of the value a cell has in a column of this type; nullopt when no value of the type
    /// is equal to it, so that it must be refused. Not for NULL cells.
    std::optional<std::string> OfCell(const ColumnType& type, const Cell& cell);

    /// The canonical text of what PostgreSQL put out. Never fails: what does not look like the type's output
    /// is marked and equals nothing.
    std::string OfOutput(const ColumnType& type, const std::string& output);

  private:
    std::optional<std::string> OfInteger(const ColumnType& type, const Cell& cell);
    std::optional<std::string> OfNumeric(const ColumnType& type, const Cell& cell);
    std::optional<std::string> OfText(const ColumnType& type, const Cell& cell);
    std::optional<std::string> OfTime(const ColumnType& type, const Cell& cell);
    std::optional<std::string> OfUuid(const Cell& cell);
    std::optional<std::string> OfJson(const ColumnType& type, const Cell& cell);
    /// Types without rules here: what PostgreSQL's own input function makes of the text.
    std::optional<std::string> OfOther(const ColumnType& type, const Cell& cell);

    Server& server_;
    TemporalOracle temporal_;
    std::map<std::pair<std::string, std::string>, std::optional<std::string>> casts_;
};

}  // namespace corpus
