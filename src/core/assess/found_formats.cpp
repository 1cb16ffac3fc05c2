// Which of a column's formats are worth telling.
#include <algorithm>
#include <iterator>

#include "core/assess/judge.hpp"

namespace pgsqlite::assess {

using value::StorageClass;

namespace {

constexpr Format kNamedFormats[] = {Format::kIsoDate,
                                    Format::kIsoTime,
                                    Format::kIsoDatetime,
                                    Format::kIsoDatetimeT,
                                    Format::kIsoDatetimeOffset,
                                    Format::kIsoDatetimeTOffset,
                                    Format::kFraction7,
                                    Format::kFraction9,
                                    Format::kZeroDate,
                                    Format::kUuid,
                                    Format::kJsonObject,
                                    Format::kJsonArray,
                                    Format::kBooleanWord,
                                    Format::kEmail,
                                    Format::kUrl,
                                    Format::kUuidBytes,
                                    Format::kGuidBytes,
                                    Format::kGeoPackage,
                                    Format::kSpatiaLite};

/// Details of other formats, which only judgements look at.
constexpr Format kDetails[] = {Format::kUuidText,           Format::kTrueFalse,     Format::kTF,
                               Format::kTimeWithoutSeconds, Format::kOffsetFromUtc, Format::kFineFraction,
                               Format::kBothMarks,          Format::kTwoDecimals};

template <std::size_t kCount>
bool IsAmong(Format format, const Format (&list)[kCount]) noexcept {
    return std::find(std::begin(list), std::end(list), format) != std::end(list);
}

bool IsDateNumber(Format format) noexcept {
    return DateNumberIndex(format) < value::kNumberEncodingCount;
}

}  // namespace

std::vector<FoundFormat> FoundFormats(const ColumnProfile& column) {
    std::vector<FoundFormat> found;
    const std::uint64_t texts = column.Count(StorageClass::kText) - column.empty_texts;
    const std::uint64_t blobs = column.Count(StorageClass::kBlob) - column.empty_blobs;
    const std::uint64_t numbers =
        Numbers(column) + column.Count(Format::kInteger) + column.Count(Format::kDecimal);
    for (std::size_t i = 0; i < kFormatCount; ++i) {
        const auto format = static_cast<Format>(i);
        const std::uint64_t rows = column.formats[i];
        if (rows == 0 || IsAmong(format, kDetails)) continue;
        bool tell = IsAmong(format, kNamedFormats);
        if (IsDateNumber(format))
            tell = Most(rows, numbers) && !column.rowid_alias;
        else if (format == Format::kZeroOne)
            tell = Most(rows, Numbers(column)) && !column.rowid_alias;
        else if (format == Format::kUtf8Bytes || format == Format::kJsonbBytes)
            tell = Most(rows, blobs);
        else if (format == Format::kCurrency || format == Format::kPercent)
            tell = Most(rows, texts);
        else if (format == Format::kHex || format == Format::kBase64)
            tell = Most(rows, texts) && column.Count(Format::kInteger) < rows &&
                   column.Count(Format::kUuid) < rows;
        else if (!tell)
            tell = Most(column.Count(Format::kInteger) + column.Count(Format::kPaddedInteger) +
                            column.Count(Format::kDecimal) + column.Count(Format::kDecimalComma) +
                            column.Count(Format::kGroupedNumber),
                        texts);
        if (tell) found.push_back({FormatName(format), rows});
    }
    for (std::size_t form = 0; form < kDateFormCount; ++form) {
        const std::uint64_t rows = column.CountWritten(form);
        const bool by_chance = (kChanceForms >> form & 1) != 0;
        if (rows > 0 && (!by_chance || Most(rows, column.non_null())))
            found.push_back({kDateForms[form].name, rows});
    }
    return found;
}

}  // namespace pgsqlite::assess
