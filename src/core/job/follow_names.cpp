#include "core/job/follow_names.hpp"

#include <vector>

#include "core/schema/keywords.hpp"
#include "core/value/text/ascii.hpp"

namespace pgsqlite::plan {
namespace {

using schema::QuotePgIdentifierIfNeeded;

bool StartsName(char c) noexcept {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
}

bool ContinuesName(char c) noexcept {
    return StartsName(c) || c == '$' || value::IsDigit(c);
}

std::string LowerName(std::string_view text) {
    std::string lower;
    for (const char c : text)
        lower += value::ToLower(c);
    return lower;
}

class Follower {
  public:
    Follower(std::string_view sql, const Renames& renames) : sql_(sql), renames_(renames) {}

    std::string Run() {
        while (at_ < sql_.size())
            Step();
        return std::move(out_);
    }

  private:
    void Step() {
        const char c = sql_[at_];
        if (StartsName(c) || c == '"') return Name();
        if (c == '\'') return Literal(false);
        if (c == '$' && (at_ == 0 || !ContinuesName(sql_[at_ - 1]))) return Body();
        if (c == '-' && Next(1) == '-') return CopyTo(sql_.find('\n', at_));
        if (c == '/' && Next(1) == '*') return Comment();
        // The digits of 1e5 begin no name.
        if (value::IsDigit(c)) {
            std::size_t end = at_;
            while (end < sql_.size() && ContinuesName(sql_[end]))
                ++end;
            return CopyTo(end);
        }
        CopyTo(at_ + 1);
    }

    char Next(std::size_t offset) const noexcept {
        return at_ + offset < sql_.size() ? sql_[at_ + offset] : '\0';
    }

    void CopyTo(std::size_t end) {
        end = std::min(end, sql_.size());
        out_ += sql_.substr(at_, end - at_);
        at_ = end;
    }

    void Comment() {
        int depth = 0;
        std::size_t end = at_;
        do {
            if (sql_.substr(end, 2) == "/*")
                ++depth, end += 2;
            else if (sql_.substr(end, 2) == "*/")
                --depth, end += 2;
            else
                ++end;
        } while (depth > 0 && end < sql_.size());
        CopyTo(end);
    }

    /// $tag$ … $tag$, or a parameter.
    void Body() {
        std::size_t end = at_ + 1;
        while (end < sql_.size() && ContinuesName(sql_[end]) && sql_[end] != '$')
            ++end;
        if (end == sql_.size() || sql_[end] != '$') return CopyTo(at_ + 1);
        const std::string_view tag = sql_.substr(at_, end + 1 - at_);
        const std::size_t close = sql_.find(tag, end + 1);
        if (close == std::string_view::npos) return CopyTo(end + 1);
        CopyTo(end + 1);
        out_ += FollowNames(sql_.substr(at_, close - at_), renames_);
        at_ = close;
        CopyTo(close + tag.size());
    }

    /// @param escapes a backslash stands before a character that is meant as it is
    void Literal(bool escapes) {
        std::size_t end = at_ + 1;
        std::string content;
        for (; end < sql_.size(); ++end) {
            if (escapes && sql_[end] == '\\' && end + 1 < sql_.size()) {
                content += sql_[end++];
            } else if (sql_[end] == '\'') {
                if (end + 1 == sql_.size() || sql_[end + 1] != '\'') break;
                ++end;
            }
            content += sql_[end];
        }
        end = std::min(end + 1, sql_.size());
        std::size_t size = 0;
        const std::vector<std::string> parts = escapes ? std::vector<std::string>() : Chain(content, &size);
        std::string renamed;
        if (parts.size() > 1 && size == content.size()) renamed = Renamed(parts);
        if (renamed.empty()) return CopyTo(end);
        out_ += schema::QuotePgLiteral(renamed);
        at_ = end;
    }

    /// The names that a text begins with, with points between them. @param size of what was read
    static std::vector<std::string> Chain(std::string_view text, std::size_t* size) {
        std::vector<std::string> parts;
        std::size_t at = 0;
        while (at < text.size()) {
            std::string part;
            std::size_t end = at;
            if (text[at] == '"') {
                for (++end; end < text.size(); ++end) {
                    if (text[end] == '"') {
                        if (end + 1 == text.size() || text[end + 1] != '"') break;
                        ++end;
                    }
                    part += text[end];
                }
                end = std::min(end + 1, text.size());
            } else if (StartsName(text[at])) {
                while (end < text.size() && ContinuesName(text[end]))
                    ++end;
                part = LowerName(text.substr(at, end - at));
            } else {
                break;
            }
            parts.push_back(std::move(part));
            *size = end;
            if (end + 1 >= text.size() || text[end] != '.') break;
            at = end + 1;
        }
        return parts;
    }

    /// The new spelling of a qualified name; empty: it stays.
    std::string Renamed(const std::vector<std::string>& parts) const {
        std::string schema = parts[0], name = parts[1];
        if (const auto relation = renames_.relations.find({schema, name});
            relation != renames_.relations.end()) {
            schema = relation->second.first;
            name = relation->second.second;
        } else if (const auto found = renames_.schemas.find(schema); found != renames_.schemas.end()) {
            schema = found->second;
        } else {
            return {};
        }
        std::string spelling = QuotePgIdentifierIfNeeded(schema) + "." + QuotePgIdentifierIfNeeded(name);
        for (std::size_t i = 2; i < parts.size(); ++i)
            spelling += "." + QuotePgIdentifierIfNeeded(parts[i]);
        return spelling;
    }

    void Name() {
        std::size_t size = 0;
        const std::vector<std::string> parts = Chain(sql_.substr(at_), &size);
        const std::string_view spelling = sql_.substr(at_, size);
        if (parts.size() == 1 && value::EqualsWord(spelling, "e") && Next(1) == '\'') {
            CopyTo(at_ + 1);
            return Literal(true);
        }
        std::string renamed;
        if (parts.size() > 1) {
            renamed = Renamed(parts);
        } else if (behind_schema_) {
            const auto found = renames_.schemas.find(parts[0]);
            if (found != renames_.schemas.end()) renamed = QuotePgIdentifierIfNeeded(found->second);
        }
        const bool is_word = parts.size() == 1 && spelling.front() != '"';
        behind_schema_ =
            is_word && (parts[0] == "schema" ||
                        (behind_schema_ && (parts[0] == "if" || parts[0] == "not" || parts[0] == "exists")));
        if (renamed.empty()) return CopyTo(at_ + size);
        out_ += renamed;
        at_ += size;
    }

    std::string_view sql_;
    const Renames& renames_;
    std::size_t at_ = 0;
    bool behind_schema_ = false;
    std::string out_;
};

}  // namespace

std::string FollowNames(std::string_view sql, const Renames& renames) {
    return Follower(sql, renames).Run();
}

}  // namespace pgsqlite::plan
