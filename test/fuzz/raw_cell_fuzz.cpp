// The proof of a migration reads plain cells by code of its own (core/digest/raw_cell.hpp). Whatever it
// takes, the conversion that moves data must take too, without a policy, and both must mean the same value:
// else a table would be called different that is not, or the other way round.
#include "core/digest/raw_cell.hpp"

#include <cstring>

#include "value_fuzz.hpp"

namespace {

using namespace pgsqlite;
using namespace pgsqlite::value;
using digest::CanonicalRow;
using digest::Form;

struct Target {
    Kind kind;
    Form form;
};
constexpr Target kTargets[] = {{Kind::kBoolean, Form::kBoolean},     {Kind::kInt2, Form::kInteger},
                               {Kind::kInt4, Form::kInteger},        {Kind::kInt8, Form::kInteger},
                               {Kind::kFloat4, Form::kReal},         {Kind::kFloat8, Form::kReal},
                               {Kind::kNumeric, Form::kNumeric},     {Kind::kText, Form::kText},
                               {Kind::kText, Form::kPaddedText},     {Kind::kBytea, Form::kBytes},
                               {Kind::kDate, Form::kDate},           {Kind::kTime, Form::kTime},
                               {Kind::kTimestamp, Form::kTimestamp}, {Kind::kTimestamptz, Form::kTimestamp},
                               {Kind::kUuid, Form::kUuid},           {Kind::kJson, Form::kText},
                               {Kind::kJsonb, Form::kJson}};

Cell MakeCell(fuzz::Input& input) {
    const std::uint8_t storage_class = input.Byte();
    Bytes rest = input.rest();
    switch (storage_class % 5) {
        case 0:
            return Cell::Null();
        case 1: {
            std::int64_t integer = 0;
            std::memcpy(&integer, rest.data(), rest.size() < sizeof(integer) ? rest.size() : sizeof(integer));
            return Cell::Integer(integer);
        }
        case 2: {
            double real = 0;
            std::memcpy(&real, rest.data(), rest.size() < sizeof(real) ? rest.size() : sizeof(real));
            return real != real ? Cell::Null() : Cell::Real(real);  // SQLite stores no NaN
        }
        case 3:
            return Cell::Text(rest);
        default:
            return Cell::Blob(rest);
    }
}

/// What the conversion gives, in the canonical form.
void Append(Form form, const Value& value, CanonicalRow* row) {
    if (value.is_null) return row->Null();
    switch (form) {
        case Form::kBoolean:
            return row->Boolean(value.boolean);
        case Form::kInteger:
            return row->Integer(value.integer);
        case Form::kReal:
            return row->Real(value.real);
        case Form::kNumeric: {
            const std::string text = fuzz::DecimalText(value.decimal);
            const bool negative = text[0] == '-';
            const std::size_t point = std::min(text.find('.'), text.size());
            return row->Number({negative, text.data() + negative, text.size() - negative,
                                static_cast<std::int64_t>(point - negative)});
        }
        case Form::kText:
            return row->Text(value.bytes);
        case Form::kPaddedText:
            return row->PaddedText(value.bytes);
        case Form::kBytes:
            return row->Blob(value.bytes);
        case Form::kUuid:
            return row->Uuid(value.uuid);
        default:
            return row->Moment(form, value.integer);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const Target target = kTargets[input.Byte() % (sizeof(kTargets) / sizeof(kTargets[0]))];
    Rule rule = fuzz::RandomRule(target.kind, input);
    const std::uint8_t more = input.Byte();
    if (target.kind == Kind::kNumeric && (more & 1) != 0) {
        rule.constrained = true;
        rule.precision = static_cast<std::int16_t>(1 + (more >> 1) % 20);
        rule.scale = static_cast<std::int16_t>((more >> 4) - 2);
    }
    if (IsTemporal(target.kind)) {
        rule.fraction_digits = static_cast<std::int8_t>(more % 7);
        constexpr Encoding kUnix[] = {Encoding::kUnix, Encoding::kUnixMs, Encoding::kUnixUs, Encoding::kIso};
        rule.encodings.count = (more & 0x80) != 0 ? 1 : 0;
        rule.encodings.items[0] = kUnix[more >> 4 & 3];
        if (target.kind == Kind::kTime || target.kind == Kind::kDate) rule.encodings.count = 0;
    }
    const Cell cell = MakeCell(input);

    static digest::RawCells cells;
    CanonicalRow raw;
    if (!cells.Append(digest::MakeRawColumn(target.form, rule, true), cell, &raw)) {
        fuzz::Require(raw.size() == 0 && raw.ok());
        return 0;
    }
    Scratch scratch;
    Value value;
    const Status status = Convert(rule, cell, scratch, value);
    // Documents are walked without a look at names that come twice.
    if (target.kind == Kind::kJsonb || target.kind == Kind::kJson) return 0;
    fuzz::Require(status.ok() && status.applied == Applied::kNone);
    CanonicalRow converted;
    Append(target.form, value, &converted);
    fuzz::Require(converted.bytes() == raw.bytes());
    return 0;
}
