// The texts of comments.
#include "core/plan/comments.hpp"

#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {

std::string Comment(std::string_view text) {
    std::string result = "-- ";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
        // A text that ends there would end the statement behind the comment, too.
        if (pair || text[i] == '\0') continue;
        if (text[i] == '\n' || text[i] == '\r')
            result += "\n-- ";
        else
            result += text[i];
    }
    return result;
}

std::string From(const PlannedTable& table) {
    return Comment("from table " + schema::QuotePgIdentifier(table.table().name) + " of server " +
                   table.source->server) +
           "\n";
}

std::string Notes(const Translated& translated) {
    std::string lines;
    for (const std::string& note : translated.notes)
        lines += Comment(note) + "\n";
    return lines;
}

}  // namespace pgsqlite::plan
