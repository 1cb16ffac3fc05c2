// Any bytes as a declared type: the mapping always gives a type PostgreSQL can take, and a rule that agrees
// with it; affinity follows SQLite's five rules, written out plainly here.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/schema/declared_type.hpp"
#include "core/schema/names.hpp"
#include "core/schema/spelled_type.hpp"

namespace {

using namespace pgsqlite::schema;
using pgsqlite::value::Kind;

void Check(bool holds) {
    if (!holds) std::abort();
}

Affinity PlainAffinity(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    const auto has = [&](const char* word) { return text.find(word) != std::string::npos; };
    if (has("int")) return Affinity::kInteger;
    if (has("char") || has("clob") || has("text")) return Affinity::kText;
    if (has("blob") || text.empty()) return Affinity::kBlob;
    if (has("real") || has("floa") || has("doub")) return Affinity::kReal;
    return Affinity::kNumeric;
}

void CheckType(const MappedType& type) {
    Check(!type.sql.empty());
    for (char c : type.sql)
        Check((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == ' ' || c == '(' || c == ')' ||
              c == ',');
    Check(type.constrained == (type.kind == Kind::kNumeric && type.sql != "numeric"));
    if (type.constrained) {
        Check(type.precision >= 1 && type.precision <= 1000 && type.scale >= 0 &&
              type.scale <= type.precision);
        Check(type.sql ==
              "numeric(" + std::to_string(type.precision) + "," + std::to_string(type.scale) + ")");
    }
    Check(type.max_chars >= 0 && type.max_chars <= 10485760);
    if (type.max_chars > 0) Check(type.sql == "varchar(" + std::to_string(type.max_chars) + ")");
    Check(type.fraction_digits >= 0 && type.fraction_digits <= 6);
    Check(type.kind != Kind::kArray && type.kind != Kind::kFloat4);
    const pgsqlite::value::Rule rule = type.ToRule();
    Check(rule.kind == type.kind && rule.max_chars == type.max_chars && rule.constrained == type.constrained);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view declared(reinterpret_cast<const char*>(data), size);
    Check(AffinityOf(declared) == PlainAffinity(std::string(declared)));
    const MappedType naive = MapDeclaredType(declared, false);
    CheckType(naive);
    CheckType(MapDeclaredType(declared, true));
    // White space around a type never matters.
    Check(MapDeclaredType(" \t" + std::string(declared) + "\n ").sql == naive.sql || declared.empty());

    NameAllocator names(FoldCase::kLower, true);
    const std::string first = names.Take(declared).name;
    const std::string second = names.Take(declared).name;
    Check(!first.empty() && first.size() <= kMaxNameBytes && second.size() <= kMaxNameBytes &&
          first != second);
    return 0;
}
