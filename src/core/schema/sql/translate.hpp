// Translation of SQLite's expressions and SELECT statements to PostgreSQL (14 to 18). A translation accepts,
// rejects and computes the same for the values that the typed columns may hold, with the exceptions it names
// in its notes; anything else is not translated, with a reason. Nothing is guessed.
//
// SQLite has types by value, PostgreSQL by column. So the translator is told what type each column has
// become, follows SQLite's affinity rules ("Datatypes In SQLite" §4.2) on these, and writes the casts out.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/schema/declared_type.hpp"
#include "core/schema/names.hpp"
#include "core/schema/sql/ast.hpp"

namespace pgsqlite::schema::sql {

/// What a SQLite column is in PostgreSQL.
struct ColumnTarget {
    std::string source_name;  ///< SQLite's
    std::string name;         ///< PostgreSQL's, not quoted
    MappedType type;
    Affinity affinity = Affinity::kBlob;  ///< of its declaration in SQLite
    std::string collation = "BINARY";     ///< SQLite's
    bool not_null = false;                ///< NULL is refused on both sides
    bool generated = false;
    bool rowid = false;  ///< this column is the rowid
};

/// What a SQLite table or view is in PostgreSQL.
struct TableTarget {
    std::string source_name;
    std::string name;  ///< as it is to be written: quoted, qualified with the schema where wanted
    std::vector<ColumnTarget> columns;
    /// SQLite's names of the primary key's columns, where PostgreSQL's table has that primary key too; a
    /// GROUP BY over all of them lets the other columns stand alone.
    std::vector<std::string> primary_key;
    /// It only stands in for a table that is to have that primary key: what a GROUP BY lets stand alone by it
    /// is named there, too.
    bool keyless = false;
};

struct Translation {
    std::string text;                ///< PostgreSQL's expression; empty when there is none
    std::string reason;              ///< why there is none, e.g. function soundex() has no equivalent
    std::vector<std::string> notes;  ///< known deviations, one sentence each without a full stop
    /// The condition holds for every value of the types (typeof, json_valid, boolean IN (0, 1)); text is
    /// right nevertheless.
    bool guaranteed = false;
    explicit operator bool() const noexcept { return reason.empty(); }
};

/// A column's default, its text as PRAGMA table_xinfo gives it (`'x'`, `1 + 1`, `CURRENT_TIMESTAMP`).
Translation TranslateDefault(std::string_view default_sql, const MappedType& type);

/// The condition of a CHECK.
Translation TranslateCheck(const Expression& condition, const TableTarget& table);

/// The expression of a generated column, IMMUTABLE and of the column's type, for
/// GENERATED ALWAYS AS (…) STORED.
Translation TranslateGenerated(const Expression& expression, const TableTarget& table,
                               const ColumnTarget& column);

/// The part of CREATE INDEX behind the table's name.
struct IndexTranslation {
    std::string text;  ///< ("a" DESC, lower("b" COLLATE "C")) WHERE …
    std::string reason;
    std::vector<std::string> notes;
    explicit operator bool() const noexcept { return reason.empty(); }
};
IndexTranslation TranslateIndex(const CreateIndex& index, const TableTarget& table);

/// A table or view by SQLite's name (ASCII case-blind); null when it is not there.
using FindTable = std::function<const TableTarget*(std::string_view name)>;

struct ViewTranslation {
    std::string text;                ///< the SELECT, its result columns named
    std::string reason;              ///< why there is none
    std::vector<std::string> notes;  ///< known deviations
    std::vector<std::string>
        depends_on;  ///< tables and views it reads, by SQLite's name as in their TableTarget
    std::vector<ColumnTarget> columns;  ///< its result columns, for views over this one
    explicit operator bool() const noexcept { return reason.empty(); }
};

/// @param fold how the names of result columns become PostgreSQL's
ViewTranslation TranslateView(const CreateView& view, const FindTable& find, FoldCase fold);

}  // namespace pgsqlite::schema::sql
