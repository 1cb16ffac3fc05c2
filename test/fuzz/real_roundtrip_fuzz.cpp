// Any double: its text and its decimal read back to the same bits. Each input stands for itself and for 15
// uniformly random patterns that it seeds, because the fuzzer's own mutations stay close to each other.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "core/value/format.hpp"
#include "value_fuzz.hpp"

using namespace pgsqlite;
using namespace pgsqlite::value;
using namespace pgsqlite::value::fuzz;

namespace {

void CheckPattern(std::uint64_t bits) {
    const double real = std::bit_cast<double>(bits);

    char buffer[kNumberTextSize];
    const std::string text(buffer, FormatReal(real, buffer));
    Require(text.size() <= kNumberTextSize);
    if (std::isnan(real)) {
        Require(text == "NaN");
        return;
    }
    Require(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)) == bits);

    static Scratch scratch;
    Value value;
    Rule rule;
    rule.kind = Kind::kFloat8;
    Require(Convert(rule, Cell::Text(text), scratch, value).ok());
    Require(std::bit_cast<std::uint64_t>(value.real) == bits);

    rule.kind = Kind::kNumeric;
    Require(Convert(rule, Cell::Real(real), scratch, value).ok());
    const std::string decimal = DecimalText(value.decimal);
    Require(std::strtod(decimal.c_str(), nullptr) == real);

    rule.kind = Kind::kJsonb;
    Require(Convert(rule, Cell::Real(real), scratch, value).ok() == std::isfinite(real));

    // An integer is exact or refused.
    rule.kind = Kind::kInt8;
    if (Convert(rule, Cell::Real(real), scratch, value).ok())
        Require(static_cast<double>(value.integer) == real);
    rule.kind = Kind::kFloat4;
    if (Convert(rule, Cell::Real(real), scratch, value).ok())
        Require(std::bit_cast<std::uint64_t>(value.real) == bits);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, data, std::min(size, sizeof bits));
    CheckPattern(bits);
    std::mt19937_64 random(bits);
    for (int i = 0; i < 15; ++i)
        CheckPattern(random());
    return 0;
}
