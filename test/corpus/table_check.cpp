#include "table_check.hpp"

#include <algorithm>
#include <unordered_map>

namespace corpus {
namespace {

/// Differing rows shown for one table.
constexpr std::size_t kShownRows = 3;

std::string SelectList(const ForeignTable& table, Server& server) {
    std::string sql = "SELECT ";
    for (const ForeignColumn& column : table.columns)
        sql += (&column != &table.columns.front() ? ", " : "") + server.Quote(column.name);
    return sql + " FROM " + table.name;
}

std::vector<std::string> Sources(const ForeignTable& table) {
    std::vector<std::string> names;
    for (const ForeignColumn& column : table.columns)
        names.push_back(column.source);
    return names;
}

std::size_t Hash(const std::string& text) {
    return std::hash<std::string>()(text);
}

/// Lengths first, so that no two rows share a form.
void Append(std::string& form, const std::string& value) {
    form += std::to_string(value.size()) + ":" + value;
}

}  // namespace

void TableCheck::Report(const ForeignTable& table, const std::string& problem) {
    findings_.problems.push_back("table \"" + table.source + "\": " + problem);
}

std::string TableCheck::RowForm(const ForeignTable& table, const std::vector<Cell>& cells) {
    std::string form;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (cells[i].storage == Class::kNull) {
            form += 'N';
            continue;
        }
        const auto value = canon_.OfCell(table.columns[i].type, cells[i]);
        if (value)
            Append(form, *value);
        else
            form += "!" + Describe(cells[i]);
    }
    return form;
}

std::string TableCheck::RowForm(const ForeignTable& table, const PgRow& row) {
    std::string form;
    for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i])
            Append(form, canon_.OfOutput(table.columns[i].type, *row[i]));
        else
            form += 'N';
    }
    return form;
}

std::optional<Failure> TableCheck::Compare(const ForeignTable& table) {
    std::vector<std::size_t> actual, expected;
    const auto refused = server_.Stream(
        SelectList(table, server_), [&](const PgRow& row) { actual.push_back(Hash(RowForm(table, row))); });
    if (refused) return refused;
    const auto failure =
        oracle_.Scan(table.source, Sources(table), [&](const std::string&, const std::vector<Cell>& cells) {
            expected.push_back(Hash(RowForm(table, cells)));
        });
    if (failure) {
        Report(table, "the server reads it to the end, SQLite itself says: " + *failure);
        return std::nullopt;
    }
    counts_.values += expected.size() * table.columns.size();
    std::sort(actual.begin(), actual.end());
    std::sort(expected.begin(), expected.end());
    if (actual != expected) ReportDifferences(table);
    return std::nullopt;
}

/// Reads both sides once more, to show rows that only one side has, paired in the order of the scans.
void TableCheck::ReportDifferences(const ForeignTable& table) {
    std::unordered_map<std::size_t, long> balance;  // rows of the server minus rows of SQLite
    std::uint64_t rows = 0, source_rows = 0;
    (void)server_.Stream(SelectList(table, server_), [&](const PgRow& row) {
        ++balance[Hash(RowForm(table, row))];
        ++rows;
    });
    (void)oracle_.Scan(table.source, Sources(table), [&](const std::string&, const std::vector<Cell>& cells) {
        --balance[Hash(RowForm(table, cells))];
        ++source_rows;
    });
    std::unordered_map<std::size_t, long> missing, extra;
    std::uint64_t differing = 0;
    for (const auto& [hash, difference] : balance) {
        if (difference > 0) extra[hash] = difference;
        if (difference < 0) missing[hash] = -difference, differing += static_cast<std::uint64_t>(-difference);
    }
    Report(table, std::to_string(source_rows) + " rows in SQLite, " + std::to_string(rows) +
                      " in PostgreSQL, " + std::to_string(differing) + " of SQLite's without an equal");

    std::vector<PgRow> extra_rows;
    (void)server_.Stream(SelectList(table, server_), [&](const PgRow& row) {
        if (extra_rows.size() < kShownRows && extra[Hash(RowForm(table, row))]-- > 0)
            extra_rows.push_back(row);
    });
    std::size_t shown = 0;
    (void)oracle_.Scan(
        table.source, Sources(table), [&](const std::string& rowid, const std::vector<Cell>& cells) {
            if (shown == kShownRows || missing[Hash(RowForm(table, cells))]-- <= 0) return;
            const PgRow* partner = shown < extra_rows.size() ? &extra_rows[shown] : nullptr;
            ++shown;
            for (std::size_t i = 0; i < cells.size(); ++i) {
                const ForeignColumn& column = table.columns[i];
                const bool null = cells[i].storage == Class::kNull;
                const auto expected = null ? std::nullopt : canon_.OfCell(column.type, cells[i]);
                const auto output = partner != nullptr ? (*partner)[i] : std::nullopt;
                if (partner != nullptr &&
                    (null ? !output : output && expected == canon_.OfOutput(column.type, *output)))
                    continue;
                Report(table, "rowid " + (rowid.empty() ? "-" : rowid) + ", column \"" + column.source +
                                  "\" (" + column.type.name + "): SQLite has " + Describe(cells[i]) +
                                  ", PostgreSQL " +
                                  (partner == nullptr ? "no such row"
                                   : output           ? "'" + Printable(*output) + "'"
                                                      : "NULL"));
            }
        });
}

void TableCheck::CheckRefusal(const ForeignTable& table, const Failure& failure) {
    const std::string text = failure.message + " " + failure.detail;
    const bool clear = failure.sqlstate.starts_with("22") || failure.sqlstate.starts_with("54") ||
                       failure.sqlstate == "42804";
    const bool names_column =
        std::any_of(table.columns.begin(), table.columns.end(), [&](const ForeignColumn& column) {
            return text.find("\"" + column.source + "\"") != std::string::npos;
        });
    if (!clear || !names_column || text.find("\"" + table.source + "\"") == std::string::npos)
        Report(table, "not a clear refusal of a value: " + failure.Text());
}

void TableCheck::CompareColumns(const ForeignTable& table) {
    bool any = false;
    for (const ForeignColumn& column : table.columns) {
        ForeignTable single = table;
        single.columns = {column};
        const auto refused = Compare(single);
        if (!refused) continue;
        any = true;
        CheckRefusal(single, *refused);
        const std::uint64_t before = counts_.refused;
        CompareRefused(single);
        findings_.notes.push_back(std::to_string(counts_.refused - before) + " values refused in table \"" +
                                  table.source + "\": " + refused->Text());
    }
    if (!any) Report(table, "refused as a whole, but no column is refused by itself");
}

void TableCheck::CompareRefused(const ForeignTable& table) {
    const ForeignColumn& column = table.columns.front();
    const std::string alter =
        "ALTER FOREIGN TABLE " + table.name + " ALTER COLUMN " + server_.Quote(column.name);
    server_.Must(alter + " OPTIONS (ADD on_error 'null')");
    std::unordered_map<std::string, long> balance;  // values of SQLite minus values of the server
    std::unordered_map<std::string, std::string> origin;
    std::uint64_t rows = 0, source_rows = 0, nulls = 0, source_nulls = 0, unfit = 0;
    const auto failure = oracle_.Scan(
        table.source, Sources(table), [&](const std::string& rowid, const std::vector<Cell>& cells) {
            ++source_rows;
            if (cells[0].storage == Class::kNull) {
                ++source_nulls;
            } else if (const auto value = canon_.OfCell(column.type, cells[0])) {
                ++balance[*value];
                origin.try_emplace(*value, "rowid " + rowid + ", " + Describe(cells[0]));
            } else {
                ++unfit;
            }
        });
    if (failure) return Report(table, "the server refuses a value, SQLite itself says: " + *failure);
    std::vector<std::string> extra;
    const auto refused = server_.Stream(SelectList(table, server_), [&](const PgRow& row) {
        ++rows;
        if (!row[0])
            ++nulls;
        else if (balance[canon_.OfOutput(column.type, *row[0])]-- <= 0 && extra.size() < kShownRows)
            extra.push_back(*row[0]);
    });
    server_.Must(alter + " OPTIONS (DROP on_error)");
    const std::string place =
        "column \"" + column.source + "\" (" + column.type.name + ") with on_error 'null': ";
    if (refused) return Report(table, place + refused->Text());
    if (rows != source_rows)
        Report(table, place + std::to_string(rows) + " rows instead of " + std::to_string(source_rows));
    for (const std::string& output : extra)
        Report(table, place + "PostgreSQL has '" + Printable(output) + "', no cell equals it");
    std::size_t shown = 0;
    for (const auto& [value, left] : balance)
        if (left > 0 && shown++ < kShownRows)
            Report(table, place + "refused although it fits: " + origin[value]);
    if (shown == 0 && extra.empty() && nulls != source_nulls + unfit)
        Report(table,
               place + std::to_string(nulls) + " NULLs, expected " + std::to_string(source_nulls + unfit));
    counts_.values += source_rows - unfit;
    counts_.refused += unfit;
}

void TableCheck::CompareCount(const ForeignTable& table) {
    std::uint64_t source_rows = 0;
    const auto failure =
        oracle_.Scan(table.source, {}, [&](const std::string&, const std::vector<Cell>&) { ++source_rows; });
    if (failure) return;
    counts_.rows += source_rows;
    std::string rows;
    const auto refused = server_.Stream("SELECT count(*) FROM " + table.name,
                                        [&](const PgRow& row) { rows = row[0].value_or(""); });
    if (refused)
        Report(table, "count(*): " + refused->Text());
    else if (rows != std::to_string(source_rows))
        Report(table, "count(*) is " + rows + ", SQLite has " + std::to_string(source_rows) + " rows");
}

}  // namespace corpus
