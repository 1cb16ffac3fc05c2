#include "core/plan/match_statements.hpp"

#include <algorithm>
#include <functional>

#include "core/plan/data_statements.hpp"
#include "core/plan/designer.hpp"
#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;
using schema::QuotePgLiteral;

/// A place in PlannedMatch::kept as columns of the paired keys.
std::string FromColumn(std::size_t kept) {
    return "pg_sqlite_from_" + std::to_string(kept + 1);
}
std::string ToColumn(std::size_t kept) {
    return "pg_sqlite_to_" + std::to_string(kept + 1);
}

/// The place of a column among those that rows which are there keep.
const std::string* FindKept(const PlannedTable& table, const PlannedColumn& column) noexcept {
    if (!table.match || !table.match->usable) return nullptr;
    const std::vector<std::string>& kept = table.match->kept;
    const auto at = std::find(kept.begin(), kept.end(), column.name);
    return at == kept.end() ? nullptr : &*at;
}

std::string LookUp(const PlannedTable& table, std::size_t kept, const std::string& value) {
    return "(SELECT keys." + ToColumn(kept) + " FROM " + KeysTableName(table) + " AS keys WHERE keys." +
           FromColumn(kept) + " = " + value + " LIMIT 1)";
}

/// A value after the references that it holds have been followed.
std::string Followed(const Design& design, const PlannedColumn& column) {
    const std::string value = SourceExpression(column);
    if (!column.follows) return value;
    const PlannedTable& parent = design.tables[column.follows->table];
    if (!parent.match || !parent.match->usable) return value;
    const std::size_t kept = column.follows->kept;
    return "COALESCE(" + LookUp(parent, kept, value) + ", sqlite.unmatched(" + value +
           ", EXISTS (SELECT FROM " + KeysTableName(parent) + " AS keys WHERE keys." + FromColumn(kept) +
           " = " + value + "), " + QuotePgLiteral(QualifiedName(parent.target)) + "))";
}

const PlannedColumn& ColumnOf(const PlannedTable& table, const std::string& name) {
    return *table.FindTarget(name);
}

/// One that reads the rows for their keys alone: a value that does not fit is no key.
std::string CreateKeyRows(const PlannedTable& table) {
    PlannedTable rows = table;
    rows.settings.policies.on_error = value::OnError::kNull;
    rows.settings.sources.Add("on_error", "/match");
    for (PlannedColumn& column : rows.columns) {
        column.settings.policies.on_error = value::OnError::kNull;
        column.settings.sources.Remove("on_error");
    }
    return CreateForeignTable(rows, KeyRowsName(table), {});
}

std::string CreateKeys(const PlannedTable& table) {
    std::string columns;
    for (std::size_t i = 0; i < table.match->kept.size(); ++i) {
        const std::string& type = ColumnOf(table, table.match->kept[i]).bare_type;
        columns += (i > 0 ? ", " : "") + FromColumn(i) + " " + type + ", " + ToColumn(i) + " " + type;
    }
    return "CREATE TEMPORARY TABLE " + KeysTableName(table).substr(sizeof("pg_temp.") - 1) + " (" + columns +
           ")";
}

class KeyPairs {
  public:
    KeyPairs(const Design& design, const PlannedTable& table)
        : design_(design),
          table_(table),
          match_(*table.match),
          primary_(match_.has_primary ? QuotePgIdentifierIfNeeded(match_.kept.front()) : std::string()) {}

    /// Rows that have found one; then those that come in; then keys of rows that no row of the source has, so
    /// that a reference to them is known not to be meant.
    std::string Fill() const {
        std::string sql = "INSERT INTO " + KeysTableName(table_) + "\nWITH source AS MATERIALIZED (SELECT ";
        std::string paired = "SELECT source.*";
        for (std::size_t i = 0; i < match_.kept.size(); ++i) {
            sql += Item(match_.kept[i]) + " AS " + Key(i) + ", ";
            paired +=
                ", t." + QuotePgIdentifierIfNeeded(match_.kept[i]) + " AS found_" + std::to_string(i + 1);
        }
        for (std::size_t i = 0; i < match_.on.size(); ++i)
            sql += (i > 0 ? ", " : "") + Item(match_.on[i]) + " AS " + On(i);
        const std::vector<std::string> theirs = Theirs("t."), own = Own();
        std::string equal;
        for (std::size_t i = 0; i < own.size(); ++i)
            equal += (i > 0 ? " AND " : "") + theirs[i] + " = " + own[i];
        sql += " FROM " + KeyRowsName(table_) + "),\npaired AS (" + paired +
               ", t.tableoid IS NOT NULL AS is_there" + Taken() + " FROM source LEFT JOIN " +
               table_.SqlName() + " AS t ON " + equal + ")\nSELECT ";
        for (std::size_t i = 0; i < match_.kept.size(); ++i) {
            const std::string found = "found_" + std::to_string(i + 1);
            const bool primary = i == 0 && match_.has_primary;
            sql += (i > 0 ? ", " : "") + Key(i) + ", CASE WHEN is_there THEN " + found +
                   (primary ? " WHEN NOT is_taken THEN " : " ELSE ") + Key(i) +
                   (primary && match_.numbers ? " WHEN " + IsWhole() + " THEN " + Fresh() : "") + " END";
        }
        sql += " FROM paired";
        for (std::size_t i = 0; i < match_.kept.size(); ++i)
            sql += Others(i);
        return sql;
    }

  private:
    std::string Item(const std::string& name) const {
        const PlannedColumn& column = ColumnOf(table_, name);
        return "CAST(" + Followed(design_, column) + " AS " + column.bare_type + ")";
    }
    static std::string Key(std::size_t i) { return "key_" + std::to_string(i + 1); }
    static std::string On(std::size_t i) { return "on_" + std::to_string(i + 1); }

    /// What has to be equal, of the target and of the source.
    std::vector<std::string> Theirs(const std::string& alias) const {
        return WhatIsEqual(match_.on, match_.elements,
                           [&](std::size_t i) { return alias + QuotePgIdentifierIfNeeded(match_.on[i]); });
    }
    std::vector<std::string> Own() const {
        return WhatIsEqual(match_.on, match_.elements, [&](std::size_t i) { return "source." + On(i); });
    }

    /// Whether another row of the target has the primary key. A row that is not told apart by what it is
    /// found by is the same one.
    std::string Taken() const {
        if (!match_.has_primary) return {};
        std::string theirs, own;
        for (const std::string& value : Theirs("o."))
            theirs += (theirs.empty() ? "" : ", ") + value;
        for (const std::string& value : Own())
            own += (own.empty() ? "" : ", ") + value;
        return ", EXISTS (SELECT FROM " + table_.SqlName() + " AS o WHERE o." + primary_ + " = source." +
               Key(0) + " AND ROW(" + theirs + ") IS DISTINCT FROM ROW(" + own + ")) AS is_taken";
    }

    /// Whether the row can be found again under a key of its own.
    std::string IsWhole() const {
        std::string whole;
        for (std::size_t i = 0; i < match_.on.size(); ++i)
            whole += (i > 0 ? " AND " : "") + On(i) + " IS NOT NULL";
        return whole;
    }

    /// Numbers behind all that there are, in the order of the old ones.
    std::string Fresh() const {
        return "GREATEST((SELECT max(" + primary_ + ") FROM " + table_.SqlName() + "), (SELECT max(" +
               Key(0) +
               ") FROM source)) + row_number() OVER (PARTITION BY is_there OR NOT "
               "is_taken OR NOT (" +
               IsWhole() + ") ORDER BY " + Key(0) + ")";
    }

    std::string Others(std::size_t kept) const {
        const std::string name = QuotePgIdentifierIfNeeded(match_.kept[kept]);
        std::string list;
        for (std::size_t i = 0; i < match_.kept.size(); ++i)
            list += (i > 0 ? ", " : "") + (i == kept ? "t." + name : std::string("NULL")) + ", NULL";
        return "\nUNION ALL SELECT " + list + " FROM " + table_.SqlName() + " AS t WHERE t." + name +
               " NOT IN (SELECT " + Key(kept) + " FROM source WHERE " + Key(kept) + " IS NOT NULL)";
    }

    const Design& design_;
    const PlannedTable& table_;
    const PlannedMatch& match_;
    std::string primary_;
};

}  // namespace

bool IsLookedUp(const PlannedTable& table, const PlannedColumn& column) noexcept {
    return column.follows || FindKept(table, column) != nullptr;
}

std::string WrittenExpression(const Design& design, const PlannedTable& table, const PlannedColumn& column) {
    const std::string value = Followed(design, column);
    const std::string* kept = FindKept(table, column);
    if (kept == nullptr) return value;
    const auto place = static_cast<std::size_t>(kept - table.match->kept.data());
    return "COALESCE(" + LookUp(table, place, value) + ", " + value + ")";
}

std::vector<MatchStatement> PrepareMatches(const Design& design, const PlannedTable& table) {
    // Those that others' keys depend on first. A finding has told of circles.
    std::vector<const PlannedTable*> needed;
    std::vector<const PlannedTable*> open;
    const std::function<void(const PlannedTable&)> need = [&](const PlannedTable& parent) {
        const auto has = [&](const std::vector<const PlannedTable*>& list) {
            return std::find(list.begin(), list.end(), &parent) != list.end();
        };
        if (!parent.match || !parent.match->usable || parent.match->kept.empty() || has(needed) || has(open))
            return;
        open.push_back(&parent);
        for (const std::vector<std::string>* names : {&parent.match->on, &parent.match->kept})
            for (const std::string& name : *names)
                if (const auto& follows = ColumnOf(parent, name).follows) need(design.tables[follows->table]);
        open.pop_back();
        needed.push_back(&parent);
    };
    for (const PlannedColumn& column : table.columns)
        if (column.follows && column.written()) need(design.tables[column.follows->table]);
    need(table);
    std::vector<MatchStatement> statements;
    for (const PlannedTable* parent : needed) {
        statements.push_back({CreateKeyRows(*parent), "DROP FOREIGN TABLE " + KeyRowsName(*parent)});
        statements.push_back({CreateKeys(*parent), "DROP TABLE " + KeysTableName(*parent)});
    }
    for (const PlannedTable* parent : needed) {
        statements.push_back({KeyPairs(design, *parent).Fill(), {}});
        for (std::size_t i = 0; i < parent->match->kept.size(); ++i)
            statements.push_back(
                {"CREATE INDEX ON " + KeysTableName(*parent) + " (" + FromColumn(i) + ")", {}});
    }
    return statements;
}

namespace {

/// Rows without a key are told apart by all that they say, as often as they say it.
std::optional<Meeting> CompareWholeRows(const PlannedTable& table) {
    const ExistingRelation& target = *table.existing;
    if (!target.foreign_keys.empty() || !table.table().foreign_keys.empty()) return std::nullopt;
    std::string own, theirs;
    for (const ExistingColumn& column : target.columns) {
        const PlannedColumn* planned = table.FindTarget(column.name);
        if (planned == nullptr || !planned->written() || (planned->conversion && !planned->conversion->ok()))
            return std::nullopt;
        own += (own.empty() ? "CAST(" : ", CAST(") + SourceExpression(*planned) + " AS " +
               planned->bare_type + ")::text";
        theirs += (theirs.empty() ? "" : ", ") + QuotePgIdentifierIfNeeded(column.name) + "::text";
    }
    Meeting meeting;
    meeting.rows = {CreateKeyRows(table), "DROP FOREIGN TABLE " + KeyRowsName(table)};
    meeting.count = "WITH here AS (SELECT ROW(" + own + ")::text AS row, pg_catalog.count(*) AS n FROM " +
                    KeyRowsName(table) + " GROUP BY 1), there AS (SELECT ROW(" + theirs +
                    ")::text AS row, pg_catalog.count(*) AS n FROM " + table.SqlName() +
                    " GROUP BY 1) SELECT sum(LEAST(h.n, t.n)) FILTER (WHERE h.n > 0 AND t.n > 0), "
                    "0, 0, 0, sum(t.n - COALESCE(h.n, 0)) FILTER (WHERE t.n > COALESCE(h.n, 0)) "
                    "FROM here AS h FULL JOIN there AS t ON t.row = h.row";
    return meeting;
}

}  // namespace

std::vector<std::string> WhatIsEqual(const std::vector<std::string>& on,
                                     const std::vector<std::string>& elements,
                                     const std::function<std::string(std::size_t)>& value_of) {
    std::vector<std::string> values;
    std::string row;
    for (std::size_t i = 0; i < on.size(); ++i) {
        if (elements.empty())
            values.push_back(value_of(i));
        else
            row += (row.empty() ? "" : ", ") + value_of(i) + " AS " + QuotePgIdentifierIfNeeded(on[i]);
    }
    for (const std::string& element : elements)
        values.push_back("(SELECT " + element + " FROM (SELECT " + row + ") AS key)");
    return values;
}

std::optional<Meeting> CompareRows(const PlannedTable& table) {
    const ExistingRelation& target = *table.existing;
    if (target.primary_key.empty() && target.unique_keys.empty() && target.expression_keys.empty())
        return CompareWholeRows(table);
    Meeting meeting;
    meeting.key = NaturalKey(table);
    if (meeting.key.empty()) meeting.key = target.primary_key;
    const auto among = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    std::vector<std::string> references;
    for (const ExistingForeignKey& key : target.foreign_keys)
        references.insert(references.end(), key.columns.begin(), key.columns.end());
    for (const sqlite::ForeignKey& key : table.table().foreign_keys)
        for (const std::string& name : key.columns)
            if (const PlannedColumn* column = table.Find(name)) references.push_back(column->name);
    for (const std::string& name : meeting.key) {
        const PlannedColumn* column = table.FindTarget(name);
        if (column == nullptr || !column->written() || among(references, name)) return std::nullopt;
    }
    if (meeting.key.empty()) return std::nullopt;
    std::string items, theirs, own;
    const auto item = [&](const PlannedColumn& column) {
        const std::string name = "c_" + std::to_string(&column - table.columns.data());
        items += (items.empty() ? "CAST(" : ", CAST(") + SourceExpression(column) + " AS " +
                 column.bare_type + ") AS " + name;
        return name;
    };
    std::string equal, primary, moved = "false";
    std::vector<std::string> own_keys(meeting.key.size());
    for (const PlannedColumn& column : table.columns) {
        if (!column.written() || (column.conversion && !column.conversion->ok())) continue;
        const std::string quoted = QuotePgIdentifierIfNeeded(column.name);
        if (among(meeting.key, column.name)) {
            const auto place = std::find(meeting.key.begin(), meeting.key.end(), column.name);
            own_keys[static_cast<std::size_t>(place - meeting.key.begin())] = "s." + item(column);
        } else if (target.primary_key.size() == 1 && target.primary_key[0] == column.name) {
            const std::string own_primary = "s." + item(column);
            primary = "o." + quoted + " = " + own_primary;
            moved = "t.tableoid IS NOT NULL AND t." + quoted + " IS DISTINCT FROM " + own_primary;
        } else if (!among(references, column.name)) {
            theirs += (theirs.empty() ? "t." : ", t.") + quoted + "::text";
            own += (own.empty() ? "s." : ", s.") + item(column) + "::text";
        }
    }
    std::vector<std::string> elements;
    if (!target.HasUniqueKey(meeting.key))
        if (const ExpressionKey* key = target.FindExpressionKey(meeting.key)) elements = key->elements;
    const std::vector<std::string> their_values = WhatIsEqual(meeting.key, elements, [&](std::size_t i) {
        return "t." + QuotePgIdentifierIfNeeded(meeting.key[i]);
    });
    const std::vector<std::string> own_values =
        WhatIsEqual(meeting.key, elements, [&](std::size_t i) { return own_keys[i]; });
    for (std::size_t i = 0; i < own_values.size(); ++i)
        equal += (i > 0 ? " AND " : "") + their_values[i] + " = " + own_values[i];
    const std::string taken = primary.empty() ? "false"
                                              : "t.tableoid IS NULL AND EXISTS (SELECT FROM " +
                                                    table.SqlName() + " AS o WHERE " + primary + ")";
    const std::string differs =
        own.empty() ? "false" : "ROW(" + theirs + ") IS DISTINCT FROM ROW(" + own + ")";
    meeting.rows = {CreateKeyRows(table), "DROP FOREIGN TABLE " + KeyRowsName(table)};
    meeting.count =
        "SELECT pg_catalog.count(t.tableoid), pg_catalog.count(*) FILTER (WHERE t.tableoid IS NOT "
        "NULL AND " +
        differs + "), pg_catalog.count(*) FILTER (WHERE " + taken + "), pg_catalog.count(*) FILTER (WHERE " +
        moved + "), (SELECT pg_catalog.count(*) FROM " + table.SqlName() +
        ") - pg_catalog.count(t.tableoid) FROM (SELECT " + items + " FROM " + KeyRowsName(table) +
        ") AS s LEFT JOIN " + table.SqlName() + " AS t ON " + equal;
    return meeting;
}

std::optional<Meeting> CompareStates(const PlannedTable& table, const std::vector<std::string>& state) {
    std::string theirs, own;
    for (const std::string& name : state) {
        const PlannedColumn* column = table.Find(name);
        if (column == nullptr || column->existing == nullptr) return std::nullopt;
        theirs += (theirs.empty() ? "" : ", ") + QuotePgIdentifierIfNeeded(column->name) + "::text";
        own += (own.empty() ? "" : ", ") + QuotePgIdentifierIfNeeded(column->foreign_name) + "::text";
    }
    Meeting meeting;
    meeting.rows = {CreateKeyRows(table), "DROP FOREIGN TABLE " + KeyRowsName(table)};
    meeting.count =
        "WITH here AS (SELECT pg_catalog.concat_ws(' ', " + own + ") AS state FROM " + KeyRowsName(table) +
        "), there AS (SELECT pg_catalog.concat_ws(' ', " + theirs + ") AS state FROM " + table.SqlName() +
        ") SELECT pg_catalog.count(*) FILTER (WHERE t.state IS NULL), pg_catalog.count(*) FILTER (WHERE "
        "h.state "
        "IS NULL), pg_catalog.count(*) FILTER (WHERE h.state = t.state), pg_catalog.min(COALESCE(h.state, "
        "t.state)) FILTER (WHERE h.state IS NULL OR t.state IS NULL) FROM here AS h FULL JOIN there AS t ON "
        "t.state = h.state";
    return meeting;
}

std::string KeysTableName(const PlannedTable& table) {
    schema::NameAllocator names(schema::FoldCase::kPreserve, false);
    return "pg_temp." + QuotePgIdentifierIfNeeded(
                            names.Take("keys of " + table.source->server + "_" + table.table().name).name);
}

std::string KeyRowsName(const PlannedTable& table) {
    schema::NameAllocator names(schema::FoldCase::kPreserve, false);
    return "pg_temp." + QuotePgIdentifierIfNeeded(
                            names.Take("rows of " + table.source->server + "_" + table.table().name).name);
}

}  // namespace pgsqlite::plan
