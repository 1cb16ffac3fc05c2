// Rejected row: a row of sqlite.rejects read back from its JSON, which its owner may have mended by hand. The
// reverse of row_json.hpp, and of the rows that queries of sqlite.load leave.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/value/cell.hpp"

namespace pgsqlite::sqlite {

class RejectedRow {
  public:
    enum class Form : std::uint8_t {
        kStored,     ///< {"class": …}: cells as they are in SQLite
        kConverted,  ///< {"type": …}: values of PostgreSQL's types
    };
    struct Member {
        std::string name;
        value::StorageClass storage_class = value::StorageClass::kNull;  ///< kStored
        std::int64_t integer = 0;
        double real = 0;
        std::string type;                 ///< kConverted
        std::optional<std::string> text;  ///< kConverted: nothing for NULL; kStored: of texts and blobs
        std::uint64_t bytes = 0;          ///< of a value that is cut
        std::string digest;               ///< of a value that is cut, which has no `text`; else empty

        bool is_cut() const noexcept { return !digest.empty(); }
        /// NULL for a value that is cut.
        value::Cell cell() const noexcept;
        /// Whether this is the value that was cut.
        bool IsOf(const value::Cell& whole) const;
    };

    /// @throws Error 22023 where the JSON has not that form; message and detail name column and fault
    static RejectedRow Parse(std::string_view json);
    /// A primary key: {"id": 5}, or with cells as in kStored. @throws Error 22023
    static RejectedRow ParseKey(std::string_view json);

    Form form() const noexcept { return form_; }
    const std::vector<Member>& members() const noexcept { return members_; }
    /// As SQLite compares names. Null when there is none.
    const Member* Find(std::string_view name) const noexcept;
    /// The first member that is cut. Null when all are whole.
    const Member* FindCut() const noexcept;
    /// @throws Error 22023 where a mended row has other columns than before, other types of PostgreSQL's, or
    /// values that are cut and were not
    void CheckReplaces(const RejectedRow& before) const;

  private:
    Form form_ = Form::kStored;
    std::vector<Member> members_;
};

}  // namespace pgsqlite::sqlite
