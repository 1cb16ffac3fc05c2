#include "pg/jobs/records/reject_limit.hpp"

namespace pgsqlite::pg::jobs {

RejectLimit ParseRejectLimit(const char* text) {
    RejectLimit limit;
    if (text == nullptr) return limit;
    char* end;
    errno = 0;
    limit.rows = std::strtoll(text, &end, 10);
    if (end != text && *end == '\0' && limit.rows >= 0 && errno == 0) return limit;
    limit.rows = -1;
    // numeric and double precision, too; beyond 2^53 a double may be another number than was written.
    constexpr double kLargestExact = 9007199254740992.0;
    const double number = std::strtod(text, &end);
    const bool percent = *end == '%';
    if (end == text || *(end + (percent ? 1 : 0)) != '\0' || !(number >= 0) || (percent && number > 100) ||
        (!percent && (number != std::floor(number) || number > kLargestExact)))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("invalid max_rejects \"%s\"", text),
                        errhint("Give a number of rows, 100, or a share of them, '2.5%%'.")));
    if (percent)
        limit.percent = number;
    else
        limit.rows = static_cast<int64>(number);
    return limit;
}

const char* RejectLimitText(const spec::JobSettings& settings) {
    if (settings.max_reject_percent) return psprintf("%.15g%%", *settings.max_reject_percent);
    return settings.max_rejects ? psprintf(INT64_FORMAT, static_cast<int64>(*settings.max_rejects)) : nullptr;
}

}  // namespace pgsqlite::pg::jobs
