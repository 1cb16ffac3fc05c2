// Parts: the sections of a report's page, and how they look at what is known of the job.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "core/report/html.hpp"
#include "core/spec/spec.hpp"

namespace pgsqlite::report {

using Json = nlohmann::json;

struct Facts {
    const Json& all;
    const Json& report;      ///< as sqlite.report gives it
    const spec::Spec* spec;  ///< null: none that could be read
};

/// The member, or null where there is none.
const Json& At(const Json& object, const char* key);
std::string Text(const Json& object, const char* key);
/// Of whatever stands there: 0 where it is no number.
std::int64_t ToCount(const Json& value);
std::int64_t Count(const Json& object, const char* key);
std::optional<double> Number(const Json& object, const char* key);
bool Flag(const Json& object, const char* key);
/// The names, with commas.
std::string Joined(const Json& names);
/// 12.5 s, 3 min 5 s.
std::string Duration(double seconds);

/// `<section>` with its heading.
void Open(Html& html, const char* id, const char* heading);
void Close(Html& html);
/// A table's beginning: what it shows, and its columns' names; those that end with # hold numbers.
void OpenTable(Html& html, const char* caption, std::initializer_list<const char*> columns);
void CloseTable(Html& html);
/// A cell that says nothing where the text is empty.
void Cell(Html& html, std::string_view text, const char* css = "", std::size_t most = SIZE_MAX);
void CountCell(Html& html, std::int64_t number, const char* css = "");
void DurationCell(Html& html, const Json& object, const char* key);

void WriteTables(Html& html, const Facts& facts);
void WriteRejects(Html& html, const Facts& facts);
void WriteChanges(Html& html, const Facts& facts);
void WriteFindings(Html& html, const Facts& facts);
void WriteLeftOut(Html& html, const Facts& facts);
void WriteProof(Html& html, const Facts& facts);
void WriteTimeline(Html& html, const Facts& facts);
void WriteLog(Html& html, const Facts& facts);
void WriteAbout(Html& html, const Facts& facts);

/// How often a verdict was given of a table; of none where there is no proof.
std::int64_t ProofCount(const Facts& facts, std::string_view status);

/// Where the spec says what holds for a key of a column, or of all columns of a table that `column` is empty
/// for: JSON pointers with commas.
std::string Pointers(const Facts& facts, const Json& table, std::string_view key);
/// Where the spec speaks of a finding's table and column: by the keys that its suggestion names, where it has
/// any of these, else all that it says of them in particular.
std::string SettingsOf(const Facts& facts, const Json& finding);

}  // namespace pgsqlite::report
