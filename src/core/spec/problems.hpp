// Problems: the faults of a spec, collected while it is checked, so that one run tells all of them.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pgsqlite::spec {

/// `pointer` with one more reference token (RFC 6901: ~ is ~0, / is ~1).
std::string Append(std::string_view pointer, std::string_view token);
std::string Append(std::string_view pointer, std::size_t index);

/// Text of the document for a message: in double quotes, control characters as \uXXXX, cut after 200
/// characters.
std::string Quoted(std::string_view text);

class Problems {
  public:
    /// More than this are only counted: a message is read by a person.
    static constexpr std::size_t kMaxTold = 10;

    void Add(std::string_view pointer, std::string what, std::string hint = {});
    /// With "Perhaps you meant …" and the list of what is valid.
    /// @param kind "keys", "values": Valid <kind> here are: …
    void AddUnknown(std::string_view pointer, std::string what, std::string_view word,
                    std::span<const char* const> valid, const char* kind);
    /// @throws Error 22023 with the first as message, the others as detail; does nothing without any
    void ThrowIfAny() const;

  private:
    struct Problem {
        std::string text;
        std::string nearest;
        std::string few;  ///< what is valid, where the list is short
        std::string hint;
    };
    std::vector<Problem> told_;
    std::size_t count_ = 0;
};

}  // namespace pgsqlite::spec
