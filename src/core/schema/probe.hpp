// Probe: the first rows of a table against the types its columns will get, so that IMPORT can say at once
// what the first SELECT would refuse, with the ALTER that settles it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/scratch.hpp"
#include "core/schema/foreign_table.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::schema {

class Probe {
  public:
    Probe(const std::vector<ImportColumn>& columns, const value::Policies& policies, const value::Zone& zone);

    /// One row; `cells` holds as many as there are columns.
    void Add(const value::Cell* cells) noexcept;

    /// One sentence per column with misfits: how many rows, the first such value, and the ALTER FOREIGN TABLE
    /// that settles it. @throws std::bad_alloc also for an allocation that failed in between
    std::vector<std::string> Advice(const std::string& schema_name, const std::string& table_name) const;

  private:
    struct State {
        value::Rule rule;
        std::uint64_t misfits = 0;
        std::uint64_t first_row = 0;
        value::Status first_status;
        std::array<char, 160> first_value;  ///< DescribeCell's
        std::size_t first_value_size = 0;
        value::StorageClass first_class = value::StorageClass::kNull;
        bool blobs = false;       ///< a misfit is a blob
        bool texts = false;       ///< the column holds text as well as numbers
        value::Cell least, most;  ///< range of its numbers
    };
    const std::vector<ImportColumn>& columns_;
    std::vector<State> states_;
    std::uint64_t rows_ = 0;
    Scratch scratch_;
};

}  // namespace pgsqlite::schema
