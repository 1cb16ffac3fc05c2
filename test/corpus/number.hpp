// Numbers as exact decimals: one spelling for each value, whoever wrote it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace corpus {

/// "-12e3" for "-12000.00": sign, digits without zeros at either end, power of ten of the last digit; "0" for
/// zero. Blanks around are allowed; nullopt when the whole text is not a number.
std::optional<std::string> NormalDecimal(std::string_view text);

/// As NormalDecimal, in parts: significant digits and the power of ten of the last one.
struct DecimalParts {
    bool negative = false;
    std::string digits;  ///< empty for zero
    long exponent = 0;
};
std::optional<DecimalParts> SplitDecimal(std::string_view text);

/// The shortest decimal that strtod() reads back to the same finite double, as "d.ddde±x".
std::string ShortestScientific(double value);

/// What a REAL cell is as text: shortest digits, always with a point or an exponent; plain notation for
/// powers of ten from -4 to 14.
std::string RealText(double value);

/// The double a text stands for, if it keeps what is written: printed with as many digits, or shortest, it
/// gives the same digits.
std::optional<double> DoubleOfText(const std::string& text);

}  // namespace corpus
