#include "pg/fdw/import/import_options.hpp"

#include "pg/list.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// Place of `word` in a list such as "lower, preserve", or -1.
int PlaceOf(const char* word, const char* list) {
    List* words = NIL;
    if (!SplitIdentifierString(pstrdup(list), ',', &words)) return -1;
    int place = 0;
    for (const char* known : Each<char>(words)) {
        if (pg_strcasecmp(word, known) == 0) return place;
        ++place;
    }
    return -1;
}

constexpr char kPromotable[] = "uuid, jsonb, timestamp, boolean, integer";

bool Promote(const char* value, schema::Promotions* promote) {
    List* words = NIL;
    if (!SplitIdentifierString(pstrdup(value), ',', &words)) return false;
    // In the order of kPromotable.
    bool* const flags[] = {&promote->uuid, &promote->jsonb, &promote->timestamp, &promote->boolean,
                           &promote->integer};
    for (const char* word : Each<char>(words)) {
        const int place = PlaceOf(word, kPromotable);
        if (place < 0 && std::strcmp(word, "all") != 0) return false;
        for (int i = 0; i < static_cast<int>(lengthof(flags)); ++i)
            *flags[i] |= place < 0 || place == i;
    }
    return true;
}

struct ImportOption {
    const char* name;
    const char* valid;  ///< for the hint; of words, the words
    /// False where the value is not valid.
    bool (*set)(const ImportOption& option, DefElem* element, ImportSettings* out);
};

bool SetBoolean(DefElem* element, bool* out) {
    *out = ParseBooleanOption(element);  // raises by itself
    return true;
}

template <class Enum>
bool SetWord(const ImportOption& option, DefElem* element, Enum* out) {
    const int place = PlaceOf(defGetString(element), option.valid);
    if (place >= 0) *out = static_cast<Enum>(place);
    return place >= 0;
}

constexpr ImportOption kOptions[] = {
    {"types", "declared, stored, text",
     [](const ImportOption& option, DefElem* element, ImportSettings* out) {
         return SetWord(option, element, &out->types);
     }},
    {"promote", "all, or a list of uuid, jsonb, timestamp, boolean, integer",
     [](const ImportOption&, DefElem* element, ImportSettings* out) {
         return Promote(defGetString(element), &out->promote);
     }},
    {"import_default", "true, false",
     [](const ImportOption&, DefElem* element, ImportSettings* out) {
         return SetBoolean(element, &out->tables.import_default);
     }},
    {"import_not_null", "true, false",
     [](const ImportOption&, DefElem* element, ImportSettings* out) {
         return SetBoolean(element, &out->tables.import_not_null);
     }},
    {"import_generated", "true, false",
     [](const ImportOption&, DefElem* element, ImportSettings* out) {
         return SetBoolean(element, &out->tables.import_generated);
     }},
    {"import_rowid", "true, false",
     [](const ImportOption&, DefElem* element, ImportSettings* out) {
         return SetBoolean(element, &out->tables.import_rowid);
     }},
    {"fold_case", "lower, preserve",
     [](const ImportOption& option, DefElem* element, ImportSettings* out) {
         return SetWord(option, element, &out->tables.fold);
     }},
    {"timestamp_type", "timestamp, timestamptz",
     [](const ImportOption& option, DefElem* element, ImportSettings* out) {
         return SetWord(option, element, &out->naive_as_timestamptz);
     }},
    {"probe_rows", "whole numbers from 0 to 2147483647",
     [](const ImportOption&, DefElem* element, ImportSettings* out) {
         return parse_int(defGetString(element), &out->probe_rows, 0, nullptr) && out->probe_rows >= 0;
     }},
};

[[noreturn]] void RaiseUnknown(const char* name) {
    const char* names[lengthof(kOptions)];
    for (size_t i = 0; i < lengthof(kOptions); ++i)
        names[i] = kOptions[i].name;
    RaiseUnknownOption(name, names, lengthof(kOptions));
    pg_unreachable();
}

}  // namespace

ImportSettings ReadImportOptions(const List* options, const ServerOptions& server) {
    ImportSettings result;
    result.naive_as_timestamptz = server.naive_as_timestamptz;
    for (DefElem* element : Each<DefElem>(options)) {
        const ImportOption* option = nullptr;
        for (const ImportOption& row : kOptions)
            if (std::strcmp(element->defname, row.name) == 0) option = &row;
        if (option == nullptr) RaiseUnknown(element->defname);
        if (!option->set(*option, element, &result))
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("invalid value for option \"%s\": \"%s\"", element->defname,
                                   defGetString(element)),
                            errhint("Valid values are: %s.", option->valid)));
    }
    if (result.promote.any() && result.types != Types::kStored)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("option \"promote\" needs types 'stored'"),
                 errdetail("A column is promoted only when every row of it was read.")));
    return result;
}

}  // namespace pgsqlite::pg::fdw
