#include "core/sqlite/row_finder.hpp"

#include "core/base/error.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/row_json.hpp"

namespace pgsqlite::sqlite {

bool RowFinder::FindRowid(std::int64_t rowid) {
    Prepare(QuoteIdentifier(rowid_name_) + " = ?1");
    statement_->Bind(1, value::Cell::Integer(rowid));
    return statement_->Fetch();
}

bool RowFinder::FindKey(const RejectedRow& key) {
    std::string condition;
    for (std::size_t i = 0; i < key.members().size(); ++i)
        condition += (i > 0 ? " AND " : "") + ("\"r\"." + QuoteIdentifier(key.members()[i].name)) + " IS ?" +
                     std::to_string(i + 1);
    Prepare(condition);
    for (std::size_t i = 0; i < key.members().size(); ++i)
        statement_->Bind(static_cast<int>(i) + 1, key.members()[i].cell());
    return statement_->Fetch();
}

std::string RowFinder::Json() const {
    return RowAsJson(*statement_, statement_->column_count());
}

void RowFinder::CopyTo(RowsFile* file, std::int64_t rowid) const {
    std::vector<value::Cell> cells;
    for (const int place : places_)
        cells.push_back(statement_->CellAt(place));
    file->Put(rowid, cells);
}

void RowFinder::Prepare(const std::string& condition) {
    if (statement_ != nullptr && condition == condition_) return statement_->Reset();
    statement_ = std::make_unique<Statement>(
        db_, "SELECT * FROM main." + QuoteIdentifier(table_) + " AS r WHERE " + condition);
    condition_ = condition;
    places_.clear();
    for (const std::string& column : columns_) {
        int place = 0;
        while (place < statement_->column_count() && !EqualNames(statement_->column_name(place), column))
            ++place;
        if (place == statement_->column_count())
            throw Error(sqlstate::kUndefinedColumn,
                        "table \"" + table_ + "\" has no column \"" + column + "\" any more",
                        "Database file \"" + db_.path() + "\".");
        places_.push_back(place);
    }
}

}  // namespace pgsqlite::sqlite
