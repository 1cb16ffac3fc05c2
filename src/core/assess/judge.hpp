// Judge: which type and encoding one column gets, by its profile. Internal to suggest.cpp; what is asked of
// texts is in judge_text.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/assess/suggest.hpp"

namespace pgsqlite::assess {

/// Nine tenths, of at least one.
inline bool Most(std::uint64_t part, std::uint64_t whole) noexcept {
    return whole > 0 && part >= whole - whole / 10;
}

inline std::uint64_t Numbers(const ColumnProfile& column) noexcept {
    return column.Count(value::StorageClass::kInteger) + column.Count(value::StorageClass::kReal);
}

class Judge {
  public:
    Judge(const ColumnProfile& column, const ServerTypes& types);
    Suggestion Run();

  private:
    static bool IsNumber(value::Kind kind) noexcept {
        using value::Kind;
        return kind == Kind::kInt2 || kind == Kind::kInt4 || kind == Kind::kInt8 || kind == Kind::kFloat8 ||
               kind == Kind::kNumeric;
    }
    /// Texts and values that are not empty.
    std::uint64_t Filled() const noexcept { return values_ - column_.empty_texts; }
    void Take(schema::MappedType type, std::string reason, std::string encoding = {});
    void Take(value::Kind kind, std::string reason, std::string encoding = {}) {
        Take(schema::PlainType(kind), std::move(reason), std::move(encoding));
    }
    /// Says what the values could be, where that is not for us to choose.
    void Tell(std::string note) { result_.note = std::move(note); }

    /// Stays, unless more than a tenth does not fit: then the nearest type that takes all.
    void Widen();
    void JudgeTemporal();
    void JudgeNumber();
    void JudgeBytes();
    void JudgeContent();
    void JudgeUuid();
    bool TakeUuidBytes();
    bool TakeSqliteJsonb();
    bool TakeGeometry();
    bool TakeDateNumbers(schema::MappedType type);

    void JudgeText();
    bool TakeForm();
    bool TakeIsoDates();
    bool TakeTimes();
    bool TakeWrittenDate();
    bool TakeBooleans();
    bool TakeMarkedNumbers();
    void TellAmounts();
    void TellDigits();
    bool IsDated() const;

    const ColumnProfile& column_;
    const ServerTypes& types_;
    std::uint64_t values_;
    Suggestion result_;
};

}  // namespace pgsqlite::assess
