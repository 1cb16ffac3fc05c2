// JSON: whether PostgreSQL's parser takes a text as json or jsonb, found out before the server's own parser
// raises an error, and without it where the value is json.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.hpp"
#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// Deepest nesting accepted. PostgreSQL's parser recurses; with max_stack_depth at its default of 2 MB
/// version 15 takes a little over 7,000 levels of jsonb from a plain SELECT, less from within deeper calls.
inline constexpr std::uint32_t kMaxJsonDepth = 5000;

/// Limits of jsonb (jsonb.h, jsonb_util.c): bytes of a string, and what the parse state's doubling arrays of
/// 32-byte values and 72-byte pairs reach below the 1 GB allocation limit.
inline constexpr std::size_t kMaxJsonbString = 0x0fffffff;
inline constexpr std::uint32_t kMaxJsonbElements = 1u << 24;
inline constexpr std::uint32_t kMaxJsonbPairs = 1u << 23;

enum class JsonUse : std::uint8_t {
    kJson,   ///< json_in: the grammar; escapes are looked at but not decoded
    kJsonb,  ///< jsonb_in: escapes must decode; \u0000, duplicate keys and what jsonb cannot hold are refused
    kElements,  ///< to be unescaped here: escapes must decode, \u0000 is left to whoever takes the element
};

/// Checks a text that is well-formed in its encoding (CheckText) as one JSON value.
/// @param text when in_scratch, it stands at the start of the scratch buffer and is moved along with it
/// @param utf8_server false: jsonb escapes beyond ASCII are refused, as SQL_ASCII servers do
/// @return kOk, kInvalidJson, kJsonTooDeep; for kJsonb also kJsonDuplicateKey, kJsonNulEscape, kOutOfRange (a
///         number beyond numeric), kTooLarge, kUntranslatable; kOutOfMemory. With the byte offset of the
///         fault
Status ValidateJson(Bytes& text, JsonUse use, bool utf8_server, Scratch& scratch, bool in_scratch) noexcept;

/// Decodes the body of a valid JSON string (without quotes). Never longer than the body.
/// @return end of what was written
char* UnescapeJson(Bytes body, char* out) noexcept;

/// kJson, kJsonb: texts that are JSON, numbers as JSON numbers; the bytes stay as they are. Blobs are
/// SQLite's binary JSON (sqlite_jsonb.hpp), or under encoding utf8 texts. invalid_json applies to what is not
/// JSON at all; valid JSON that jsonb cannot hold has its own codes.
Status ConvertJson(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

}  // namespace pgsqlite::value
