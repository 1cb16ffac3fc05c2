#include "core/assess/misfits.hpp"

#include <algorithm>

#include "core/assess/table_reader.hpp"
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

    /// Whether the cell fits, and whether it is NULL then.
    bool Fits(const RowName& name, Scratch& scratch, bool* is_null, value::Status* status) const noexcept {
        value::Value out;
        *status = value::Convert(rule, name.cells[cell], scratch, out);
        *is_null = status->ok() && out.is_null;
        return status->ok();
    }

    void Add(const RowName& name, Scratch& scratch) {
        value::Status status;
        bool is_null = false;
        const value::Cell& own = name.cells[cell];
        if (own.storage_class == value::StorageClass::kText ||
            own.storage_class == value::StorageClass::kBlob)
            result.longest = std::max<std::uint64_t>(result.longest, own.bytes.size);
        if (Fits(name, scratch, &is_null, &status)) {
            ++result.applied[static_cast<std::size_t>(status.applied)];
            if (is_null && result.nulls++ == 0) result.first_null = name.Show(name.cells[cell]);
            return;
        }
        ++result.refused;
        Tally& fault = result.by_code[static_cast<std::size_t>(status.code)];
        if (fault.rows++ == 0) fault.first = name.Show(name.cells[cell]);
    }
};

}  // namespace

value::Rule ColumnRule::Compile(value::Encodings* encodings) const {
    value::Rule rule = type.ToRule();
    if (!encoding.empty()) {
        *encodings = value::Encodings::Parse(encoding, value::Target(rule));
        rule.encodings = encodings->list();
    }
    rule.policies = policies;
    rule.zone = zone;
    rule.utf8_server = utf8_server;
    return rule;
}

std::string PolicyKey(const value::Policies& policies) {
    std::string key;
    const auto number = [&](auto n) { key += std::to_string(static_cast<int>(n)) + ','; };
    number(policies.excess_digits), number(policies.invalid_text), number(policies.nul_bytes);
    number(policies.invalid_json), number(policies.too_long);
    number(policies.empty_as_null), number(policies.zero_date_as_null), number(policies.ambiguous_time);
    return key;
}

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
    return key + PolicyKey(policies);
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

namespace {

/// One check a rule, and the columns to be read for them.
std::vector<Check> CompileRules(const std::vector<const ColumnRule*>& rules,
                                std::vector<std::string>* columns) {
    std::vector<Check> checks(rules.size());
    for (std::size_t i = 0; i < rules.size(); ++i) {
        checks[i].rule = rules[i]->Compile(&checks[i].encodings);
        const auto place = std::find(columns->begin(), columns->end(), rules[i]->column);
        checks[i].cell = static_cast<std::size_t>(place - columns->begin());
        if (place == columns->end()) columns->push_back(rules[i]->column);
    }
    return checks;
}

}  // namespace

std::vector<ColumnMisfits> CountMisfits(sqlite::Database& db, const sqlite::Table& table,
                                        const std::vector<ColumnRule>& rules) {
    std::vector<const ColumnRule*> list;
    for (const ColumnRule& rule : rules)
        list.push_back(&rule);
    std::vector<std::string> columns;
    std::vector<Check> checks = CompileRules(list, &columns);
    const ReadScope scope(db);
    TableReader reader(db, table, columns);
    Scratch scratch;
    while (reader.Next()) {
        const RowName& name = reader.name();
        for (Check& check : checks)
            check.Add(name, scratch);
    }
    scratch.Verify();
    std::vector<ColumnMisfits> results;
    results.reserve(checks.size());
    for (Check& check : checks) {
        check.result.rows = reader.rows();
        results.push_back(std::move(check.result));
    }
    return results;
}

std::uint64_t CountRefusedRows(sqlite::Database& db, const sqlite::Table& table,
                               const std::vector<RowCondition>& conditions) {
    std::vector<const ColumnRule*> list;
    for (const RowCondition& condition : conditions)
        list.push_back(&condition.rule);
    std::vector<std::string> columns;
    const std::vector<Check> checks = CompileRules(list, &columns);
    const ReadScope scope(db);
    TableReader reader(db, table, columns);
    Scratch scratch;
    std::uint64_t refused = 0;
    while (reader.Next()) {
        const RowName& name = reader.name();
        for (std::size_t i = 0; i < checks.size(); ++i) {
            value::Status status;
            bool is_null = false;
            // A misfit that takes no row along is NULL in it.
            if (!checks[i].Fits(name, scratch, &is_null, &status)) {
                if (!conditions[i].refuses_misfits && !conditions[i].refuses_nulls) continue;
            } else if (!is_null || !conditions[i].refuses_nulls) {
                continue;
            }
            ++refused;
            break;
        }
    }
    scratch.Verify();
    return refused;
}

}  // namespace pgsqlite::assess
