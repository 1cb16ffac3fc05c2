#include "pg/fdw/column/input_loss.hpp"

#include "core/value/time/interval.hpp"

extern "C" {
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/fmgrprotos.h"
#include "utils/pg_locale.h"
#include "utils/timestamp.h"
}

namespace pgsqlite::pg::fdw {
namespace {

using value::Code;
using value::Status;

int FractionDigits(int32 typmod) noexcept {
    if (typmod < 0 || INTERVAL_PRECISION(typmod) == INTERVAL_FULL_PRECISION) return MAX_INTERVAL_PRECISION;
    return INTERVAL_PRECISION(typmod);
}

/// The mark of lc_monetary, or what cash_in takes in its place.
Bytes MarkOr(const char* mark, Bytes fallback) noexcept {
    return mark != nullptr && *mark != '\0' ? Bytes(mark) : fallback;
}

/// The input functions round, so truncation stays refused.
Status ExcessDigits(bool excess, const value::Policies& policies) noexcept {
    if (!excess) return Status::Ok();
    return policies.excess_digits == value::ExcessDigits::kRound ? Status::Ok(value::Applied::kExcessDigits)
                                                                 : Status::Refused(Code::kExcessDigits);
}

/// cash_in steps over marks between thousands wherever they stand, 12,5 is 125 to it, and rounds.
Status LossOfMoney(Bytes text, const value::Policies& policies) noexcept {
    constexpr int kUsualDigits = 2, kMostDigits = 10;  // as cash_in has it
    const struct lconv* locale = PGLC_localeconv();
    const int kept =
        locale->frac_digits < 0 || locale->frac_digits > kMostDigits ? kUsualDigits : locale->frac_digits;
    const Bytes point = MarkOr(locale->mon_decimal_point, ".");
    const Bytes grouping = MarkOr(locale->mon_thousands_sep, point == "," ? "." : ",");
    const size_t first = text.find_first_of("0123456789"), last = text.find_last_of("0123456789");
    if (first == Bytes::npos) return Status::Ok();  // for cash_in to refuse
    const Bytes number = text.substr(first, last - first + 1);
    const size_t at = number.find(point);
    const Bytes whole = number.substr(0, at);
    // Groups of three behind the first one.
    size_t digits = 0;
    bool any = false;
    for (size_t i = 0; i <= whole.size(); ++i) {
        const bool mark = i < whole.size() && whole.substr(i, grouping.size()) == grouping;
        if (!mark && i < whole.size()) {
            ++digits;
            continue;
        }
        if (any ? digits != 3 : mark && (digits == 0 || digits > 3))
            return Status::Refused(Code::kInvalidSyntax);
        if (!mark) break;
        any = true;
        digits = 0;
        i += grouping.size() - 1;
    }
    if (at == Bytes::npos) return Status::Ok();
    const Bytes fraction = number.substr(at + point.size());
    if (fraction.find(grouping) != Bytes::npos) return Status::Refused(Code::kInvalidSyntax);
    const bool excess = fraction.size() > static_cast<size_t>(kept) &&
                        fraction.find_first_not_of('0', static_cast<size_t>(kept)) != Bytes::npos;
    return ExcessDigits(excess, policies);
}

}  // namespace

Status LossOfInput(Oid input, int32 typmod, const value::Policies& policies, Bytes text) noexcept {
    switch (input) {
        case F_NAMEIN:
            return text.size() >= NAMEDATALEN ? Status::Refused(Code::kTooLong) : Status::Ok();
        case F_CHARIN:
            return text.size() > 1 ? Status::Refused(Code::kTooLong) : Status::Ok();
        case F_OIDIN:
            return text.size() > 0 && *text.begin() == '-' ? Status::Refused(Code::kOutOfRange)
                                                           : Status::Ok();
        case F_CASH_IN:
            return LossOfMoney(text, policies);
        case F_INTERVAL_IN:
            return ExcessDigits(!value::IsExactInterval(text, FractionDigits(typmod)), policies);
        default:
            return Status::Ok();
    }
}

Status MoneyOfNumber(Bytes digits, const value::Policies& policies, Datum* money) {
    char* text = static_cast<char*>(palloc(digits.size() + 1));
    std::memcpy(text, digits.data(), digits.size());
    text[digits.size()] = '\0';
    const Datum number = DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
                                             Int32GetDatum(-1));
    *money = DirectFunctionCall1(numeric_cash, number);
    const Datum back = DirectFunctionCall1(cash_numeric, *money);
    return ExcessDigits(!DatumGetBool(DirectFunctionCall2(numeric_eq, number, back)), policies);
}

Status LossOfModifier(Oid input, Datum value, Datum unmodified, const value::Policies& policies) noexcept {
    if (input != F_INTERVAL_IN) return Status::Ok();
    const Interval* kept = DatumGetIntervalP(value);
    const Interval* whole = DatumGetIntervalP(unmodified);
    return ExcessDigits(kept->time != whole->time || kept->day != whole->day || kept->month != whole->month,
                        policies);
}

}  // namespace pgsqlite::pg::fdw
