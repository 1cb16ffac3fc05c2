// random(), randomblob(), zeroblob(), and the hand-made UUIDs of default clauses.
//
// PostgreSQL up to 18 has no function for random bytes outside of extensions, but gen_random_uuid() is made
// of strong random bytes, of which a version-4 UUID fixes bits in the 7th and the 9th: the last seven are all
// random.
#include <algorithm>
#include <utility>

#include "core/schema/sql/random_shape.hpp"
#include "core/schema/sql/translator.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;
using ExpressionKind = Expression::Kind;

namespace {

std::string RandomBytes(long long count) {
    std::string text;
    for (; count > 0; count -= 7)
        text += (text.empty() ? "" : " || ") +
                std::string("substring(uuid_send(gen_random_uuid()) FROM 10 FOR ") +
                std::to_string(std::min(count, 7LL)) + ")";
    return text;
}

bool IsCall(const Expression& e, std::string_view name, std::size_t arguments) {
    return e.kind == ExpressionKind::kFunction && LowerAscii(e.text) == name &&
           e.operands.size() == arguments;
}

/// Bytes of randomblob(n); 0 for anything else.
long long RandomByteCount(const Expression& e) {
    if (!IsCall(e, "randomblob", 1)) return 0;
    const auto count = IntegerOf(*e.operands[0]);
    return count && *count > 0 && *count <= 64 ? *count : 0;
}

/// An expression over random() that some digit is chosen by.
bool UsesRandom(const Expression& e) {
    if (IsCall(e, "random", 0) || RandomByteCount(e) > 0) return true;
    return std::any_of(e.operands.begin(), e.operands.end(),
                       [](const ExpressionPtr& operand) { return UsesRandom(*operand); });
}

}  // namespace

/// One character for each that the expression gives: x a random hexadecimal digit in lower case, X in upper,
/// v one of 89ab, itself for a constant. False where the shape is not known.
static bool Shape(const Expression& e, std::string& shape) {
    if (shape.size() > 64) return false;
    if (e.kind == ExpressionKind::kString) {
        shape += e.text;
        // A digit of the constant must not pass for a random one.
        return e.text.find_first_of("xXvV") == std::string::npos;
    }
    if (e.kind == ExpressionKind::kBinary && e.text == "||")
        return Shape(*e.operands[0], shape) && Shape(*e.operands[1], shape);
    if (IsCall(e, "hex", 1)) {
        const long long bytes = RandomByteCount(*e.operands[0]);
        shape.append(static_cast<std::size_t>(bytes) * 2, 'X');
        return bytes > 0;
    }
    if (IsCall(e, "lower", 1) || IsCall(e, "upper", 1)) {
        std::string inner;
        if (!Shape(*e.operands[0], inner)) return false;
        const bool lower = LowerAscii(e.text) == "lower";
        for (char& c : inner)
            c = c == 'x' || c == 'X' ? (lower ? 'x' : 'X') : c;
        shape += inner;
        return true;
    }
    if (e.kind == ExpressionKind::kFunction &&
        (LowerAscii(e.text) == "substr" || LowerAscii(e.text) == "substring") && e.operands.size() >= 2) {
        // No shape is that long: a length that is missing takes the rest.
        const long long length = e.operands.size() == 3 ? IntegerOf(*e.operands[2]).value_or(-1) : 1000;
        if (e.operands[0]->kind == ExpressionKind::kString && length == 1 && UsesRandom(*e.operands[1])) {
            std::string digits = LowerAscii(e.operands[0]->text);
            std::sort(digits.begin(), digits.end());
            shape += 'v';
            return digits == "89ab";
        }
        std::string inner;
        const auto start = IntegerOf(*e.operands[1]);
        if (!start || *start < 1 || !Shape(*e.operands[0], inner)) return false;
        const auto from = static_cast<std::size_t>(*start - 1);
        if (from > inner.size() || length < 0) return false;
        shape += inner.substr(from, static_cast<std::size_t>(length));
        return true;
    }
    return false;
}

RandomUuid RandomUuidOf(const Expression& e) {
    if (RandomByteCount(e) == 16) return RandomUuid::kBytes;
    std::string shape;
    if (!Shape(e, shape)) return RandomUuid::kNone;
    const bool upper = shape.find('X') != std::string::npos;
    if (upper && shape.find('x') != std::string::npos) return RandomUuid::kNone;
    for (char& c : shape)
        if (c == 'X') c = 'x';
    if (shape == std::string(32, 'x')) return upper ? RandomUuid::kUpperHex : RandomUuid::kHex;
    std::string pattern = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (i >= shape.size()) return RandomUuid::kNone;
        const bool version = i == 14 && shape[i] == '4';
        const bool variant = i == 19 && std::string_view("v89abAB").find(shape[i]) != std::string_view::npos;
        if (shape[i] != pattern[i] && !version && !variant) return RandomUuid::kNone;
    }
    if (shape.size() != pattern.size()) return RandomUuid::kNone;
    return upper ? RandomUuid::kUpperText : RandomUuid::kText;
}

bool Translator::RandomFunction(const std::string& name, const Expression& call, Term& result) {
    if (name == "random" && call.operands.empty()) {
        RequireVolatileAllowed("random()");
        result = Term::Of("('x' || encode(" + RandomBytes(8) + ", 'hex'))::bit(64)::bigint", PgKind::kInt8);
        result.not_null = true;
        return true;
    }
    if (name == "randomblob" && call.operands.size() == 1) {
        RequireVolatileAllowed("randomblob()");
        const long long count = RandomByteCount(call);
        if (count == 0) throw Refused{"randomblob() of other than 1 to 64 bytes"};
        result = Term::Of(RandomBytes(count), PgKind::kBytea, count > 7);
        result.not_null = true;
        return true;
    }
    if (name == "zeroblob" && call.operands.size() == 1) {
        const auto count = IntegerOf(*call.operands[0]);
        if (!count || *count < 0 || *count > 1000000)
            throw Refused{"zeroblob() of a size that is not a constant"};
        result = Term::Of("decode(repeat('00', " + std::to_string(*count) + "), 'hex')", PgKind::kBytea);
        result.not_null = true;
        return true;
    }
    return false;
}

}  // namespace pgsqlite::schema::sql
