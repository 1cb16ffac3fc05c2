#include "value.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "json_form.hpp"
#include "number.hpp"

namespace corpus {
namespace {

constexpr char kHex[] = "0123456789abcdef";

std::string Lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::string Trimmed(const std::string& text) {
    const char* blanks = " \t\n\v\f\r";
    const std::size_t begin = text.find_first_not_of(blanks);
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string Hex(const std::string& bytes) {
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        hex += kHex[byte >> 4];
        hex += kHex[byte & 15];
    }
    return hex;
}

std::string Bits(double value) {
    char text[24];
    std::uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(bits));
    return text;
}

/// Characters of valid UTF-8 without NUL; nullopt otherwise. RFC 3629's table.
std::optional<std::size_t> CountCharacters(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < text.size(); ++count) {
        const auto at = [&](std::size_t k) -> unsigned {
            return k < text.size() ? static_cast<unsigned char>(text[k]) : 0;
        };
        const unsigned first = at(i);
        const int more = first < 0x80   ? 0
                         : first < 0xC2 ? -1
                         : first < 0xE0 ? 1
                         : first < 0xF0 ? 2
                         : first < 0xF5 ? 3
                                        : -1;
        if (first == 0 || more < 0) return std::nullopt;
        for (int k = 1; k <= more; ++k)
            if ((at(i + static_cast<std::size_t>(k)) & 0xC0) != 0x80) return std::nullopt;
        const unsigned second = at(i + 1);
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
            (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
            return std::nullopt;
        i += static_cast<std::size_t>(more) + 1;
    }
    return count;
}

/// The digits of a number cell, or a text cell as it stands; nullopt for a blob.
std::optional<std::string> Words(const Cell& cell) {
    switch (cell.storage) {
        case Class::kInteger:
            return std::to_string(cell.integer);
        case Class::kReal:
            return RealText(cell.real);
        case Class::kText:
            return cell.bytes;
        default:
            return std::nullopt;
    }
}

std::string Plain(double integral) {
    char text[400];
    std::snprintf(text, sizeof text, "%.0f", integral);
    return text;
}

}  // namespace

ColumnType ParseType(const std::string& name) {
    static const std::map<std::string, Kind> kKinds = {{"smallint", Kind::kInteger},
                                                       {"integer", Kind::kInteger},
                                                       {"bigint", Kind::kInteger},
                                                       {"double precision", Kind::kFloat},
                                                       {"numeric", Kind::kNumeric},
                                                       {"text", Kind::kText},
                                                       {"character varying", Kind::kText},
                                                       {"bytea", Kind::kBytea},
                                                       {"boolean", Kind::kBoolean},
                                                       {"date", Kind::kDate},
                                                       {"timestamp without time zone", Kind::kTimestamp},
                                                       {"timestamp with time zone", Kind::kTimestamp},
                                                       {"time without time zone", Kind::kTime},
                                                       {"uuid", Kind::kUuid},
                                                       {"json", Kind::kJson},
                                                       {"jsonb", Kind::kJsonb}};
    ColumnType type;
    type.name = name;
    std::string base = name;
    const std::size_t open = name.find('('), close = name.find(')');
    if (open != std::string::npos && close != std::string::npos) {
        type.argument_count =
            std::sscanf(name.c_str() + open, "(%d,%d", &type.arguments[0], &type.arguments[1]);
        base = name.substr(0, open) + name.substr(close + 1);
    }
    const auto found = kKinds.find(base);
    if (found != kKinds.end()) type.kind = found->second;
    return type;
}

std::optional<std::string> Canon::OfInteger(const ColumnType& type, const Cell& cell) {
    std::optional<DecimalParts> parts;
    if (cell.storage == Class::kReal) {
        if (std::isfinite(cell.real) && std::floor(cell.real) == cell.real)
            parts = SplitDecimal(Plain(cell.real));
    } else if (const auto words = Words(cell)) {
        parts = SplitDecimal(*words);
    }
    if (!parts || parts->exponent < 0 ||
        parts->digits.size() + static_cast<std::size_t>(parts->exponent) > 19)
        return std::nullopt;
    const std::string digits = parts->digits + std::string(static_cast<std::size_t>(parts->exponent), '0');
    const __int128 magnitude =
        digits.empty() ? 0 : static_cast<__int128>(std::strtoull(digits.c_str(), nullptr, 10));
    const __int128 value = parts->negative ? -magnitude : magnitude;
    const __int128 limit = static_cast<__int128>(1) << (type.name == "bigint"    ? 63
                                                        : type.name == "integer" ? 31
                                                                                 : 15);
    if (value < -limit || value >= limit) return std::nullopt;
    return std::to_string(static_cast<std::int64_t>(value));
}

std::optional<std::string> Canon::OfNumeric(const ColumnType& type, const Cell& cell) {
    if (cell.storage == Class::kReal && std::isinf(cell.real)) {
        if (type.argument_count > 0) return std::nullopt;
        return cell.real < 0 ? "-Infinity" : "Infinity";
    }
    const auto words = Words(cell);
    if (!words) return std::nullopt;
    const auto parts = SplitDecimal(*words);
    if (!parts) return std::nullopt;
    if (type.argument_count > 0 && !parts->digits.empty()) {
        const long whole = static_cast<long>(parts->digits.size()) + parts->exponent;
        if (-parts->exponent > type.arguments[1] || whole > type.arguments[0] - type.arguments[1])
            return std::nullopt;
    }
    return NormalDecimal(*words);
}

std::optional<std::string> Canon::OfText(const ColumnType& type, const Cell& cell) {
    const auto words = Words(cell);
    if (!words) return std::nullopt;
    const auto characters = CountCharacters(*words);
    if (!characters ||
        (type.argument_count == 1 && *characters > static_cast<std::size_t>(type.arguments[0])))
        return std::nullopt;
    return words;
}

std::optional<std::string> Canon::OfTime(const ColumnType& type, const Cell& cell) {
    if (cell.storage != Class::kText) return std::nullopt;
    constexpr std::int64_t kDay = 86400000000;
    const auto micros =
        type.kind == Kind::kTime ? temporal_.TimeOfDay(cell.bytes) : temporal_.Instant(cell.bytes);
    if (!micros || (type.kind == Kind::kDate && *micros % kDay != 0)) return std::nullopt;
    if (type.argument_count == 1) {
        const auto step = static_cast<std::int64_t>(std::pow(10, 6 - type.arguments[0]));
        if (*micros % step != 0) return std::nullopt;
    }
    return std::to_string(*micros);
}

std::optional<std::string> Canon::OfUuid(const Cell& cell) {
    if (cell.storage == Class::kBlob && cell.bytes.size() == 16) return Hex(cell.bytes);
    if (cell.storage != Class::kText) return std::nullopt;
    std::string text = Lower(Trimmed(cell.bytes));
    if (text.starts_with("urn:uuid:")) text.erase(0, 9);
    if (text.size() > 2 && text.front() == '{' && text.back() == '}') text = text.substr(1, text.size() - 2);
    if (text.size() == 36)
        for (const std::size_t at : {23u, 18u, 13u, 8u}) {
            if (text[at] != '-') return std::nullopt;
            text.erase(at, 1);
        }
    if (text.size() != 32 || text.find_first_not_of(kHex) != std::string::npos) return std::nullopt;
    return text;
}

std::optional<std::string> Canon::OfJson(const ColumnType& type, const Cell& cell) {
    const auto words = Words(cell);
    if (!words || !CountCharacters(*words)) return std::nullopt;
    const auto form = ParseJson(*words);
    if (!form) return std::nullopt;
    if (type.kind == Kind::kJson) return words;  // json keeps the text
    if (form->duplicate_keys || form->nul_escape) return std::nullopt;
    return form->text;
}

std::optional<std::string> Canon::OfOther(const ColumnType& type, const Cell& cell) {
    const auto words = Words(cell);
    if (!words || !CountCharacters(*words)) return std::nullopt;
    const auto [place, added] = casts_.try_emplace({type.name, *words});
    if (added) place->second = server_.Cast(*words, type.name);
    return place->second;
}

std::optional<std::string> Canon::OfCell(const ColumnType& type, const Cell& cell) {
    switch (type.kind) {
        case Kind::kInteger:
            return OfInteger(type, cell);
        case Kind::kNumeric:
            return OfNumeric(type, cell);
        case Kind::kText:
            return OfText(type, cell);
        case Kind::kDate:
        case Kind::kTimestamp:
        case Kind::kTime:
            return OfTime(type, cell);
        case Kind::kUuid:
            return OfUuid(cell);
        case Kind::kJson:
        case Kind::kJsonb:
            return OfJson(type, cell);
        case Kind::kOther:
            return OfOther(type, cell);
        case Kind::kBytea:
            return cell.storage == Class::kBlob ? cell.bytes : *Words(cell);
        case Kind::kFloat: {
            if (cell.storage == Class::kReal) return Bits(cell.real);
            const auto words = Words(cell);
            const auto value = words ? DoubleOfText(*words) : std::nullopt;
            // Unlike a text, an integer must be the double's very value.
            if (!value || (cell.storage == Class::kInteger && Plain(*value) != *words)) return std::nullopt;
            return Bits(*value);
        }
        case Kind::kBoolean: {
            const auto words = cell.storage == Class::kReal ? std::nullopt : Words(cell);
            const std::string word = words ? Lower(Trimmed(*words)) : "";
            for (const char* yes : {"1", "t", "true", "y", "yes", "on"})
                if (word == yes) return "t";
            for (const char* no : {"0", "f", "false", "n", "no", "off"})
                if (word == no) return "f";
            return std::nullopt;
        }
    }
    return std::nullopt;
}

std::string Canon::OfOutput(const ColumnType& type, const std::string& output) {
    std::optional<std::string> form;
    switch (type.kind) {
        case Kind::kNumeric:
            form =
                output.find("Inf") != std::string::npos || output == "NaN" ? output : NormalDecimal(output);
            break;
        case Kind::kFloat: {
            char* end = nullptr;
            const double value = std::strtod(output.c_str(), &end);
            if (*end == '\0') form = Bits(value);
            break;
        }
        case Kind::kBytea: {
            if (!output.starts_with("\\x")) break;
            form.emplace();
            for (std::size_t i = 2; i + 1 < output.size(); i += 2)
                *form += static_cast<char>(std::stoi(output.substr(i, 2), nullptr, 16));
            break;
        }
        case Kind::kDate:
        case Kind::kTimestamp:
        case Kind::kTime: {
            const auto micros = type.kind == Kind::kTime ? ParsePgTime(output) : ParsePgInstant(output);
            if (micros) form = std::to_string(*micros);
            break;
        }
        case Kind::kUuid:
            form = output;
            form->erase(std::remove(form->begin(), form->end(), '-'), form->end());
            break;
        case Kind::kJsonb:
            if (const auto json = ParseJson(output)) form = json->text;
            break;
        default:
            form = output;
    }
    return form ? *form : "not the output of " + type.name + ": " + output;
}

std::string Printable(const std::string& bytes, std::size_t limit) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size() && i < limit; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (byte >= 0x20 && byte < 0x7F && byte != '\\') {
            text += bytes[i];
        } else {
            text += "\\x";
            text += kHex[byte >> 4];
            text += kHex[byte & 15];
        }
    }
    if (bytes.size() > limit) text += "... (" + std::to_string(bytes.size()) + " bytes)";
    return text;
}

std::string Describe(const Cell& cell) {
    switch (cell.storage) {
        case Class::kNull:
            return "NULL";
        case Class::kInteger:
            return "integer " + std::to_string(cell.integer);
        case Class::kReal:
            return "real " + RealText(cell.real);
        case Class::kText:
            return "text '" + Printable(cell.bytes) + "'";
        case Class::kBlob:
            return "blob x'" + Hex(cell.bytes.substr(0, 40)) + (cell.bytes.size() > 40 ? "..." : "") + "'";
    }
    return {};
}

}  // namespace corpus
