// Whole words only: PostgreSQL also takes unique prefixes ('tru'), which in a file of unknown make are more
// likely damage than meaning.
#include "core/value/boolean.hpp"

#include "core/value/text/ascii.hpp"

namespace pgsqlite::value {

bool ParseBoolean(Bytes text, bool& value) noexcept {
    struct Word {
        Bytes text;
        bool value;
    };
    static constexpr Word kWords[] = {
        {"1", true}, {"0", false}, {"t", true},   {"f", false},  {"true", true}, {"false", false},
        {"y", true}, {"n", false}, {"yes", true}, {"no", false}, {"on", true},   {"off", false},
    };
    text = TrimSpace(text);
    for (const Word& word : kWords) {
        if (EqualsWord(text, word.text)) {
            value = word.value;
            return true;
        }
    }
    return false;
}

Status ConvertBoolean(const Cell& cell, Value& out) noexcept {
    bool value = false;
    switch (cell.storage_class) {
        case StorageClass::kInteger:
            if (cell.integer != 0 && cell.integer != 1) return Status::Refused(Code::kOutOfRange);
            value = cell.integer != 0;
            break;
        case StorageClass::kText:
            if (!ParseBoolean(cell.view(), value)) return Status::Refused(Code::kInvalidSyntax);
            break;
        default:
            return Status::Refused(Code::kWrongClass);
    }
    out.boolean = value;
    return Status::Ok();
}

}  // namespace pgsqlite::value
