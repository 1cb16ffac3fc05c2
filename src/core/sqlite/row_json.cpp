#include "core/sqlite/row_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/sqlite/cut_value.hpp"
#include "core/value/format.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::sqlite {
namespace {

using value::StorageClass;
using Json = nlohmann::ordered_json;

constexpr std::string_view kValueMember = ", \"value\": ";

std::string Hex(Bytes bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        text += kDigits[static_cast<unsigned char>(byte) >> 4];
        text += kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return text;
}

bool HasBytes(const value::Cell& cell) noexcept {
    return cell.storage_class == StorageClass::kText || cell.storage_class == StorageClass::kBlob;
}

/// What stands for a text or blob.
void AppendCut(std::string& json, const value::Cell& cell) {
    const Bytes bytes = cell.view();
    json += ", \"bytes\": " + std::to_string(bytes.size());
    const Bytes words = cell.storage_class == StorageClass::kText ? BeginningOf(bytes) : Bytes();
    if (!words.empty())
        json += ", \"begins\": " + Json(std::string(words)).dump();
    else
        json += ", \"begins_hex\": \"" + Hex(bytes.substr(0, kBeginningBytes)) + '"';
    json += ", \"digest\": \"" + DigestText(bytes) + '"';
}

/// Written by hand: the library would spell reals its own way.
/// @param whole texts and blobs of more bytes are cut
void AppendCell(std::string& json, const value::Cell& cell, std::size_t whole) {
    json += std::string(R"({"class": ")") + value::StorageClassName(cell.storage_class) + '"';
    if (HasBytes(cell) && cell.view().size() > whole) {
        AppendCut(json, cell);
        json += '}';
        return;
    }
    char number[value::kNumberTextSize];
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            json += kValueMember;
            json.append(number, value::FormatInteger(cell.integer, number));
            break;
        case StorageClass::kReal: {
            const std::string_view text(number, value::FormatReal(cell.real, number));
            // jsonb's numbers know no infinities and no minus zero.
            const bool number_fits = std::isfinite(cell.real) && !(cell.real == 0 && std::signbit(cell.real));
            const char* quote = number_fits ? "" : "\"";
            json += kValueMember;
            json += quote;
            json += text;
            json += quote;
            break;
        }
        case StorageClass::kText:
            if (value::FindTextFault(cell.view()) == cell.view().size())
                (json += kValueMember) += Json(std::string(cell.view())).dump();
            else
                json += ", \"hex\": \"" + Hex(cell.view()) + '"';
            break;
        case StorageClass::kBlob:
            json += ", \"hex\": \"" + Hex(cell.view()) + '"';
            break;
        case StorageClass::kNull:
            break;
    }
    json += '}';
}

/// A column's name as JSON; a name need not be valid UTF-8.
std::string NameAsJson(const std::string& name) {
    return Json(name).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string RowAsJson(const Statement& statement, int columns) {
    std::string json = "{";
    for (int i = 0; i < columns; ++i) {
        if (Cancelled()) throw Error(sqlstate::kQueryCanceled, "keeping a row was cancelled");
        json += (i > 0 ? ", " : "") + NameAsJson(statement.column_name(i)) + ": ";
        AppendCell(json, statement.CellAt(i), WholeBytes(json.size()));
    }
    return json + "}";
}

std::string KeyAsJson(const std::vector<KeyPart>& key, std::size_t whole) {
    std::string json = "{";
    for (const KeyPart& part : key) {
        json += (json.size() > 1 ? ", " : "") + NameAsJson(part.column) + ": ";
        std::string cell;
        AppendCell(cell, part.cell, whole);
        const bool is_null = part.cell.storage_class == StorageClass::kNull;
        const bool is_text = part.cell.storage_class == StorageClass::kText;
        const std::size_t value = cell.find(kValueMember);
        const bool plain =
            value != std::string::npos && (is_text || cell[value + kValueMember.size()] != '"');
        if (is_null)
            json += "null";
        else if (plain)
            json.append(cell, value + kValueMember.size(), cell.size() - value - kValueMember.size() - 1);
        else
            json += cell;
    }
    return json + "}";
}

bool IsWhole(const std::vector<KeyPart>& key) noexcept {
    std::size_t size = 0;
    for (const KeyPart& part : key) {
        if (!HasBytes(part.cell)) continue;
        size += part.cell.view().size();
        if (size > kWholeValueBytes) return false;
    }
    return true;
}

std::string StoredRowAsJson(Database& db, std::string_view table, const std::vector<KeyPart>& key) {
    std::string sql = "SELECT * FROM main." + QuoteIdentifier(table);
    const char* word = " WHERE ";
    for (const KeyPart& part : key) {
        sql += word + QuoteIdentifier(part.column) + " IS ?";
        word = " AND ";
    }
    Statement statement(db, sql);
    for (std::size_t i = 0; i < key.size(); ++i)
        statement.Bind(static_cast<int>(i) + 1, key[i].cell);
    return statement.Fetch() ? RowAsJson(statement, statement.column_count()) : std::string();
}

std::string StoredRowAsJson(Database& db, std::string_view table, std::string_view rowid_name,
                            std::int64_t rowid) {
    Statement statement(db, "SELECT * FROM main." + QuoteIdentifier(table) + " WHERE " +
                                QuoteIdentifier(rowid_name) + " = ?1");
    statement.Bind(1, value::Cell::Integer(rowid));
    return statement.Fetch() ? RowAsJson(statement, statement.column_count()) : std::string();
}

}  // namespace pgsqlite::sqlite
