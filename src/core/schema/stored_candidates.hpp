// Candidates: the types a column may become, from the nearest to the widest, and the test whether one holds a
// cell exactly. What Convert accepts fits, but for a few texts that a type would take and not give back.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/scratch.hpp"
#include "core/schema/checked_classes.hpp"
#include "core/schema/stored_type.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::schema {

/// Which texts a candidate takes beyond Convert's opinion.
enum class TextForm : std::uint8_t {
    kAny,
    kWithoutOffset,  ///< timestamp: '… 12:00Z' would lose its offset
    kWithOffset,     ///< timestamptz by promotion: reading the others in some zone would be a guess
    kWithoutTime,    ///< date by promotion
    kContainer,      ///< jsonb by promotion: '12' and '"a"' are JSON too
    kTruthWord,      ///< boolean by promotion: 0, 1, t, f, true, false
};

/// For Candidate::classes.
inline constexpr std::uint8_t kIntegers = ClassBit(value::StorageClass::kInteger);
inline constexpr std::uint8_t kNumbers = kIntegers | ClassBit(value::StorageClass::kReal);
inline constexpr std::uint8_t kTexts = ClassBit(value::StorageClass::kText);
inline constexpr std::uint8_t kAllClasses = kNumbers | kTexts | ClassBit(value::StorageClass::kBlob);

struct Candidate {
    MappedType type;
    value::Rule rule;
    std::uint8_t classes = kAllClasses;
    TextForm form = TextForm::kAny;
    bool alive = true;
    bool naive_seen = false;      ///< timestamptz: some text had no offset
    std::uint64_t made_null = 0;  ///< cells that a policy makes NULL
};

/// Why a cell does not fit.
struct Unfit {
    value::Code code = value::Code::kOk;
    bool form = false;  ///< refused by Candidate::form, not by Convert
};

Candidate MakeCandidate(MappedType type, const StoredTyper::Input& input, bool utf8_server,
                        std::uint8_t classes = kAllClasses, TextForm form = TextForm::kAny);

/// All types wider than the declared one, nearest first; bytea is always the last.
std::vector<Candidate> WiderTypes(const MappedType& declared, const StoredTyper::Input& input,
                                  bool naive_as_timestamptz, bool utf8_server);
/// For a column without a declared type.
std::vector<Candidate> TypesByContent(const StoredTyper::Input& input, bool utf8_server);
/// What option promote offers this column, in order of preference.
std::vector<Candidate> PromotedTypes(const MappedType& declared, const StoredTyper::Input& input,
                                     const Promotions& promotions, bool naive_as_timestamptz,
                                     bool utf8_server);

/// Whether the candidate holds a cell that is not NULL; `why` is set when it does not.
bool Fits(Candidate& candidate, const value::Cell& cell, Scratch& scratch, Unfit& why) noexcept;

}  // namespace pgsqlite::schema
