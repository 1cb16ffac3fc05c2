#include "core/base/progress_line.hpp"

#include <algorithm>
#include <cstring>

namespace pgsqlite {
namespace {

/// What a rate is cut to, so that it fits an integer.
constexpr double kMostRows = 1e18;

/// Appends to a buffer and stops at its end.
class Writer {
  public:
    Writer(char* buffer, std::size_t size) noexcept : buffer_(buffer), room_(size - 1) {}

    void Text(std::string_view text) noexcept {
        const std::size_t count = std::min(text.size(), room_ - length_);
        std::memcpy(buffer_ + length_, text.data(), count);
        length_ += count;
    }

    /// At least `width` digits.
    void Number(std::int64_t number, int width = 1) noexcept { Digits(number, width, false); }
    /// With a comma after each three digits, whatever the locale.
    void Grouped(std::int64_t number) noexcept { Digits(number, 1, true); }

    std::size_t End() noexcept {
        buffer_[length_] = '\0';
        return length_;
    }

  private:
    void Digits(std::int64_t number, int width, bool grouped) noexcept {
        char digits[32];  // 19 digits and 6 commas
        char* const end = digits + sizeof(digits);
        char* first = end;
        for (int count = 0; number > 0 || count < width; number /= 10, ++count) {
            if (grouped && count > 0 && count % 3 == 0) *--first = ',';
            *--first = static_cast<char>('0' + number % 10);
        }
        Text({first, static_cast<std::size_t>(end - first)});
    }

    char* buffer_;
    std::size_t room_;
    std::size_t length_ = 0;
};

}  // namespace

std::size_t FormatProgress(const ProgressLine& line, char* buffer, std::size_t size) noexcept {
    Writer out(buffer, size);
    const bool known = line.total > 0 && line.done <= line.total;
    const double done = static_cast<double>(line.done), total = static_cast<double>(line.total);
    out.Text(line.what);
    out.Text(": ");
    if (known) {
        out.Number(static_cast<std::int64_t>(done / total * 100));
        out.Text(" %, ");
    }
    out.Grouped(line.done);
    if (known) {
        out.Text(" of ");
        out.Grouped(line.total);
    }
    out.Text(" ");
    out.Text(line.unit);
    if (line.rejected > 0) {
        out.Text(", ");
        out.Grouped(line.rejected);
        out.Text(" rejected");
    }
    if (line.elapsed_us <= 0) return out.End();
    const double rate = std::min(done * 1e6 / static_cast<double>(line.elapsed_us), kMostRows);
    out.Text(", ");
    out.Grouped(static_cast<std::int64_t>(rate + 0.5));
    out.Text(" ");
    out.Text(line.unit);
    out.Text("/s");
    const double left = rate > 0 ? (total - done) / rate : 0;
    if (!known || line.done == 0 || left > 1e9) return out.End();
    const std::int64_t seconds = static_cast<std::int64_t>(left + 0.5);
    out.Text(", ");
    out.Number(seconds / 3600);
    out.Text(":");
    out.Number(seconds / 60 % 60, 2);
    out.Text(":");
    out.Number(seconds % 60, 2);
    out.Text(" left");
    return out.End();
}

}  // namespace pgsqlite
