#include "pg/fdw/scan/input_loss.hpp"

#include "core/value/time/interval.hpp"

extern "C" {
#include "utils/fmgroids.h"
#include "utils/timestamp.h"
}

namespace pgsqlite::pg::fdw {
namespace {

using value::Code;
using value::Status;

/// Whether a fraction in `text` has a digit other than 0 behind its first `kept` ones.
bool HasExcessDigits(Bytes text, int kept) noexcept {
    int position = -1;  // in a fraction: digits since the point
    for (const char c : text) {
        if (c == '.') {
            position = 0;
        } else if (c < '0' || c > '9') {
            position = -1;
        } else if (position >= 0 && ++position > kept && c != '0') {
            return true;
        }
    }
    return false;
}

int FractionDigits(int32 typmod) noexcept {
    if (typmod < 0 || INTERVAL_PRECISION(typmod) == INTERVAL_FULL_PRECISION) return MAX_INTERVAL_PRECISION;
    return INTERVAL_PRECISION(typmod);
}

/// The input functions round, so truncation stays refused.
Status ExcessDigits(bool excess, const value::Policies& policies) noexcept {
    if (!excess) return Status::Ok();
    return policies.excess_digits == value::ExcessDigits::kRound ? Status::Ok(value::Applied::kExcessDigits)
                                                                 : Status::Refused(Code::kExcessDigits);
}

}  // namespace

Status LossOfInput(Oid input, int32 typmod, const value::Policies& policies, Bytes text) noexcept {
    constexpr int kCents = 2;  // with the usual lc_monetary
    switch (input) {
        case F_NAMEIN:
            return text.size() >= NAMEDATALEN ? Status::Refused(Code::kTooLong) : Status::Ok();
        case F_CHARIN:
            return text.size() > 1 ? Status::Refused(Code::kTooLong) : Status::Ok();
        case F_OIDIN:
            return text.size() > 0 && *text.begin() == '-' ? Status::Refused(Code::kOutOfRange)
                                                           : Status::Ok();
        case F_CASH_IN:
            return ExcessDigits(HasExcessDigits(text, kCents), policies);
        case F_INTERVAL_IN:
            return ExcessDigits(!value::IsExactInterval(text, FractionDigits(typmod)), policies);
        default:
            return Status::Ok();
    }
}

Status LossOfModifier(Oid input, Datum value, Datum unmodified, const value::Policies& policies) noexcept {
    if (input != F_INTERVAL_IN) return Status::Ok();
    const Interval* kept = DatumGetIntervalP(value);
    const Interval* whole = DatumGetIntervalP(unmodified);
    return ExcessDigits(kept->time != whole->time || kept->day != whole->day || kept->month != whole->month,
                        policies);
}

}  // namespace pgsqlite::pg::fdw
