#include "core/sqlite/interruptible.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

#include "core/sqlite/like_match.hpp"

namespace pgsqlite::sqlite {
namespace {

using Stop = bool (*)() noexcept;

/// Bytes that are looked at between two questions: some milliseconds.
constexpr std::size_t kStride = 8 * 1024 * 1024;

Stop StopOf(sqlite3_context* context) noexcept {
    return reinterpret_cast<Stop>(sqlite3_user_data(context));
}
bool IsStopped(sqlite3_context* context) noexcept {
    const Stop stop = StopOf(context);
    if (stop == nullptr || !stop()) return false;
    sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    return true;
}

/// False for NULL, and for want of memory, which SQLite remembers.
bool TextOf(sqlite3_value* value, std::string_view* text) noexcept {
    const unsigned char* bytes = sqlite3_value_text(value);
    if (bytes == nullptr) return false;
    *text = {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_value_bytes(value))};
    return true;
}

/// Where `needle`, which is not empty, begins in `hay` at or behind `from`; npos where it does not, and where
/// it was stopped. glibc's memmem takes linear time.
std::size_t Find(sqlite3_context* context, std::string_view hay, std::string_view needle, std::size_t from,
                 bool* stopped) noexcept {
    // A piece of several needles, which memmem prepares anew for each.
    const std::size_t piece = std::max(kStride, 4 * needle.size());
    while (from + needle.size() <= hay.size()) {
        if ((*stopped = IsStopped(context))) break;
        const std::size_t size = std::min(piece, hay.size() - from);
        const void* found = memmem(hay.data() + from, size, needle.data(), needle.size());
        if (found != nullptr) return static_cast<std::size_t>(static_cast<const char*>(found) - hay.data());
        if (size < piece) break;
        from += size - needle.size() + 1;
    }
    return std::string_view::npos;
}

bool IsContinuation(char c) noexcept {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

/// A value's own copy, for its text: the conversion of a blob in place would change the argument.
class Copy {
  public:
    explicit Copy(sqlite3_value* value) noexcept : value_(sqlite3_value_dup(value)) {}
    ~Copy() { sqlite3_value_free(value_); }
    Copy(const Copy&) = delete;
    Copy& operator=(const Copy&) = delete;
    bool Text(std::string_view* text) const noexcept { return value_ != nullptr && TextOf(value_, text); }

  private:
    sqlite3_value* value_;
};

/// The place in characters, from 1, of the first occurrence that begins at a character.
void Position(sqlite3_context* context, std::string_view hay, std::string_view needle, bool text) noexcept {
    std::size_t at = 0;
    bool stopped = false;
    if (needle.empty())
        at = std::min(hay.find('\0'), hay.size());  // SQLite compares with what lies behind it, a NUL
    else if (text && IsContinuation(needle.front()))
        at = hay.starts_with(needle) ? 0 : std::string_view::npos;  // nothing begins with it but a whole text
    else
        at = Find(context, hay, needle, 0, &stopped);
    if (stopped) return;
    if (at == std::string_view::npos) return sqlite3_result_int(context, 0);
    std::size_t characters = at;
    if (text) {
        const char* end = hay.data() + at;
        characters = 0;
        for (const char* c = hay.data() + (at > 0 ? 1 : 0); at > 0 && c <= end; ++c)
            characters += IsContinuation(*c) ? 0 : 1;
    }
    sqlite3_result_int(context, static_cast<int>(characters) + 1);
}

void Instr(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    const int hay_type = sqlite3_value_type(arguments[0]);
    const int needle_type = sqlite3_value_type(arguments[1]);
    if (hay_type == SQLITE_NULL || needle_type == SQLITE_NULL) return;
    const int hay_bytes = sqlite3_value_bytes(arguments[0]);
    if (sqlite3_value_bytes(arguments[1]) == 0) return sqlite3_result_int(context, 1);
    std::string_view hay;
    std::string_view needle;
    if (hay_type == SQLITE_BLOB && needle_type == SQLITE_BLOB) {
        const void* hay_data = sqlite3_value_blob(arguments[0]);
        const void* needle_data = sqlite3_value_blob(arguments[1]);
        if (needle_data == nullptr || (hay_bytes > 0 && hay_data == nullptr))
            return sqlite3_result_error_nomem(context);
        hay = {static_cast<const char*>(hay_data), static_cast<std::size_t>(hay_bytes)};
        needle = {static_cast<const char*>(needle_data),
                  static_cast<std::size_t>(sqlite3_value_bytes(arguments[1]))};
        return Position(context, hay, needle, false);
    }
    if (hay_type != SQLITE_BLOB && needle_type != SQLITE_BLOB) {
        if (!TextOf(arguments[0], &hay) || !TextOf(arguments[1], &needle))
            return sqlite3_result_error_nomem(context);
        return Position(context, hay, needle, true);
    }
    const Copy hay_copy(arguments[0]);
    const Copy needle_copy(arguments[1]);
    if (!hay_copy.Text(&hay) || !needle_copy.Text(&needle)) return sqlite3_result_error_nomem(context);
    // The text of a blob of one byte is empty in UTF-16.
    Position(context, hay, needle, true);
}

void Replace(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    std::string_view text;
    std::string_view pattern;
    std::string_view by;
    if (!TextOf(arguments[0], &text) || !TextOf(arguments[1], &pattern)) return;
    if (pattern.empty() || pattern.front() == '\0') {
        // Its text since 3.45, before that the argument as it is.
        if (sqlite3_libversion_number() < 3045000) return sqlite3_result_value(context, arguments[0]);
        return sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    if (!TextOf(arguments[2], &by)) return;

    std::size_t count = 0;
    bool stopped = false;
    for (std::size_t at = Find(context, text, pattern, 0, &stopped); at != std::string_view::npos;
         at = Find(context, text, pattern, at + pattern.size(), &stopped))
        ++count;
    if (stopped) return;
    const std::uint64_t size =
        text.size() - std::uint64_t{count} * pattern.size() + std::uint64_t{count} * by.size();
    const int limit = sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1);
    if (size > static_cast<std::uint64_t>(limit)) return sqlite3_result_error_toobig(context);
    char* result = static_cast<char*>(sqlite3_malloc64(size + 1));
    if (result == nullptr) return sqlite3_result_error_nomem(context);
    char* to = result;
    std::size_t from = 0;
    for (; count > 0 && !stopped; --count) {
        const std::size_t at = Find(context, text, pattern, from, &stopped);
        if (stopped) break;
        std::memcpy(to, text.data() + from, at - from);
        to += at - from;
        if (!by.empty()) std::memcpy(to, by.data(), by.size());
        to += by.size();
        from = at + pattern.size();
    }
    if (stopped) return sqlite3_free(result);
    std::memcpy(to, text.data() + from, text.size() - from);
    result[size] = '\0';
    sqlite3_result_text64(context, result, size, &sqlite3_free, SQLITE_UTF8);
}

/// Strips characters of a set from a text's ends. A set is tried in its order, as SQLite does.
class Trimmer {
  public:
    Trimmer(sqlite3_context* context, std::string_view text) noexcept : context_(context), text_(text) {}

    bool stopped() const noexcept { return stopped_; }
    std::string_view text() const noexcept { return text_; }
    /// The characters, each as SQLite reads it, up to a NUL. @throws std::bad_alloc
    void ReadSet(const char* set) {
        while (*set != '\0') {
            const char* from = set++;
            if (static_cast<unsigned char>(*from) >= 0xc0)
                while (IsContinuation(*set))
                    ++set;
            set_.emplace_back(from, static_cast<std::size_t>(set - from));
        }
    }
    void TrimLeft() noexcept {
        while (const std::size_t size = Find(true))
            text_.remove_prefix(size);
    }
    void TrimRight() noexcept {
        while (const std::size_t size = Find(false))
            text_.remove_suffix(size);
    }

  private:
    /// Bytes of the member that the text begins or ends with; 0 where none does, and when stopped.
    std::size_t Find(bool left) noexcept {
        if (text_.empty()) return 0;
        for (const std::string_view member : set_) {
            if (++steps_ % kSteps == 0 && (stopped_ = IsStopped(context_))) return 0;
            if (left ? text_.starts_with(member) : text_.ends_with(member)) return member.size();
        }
        return 0;
    }

    static constexpr std::uint32_t kSteps = 1 << 20;
    sqlite3_context* context_;
    std::string_view text_;
    std::vector<std::string_view> set_;
    std::uint32_t steps_ = 0;
    bool stopped_ = false;
};

template <bool kLeft, bool kRight>
void Trim(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return;
    std::string_view text;
    if (!TextOf(arguments[0], &text)) return;
    const char* set = " ";
    if (count > 1) set = reinterpret_cast<const char*>(sqlite3_value_text(arguments[1]));
    if (set == nullptr) return;
    try {
        Trimmer trimmer(context, text);
        trimmer.ReadSet(set);
        if (kLeft) trimmer.TrimLeft();
        if (kRight && !trimmer.stopped()) trimmer.TrimRight();
        if (trimmer.stopped()) return;
        sqlite3_result_text(context, trimmer.text().data(), static_cast<int>(trimmer.text().size()),
                            SQLITE_TRANSIENT);
    } catch (const std::bad_alloc&) {
        sqlite3_result_error_nomem(context);
    }
}

/// @param count 3 with an escape character
void Match(sqlite3_context* context, int count, sqlite3_value** arguments, LikeRules rules) noexcept {
    static const bool skips_blobs = sqlite3_compileoption_used("LIKE_DOESNT_MATCH_BLOBS") != 0;
    if (skips_blobs &&
        (sqlite3_value_type(arguments[0]) == SQLITE_BLOB || sqlite3_value_type(arguments[1]) == SQLITE_BLOB))
        return sqlite3_result_int(context, 0);
    sqlite3* db = sqlite3_context_db_handle(context);
    if (sqlite3_value_bytes(arguments[0]) > sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, -1))
        return sqlite3_result_error(context, "LIKE or GLOB pattern too complex", -1);
    if (count == 3) {
        const unsigned char* escape = sqlite3_value_text(arguments[2]);
        if (escape == nullptr) return;
        rules.other = ReadCharacter(escape);
        if (rules.other == 0 || *escape != '\0')
            return sqlite3_result_error(context, "ESCAPE expression must be a single character", -1);
        if (rules.other == rules.many) rules.many = 0;
        if (rules.other == rules.one) rules.one = 0;
    }
    const unsigned char* pattern = sqlite3_value_text(arguments[0]);
    const unsigned char* text = sqlite3_value_text(arguments[1]);
    if (pattern == nullptr || text == nullptr) return;
    switch (MatchLike(pattern, text, rules, StopOf(context))) {
        case LikeResult::kMatch:
            return sqlite3_result_int(context, 1);
        case LikeResult::kNoMatch:
            return sqlite3_result_int(context, 0);
        case LikeResult::kStopped:
            return sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    }
}

void Like(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
    Match(context, count, arguments, {'%', '_', 0, false, true});
}
void Glob(sqlite3_context* context, int count, sqlite3_value** arguments) noexcept {
    Match(context, count, arguments, {'*', '?', '[', true, false});
}

/// upper and lower: ASCII alone, as SQLite's.
template <char kFrom>
void ChangeCase(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    std::string_view text;
    if (!TextOf(arguments[0], &text)) return;
    char* const result = static_cast<char*>(sqlite3_malloc64(text.size() + 1));
    if (result == nullptr) return sqlite3_result_error_nomem(context);
    for (std::size_t at = 0; at < text.size();) {
        if (IsStopped(context)) return sqlite3_free(result);
        for (const std::size_t end = std::min(at + kStride, text.size()); at < end; ++at) {
            const char c = text[at];
            result[at] = c >= kFrom && c < kFrom + 26 ? static_cast<char>(c ^ 0x20) : c;
        }
    }
    result[text.size()] = '\0';
    sqlite3_result_text64(context, result, text.size(), &sqlite3_free, SQLITE_UTF8);
}

void HexOf(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    const auto* const bytes = static_cast<const unsigned char*>(sqlite3_value_blob(arguments[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(arguments[0]));
    const int limit = sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1);
    if (2 * size >= static_cast<std::size_t>(limit)) return sqlite3_result_error_toobig(context);
    char* const result = static_cast<char*>(sqlite3_malloc64(2 * size + 1));
    if (result == nullptr) return sqlite3_result_error_nomem(context);
    char* to = result;
    for (std::size_t at = 0; bytes != nullptr && at < size;) {
        if (IsStopped(context)) return sqlite3_free(result);
        for (const std::size_t end = std::min(at + kStride, size); at < end; ++at) {
            *to++ = kDigits[bytes[at] >> 4];
            *to++ = kDigits[bytes[at] & 15];
        }
    }
    *to = '\0';
    sqlite3_result_text64(context, result, static_cast<sqlite3_uint64>(to - result), &sqlite3_free,
                          SQLITE_UTF8);
}

/// As SQLite's: at least one byte.
void RandomBlob(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
    const sqlite3_int64 size = std::max<sqlite3_int64>(sqlite3_value_int64(arguments[0]), 1);
    if (size > sqlite3_limit(sqlite3_context_db_handle(context), SQLITE_LIMIT_LENGTH, -1))
        return sqlite3_result_error_toobig(context);
    char* bytes = static_cast<char*>(sqlite3_malloc64(static_cast<sqlite3_uint64>(size)));
    if (bytes == nullptr) return sqlite3_result_error_nomem(context);
    constexpr sqlite3_int64 kPiece = 1024 * 1024;
    for (sqlite3_int64 at = 0; at < size; at += kPiece) {
        if (IsStopped(context)) return sqlite3_free(bytes);
        sqlite3_randomness(static_cast<int>(std::min(kPiece, size - at)), bytes + at);
    }
    sqlite3_result_blob64(context, bytes, static_cast<sqlite3_uint64>(size), &sqlite3_free);
}

struct Function {
    const char* name;
    int arguments;
    void (*call)(sqlite3_context*, int, sqlite3_value**) noexcept;
};

// SQLite looks up the beginning of a pattern in an index for its own LIKE and GLOB alone, so whoever writes
// statements has to ask for the range as well.
constexpr Function kFunctions[] = {
    {"instr", 2, &Instr},
    {"replace", 3, &Replace},
    {"trim", 1, &Trim<true, true>},
    {"trim", 2, &Trim<true, true>},
    {"ltrim", 1, &Trim<true, false>},
    {"ltrim", 2, &Trim<true, false>},
    {"rtrim", 1, &Trim<false, true>},
    {"rtrim", 2, &Trim<false, true>},
    {"like", 2, &Like},
    {"like", 3, &Like},
    {"glob", 2, &Glob},
    {"upper", 1, &ChangeCase<'a'>},
    {"lower", 1, &ChangeCase<'A'>},
    {"hex", 1, &HexOf},
};

}  // namespace

int RegisterInterruptible(sqlite3* db, bool (*stop)() noexcept) noexcept {
    constexpr int kFlags = SQLITE_UTF8 | SQLITE_INNOCUOUS;
    const bool own_like = sqlite3_compileoption_used("CASE_SENSITIVE_LIKE") == 0;
    const bool has_icu = sqlite3_compileoption_used("ENABLE_ICU") != 0;
    for (const Function& function : kFunctions) {
        const std::string_view name = function.name;
        if (!own_like && name == "like") continue;
        if (has_icu && (name == "like" || name == "upper" || name == "lower")) continue;
        const int rc = sqlite3_create_function_v2(
            db, function.name, function.arguments, kFlags | SQLITE_DETERMINISTIC,
            reinterpret_cast<void*>(stop), function.call, nullptr, nullptr, nullptr);
        if (rc != SQLITE_OK) return rc;
    }
    return sqlite3_create_function_v2(db, "randomblob", 1, kFlags, reinterpret_cast<void*>(stop), &RandomBlob,
                                      nullptr, nullptr, nullptr);
}

}  // namespace pgsqlite::sqlite
