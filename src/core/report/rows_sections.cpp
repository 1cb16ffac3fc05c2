// What became of rows: the tables with a bar each, rows that did not fit, values that policies changed.
#include <cmath>
#include <cstdio>

#include "core/report/parts.hpp"

namespace pgsqlite::report {
namespace {

void Part(Html& html, const char* css, std::int64_t rows, std::int64_t all) {
    if (rows <= 0 || all <= 0) return;
    char width[32];
    std::snprintf(width, sizeof(width), "width:%.3f%%",
                  100.0 * static_cast<double>(rows) / static_cast<double>(all));
    html.Raw("<i").Attribute("class", css).Attribute("style", width).Raw("></i>");
}

/// What of the table's rows was written, rejected and skipped, in words for those who don't see it.
void Bar(Html& html, const Json& table) {
    const std::int64_t read = Count(table, "read"), written = Count(table, "written");
    const std::int64_t rejected = Count(table, "rejected"), skipped = Count(table, "skipped");
    html.Raw("<span class=\"bar\" role=\"img\"")
        .Attribute("aria-label", Grouped(written) + " of " + Grouped(read) + " rows written, " +
                                     Grouped(rejected) + " rejected, " + Grouped(skipped) + " skipped")
        .Raw(">");
    Part(html, "written", written, read);
    Part(html, "rejected", rejected, read);
    Part(html, "skipped", skipped, read);
    html.Raw("</span>");
}

std::int64_t Changed(const Json& table) {
    std::int64_t changed = 0;
    const Json& policies = At(table, "policies");
    if (policies.is_object())
        for (const auto& [name, count] : policies.items())
            changed += ToCount(count);
    return changed;
}

void Source(Html& html, const Json& table) {
    const std::string name = Text(table, "table");
    if (name.empty()) {
        html.Raw("<span class=\"soft\">a query</span>");
        return;
    }
    html.Raw("<span class=\"name\">")
        .Text(name)
        .Raw("</span> <span class=\"where\">")
        .Text(Text(table, "server"));
    html.Raw("</span>");
}

void Row(Html& html, const Json& table) {
    html.Raw("<tr><td>");
    Source(html, table);
    html.Raw("</td><th scope=\"row\"><span class=\"name\">").Text(Text(table, "target")).Raw("</span>");
    const std::string existing = Text(table, "existing"), state = Text(table, "state");
    if (!Flag(table, "created"))
        html.Raw(" <span class=\"where\">was there")
            .Text(existing.empty() ? "" : ", " + existing)
            .Raw("</span>");
    if (state != "done") html.Raw(" <span class=\"bad\">").Text(state).Raw("</span>");
    if (!Flag(table, "balanced")) html.Raw(" <strong class=\"bad\">does not balance</strong>");
    html.Raw("</th>");
    CountCell(html, Count(table, "read"));
    CountCell(html, Count(table, "written"));
    CountCell(html, Count(table, "rejected"), " bad");
    CountCell(html, Count(table, "skipped"));
    CountCell(html, Changed(table), " care");
    DurationCell(html, table, "seconds");
    html.Raw("<td>");
    Bar(html, table);
    html.Raw("</td></tr>\n");
}

/// Where a rejected row stands in SQLite.
std::string Place(const Json& example) {
    const std::string rowid = Text(example, "rowid");
    if (!rowid.empty()) return "rowid " + rowid;
    const std::string key = Text(example, "key");
    return key.empty() ? "" : "key " + key;
}

}  // namespace

void WriteTables(Html& html, const Facts& facts) {
    Open(html, "tables", "What went where");
    const Json& tables = At(facts.report, "tables");
    if (!tables.is_array() || tables.empty()) {
        html.Raw("<p class=\"soft\">No rows of any table were to be moved.</p>\n");
        return Close(html);
    }
    html.Raw(
        "<p class=\"legend\"><i class=\"written\"></i>written<i class=\"rejected\"></i>rejected"
        "<i class=\"skipped\"></i>skipped: shares of the rows that were read</p>\n");
    OpenTable(html, "One row a table: read = written + rejected + skipped.",
              {"From SQLite", "Into PostgreSQL", "Read#", "Written#", "Rejected#", "Skipped#", "Changed#",
               "Took#", "Shares"});
    for (const Json& table : tables)
        Row(html, table);
    const Json& totals = At(facts.report, "totals");
    html.Raw("</tbody>\n<tfoot><tr><th scope=\"row\" colspan=\"2\">");
    html.Count(Count(totals, "tables")).Raw(Count(totals, "tables") == 1 ? " table" : " tables").Raw("</th>");
    CountCell(html, Count(totals, "read"));
    CountCell(html, Count(totals, "written"));
    CountCell(html, Count(totals, "rejected"), " bad");
    CountCell(html, Count(totals, "skipped"));
    CountCell(html, Count(totals, "changed"), " care");
    DurationCell(html, facts.report, "seconds");
    html.Raw("<td>");
    Bar(html, totals);
    html.Raw("</td></tr></tfoot></table></div>\n");
    Close(html);
}

void WriteRejects(Html& html, const Facts& facts) {
    const Json& rejects = At(facts.report, "rejects");
    const std::int64_t open = Count(rejects, "open"), loaded = Count(rejects, "loaded");
    const std::int64_t ignored = Count(rejects, "ignored");
    Open(html, "rejects", "Rows that did not fit");
    if (open + loaded + ignored == 0) {
        html.Raw("<p class=\"soft\">No row was put aside.</p>\n");
        return Close(html);
    }
    html.Raw("<p>").Count(open).Raw(" still open, ").Count(loaded).Raw(" loaded later, ").Count(ignored);
    html.Raw(" set to ignored by hand. Each is kept whole in <code>sqlite.rejects</code>.</p>\n");
    OpenTable(html, "By table, kind and column; the first row of each kind as an example.",
              {"Table", "Rows#", "Open#", "Kind", "Columns", "Example"});
    for (const Json& group : At(rejects, "groups")) {
        html.Raw("<tr><th scope=\"row\"><span class=\"name\">")
            .Text(Text(group, "target"))
            .Raw("</span></th>");
        CountCell(html, Count(group, "rows"));
        CountCell(html, Count(group, "open"), " bad");
        html.Raw("<td>")
            .Text(Text(group, "category"))
            .Raw(" <span class=\"where\">")
            .Text(Text(group, "sqlstate"));
        html.Raw("</span></td>");
        Cell(html, Joined(At(group, "columns")), "name");
        const Json& example = At(group, "example");
        html.Raw("<td class=\"message\">").Text(Text(example, "message"), 300);
        const std::string place = Place(example);
        if (!place.empty()) html.Raw(" <span class=\"where\">").Text(place, 200).Raw("</span>");
        html.Raw("</td></tr>\n");
    }
    CloseTable(html);
    const std::int64_t kinds = Count(rejects, "kinds");
    const auto shown = static_cast<std::int64_t>(At(rejects, "groups").size());
    if (kinds > shown) html.Raw("<p>And ").Count(kinds - shown).Raw(" more kinds.</p>\n");
    Close(html);
}

void WriteChanges(Html& html, const Facts& facts) {
    Open(html, "changes", "Values that policies changed");
    const std::int64_t changed = Count(At(facts.report, "totals"), "changed");
    const std::int64_t warned = Count(At(facts.report, "totals"), "warned");
    if (changed == 0) {
        html.Raw("<p class=\"soft\">None: every value that was written is the one that SQLite has.</p>\n");
    } else {
        OpenTable(html, "Each was asked for by the spec or by an option of a server or column.",
                  {"Table", "Policy", "Values#", "Said by"});
        for (const Json& table : At(facts.report, "tables")) {
            const Json& policies = At(table, "policies");
            if (!policies.is_object()) continue;
            for (const auto& [name, count] : policies.items()) {
                html.Raw("<tr><th scope=\"row\"><span class=\"name\">")
                    .Text(Text(table, "target"))
                    .Raw("</span></th>");
                Cell(html, name, "name");
                CountCell(html, ToCount(count), " care");
                const std::string said = Pointers(facts, table, name.substr(0, name.find(' ')));
                Cell(html, said.empty() ? "an option of the server" : said, said.empty() ? "soft" : "name");
                html.Raw("</tr>\n");
            }
        }
        CloseTable(html);
    }
    if (warned > 0)
        html.Raw("<p>").Count(warned).Raw(" rows broke a rule that only warns, and were written.</p>\n");
    Close(html);
}

}  // namespace pgsqlite::report
