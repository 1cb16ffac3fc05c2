// A report's page takes anybody's names and values, and stays one well-formed document of ASCII.
#include "core/report/page.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "core/base/error.hpp"
#include "core/report/html.hpp"
#include "core/value/text/utf8.hpp"

namespace {

using pgsqlite::report::Html;
using pgsqlite::report::WritePage;

std::string Shown(std::string_view text, std::size_t most = SIZE_MAX) {
    Html html;
    html.Text(text, most);
    return html.Take();
}

TEST(Html, EscapesWhatWouldBeMarkup) {
    EXPECT_EQ(Shown("<script>alert('&amp;\"')</script>"),
              "&lt;script&gt;alert(&#39;&amp;amp;&quot;&#39;)&lt;/script&gt;");
    Html html;
    html.Attribute("title", "\" onload='x' <b>\n\x01");
    EXPECT_EQ(html.page(), " title=\"&quot; onload=&#39;x&#39; &lt;b&gt; [U+0001]\"");
}

TEST(Html, ShowsWhatCannotBeSeen) {
    EXPECT_EQ(Shown(std::string_view("a\0b", 3)), "a<span class=\"hidden\">U+0000</span>b");
    EXPECT_EQ(Shown("\xE2\x80\xAE"
                    "cod.exe"),
              "<span class=\"hidden\">U+202E</span>cod.exe");
    EXPECT_EQ(Shown("\xEF\xBF\xBE"), "<span class=\"hidden\">U+FFFE</span>");
    EXPECT_EQ(Shown("\xC2\x85"), "<span class=\"hidden\">U+0085</span>");
    EXPECT_EQ(Shown("\n\t "), "\n\t ");
}

TEST(Html, IsAscii) {
    EXPECT_EQ(Shown("Zo\xC3\xAB \xF0\x9F\x98\x80"), "Zo&#xEB; &#x1F600;");
    EXPECT_EQ(Shown("\xFF\xC3"), "&#xFFFD;&#xFFFD;");
    EXPECT_EQ(Shown("12345", 3), "123&#x2026;");
    EXPECT_EQ(pgsqlite::report::Grouped(-1234567), "-1,234,567");
    EXPECT_EQ(pgsqlite::report::Grouped(123), "123");
    EXPECT_EQ(pgsqlite::report::Grouped(1000), "1,000");
}

/// A reader of XML as far as a page goes: elements that are closed in order, attributes in quotes, none of
/// them twice, references that are numbers or one of five names. Empty: it is well-formed; else what is
/// wrong, and where.
std::string Fault(std::string_view page) {
    std::vector<std::string> open;
    std::size_t at = std::string_view("<!DOCTYPE html>\n").size();
    if (page.substr(0, at) != "<!DOCTYPE html>\n") return "no doctype";
    const auto here = [&](const char* what) { return what + (" at: " + std::string(page.substr(at, 80))); };
    while (at < page.size()) {
        const unsigned char c = static_cast<unsigned char>(page[at]);
        if (c >= 0x80 || (c < ' ' && c != '\n' && c != '\t')) return here("a character that is not allowed");
        if (c == '&') {
            const std::size_t end = page.find(';', at);
            const std::string_view name = page.substr(at + 1, end - at - 1);
            if (end == std::string_view::npos ||
                (name[0] != '#' && name != "amp" && name != "lt" && name != "gt" && name != "quot"))
                return here("a reference");
            at = end + 1;
        } else if (c != '<') {
            ++at;
        } else if (page[at + 1] == '/') {
            const std::size_t end = page.find('>', at);
            const std::string name(page.substr(at + 2, end - at - 2));
            if (open.empty() || open.back() != name) return here("an element that is not open");
            open.pop_back();
            at = end + 1;
        } else {
            std::size_t p = at + 1;
            while (p < page.size() && (std::isalnum(static_cast<unsigned char>(page[p])) != 0))
                ++p;
            const std::string name(page.substr(at + 1, p - at - 1));
            if (name.empty()) return here("no element");
            std::vector<std::string> attributes;
            while (p < page.size() && page[p] == ' ') {
                const std::size_t equal = page.find('=', p);
                attributes.emplace_back(page.substr(p + 1, equal - p - 1));
                for (std::size_t i = 0; i + 1 < attributes.size(); ++i)
                    if (attributes[i] == attributes.back()) return here("an attribute twice");
                if (page[equal + 1] != '"') return here("an attribute without quotes");
                const std::size_t end = page.find('"', equal + 2);
                if (page.substr(equal + 2, end - equal - 2).find('<') != std::string_view::npos)
                    return here("an element in an attribute");
                p = end + 1;
            }
            if (page.substr(p, 2) == "/>") {
                at = p + 2;
            } else if (page[p] == '>') {
                open.push_back(name);
                at = p + 1;
            } else {
                return here("an element's end");
            }
        }
    }
    return open.empty() ? "" : "not closed: " + open.back();
}

TEST(Page, TakesTheLeastAndTheStrangest) {
    for (const char* facts :
         {"{}", "{\"report\": {}}", "{\"report\": {\"job\": 1, \"state\": \"done\", \"tables\": []}}",
          "{\"report\": {\"tables\": null, \"rejects\": null, \"error\": {}}, \"proof\": {\"error\": "
          "\"gone\"}}",
          "{\"report\": [], \"steps\": {}, \"findings\": {\"rows\": []}}"})
        EXPECT_EQ(Fault(WritePage(facts)), "") << facts;
    EXPECT_THROW(WritePage("{"), pgsqlite::Error);
    EXPECT_THROW(WritePage(""), pgsqlite::Error);
}

/// JSON text of any characters, those that mean something among them.
std::string AnyText(std::mt19937* random) {
    static const std::vector<std::string> kPieces = {
        "<script>", "</td>",          "&",       "&amp;", "]]>",      "<!--", "-->", "'", "\\\"", "\\u0001",
        "\\u202e",  "\\ud83d\\ude00", "\\u0000", "\xFF",  "\xC3\xA4", "x",    " ",   "{", "%s",   "\\n",
        "\\ufffe",  "javascript:",    "\\u2028", "="};
    std::string text = "\"";
    for (std::size_t n = (*random)() % 6; n > 0; --n)
        text += kPieces[(*random)() % kPieces.size()];
    return text + '"';
}

std::string AnyNumber(std::mt19937* random) {
    static const std::vector<std::string> kNumbers = {
        "0", "1", "17", "-1", "1000000", "9223372036854775807", "0.5", "1e300", "null"};
    return kNumbers[(*random)() % kNumbers.size()];
}

std::string AnyObject(std::mt19937* random, std::initializer_list<const char*> texts,
                      std::initializer_list<const char*> numbers, const std::string& more = "") {
    std::string object = "{";
    for (const char* key : texts)
        object += (object.size() > 1 ? ", \"" : "\"") + std::string(key) + "\": " + AnyText(random);
    for (const char* key : numbers)
        object += (object.size() > 1 ? ", \"" : "\"") + std::string(key) + "\": " + AnyNumber(random);
    return object + more + "}";
}

std::string AnyList(std::mt19937* random, std::string (*item)(std::mt19937*)) {
    std::string list = "[";
    for (std::size_t n = (*random)() % 60; n > 0; --n)
        list += (list.size() > 1 ? ", " : "") + item(random);
    return list + "]";
}

std::string AnyTable(std::mt19937* r) {
    return AnyObject(r, {"server", "table", "target", "existing", "state"},
                     {"table_no", "read", "written", "rejected", "skipped", "seconds"},
                     ", \"created\": true, \"policies\": {" + AnyText(r) + ": " + AnyNumber(r) + "}");
}

std::string AnyGroup(std::mt19937* r) {
    return AnyObject(
        r, {"target", "category", "sqlstate"}, {"rows", "open"},
        ", \"columns\": [" + AnyText(r) + "], \"example\": " + AnyObject(r, {"message", "key"}, {"rowid"}));
}

std::string AnyFinding(std::mt19937* r) {
    return AnyObject(r,
                     {"severity", "server", "table_name", "column_name", "finding", "example", "suggestion"},
                     {"rows"}, (*r)() % 2 == 0 ? ", \"open\": true" : "");
}

std::string AnyVerdict(std::mt19937* r) {
    return AnyObject(r, {"target", "status", "source_digest", "target_digest", "reason", "object", "kind"},
                     {"source_rows", "target_rows", "missing", "extra", "different", "rows"});
}

std::string AnyStep(std::mt19937* r) {
    static const char* const kSections[] = {"pre-data", "data", "post-data"};
    return AnyObject(r,
                     {"object", "message", "server", "table", "statement", "why", "reason", "path",
                      "fingerprint", "file", "sha256"},
                     {"begin", "seconds", "bytes"},
                     std::string(", \"section\": \"") + kSections[(*r)() % 3] + "\"");
}

TEST(Page, IsWellFormedWhateverItIsAbout) {
    for (unsigned seed = 1; seed <= 60; ++seed) {
        std::mt19937 random(seed);
        std::mt19937* r = &random;
        std::string report =
            AnyObject(r, {"kind", "state", "owner", "version", "target_schema", "transaction"},
                      {"job", "workers", "seconds"},
                      ", \"servers\": [" + AnyText(r) + "], \"totals\": " +
                          AnyObject(r, {},
                                    {"tables", "read", "written", "rejected", "skipped", "changed", "warned",
                                     "success_rate"}) +
                          ", \"tables\": " + AnyList(r, &AnyTable) + ", \"rejects\": " +
                          AnyObject(r, {}, {"open", "loaded", "ignored", "kinds"},
                                    ", \"groups\": " + AnyList(r, &AnyGroup)) +
                          ", \"spec\": {" + AnyText(r) + ": " + AnyText(r) +
                          "}, \"error\": " + AnyObject(r, {"sqlstate", "message", "detail", "hint"}, {}));
        for (const char* list : {"errors", "warnings", "not_translated", "next", "files", "backups"})
            report.insert(report.size() - 1, std::string(", \"") + list + "\": " + AnyList(r, &AnyStep));
        const std::string facts =
            AnyObject(r, {"at", "started", "finished", "database", "postgres", "user"}, {},
                      ", \"report\": " + report + ", \"steps\": " + AnyList(r, &AnyStep) +
                          ", \"findings\": {\"rows\": " + AnyList(r, &AnyFinding) +
                          "}, \"proof\": {\"rows\": " + AnyList(r, &AnyVerdict) +
                          ", \"constraints\": " + AnyList(r, &AnyVerdict) + "}");
        const std::string page = WritePage(facts);
        ASSERT_EQ(Fault(page), "") << "seed " << seed;
        ASSERT_EQ(page.find("<script"), std::string::npos) << "seed " << seed;
    }
}

}  // namespace
