// What was known before and what there is behind: findings, objects that were not carried over, proof.
#include "core/report/parts.hpp"

namespace pgsqlite::report {
namespace {

/// A section's rows, or the reason why there are none. False: that is all there is to say.
bool HasRows(Html& html, const Json& part, const char* unasked) {
    if (!part.is_object()) {
        html.Raw("<p class=\"soft\">").Text(unasked).Raw("</p>\n");
        return false;
    }
    const std::string error = Text(part, "error");
    if (error.empty()) return true;
    html.Raw("<p class=\"care\">Not known: ").Text(error, 500).Raw("</p>\n");
    return false;
}

std::string Where(const Json& finding) {
    const std::string table = Text(finding, "table_name"), column = Text(finding, "column_name");
    if (table.empty()) return Text(finding, "server");
    return column.empty() ? table : table + "." + column;
}

void FindingRow(Html& html, const Facts& facts, const Json& finding) {
    const std::string severity = Text(finding, "severity");
    html.Raw("<tr><th scope=\"row\"")
        .Attribute("class", severity == "blocker"   ? "bad"
                            : severity == "warning" ? "care"
                                                    : "soft");
    html.Raw(">").Text(severity).Raw("</th><td><span class=\"name\">").Text(Where(finding)).Raw("</span>");
    if (!Text(finding, "table_name").empty())
        html.Raw(" <span class=\"where\">").Text(Text(finding, "server")).Raw("</span>");
    html.Raw("</td><td class=\"message\">").Text(Text(finding, "finding"), 400);
    const std::string example = Text(finding, "example");
    if (!example.empty()) html.Raw(" <span class=\"where\">").Text(example, 120).Raw("</span>");
    html.Raw("</td>");
    if (At(finding, "rows").is_null())
        Cell(html, "", "number");
    else
        CountCell(html, Count(finding, "rows"));
    html.Raw("<td class=\"message\">");
    if (Flag(finding, "open")) {
        html.Raw("<span class=\"care\">left as it is</span>");
    } else {
        const std::string settings = SettingsOf(facts, finding);
        if (settings.empty())
            html.Raw("settled by the spec");
        else
            html.Raw("<span class=\"name\">").Text(settings).Raw("</span>");
    }
    html.Raw("</td></tr>\n");
}

void VerdictRow(Html& html, const Json& verdict) {
    const std::string status = Text(verdict, "status");
    html.Raw("<tr><th scope=\"row\"><span class=\"name\">").Text(Text(verdict, "target")).Raw("</span></th>");
    CountCell(html, Count(verdict, "source_rows"));
    CountCell(html, Count(verdict, "target_rows"));
    html.Raw("<td class=\"digest\"><code>");
    const std::string source = Text(verdict, "source_digest"), target = Text(verdict, "target_digest");
    html.Text(source);
    if (source != target) html.Raw("</code><br/><code>").Text(target);
    html.Raw("</code></td><td")
        .Attribute("class", status == "identical" ? "good"
                            : status == "differs" ? "bad"
                                                  : "care");
    html.Raw("><strong>").Text(status).Raw("</strong></td><td class=\"message\">");
    if (status == "differs")
        html.Raw("missing ")
            .Count(Count(verdict, "missing"))
            .Raw(", extra ")
            .Count(Count(verdict, "extra"))
            .Raw(", different ")
            .Count(Count(verdict, "different"))
            .Raw(" ");
    html.Text(Text(verdict, "reason"), 300).Raw("</td></tr>\n");
}

}  // namespace

std::int64_t ProofCount(const Facts& facts, std::string_view status) {
    std::int64_t count = 0;
    const Json& rows = At(At(facts.all, "proof"), "rows");
    if (rows.is_array())
        for (const Json& row : rows)
            if (Text(row, "status") == status) ++count;
    return count;
}

void WriteFindings(Html& html, const Facts& facts) {
    Open(html, "findings", "What was found, and what settled it");
    const Json& findings = At(facts.all, "findings");
    if (HasRows(html, findings, "The sources were not looked at again for this page.")) {
        const Json& rows = At(findings, "rows");
        if (!rows.is_array() || rows.empty()) {
            html.Raw("<p class=\"soft\">Nothing in the sources needs a decision.</p>\n");
        } else {
            html.Raw(
                "<p>What <code>sqlite.assess</code> says of the sources as they are now, without a spec; and "
                "where this "
                "job&#39;s spec speaks of it.</p>\n");
            OpenTable(html, "Findings: blockers first.",
                      {"Severity", "Where", "Finding", "Rows#", "Settled by"});
            for (const Json& finding : rows)
                FindingRow(html, facts, finding);
            CloseTable(html);
        }
    }
    Close(html);
}

void WriteLeftOut(Html& html, const Facts& facts) {
    Open(html, "left-out", "Not carried over");
    const Json& objects = At(facts.report, "not_translated");
    if (!objects.is_array() || objects.empty()) {
        html.Raw("<p class=\"soft\">Nothing of the sources&#39; schema is missing.</p>\n");
        return Close(html);
    }
    OpenTable(html, "What has to be written by hand, if it is wanted, and why.", {"Object", "Reason"});
    for (const Json& object : objects) {
        html.Raw("<tr><th scope=\"row\"><span class=\"name\">")
            .Text(Text(object, "object"))
            .Raw("</span></th>");
        Cell(html, Text(object, "reason"), "message", 400);
        html.Raw("</tr>\n");
    }
    CloseTable(html);
    Close(html);
}

void WriteProof(Html& html, const Facts& facts) {
    Open(html, "proof", "Proof");
    const Json& proof = At(facts.all, "proof");
    const Json& verdicts = At(proof, "rows");
    if (verdicts.is_array() && verdicts.empty()) {
        html.Raw("<p class=\"soft\">There was nothing to compare.</p>\n");
        return Close(html);
    }
    if (HasRows(html, proof, "The two sides were not compared for this page.")) {
        html.Raw("<p>Every row and column of both sides was read and compared for this page, at ");
        html.Text(Text(facts.all, "at")).Raw(". Equal digests are one.</p>\n");
        OpenTable(html,
                  "Digests are sums of 128-bit hashes of all rows: they do not depend on the order of rows.",
                  {"Table", "Expected#", "There#", "Digest", "Verdict", "Details"});
        const Json& rows = At(proof, "rows");
        if (rows.is_array())
            for (const Json& row : rows)
                VerdictRow(html, row);
        CloseTable(html);
        const Json& constraints = At(proof, "constraints");
        html.Raw("<p>")
            .Count(Count(proof, "holding"))
            .Raw(" keys, checks, sequences and indexes hold.</p>\n");
        if (constraints.is_array() && !constraints.empty()) {
            OpenTable(html, "These do not:", {"Object", "Of", "Kind", "Status", "Rows#"});
            for (const Json& constraint : constraints) {
                html.Raw("<tr><th scope=\"row\"><span class=\"name\">")
                    .Text(Text(constraint, "object"))
                    .Raw("</span></th>");
                Cell(html, Text(constraint, "target"), "name");
                Cell(html, Text(constraint, "kind"));
                Cell(html, Text(constraint, "status"), "care");
                CountCell(html, Count(constraint, "rows"), " care");
                html.Raw("</tr>\n");
            }
            CloseTable(html);
        }
    }
    Close(html);
}

}  // namespace pgsqlite::report
