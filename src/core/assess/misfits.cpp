#include "core/assess/misfits.hpp"

#include <algorithm>

#include "core/assess/table_reader.hpp"
#include "core/value/encoding.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::assess {

using value::Code;

namespace {

/// A rule compiled, with the cell it reads and what came of it.
struct Check {
    value::Rule rule;
    value::Encodings encodings;
    std::size_t cell = 0;
    ColumnMisfits result;

    void Add(const RowName& name, Scratch& scratch) {
        value::Value out;
        const value::Cell& source = name.cells[cell];
        const value::Status status = value::Convert(rule, source, scratch, out);
        if (status.ok()) {
            ++result.applied[static_cast<std::size_t>(status.applied)];
            return;
        }
        ++result.refused;
        Tally& fault = result.by_code[static_cast<std::size_t>(status.code)];
        if (fault.rows++ == 0) fault.first = name.Show(source);
    }
};

void CompileRule(const ColumnRule& source, Check& check) {
    check.rule = source.type.ToRule();
    if (check.rule.kind == value::Kind::kInput) check.rule.kind = value::Kind::kText;
    if (!source.encoding.empty()) {
        check.encodings = value::Encodings::Parse(source.encoding, check.rule.kind);
        check.rule.encodings = check.encodings.list();
    }
    check.rule.policies = source.policies;
    check.rule.zone = source.zone;
    check.rule.utf8_server = source.utf8_server;
}

}  // namespace

std::string ColumnRule::Key() const {
    // Lengths before names, since those may hold anything.
    std::string key;
    const auto add = [&](const std::string& text) { key += std::to_string(text.size()) + ':' + text; };
    const auto number = [&](auto n) { key += std::to_string(static_cast<long long>(n)) + ','; };
    add(column);
    add(type.sql);
    add(encoding);
    add(zone_name);
    number(type.kind);
    number(type.precision), number(type.scale), number(type.constrained);
    number(type.max_chars), number(type.fraction_digits), number(utf8_server);
    number(policies.excess_digits), number(policies.invalid_text), number(policies.nul_bytes);
    number(policies.invalid_json), number(policies.too_long);
    number(policies.empty_as_null), number(policies.zero_date_as_null);
    return key;
}

const Example& ColumnMisfits::First(Code* code) const noexcept {
    std::size_t first = 0;
    for (std::size_t i = 1; i < by_code.size(); ++i)
        if (by_code[i].rows > 0 &&
            (by_code[first].rows == 0 || by_code[i].first.row < by_code[first].first.row))
            first = i;
    if (code != nullptr) *code = static_cast<Code>(first);
    return by_code[first].first;
}

std::vector<ColumnMisfits> CountMisfits(sqlite::Database& db, const sqlite::Table& table,
                                        const std::vector<ColumnRule>& rules) {
    std::vector<Check> checks(rules.size());
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < rules.size(); ++i) {
        CompileRule(rules[i], checks[i]);
        const auto place = std::find(columns.begin(), columns.end(), rules[i].column);
        checks[i].cell = static_cast<std::size_t>(place - columns.begin());
        if (place == columns.end()) columns.push_back(rules[i].column);
    }
    const ReadScope scope(db);
    TableReader reader(db, table, columns);
    Scratch scratch;
    while (reader.Next()) {
        const RowName& name = reader.name();
        for (Check& check : checks)
            check.Add(name, scratch);
    }
    std::vector<ColumnMisfits> results;
    results.reserve(checks.size());
    for (Check& check : checks) {
        check.result.rows = reader.rows();
        results.push_back(std::move(check.result));
    }
    return results;
}

}  // namespace pgsqlite::assess
