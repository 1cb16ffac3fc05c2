#include "pg/shortened.hpp"

namespace pgsqlite::pg {

const char* Shortened(const char* text, int most) {
    if (text == nullptr || strnlen(text, static_cast<size_t>(most) + 1) <= static_cast<size_t>(most))
        return text;
    const int kept = pg_mbcliplen(text, most + 1, most);
    return psprintf("%.*s…", kept, text);
}

}  // namespace pgsqlite::pg
