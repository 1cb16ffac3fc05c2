// Arrays: a list stored as one text, taken apart into cells.
#pragma once

#include "core/base/scratch.hpp"
#include "core/value/cell.hpp"
#include "core/value/rule.hpp"
#include "core/value/value.hpp"

namespace pgsqlite::value {

/// kArray: text (or a blob under encoding utf8) that is a JSON array (the default), an array as PostgreSQL
/// writes it (of one dimension, without bounds), or a list split at the delimiter; the encodings are tried in
/// their order. Of a JSON array strings become text cells (unescaped), numbers integer cells when they are
/// 64-bit integers as spelled and text cells with their spelling otherwise, true and false text cells, null
/// NULL, nested arrays and objects text cells with their JSON. The elements of PostgreSQL's {…} are text
/// cells, but for NULL without quotes. The pieces of a delimited list are text cells;
/// '' is the list without elements. The elements' own conversion is the caller's, by rule.element and with
/// another scratch buffer.
///
/// JSON that is no array, or what is no {…}, is kInvalidSyntax. invalid_json null applies; string does not:
/// it makes no array.
Status ConvertArray(const Rule& rule, const Cell& cell, Scratch& scratch, Value& out) noexcept;

}  // namespace pgsqlite::value
