#include "core/assess/one_line.hpp"

#include "core/value/text/utf8.hpp"

namespace pgsqlite::assess {

std::string OneLine(std::string_view text, std::size_t most) {
    std::string line;
    std::size_t count = 0;  // characters
    std::size_t cut = 0;    // where the last one that may stay begins
    bool blank = false;
    const auto add = [&](std::string_view piece) {
        if (count + 1 == most) cut = line.size();
        line += piece;
        ++count;
    };
    for (const char *p = text.data(), *end = p + text.size(); p < end && count <= most;) {
        bool valid = false;
        const std::size_t length = value::Utf8Step(p, end, valid);
        const bool is_blank = length == 1 && (static_cast<unsigned char>(*p) <= ' ' || *p == '\x7F');
        if (!is_blank) {
            if (blank && count > 0) add(" ");
            add({p, length});
        }
        blank = is_blank;
        p += length;
    }
    if (count <= most) return line;
    line.resize(cut);
    return line + "\xE2\x80\xA6";
}

}  // namespace pgsqlite::assess
