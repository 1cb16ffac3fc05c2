// Encodings: the column option `encoding` as text, checked against the target and compiled.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/value/rule.hpp"

namespace pgsqlite::value {

/// What an encoding is for: a kind, and for kInput which type.
struct Target {
    Kind kind;
    InputType input = InputType::kText;

    Target(Kind kind, InputType input = InputType::kText) noexcept : kind(kind), input(input) {}
    explicit Target(const Rule& rule) noexcept : kind(rule.kind), input(rule.input) {}
};

/// An encoding list with what it points to. Movable; list() stays valid as long as the object lives.
class Encodings {
  public:
    Encodings();
    ~Encodings();
    Encodings(Encodings&&) noexcept;
    Encodings& operator=(Encodings&&) noexcept;

    /// Reads e.g. "unix_ms", "iso,unix_ms", "DD/MM/YYYY HH24:MI", "guid_le", "utf8", and for arrays "json",
    /// ";", "json,pg,;". A delimiter of arrays is any text behind the names, and the last. For dates and
    /// times what is no known name is a pattern; commas inside a pattern are kept.
    /// @param target the column's type; an encoding that means nothing for it is an error
    /// @throws Error HV024 naming the word, with the valid names for this kind as hint
    static Encodings Parse(std::string_view option, Target target);

    const EncodingList& list() const noexcept { return list_; }

  private:
    void Add(Encoding encoding, std::string_view option, Target target);
    void AddPattern(std::string_view text, std::string_view option, Target target);
    void AddDelimiter(std::string_view delimiter, std::string_view option);
    void AddWhole(std::string_view word, bool last, std::string_view option, Target target);

    EncodingList list_;
    std::vector<std::unique_ptr<Pattern>> patterns_;
    std::unique_ptr<std::string> delimiter_;
};

/// Option word of an encoding ("unix_ms"); for kPattern and kDelimiter "pattern", "delimiter".
const char* EncodingName(Encoding encoding) noexcept;

}  // namespace pgsqlite::value
