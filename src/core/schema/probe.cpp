#include "core/schema/probe.hpp"

#include "core/value/encoding.hpp"
#include "core/value/format.hpp"
#include "core/value/time/plausible.hpp"

namespace pgsqlite::schema {
namespace {

using value::Cell;
using value::Code;
using value::StorageClass;

double AsReal(const Cell& cell) noexcept {
    return cell.storage_class == StorageClass::kInteger ? static_cast<double>(cell.integer) : cell.real;
}

bool IsNumber(const Cell& cell) noexcept {
    return cell.storage_class == StorageClass::kInteger || cell.storage_class == StorageClass::kReal;
}

/// "empty_as_null 'true'" as the refusal table has it → the same behind ADD.
std::string AlterOptions(const std::string& assignment) {
    return "OPTIONS (ADD " + assignment + ")";
}

}  // namespace

Probe::Probe(const std::vector<ImportColumn>& columns, const value::Policies& policies,
             const value::Zone& zone)
    : columns_(columns), states_(columns.size()) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
        states_[i].rule = columns[i].type.ToRule();
        states_[i].rule.policies = policies;
        states_[i].rule.zone = zone;
    }
}

void Probe::Add(const Cell* cells) noexcept {
    ++rows_;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        State& state = states_[i];
        const Cell& cell = cells[i];
        if (cell.is_null()) continue;
        if (IsNumber(cell)) {
            if (state.least.is_null() || AsReal(cell) < AsReal(state.least)) state.least = cell;
            if (state.most.is_null() || AsReal(cell) > AsReal(state.most)) state.most = cell;
        } else {
            state.texts = state.texts || cell.storage_class == StorageClass::kText;
        }
        value::Value value;
        const value::Status status = value::Convert(state.rule, cell, scratch_, value);
        if (status.ok()) continue;
        if (state.misfits++ == 0) {
            state.first_row = rows_;
            state.first_status = status;
            state.first_class = cell.storage_class;
            state.first_value_size =
                value::DescribeCell(cell, state.first_value.data(), state.first_value.size(), 40);
        }
        state.blobs = state.blobs || cell.storage_class == StorageClass::kBlob;
    }
}

std::vector<std::string> Probe::Advice(const std::string& schema_name, const std::string& table_name) const {
    scratch_.Verify();
    std::vector<std::string> advice;
    for (std::size_t i = 0; i < states_.size(); ++i) {
        const State& state = states_[i];
        if (state.misfits == 0) continue;
        const value::Refusal& refusal = value::Explain(state.first_status.code);
        std::string change, choice;
        if (state.first_status.code == Code::kNeedsEncoding) {
            const auto readings = value::PlausibleReadings(state.least, state.most);
            if (readings.size() > 1) choice = " (which encoding: " + value::DescribeReadings(readings) + ")";
            if (!readings.empty()) {
                const std::string name =
                    readings.size() > 1 ? "…" : value::EncodingName(readings.front().encoding);
                change = AlterOptions(std::string("encoding '") + (state.texts ? "iso," : "") + name + "'");
            }
        } else if (refusal.option != nullptr) {
            change = AlterOptions(refusal.option);
        }
        if (change.empty()) change = state.blobs ? "TYPE bytea" : "TYPE text";
        const std::string column = QuotePgIdentifier(columns_[i].name.name);
        advice.push_back(
            std::to_string(state.misfits) + " of the first " + std::to_string(rows_) +
            " rows hold in column " + column + " what " + columns_[i].type.sql + " will refuse, first row " +
            std::to_string(state.first_row) + " with the " + value::StorageClassName(state.first_class) +
            " " + std::string(state.first_value.data(), state.first_value_size) + " (" + refusal.reason +
            "); to settle it" + choice + ": ALTER FOREIGN TABLE " + QuotePgIdentifier(schema_name) + "." +
            QuotePgIdentifier(table_name) + " ALTER COLUMN " + column + " " + change + ";");
    }
    return advice;
}

}  // namespace pgsqlite::schema
