// Checks of texts that a plain SQL condition says badly: the rule and its source stand here, once.
#pragma once

#include "core/base/bytes.hpp"

namespace pgsqlite::value {

/// A valid e-mail address as the HTML standard defines it for <input type=email> (HTML living standard,
/// section 4.10.5.1.5): a local part of letters, digits and .!#$%&'*+/=?^_`{|}~-, an @, and labels of 1 to 63
/// letters, digits and inner hyphens joined by points. Whether mail arrives there is another question.
bool IsEmail(Bytes text) noexcept;

/// A ZIP code of the United States as the Postal Service writes it: five digits, or ZIP+4 with a hyphen
/// (Publication 28, section 21). Whether that code is in use is not looked up.
bool IsUsZip(Bytes text) noexcept;

}  // namespace pgsqlite::value
