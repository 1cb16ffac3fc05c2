#include "core/spec/problems.hpp"

#include <cstdio>

#include "core/base/error.hpp"
#include "core/base/nearest.hpp"
#include "core/value/text/utf8.hpp"

namespace pgsqlite::spec {
namespace {

/// As it may stand in a message: PostgreSQL cuts it at a NUL, and a terminal obeys control characters.
std::string Printable(std::string_view text) {
    constexpr std::size_t kMaxCharacters = 200;
    const std::string_view head = value::FirstCharacters(text, kMaxCharacters);
    std::string result;
    for (const char c : head) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
            result += escaped;
        } else {
            result += c;
        }
    }
    if (head.size() < text.size()) result += "...";
    return result;
}

std::string Listed(std::span<const char* const> words) {
    std::string list;
    for (const char* word : words) {
        if (!list.empty()) list += ", ";
        list += word;
    }
    return list;
}

}  // namespace

std::string Append(std::string_view pointer, std::string_view token) {
    std::string result(pointer);
    result += '/';
    for (const char c : token) {
        if (c == '~')
            result += "~0";
        else if (c == '/')
            result += "~1";
        else
            result += c;
    }
    return result;
}

std::string Append(std::string_view pointer, std::size_t index) {
    return std::string(pointer) + '/' + std::to_string(index);
}

std::string Quoted(std::string_view text) {
    return '"' + Printable(text) + '"';
}

void Problems::Add(std::string_view pointer, std::string what, std::string hint) {
    if (++count_ > kMaxTold) return;
    Problem& problem = told_.emplace_back();
    problem.text = (pointer.empty() ? std::string("at its top") : "at " + Quoted(pointer)) + ": " + what;
    problem.hint = std::move(hint);
}

void Problems::AddUnknown(std::string_view pointer, std::string what, std::string_view word,
                          std::span<const char* const> valid, const char* kind) {
    // A document for something else has thousands; their texts would be made for nothing.
    if (count_ >= kMaxTold) {
        ++count_;
        return;
    }
    Add(pointer, std::move(what), std::string("Valid ") + kind + " here are: " + Listed(valid) + '.');
    constexpr std::size_t kFew = 6;
    if (valid.size() <= kFew) told_.back().few = Listed(valid);
    if (const char* nearest = NearestWord(word, valid)) told_.back().nearest = nearest;
}

void Problems::ThrowIfAny() const {
    if (told_.empty()) return;
    const Problem& first = told_.front();
    std::string hint = first.hint;
    if (!first.nearest.empty()) hint = "Perhaps you meant \"" + first.nearest + "\". " + hint;
    std::string detail;
    for (std::size_t i = 1; i < told_.size(); ++i) {
        if (i > 1) detail += '\n';
        detail += "Also " + told_[i].text;
        if (!told_[i].nearest.empty())
            detail += " (perhaps \"" + told_[i].nearest + "\")";
        else if (!told_[i].few.empty())
            detail += " (valid: " + told_[i].few + ')';
        detail += '.';
    }
    if (count_ > told_.size()) detail += "\nAnd " + std::to_string(count_ - told_.size()) + " more.";
    throw Error(sqlstate::kInvalidParameterValue, "invalid spec " + first.text, std::move(detail),
                std::move(hint));
}

}  // namespace pgsqlite::spec
