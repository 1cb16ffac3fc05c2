// One foreign table against the SQLite table it stands for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oracle.hpp"
#include "server.hpp"
#include "value.hpp"

namespace corpus {

struct Counts {
    std::uint64_t tables = 0, rows = 0, values = 0;
    std::uint64_t refused = 0;     ///< values that a declared type refused, rightly
    std::uint64_t unreadable = 0;  ///< tables that SQLite itself can't read
};

struct Findings {
    std::vector<std::string> problems;  ///< each a failure
    std::vector<std::string> notes;     ///< failures of the server that are right
};

struct ForeignColumn {
    std::string name, source;
    ColumnType type;
};

struct ForeignTable {
    std::string name;    ///< qualified and quoted
    std::string source;  ///< in SQLite
    std::vector<ForeignColumn> columns;
};

class TableCheck {
  public:
    TableCheck(Server& server, Oracle& oracle, Canon& canon, Counts& counts, Findings& findings)
        : server_(server), oracle_(oracle), canon_(canon), counts_(counts), findings_(findings) {}

    /// Reads the whole table and compares every value.
    /// @return why the server refused to read it, nullopt when it did not
    std::optional<Failure> Compare(const ForeignTable& table);

    /// After a refusal: each column by itself. Where one is refused, reads it again with on_error 'null':
    /// what became NULL must be what no value of the type equals.
    void CompareColumns(const ForeignTable& table);

    /// A refusal must be of a class that speaks of values, and must name table and column.
    void CheckRefusal(const ForeignTable& table, const Failure& failure);

    /// SELECT count(*), which reads no column; adds the rows to the counts.
    void CompareCount(const ForeignTable& table);

  private:
    void Report(const ForeignTable& table, const std::string& problem);
    void ReportDifferences(const ForeignTable& table);
    void CompareRefused(const ForeignTable& table);
    std::string RowForm(const ForeignTable& table, const std::vector<Cell>& cells);
    std::string RowForm(const ForeignTable& table, const PgRow& row);

    Server& server_;
    Oracle& oracle_;
    Canon& canon_;
    Counts& counts_;
    Findings& findings_;
};

}  // namespace corpus
