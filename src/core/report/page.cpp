#include "core/report/page.hpp"

#include <cstdio>
#include <memory>

#include "core/base/error.hpp"
#include "core/report/parts.hpp"
#include "core/report/style.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::report {
namespace {

/// How the job stands, for its reader: worst first.
enum class Standing { kBad, kCare, kGood };

const char* StandingClass(Standing standing) noexcept {
    return standing == Standing::kBad ? "bad" : standing == Standing::kCare ? "care" : "good";
}

bool IsProven(const Facts& facts) {
    return At(At(facts.all, "proof"), "rows").is_array();
}

Standing StandingOf(const Facts& facts) {
    const std::string state = Text(facts.report, "state");
    if (state == "failed" || Flag(facts.report, "interrupted") ||
        !Flag(At(facts.report, "totals"), "balanced") || ProofCount(facts, "differs") > 0)
        return Standing::kBad;
    const Json& constraints = At(At(facts.all, "proof"), "constraints");
    if (state != "done" || Count(At(facts.report, "totals"), "tables") == 0 ||
        Count(At(facts.report, "rejects"), "open") > 0 || !IsProven(facts) ||
        ProofCount(facts, "cannot compare") > 0 || (constraints.is_array() && !constraints.empty()))
        return Standing::kCare;
    return Standing::kGood;
}

std::string State(const Facts& facts) {
    return Flag(facts.report, "interrupted") ? "interrupted" : Text(facts.report, "state");
}

const char* StateClass(const std::string& state) noexcept {
    return state == "done" ? "good" : state == "failed" || state == "interrupted" ? "bad" : "care";
}

void Percent(Html& html, const std::optional<double>& percent) {
    char text[48] = "";
    if (percent) std::snprintf(text, sizeof(text), "%.4g %%", *percent);
    // Rounding must not say that all is well.
    if (percent && *percent < 100 && *percent >= 99.995)
        std::snprintf(text, sizeof(text), "%.4f %%", *percent);
    html.Text(percent ? text : "none read");
}

void Figure(Html& html, const char* name, std::int64_t number, const char* css = "") {
    html.Raw("<div><dt>").Text(name).Raw("</dt><dd").Attribute("class", number == 0 ? "" : css).Raw(">");
    html.Count(number).Raw("</dd></div>\n");
}

void WriteFigures(Html& html, const Facts& facts) {
    const Json& totals = At(facts.report, "totals");
    html.Raw("<dl class=\"figures\">\n");
    Figure(html, "Tables", Count(totals, "tables"));
    Figure(html, "Rows read", Count(totals, "read"));
    Figure(html, "Written", Count(totals, "written"));
    Figure(html, "Rejected", Count(totals, "rejected"), "bad");
    Figure(html, "Skipped", Count(totals, "skipped"));
    Figure(html, "Values changed", Count(totals, "changed"), "care");
    html.Raw("<div><dt>Success rate</dt><dd>");
    Percent(html, Number(totals, "success_rate"));
    html.Raw("</dd></div>\n<div><dt>Error rate</dt><dd>");
    Percent(html, Number(totals, "error_rate"));
    html.Raw("</dd></div>\n<div><dt>Took</dt><dd>");
    html.Text(Duration(Number(facts.report, "seconds").value_or(0))).Raw("</dd></div>\n</dl>\n");
}

void ErrorLines(Html& html, const Json& error) {
    html.Raw("<p><strong>The job failed</strong> (").Text(Text(error, "sqlstate")).Raw("): ");
    html.Text(Text(error, "message"), 1000).Raw("</p>\n");
    if (!Text(error, "detail").empty()) html.Raw("<pre>").Text(Text(error, "detail"), 4000).Raw("</pre>\n");
    if (!Text(error, "hint").empty()) html.Raw("<p>").Text(Text(error, "hint"), 1000).Raw("</p>\n");
}

void AccountLine(Html& html, const Json& totals) {
    if (Count(totals, "tables") == 0) {
        html.Raw("<p><strong>No table was moved</strong>: are these the files that were meant?</p>\n");
        return;
    }
    const bool balanced = Flag(totals, "balanced");
    html.Raw(balanced ? "<p><strong>Every row is accounted for</strong>: "
                      : "<p><strong>The account does not balance</strong>: ");
    html.Count(Count(totals, "read")).Raw(balanced ? " read = " : " read, but ");
    html.Count(Count(totals, "written"))
        .Raw(" written + ")
        .Count(Count(totals, "rejected"))
        .Raw(" rejected + ");
    html.Count(Count(totals, "skipped")).Raw(" skipped.</p>\n");
}

void ProofLine(Html& html, const Facts& facts) {
    if (Count(At(facts.report, "totals"), "tables") == 0) return;
    const std::int64_t same = ProofCount(facts, "identical"), differ = ProofCount(facts, "differs");
    const std::int64_t unknown = ProofCount(facts, "cannot compare");
    if (!IsProven(facts)) {
        html.Raw("<p>The two sides were not compared for this page.</p>\n");
        return;
    }
    html.Raw("<p><strong>").Count(same).Raw(" of ").Count(same + differ + unknown);
    html.Raw(same + differ + unknown == 1 ? " table is proven identical</strong>"
                                          : " tables are proven identical</strong>");
    html.Raw(", every row and column compared");
    if (differ > 0) html.Raw("; ").Count(differ).Raw(differ == 1 ? " differs" : " differ");
    if (unknown > 0) html.Raw("; ").Count(unknown).Raw(" could not be compared");
    html.Raw(".</p>\n");
}

void WriteVerdict(Html& html, const Facts& facts, Standing standing) {
    html.Raw("<div").Attribute("class", std::string("verdict ") + StandingClass(standing)).Raw(">\n");
    const Json& error = At(facts.report, "error");
    if (error.is_object()) ErrorLines(html, error);
    if (Text(facts.report, "state") == "rolled back")
        html.Raw("<p><strong>The job was taken back</strong>: what it made and wrote is gone.</p>\n");
    AccountLine(html, At(facts.report, "totals"));
    const std::int64_t open = Count(At(facts.report, "rejects"), "open");
    if (open > 0)
        html.Raw("<p><strong>")
            .Count(open)
            .Raw(open == 1 ? " row is" : " rows are")
            .Raw(" put aside and open.</strong></p>\n");
    if (Text(facts.report, "state") == "done") ProofLine(html, facts);
    html.Raw("</div>\n");
}

void WriteHead(Html& html, const std::string& title) {
    html.Raw(
        "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
        "<meta charset=\"utf-8\"/>\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
        "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src "
        "&#39;unsafe-inline&#39;\"/>\n<title>");
    html.Text(title).Raw("</title>\n<style>").Raw(kStyle).Raw("</style>\n</head>\n");
}

void WriteHeader(Html& html, const Facts& facts) {
    const std::string servers = Joined(At(facts.report, "servers"));
    const std::string schema = Text(facts.report, "target_schema");
    html.Raw(
        "<header>\n<p class=\"eyebrow\">pg_sqlite &#xB7; SQLite to PostgreSQL &#xB7; job "
        "report</p>\n<h1>Job ");
    html.Text(Text(facts.report, "job"))
        .Raw(" <span")
        .Attribute("class", std::string("state ") + StateClass(State(facts)));
    html.Raw(">").Text(State(facts)).Raw("</span></h1>\n<p class=\"lead\">");
    html.Text(Text(facts.report, "kind"));
    if (!servers.empty()) html.Raw(" of <span class=\"name\">").Text(servers).Raw("</span>");
    if (!schema.empty()) html.Raw(" into schema <span class=\"name\">").Text(schema).Raw("</span>");
    html.Raw(" of database <span class=\"name\">").Text(Text(facts.all, "database")).Raw("</span>, started ");
    html.Text(Text(facts.all, "started")).Raw(" by <span class=\"name\">").Text(Text(facts.report, "owner"));
    html.Raw("</span></p>\n</header>\n");
}

constexpr char kContents[] = R"(<nav aria-label="Contents"><ul>
<li><a href="#tables">What went where</a></li>
<li><a href="#rejects">Rows that did not fit</a></li>
<li><a href="#changes">Values changed</a></li>
<li><a href="#findings">Findings</a></li>
<li><a href="#left-out">Not carried over</a></li>
<li><a href="#proof">Proof</a></li>
<li><a href="#timeline">Timeline</a></li>
<li><a href="#about">Who, when and how</a></li>
</ul></nav>
)";

/// The job's spec; null where this version can't read it.
std::unique_ptr<const spec::Spec> SpecOf(const Json& report) {
    try {
        return std::make_unique<const spec::Spec>(spec::Spec::Parse(At(report, "spec").dump()));
    } catch (const Error&) {
        return nullptr;
    }
}

std::string Write(const Json& all) {
    const Json& report = At(all, "report");
    const std::unique_ptr<const spec::Spec> spec = SpecOf(report);
    const Facts facts = {all, report, spec.get()};
    const Standing standing = StandingOf(facts);
    Html html;
    WriteHead(html,
              "Job " + Text(report, "job") + ", " + State(facts) + ": " + Joined(At(report, "servers")));
    html.Raw("<body>\n<main>\n");
    WriteHeader(html, facts);
    WriteVerdict(html, facts, standing);
    WriteFigures(html, facts);
    html.Raw(kContents);
    WriteTables(html, facts);
    WriteRejects(html, facts);
    WriteChanges(html, facts);
    WriteFindings(html, facts);
    WriteLeftOut(html, facts);
    WriteProof(html, facts);
    WriteTimeline(html, facts);
    WriteLog(html, facts);
    WriteAbout(html, facts);
    html.Raw("<footer>Written ").Text(Text(all, "at")).Raw(" for ").Text(Text(all, "user"));
    html.Raw(" by <code>sqlite.report_html(").Text(Text(report, "job"));
    html.Raw(")</code> of pg_sqlite, PostgreSQL ")
        .Text(Text(all, "postgres"))
        .Raw(". Times are UTC.</footer>\n");
    html.Raw("</main>\n</body>\n</html>\n");
    return html.Take();
}

/// Bytes that are not UTF-8, which a server of encoding SQL_ASCII may hold, as U+FFFD.
std::string Repaired(std::string_view text) {
    std::string repaired;
    for (const char *p = text.data(), *end = p + text.size(); p < end;) {
        bool valid = false;
        const std::size_t length = value::Utf8Step(p, end, valid);
        repaired.append(valid ? std::string_view(p, length) : "\xEF\xBF\xBD");
        p += length;
    }
    return repaired;
}

}  // namespace

std::string WritePage(std::string_view facts) {
    try {
        return Write(Json::parse(Repaired(facts)));
    } catch (const Json::exception& error) {
        throw Error(sqlstate::kInternalError, "the facts of a report cannot be read", error.what());
    }
}

}  // namespace pgsqlite::report
