// Html: a page of markup and of other people's text. What goes through Text() or Attribute() can't become
// markup, and can't look like something that it is not. The page is ASCII, so that no encoding of a client or
// a file spoils it, and both an HTML and an XML parser take it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pgsqlite::report {

class Html {
  public:
    /// Markup of our own, as it is: well-formed pieces of ASCII.
    Html& Raw(std::string_view markup);
    /// Anybody's text, UTF-8. Characters that can't be seen or that turn what follows around (controls, marks
    /// of direction, unassigned ones of XML) are shown by their numbers; what is not UTF-8 becomes U+FFFD.
    /// @param most characters that are shown; the rest is an ellipsis
    Html& Text(std::string_view utf8, std::size_t most = SIZE_MAX);
    /// name="value", with a blank before it; the same care.
    Html& Attribute(std::string_view name, std::string_view utf8);
    /// With separators: 1,234,567.
    Html& Count(std::int64_t number);

    const std::string& page() const noexcept { return page_; }
    std::string Take() noexcept { return std::move(page_); }

  private:
    std::string page_;
};

/// 1,234,567.
std::string Grouped(std::int64_t number);

}  // namespace pgsqlite::report
