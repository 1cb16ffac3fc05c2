// date(), time(), datetime(), julianday(), unixepoch(), strftime() and CURRENT_TIMESTAMP. SQLite's times are
// texts in UTC; here they become a timestamp, on which the modifiers work, and then the text that SQLite
// gives, or the moment itself where a column of such a type takes it (Term::alternative).
#include <utility>

#include "core/schema/sql/translator.hpp"

namespace pgsqlite::schema::sql {

using PgKind = value::Kind;
using ExpressionKind = Expression::Kind;

/// The moment that the arguments of a time function give.
struct TimeFunctions {
    Translator& translator;
    std::string moment;   // of type timestamp, in UTC
    std::string zoned;    // of type timestamptz, where that is simpler: CURRENT_TIMESTAMP
    std::string literal;  // the normalised text, where it is a constant
    bool not_null = true;
    bool now = false;
    bool month_start = false;  // the day of month is 1, so that months can be added

    void Now() {
        now = true;
        zoned = "CURRENT_TIMESTAMP";
        moment = "(CURRENT_TIMESTAMP AT TIME ZONE 'UTC')";
        translator.RequireVolatileAllowed("the current time");
    }

    void Value(const Expression& e, bool unixepoch) {
        if (e.kind == ExpressionKind::kString && LowerAscii(e.text) == "now") return Now();
        const Term x = AsValue(translator.Translate(e));
        not_null = x.not_null;
        if (unixepoch || (!x.alternative.empty() && x.alternative_kind == PgKind::kInt8)) {
            Term seconds = AsNumber(x);
            if (!unixepoch || seconds.null) throw Refused{"a time from a number without 'unixepoch'"};
            // Beyond the year 9999 SQLite gives NULL, and far beyond it PostgreSQL an error.
            translator.Note("seconds before the year 1 give NULL");
            moment = "(CASE WHEN " + seconds.Operand() +
                     " BETWEEN -62135596800 AND 253402300799 THEN to_timestamp(" + seconds.text +
                     ") END AT TIME ZONE 'UTC')";
            not_null = false;
            return;
        }
        if (x.literal && x.IsText() && TextFits(x.value, PgKind::kTimestamp) && x.value.size() <= 19 &&
            x.value.size() >= 10) {
            literal = x.value;
            moment = x.text + "::timestamp";
        } else if (x.kind == PgKind::kDate || x.kind == PgKind::kTimestamp) {
            moment = x.kind == PgKind::kDate ? x.Operand() + "::timestamp" : x.Operand();
        } else if (x.kind == PgKind::kTimestamptz) {
            moment = "(" + x.Operand() + " AT TIME ZONE 'UTC')";
        } else if (!x.alternative.empty() &&
                   (x.alternative_kind == PgKind::kTimestamp || x.alternative_kind == PgKind::kDate)) {
            now = true;
            moment = "(" + x.alternative + ")" + (x.alternative_kind == PgKind::kDate ? "::timestamp" : "");
        } else {
            throw Refused{"a time function on a value of type " + TypeName(x.kind)};
        }
    }

    void Modifier(const Expression& e) {
        if (e.kind != ExpressionKind::kString) throw Refused{"a time modifier that is not a constant"};
        std::string word = LowerAscii(e.text);
        zoned.clear();
        literal.clear();
        if (word == "start of day" || word == "start of month" || word == "start of year") {
            moment = "date_trunc('" + word.substr(9) + "', " + moment + ")";
            month_start = word != "start of day" || month_start;
            return;
        }
        std::size_t digits = word.find_first_of("0123456789");
        const std::size_t unit = word.find_first_not_of("0123456789.", digits);
        if (digits > 1 || unit == std::string::npos || word[unit] != ' ' || unit - digits > 9 ||
            (digits == 1 && word[0] != '+' && word[0] != '-'))
            throw Refused{"the time modifier '" + e.text + "'"};
        const std::string number = word.substr(digits, unit - digits);
        std::string name = word.substr(unit + 1);
        if (!name.empty() && name.back() == 's') name.pop_back();
        const bool calendar = name == "month" || name == "year";
        if (name != "day" && name != "hour" && name != "minute" && name != "second" && !calendar)
            throw Refused{"the time modifier '" + e.text + "'"};
        // 31 January + 1 month is 3 March in SQLite and 28 February in PostgreSQL.
        if (calendar && (!month_start || number.find('.') != std::string::npos))
            throw Refused{"the time modifier '" + e.text +
                          "', which PostgreSQL counts differently at a month's end"};
        if (!calendar) month_start = false;
        moment = "(" + moment + (word[0] == '-' ? " - " : " + ") + "interval '" + number + " " + name + "')";
    }
};

namespace {

/// strftime's format as to_char's; empty where there is none.
std::string ToCharFormat(std::string_view format) {
    std::string out, text;
    const auto flush = [&] {
        if (!text.empty()) out += "\"" + text + "\"";
        text.clear();
    };
    for (std::size_t i = 0; i < format.size(); ++i) {
        if (format[i] != '%') {
            if (format[i] == '"' || format[i] == '\\') return {};
            text += format[i];
            continue;
        }
        const char* code = nullptr;
        switch (++i < format.size() ? format[i] : '\0') {
            case 'Y':
                code = "YYYY";
                break;
            case 'm':
                code = "MM";
                break;
            case 'd':
                code = "DD";
                break;
            case 'H':
                code = "HH24";
                break;
            case 'M':
                code = "MI";
                break;
            case 'S':
                code = "SS";
                break;
            case 'f':
                code = "SS.MS";
                break;
            case 'j':
                code = "DDD";
                break;
            case 'F':
                code = "YYYY-MM-DD";
                break;
            case 'T':
                code = "HH24:MI:SS";
                break;
            case 'R':
                code = "HH24:MI";
                break;
            case '%':
                text += '%';
                continue;
            default:
                return {};
        }
        flush();
        out += code;
    }
    flush();
    return out;
}

/// The number that a format of one code gives, for a column that holds integers.
std::string NumberOf(std::string_view format, const std::string& moment) {
    const char* field = format == "%s"   ? "epoch"
                        : format == "%Y" ? "year"
                        : format == "%m" ? "month"
                        : format == "%d" ? "day"
                        : format == "%H" ? "hour"
                        : format == "%M" ? "minute"
                        : format == "%S" ? "second"
                        : format == "%j" ? "doy"
                        : format == "%w" ? "dow"
                                         : nullptr;
    if (field == nullptr) return {};
    return "floor(extract(" + std::string(field) + " FROM " + moment + "))::bigint";
}

}  // namespace

Term Translator::TimeWord(const std::string& word) {
    Expression call;
    call.kind = ExpressionKind::kFunction;
    call.text = word == "CURRENT_DATE" ? "date" : word == "CURRENT_TIME" ? "time" : "datetime";
    Term term;
    TimeFunction(call.text, call, term);
    return term;
}

bool Translator::TimeFunction(const std::string& name, const Expression& call, Term& result) {
    const bool format = name == "strftime";
    if (!format && name != "date" && name != "time" && name != "datetime" && name != "julianday" &&
        name != "unixepoch")
        return false;
    std::size_t at = format ? 1 : 0;
    if (format && (call.operands.empty() || call.operands[0]->kind != ExpressionKind::kString))
        throw Refused{"strftime() with a format that is not a constant"};
    TimeFunctions time{*this, {}, {}, {}};
    if (at >= call.operands.size()) {
        time.Now();
    } else {
        const bool unixepoch = at + 1 < call.operands.size() &&
                               call.operands[at + 1]->kind == ExpressionKind::kString &&
                               LowerAscii(call.operands[at + 1]->text) == "unixepoch";
        time.Value(*call.operands[at], unixepoch);
        for (at += unixepoch ? 2 : 1; at < call.operands.size(); ++at)
            time.Modifier(*call.operands[at]);
    }
    const std::string& moment = time.moment;
    if (name == "julianday") {
        Note("julianday() may differ in the last digits");
        result = Term::Of("extract(epoch FROM " + moment + ")::double precision / 86400 + 2440587.5",
                          PgKind::kFloat8, true);
        result.not_null = time.not_null;
        return true;
    }
    if (name == "unixepoch") {
        result = Term::Of("floor(extract(epoch FROM " + moment + "))::bigint", PgKind::kInt8);
        result.not_null = time.not_null;
        result.scale = 0;
        return true;
    }
    const std::string codes = format           ? call.operands[0]->text
                              : name == "date" ? "%Y-%m-%d"
                              : name == "time" ? "%H:%M:%S"
                                               : "%Y-%m-%d %H:%M:%S";
    if (!time.literal.empty() && !format && name != "time") {
        std::string full = time.literal.substr(0, 10);
        if (name == "datetime") {
            std::string clock = time.literal.size() > 10 ? time.literal.substr(11) : "00:00:00";
            if (clock.size() == 5) clock += ":00";
            if (clock.size() != 8) throw Refused{"the time '" + time.literal + "'"};
            full += " " + clock;
        }
        result = Term::String(full);
        return true;
    }
    const std::string pattern = ToCharFormat(codes);
    const std::string number = NumberOf(codes, moment);
    if (pattern.empty() && number.empty()) throw Refused{"strftime() with the format '" + codes + "'"};
    // to_char() is only STABLE: generated columns and indexes may use the alternative, and are refused with
    // the text.
    result = Term::Of(
        pattern.empty() ? number + "::text" : "to_char(" + moment + ", " + QuotePgLiteral(pattern) + ")",
        PgKind::kText);
    result.not_null = time.not_null;
    if (!number.empty()) {
        result.alternative = number;
        result.alternative_kind = PgKind::kInt8;
    } else if (codes == "%Y-%m-%d" || codes == "%F") {
        result.alternative = moment + "::date";
        result.alternative_kind = PgKind::kDate;
    } else if (codes == "%H:%M:%S" || codes == "%T") {
        result.alternative = moment + "::time";
        result.alternative_kind = PgKind::kTime;
    } else if (codes.rfind("%Y-%m-%d", 0) == 0 && codes.find("%H:%M") != std::string::npos) {
        result.alternative = time.zoned.empty() ? moment : time.moment;
        result.alternative_kind = PgKind::kTimestamp;
        if (time.now) Note("the current time keeps its microseconds");
    }
    return true;
}

}  // namespace pgsqlite::schema::sql
