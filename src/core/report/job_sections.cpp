// The job itself: its steps along its time, what it said meanwhile, who asked for it and how.
#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/report/parts.hpp"

namespace pgsqlite::report {
namespace {

/// More steps than this are told by the longest; all of them follow, folded away.
constexpr std::size_t kStepsShown = 40;

struct Timed {
    const Json* step;
    double begin;
    double seconds;
};

const char* SectionClass(const std::string& section) noexcept {
    return section == "pre-data" ? "pre" : section == "data" ? "data" : "post";
}

std::vector<Timed> TimedSteps(const Facts& facts) {
    std::vector<Timed> steps;
    const Json& all = At(facts.all, "steps");
    if (!all.is_array()) return steps;
    for (const Json& step : all) {
        const std::optional<double> begin = Number(step, "begin"), seconds = Number(step, "seconds");
        if (begin && seconds) steps.push_back({&step, std::max(*begin, 0.0), std::max(*seconds, 0.0)});
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Timed& a, const Timed& b) { return a.begin < b.begin; });
    return steps;
}

void Track(Html& html, const char* css, double begin, double seconds, double whole) {
    char style[64];
    const double left = std::min(begin / whole * 100, 99.5);
    std::snprintf(style, sizeof(style), "left:%.3f%%;width:%.3f%%", left,
                  std::max(std::min(seconds / whole * 100, 100 - left), 0.0));
    html.Raw("<td class=\"when\"><span class=\"track\"><i").Attribute("class", css).Attribute("style", style);
    html.Raw("></i></span></td></tr>\n");
}

void StepRows(Html& html, const std::vector<Timed>& steps, double whole) {
    OpenTable(html, "", {"Step", "Section", "After#", "Took#", "When"});
    for (const Timed& timed : steps) {
        const std::string section = Text(*timed.step, "section");
        html.Raw("<tr><th scope=\"row\"><span class=\"name\">").Text(Text(*timed.step, "object"), 200);
        html.Raw("</span></th>");
        Cell(html, section, "where");
        Cell(html, Duration(timed.begin), "number");
        Cell(html, Duration(timed.seconds), "number");
        Track(html, SectionClass(section), timed.begin, timed.seconds, whole);
    }
    CloseTable(html);
}

/// From the first step of each section to its last.
void SectionRows(Html& html, const std::vector<Timed>& steps, double whole) {
    OpenTable(html, "The sections of the plan, from the start of the job to its end.",
              {"Section", "Steps#", "After#", "Took#", "When"});
    for (const char* section : {"pre-data", "data", "post-data"}) {
        double begin = whole, end = 0;
        std::int64_t count = 0;
        for (const Timed& timed : steps) {
            if (Text(*timed.step, "section") != section) continue;
            begin = std::min(begin, timed.begin);
            end = std::max(end, timed.begin + timed.seconds);
            ++count;
        }
        if (count == 0) continue;
        html.Raw("<tr><th scope=\"row\">").Text(section).Raw("</th>");
        CountCell(html, count);
        Cell(html, Duration(begin), "number");
        Cell(html, Duration(end - begin), "number");
        Track(html, SectionClass(section), begin, end - begin, whole);
    }
    CloseTable(html);
}

void Fact(Html& html, const char* name, const std::string& value, bool code = false) {
    if (value.empty()) return;
    html.Raw("<tr><th scope=\"row\">").Text(name).Raw(code ? "</th><td class=\"name\">" : "</th><td>");
    html.Text(value).Raw("</td></tr>\n");
}

std::string Megabytes(std::int64_t bytes) {
    char text[48];
    std::snprintf(text, sizeof(text), "%.1f MB", static_cast<double>(bytes) / 1e6);
    return text;
}

void Sources(Html& html, const Facts& facts) {
    const Json& files = At(facts.report, "files");
    if (!files.is_array() || files.empty()) return;
    html.Raw("<h3>Files that were read</h3>\n");
    OpenTable(html, "", {"Server", "Path", "Fingerprint"});
    for (const Json& file : files) {
        html.Raw("<tr><th scope=\"row\"><span class=\"name\">")
            .Text(Text(file, "server"))
            .Raw("</span></th>");
        Cell(html, Text(file, "path"), "name");
        Cell(html, Text(file, "fingerprint"), "name", 200);
        html.Raw("</tr>\n");
    }
    CloseTable(html);
}

void Backups(Html& html, const Facts& facts) {
    const Json& backups = At(facts.report, "backups");
    if (!backups.is_array() || backups.empty()) return;
    html.Raw("<h3>Backups</h3>\n");
    OpenTable(html, "Made before the first row moved.", {"Server", "File", "Size#", "SHA-256"});
    for (const Json& backup : backups) {
        html.Raw("<tr><th scope=\"row\"><span class=\"name\">")
            .Text(Text(backup, "server"))
            .Raw("</span></th>");
        Cell(html, Text(backup, "file"), "name");
        Cell(html, Megabytes(Count(backup, "bytes")), "number");
        html.Raw("<td class=\"digest\"><code>").Text(Text(backup, "sha256")).Raw("</code></td></tr>\n");
    }
    CloseTable(html);
}

}  // namespace

void WriteTimeline(Html& html, const Facts& facts) {
    Open(html, "timeline", "Timeline");
    const std::vector<Timed> steps = TimedSteps(facts);
    if (steps.empty()) {
        html.Raw("<p class=\"soft\">The records hold no times of steps.</p>\n");
        return Close(html);
    }
    double whole = Number(facts.report, "seconds").value_or(0);
    for (const Timed& timed : steps)
        whole = std::max(whole, timed.begin + timed.seconds);
    if (whole <= 0) whole = 1;
    SectionRows(html, steps, whole);
    html.Raw("<h3>Steps</h3>\n");
    if (steps.size() <= kStepsShown) {
        StepRows(html, steps, whole);
        return Close(html);
    }
    std::vector<Timed> longest = steps;
    std::stable_sort(longest.begin(), longest.end(),
                     [](const Timed& a, const Timed& b) { return a.seconds > b.seconds; });
    longest.resize(kStepsShown);
    std::stable_sort(longest.begin(), longest.end(),
                     [](const Timed& a, const Timed& b) { return a.begin < b.begin; });
    html.Raw("<p class=\"soft\">The ").Count(kStepsShown).Raw(" that took longest, in their order.</p>\n");
    StepRows(html, longest, whole);
    html.Raw("<details><summary>All ")
        .Count(static_cast<std::int64_t>(steps.size()))
        .Raw(" steps</summary>\n");
    StepRows(html, steps, whole);
    html.Raw("</details>\n");
    Close(html);
}

void WriteLog(Html& html, const Facts& facts) {
    std::vector<std::pair<const char*, const Json*>> lines;
    for (const char* level : {"error", "warning"})
        for (const Json& line : At(facts.report, level[0] == 'e' ? "errors" : "warnings"))
            lines.emplace_back(level, &line);
    if (lines.empty()) return;
    Open(html, "log", "Errors and warnings of the run");
    OpenTable(html, "", {"Level", "About", "Message"});
    for (const auto& [level, line] : lines) {
        html.Raw("<tr><th scope=\"row\"")
            .Attribute("class", level[0] == 'e' ? "bad" : "care")
            .Raw(">")
            .Raw(level);
        html.Raw("</th>");
        const std::string table = Text(*line, "table");
        Cell(html, table.empty() ? Text(*line, "server") : table, "name");
        Cell(html, Text(*line, "message"), "message", 500);
        html.Raw("</tr>\n");
    }
    CloseTable(html);
    Close(html);
}

void WriteAbout(Html& html, const Facts& facts) {
    const Json& report = facts.report;
    Open(html, "about", "Who, when and how");
    html.Raw("<div class=\"scroll\"><table class=\"facts\"><tbody>\n");
    Fact(html, "Run by", Text(report, "owner"), true);
    Fact(html, "Started", Text(facts.all, "started"));
    Fact(html, "Ended", Text(facts.all, "finished"));
    Fact(html, "Database", Text(facts.all, "database"), true);
    Fact(html, "PostgreSQL", Text(facts.all, "postgres"));
    Fact(html, "pg_sqlite", Text(report, "version"));
    Fact(html, "Servers", Joined(At(report, "servers")), true);
    Fact(html, "Target schema", Text(report, "target_schema"), true);
    Fact(html, "Transaction", Text(report, "transaction"));
    Fact(html, "Workers", Text(report, "workers"));
    Fact(html, "Read from", Text(report, "read_from"));
    Fact(html, "On error", Text(report, "on_error"));
    Fact(html, "Most rejects", Text(report, "max_rejects"));
    html.Raw("</tbody></table></div>\n");
    Sources(html, facts);
    Backups(html, facts);
    const Json& spec = At(report, "spec");
    html.Raw("<h3>Spec</h3>\n");
    if (spec.is_object() && !spec.empty())
        html.Raw("<pre>").Text(spec.dump(2)).Raw("</pre>\n");
    else
        html.Raw("<p class=\"soft\">None: the defaults.</p>\n");
    const Json& next = At(report, "next");
    if (next.is_array() && !next.empty()) {
        html.Raw("<h3>What can be done next</h3>\n");
        OpenTable(html, "", {"Statement", "Why"});
        for (const Json& step : next) {
            html.Raw("<tr><th scope=\"row\"><code>").Text(Text(step, "statement")).Raw(";</code></th>");
            Cell(html, Text(step, "why"));
            html.Raw("</tr>\n");
        }
        CloseTable(html);
    }
    Close(html);
}

}  // namespace pgsqlite::report
