// Digest of a JSON document as jsonb understands it: the order of an object's keys, blanks, and the spelling
// of numbers and strings say nothing. An object is the sum of its members, so nothing has to be sorted or
// kept. Read from SQLite's text by a parser of its own, and from jsonb by whoever can walk one: both build
// the same.
#pragma once

#include "core/digest/canonical.hpp"

namespace pgsqlite::digest {

Digest JsonNull() noexcept;
Digest JsonBoolean(bool value) noexcept;
Digest JsonString(Bytes value) noexcept;
/// @param number holds one number, appended to a cleared row
Digest JsonNumber(const CanonicalRow& number) noexcept;

/// A container while its elements come.
class JsonContainer {
  public:
    explicit JsonContainer(bool is_object) noexcept : is_object_(is_object) {}
    bool is_object() const noexcept { return is_object_; }
    /// @param key of an object; nothing to an array
    void Add(const Digest& key, const Digest& value) noexcept;
    Digest Finish() const noexcept;

  private:
    bool is_object_;
    std::uint64_t count_ = 0;
    Digest state_;
};

/// Reads JSON text.
class JsonReader {
  public:
    /// False for what is no JSON, no valid UTF-8, or nothing for jsonb: \u0000, lone surrogates, deep
    /// nesting, numbers beyond numeric. Members of one name are not noticed.
    bool Read(Bytes text, Digest* document) noexcept;

  private:
    /// Deeper documents are left to whoever walks the jsonb.
    static constexpr int kMaxDepth = 64;

    bool Value(int depth, Digest* value) noexcept;
    bool Container(int depth, bool is_object, Digest* value) noexcept;
    bool String(Digest* value) noexcept;
    bool Escaped(const char* start, Digest* value) noexcept;
    bool Escape(char** out) noexcept;
    bool CodeUnit(std::uint32_t* unit) noexcept;
    bool Number(Digest* value) noexcept;
    bool Word(Bytes word) noexcept;
    void SkipBlanks() noexcept;
    bool Take(char c) noexcept;

    const char* at_ = nullptr;
    const char* end_ = nullptr;
    Scratch text_;
    CanonicalRow number_;
};

}  // namespace pgsqlite::digest
