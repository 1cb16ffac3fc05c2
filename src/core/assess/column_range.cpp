// One pass that keeps two extremes.
#include "core/assess/column_range.hpp"

#include "core/assess/table_reader.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::assess {
namespace {

std::optional<std::int64_t> RowidOf(const RowName& name) noexcept {
    if (name.rowid == nullptr || name.rowid->storage_class != value::StorageClass::kInteger)
        return std::nullopt;
    return name.rowid->integer;
}

}  // namespace

plan::ColumnRange ReadColumnRange(sqlite::Database& db, const sqlite::Table& table, const ColumnRule& rule) {
    value::Encodings encodings;
    const value::Rule compiled = rule.Compile(&encodings);
    const ReadScope scope(db);
    TableReader reader(db, table, {rule.column});
    Scratch scratch;
    plan::ColumnRange range;
    while (reader.Next()) {
        const RowName& name = reader.name();
        value::Value out;
        const bool fits = value::Convert(compiled, name.cells[0], scratch, out).ok();
        if (!fits && rule.policies.on_error != value::OnError::kNull) continue;
        if (!fits || out.is_null) {
            ++range.nulls;
            continue;
        }
        const bool first = range.values++ == 0;
        if (first || out.integer < range.lowest) {
            range.lowest = out.integer;
            range.lowest_rowid = RowidOf(name);
        }
        if (first || out.integer > range.highest) {
            range.highest = out.integer;
            range.highest_rowid = RowidOf(name);
        }
    }
    scratch.Verify();
    return range;
}

}  // namespace pgsqlite::assess
