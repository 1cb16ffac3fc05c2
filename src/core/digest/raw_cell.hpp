// Raw cells: the canonical form of what SQLite stores, for the cells whose meaning leaves no room for a
// choice. Written anew instead of by value::Convert, so that an error in the conversion that moved the data
// can't hide itself from the proof: only the rules of the two are shared, docs/reference/types.md.
#pragma once

#include "core/digest/canonical.hpp"
#include "core/digest/json_digest.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"

namespace pgsqlite::digest {

/// What a column's cells become.
struct RawColumn {
    Form form;
    const value::Rule* rule;
    bool by_conversion = false;  ///< no cell is plain: an encoding or type that only the conversion knows
};

/// Whether cells of a column can be plain at all.
/// @param utf8 whether the server's encoding is UTF-8
RawColumn MakeRawColumn(Form form, const value::Rule& rule, bool utf8) noexcept;

class RawCells {
  public:
    /// Appends a cell's canonical form. False, and nothing is appended, when the cell is not plain: it does
    /// not fit, or a policy, encoding or unusual spelling decides what it becomes.
    bool Append(const RawColumn& column, const value::Cell& cell, CanonicalRow* row) noexcept;

  private:
    JsonReader json_;
};

}  // namespace pgsqlite::digest
