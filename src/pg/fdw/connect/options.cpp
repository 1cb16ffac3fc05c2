#include "pg/fdw/connect/options.hpp"

#include <span>
#include <string_view>

#include "core/base/nearest.hpp"
#include "core/value/policy.hpp"
#include "pg/fdw/connect/access.hpp"

extern "C" {
#include "catalog/pg_attribute.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_user_mapping.h"
}

namespace pgsqlite::pg::fdw {
namespace {

enum Where : uint8 { kServer = 1, kTable = 2, kColumn = 4, kEverywhere = 7 };
enum class OptionForm : uint8 { kName, kText, kPath, kBoolean, kCount, kCost, kWord, kZone };

struct Option {
    const char* name;
    uint8 where;
    OptionForm form;
    const char* words;  ///< kWord: the valid ones, separated by blanks
};

/// A value policy, whose words core knows. An unknown name does not compile: the table is constexpr.
constexpr Option Policy(std::string_view name) {
    for (const value::PolicyOption& policy : value::kPolicyOptions)
        if (name == policy.name)
            return {policy.name, kEverywhere,
                    policy.words != nullptr ? OptionForm::kWord : OptionForm::kBoolean, policy.words};
    throw 0;
}

// docs/reference/options.md lists these in the same order; a test compares the two.
constexpr Option kOptions[] = {
    {"database", kServer, OptionForm::kPath, nullptr},
    {"updatable", kServer | kTable, OptionForm::kBoolean, nullptr},
    {"force_readonly", kServer, OptionForm::kBoolean, nullptr},
    {"busy_timeout", kServer, OptionForm::kCount, nullptr},
    {"immutable", kServer, OptionForm::kBoolean, nullptr},
    {"snapshot", kServer, OptionForm::kWord, "transaction statement"},
    {"timezone", kServer | kColumn, OptionForm::kZone, nullptr},
    {"timestamp_type", kServer, OptionForm::kWord, "timestamp timestamptz"},
    {"keep_connections", kServer, OptionForm::kBoolean, nullptr},
    {"batch_size", kServer | kTable, OptionForm::kCount, nullptr},
    {"truncatable", kServer | kTable, OptionForm::kBoolean, nullptr},
    {"foreign_keys", kServer, OptionForm::kBoolean, nullptr},
    {"fdw_startup_cost", kServer, OptionForm::kCost, nullptr},
    {"fdw_tuple_cost", kServer, OptionForm::kCost, nullptr},
    {"table", kTable, OptionForm::kName, nullptr},
    {"query", kTable, OptionForm::kText, nullptr},
    {"column_name", kColumn, OptionForm::kName, nullptr},
    {"key", kColumn, OptionForm::kBoolean, nullptr},
    {"encoding", kColumn, OptionForm::kText, nullptr},
    {"column_type", kColumn, OptionForm::kText, nullptr},
    Policy("on_error"),
    Policy("excess_digits"),
    Policy("invalid_text"),
    Policy("nul_bytes"),
    Policy("invalid_json"),
    Policy("too_long"),
    Policy("ambiguous_time"),
    Policy("empty_as_null"),
    Policy("zero_date_as_null"),
};

const Option* FindOption(const char* name, uint8 where) {
    for (const Option& option : kOptions)
        if ((option.where & where) != 0 && std::strcmp(option.name, name) == 0) return &option;
    return nullptr;
}

char* WithCommas(const char* words) {
    StringInfoData list;
    initStringInfo(&list);
    for (const char* c = words; *c != '\0'; ++c)
        if (*c == ' ')
            appendStringInfoString(&list, ", ");
        else
            appendStringInfoChar(&list, *c);
    return list.data;
}

void CheckForm(const Option& option, DefElem* element) {
    const char* value = defGetString(element);
    switch (option.form) {
        case OptionForm::kName:  // SQLite has tables and columns with an empty name
            break;
        case OptionForm::kText:
            if (value[0] == '\0')
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                errmsg("option \"%s\" must not be empty", option.name)));
            break;
        case OptionForm::kPath:
            CheckMaySetPath(GetUserId(), option.name);
            if (value[0] != '/')
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                errmsg("database path \"%s\" is not absolute", value),
                                errhint("Give the full path of the SQLite file on the server, beginning with "
                                        "\"/\".")));
            break;
        case OptionForm::kBoolean:
            if (ParseBooleanOption(element) && std::strcmp(option.name, "updatable") == 0)
                CheckMayWriteFiles("set option \"updatable\"");
            break;
        case OptionForm::kCount: {
            int number = 0;
            const char* hint = nullptr;
            // parse_int() alone would round 1.5.
            if (value[std::strspn(value, "0123456789")] != '\0' || !parse_int(value, &number, 0, &hint))
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
                                errhint("Give a whole number from 0 to 2147483647.")));
            break;
        }
        case OptionForm::kCost: {
            double number = 0;
            const char* hint = nullptr;
            if (!parse_real(value, &number, 0, &hint) || !(number >= 0))
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
                                errhint("Give a number of 0 or more.")));
            break;
        }
        case OptionForm::kWord:
            if (value::WordIndex(option.words, value) < 0)
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                                errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
                                errhint("Valid values are: %s.", WithCommas(option.words))));
            break;
        case OptionForm::kZone:
            if (pg_tzset(value) == nullptr)
                ereport(ERROR,
                        (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                         errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
                         errhint("Give a time zone as in pg_timezone_names, such as \"Europe/Vienna\".")));
            break;
    }
}

/// One policy option; false when the name is none.
bool ReadPolicy(DefElem* element, value::Policies* policies) {
    const value::PolicyOption* policy = value::FindPolicy(element->defname);
    if (policy == nullptr) return false;
    const int choice = policy->words == nullptr
                           ? ParseBooleanOption(element)
                           : std::max(0, value::WordIndex(policy->words, defGetString(element)));
    value::SetPolicy(*policy, choice, policies);
    return true;
}

Choice ReadChoice(DefElem* element) {
    return ParseBooleanOption(element) ? Choice::kYes : Choice::kNo;
}

bool Is(const DefElem* element, const char* name) {
    return std::strcmp(element->defname, name) == 0;
}

}  // namespace

bool ParseBooleanOption(DefElem* element) {
    bool result = false;
    if (element->arg == nullptr) return true;
    const char* value = defGetString(element);
    if (!parse_bool(value, &result))
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("option \"%s\" requires a Boolean value, not \"%s\"", element->defname, value)));
    return result;
}

void RaiseUnknownOption(const char* name, const char* const* valid, int count) {
    StringInfoData list;
    initStringInfo(&list);
    for (int i = 0; i < count; ++i)
        appendStringInfo(&list, "%s%s", i > 0 ? ", " : "", valid[i]);
    const char* near =
        count > 0 ? NearestWord(name, std::span<const char* const>(valid, static_cast<size_t>(count)))
                  : nullptr;
    ereport(ERROR,
            (errcode(ERRCODE_FDW_INVALID_OPTION_NAME), errmsg("invalid option \"%s\"", name),
             count == 0        ? errhint("There are no valid options in this context.")
             : near != nullptr ? errhint("Perhaps you meant the option \"%s\". Valid options in this context "
                                         "are: %s.",
                                         near, list.data)
                               : errhint("Valid options in this context are: %s.", list.data)));
}

void ValidateOptions(List* options, Oid catalog) {
    const uint8 where = catalog == ForeignServerRelationId  ? kServer
                        : catalog == ForeignTableRelationId ? kTable
                        : catalog == AttributeRelationId    ? kColumn
                                                            : 0;
    bool has_table = false, has_query = false;
    ListCell* cell;
    foreach (cell, options) {
        DefElem* element = static_cast<DefElem*>(lfirst(cell));
        const Option* option = FindOption(element->defname, where);
        if (option == nullptr) {
            const char* valid[lengthof(kOptions)];
            int count = 0;
            for (const Option& candidate : kOptions)
                if ((candidate.where & where) != 0) valid[count++] = candidate.name;
            RaiseUnknownOption(element->defname, valid, count);
        }
        CheckForm(*option, element);
        has_table |= Is(element, "table");
        has_query |= Is(element, "query");
    }
    if (has_table && has_query)
        ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                        errmsg("options \"table\" and \"query\" exclude each other")));
}

ServerOptions ReadServerOptions(List* options) {
    ServerOptions result;
    ListCell* cell;
    foreach (cell, options) {
        DefElem* element = static_cast<DefElem*>(lfirst(cell));
        if (ReadPolicy(element, &result.policies)) continue;
        if (Is(element, "database"))
            result.database = defGetString(element);
        else if (Is(element, "immutable"))
            result.immutable = ParseBooleanOption(element);
        else if (Is(element, "keep_connections"))
            result.keep_connections = ParseBooleanOption(element);
        else if (Is(element, "timestamp_type"))
            result.naive_as_timestamptz = pg_strcasecmp(defGetString(element), "timestamptz") == 0;
        else if (Is(element, "busy_timeout"))
            (void)parse_int(defGetString(element), &result.busy_timeout_ms, 0, nullptr);
        else if (Is(element, "snapshot"))
            result.snapshot = pg_strcasecmp(defGetString(element), "statement") == 0
                                  ? SnapshotScope::kStatement
                                  : SnapshotScope::kTransaction;
        else if (Is(element, "timezone"))
            result.timezone = defGetString(element);
        else if (Is(element, "updatable"))
            result.updatable = ReadChoice(element);
        else if (Is(element, "truncatable"))
            result.truncatable = ReadChoice(element);
        else if (Is(element, "force_readonly"))
            result.force_readonly = ParseBooleanOption(element);
        else if (Is(element, "foreign_keys"))
            result.foreign_keys = ParseBooleanOption(element);
        else if (Is(element, "batch_size"))
            (void)parse_int(defGetString(element), &result.batch_size, 0, nullptr);
        else if (Is(element, "fdw_startup_cost"))
            (void)parse_real(defGetString(element), &result.startup_cost, 0, nullptr);
        else if (Is(element, "fdw_tuple_cost"))
            (void)parse_real(defGetString(element), &result.tuple_cost, 0, nullptr);
    }
    return result;
}

TableOptions ReadTableOptions(List* options, const ServerOptions& server) {
    TableOptions result;
    result.policies = server.policies;
    result.updatable = server.updatable;
    result.truncatable = server.truncatable;
    result.batch_size = server.batch_size;
    ListCell* cell;
    foreach (cell, options) {
        DefElem* element = static_cast<DefElem*>(lfirst(cell));
        if (ReadPolicy(element, &result.policies)) continue;
        if (Is(element, "table"))
            result.table = defGetString(element);
        else if (Is(element, "query"))
            result.query = defGetString(element);
        else if (Is(element, "updatable"))
            result.updatable = ReadChoice(element);
        else if (Is(element, "truncatable"))
            result.truncatable = ReadChoice(element);
        else if (Is(element, "batch_size"))
            (void)parse_int(defGetString(element), &result.batch_size, 0, nullptr);
    }
    return result;
}

ColumnOptions ReadColumnOptions(List* options, const TableOptions& table) {
    ColumnOptions result;
    result.policies = table.policies;
    ListCell* cell;
    foreach (cell, options) {
        DefElem* element = static_cast<DefElem*>(lfirst(cell));
        if (ReadPolicy(element, &result.policies)) continue;
        if (Is(element, "column_name"))
            result.column_name = defGetString(element);
        else if (Is(element, "encoding"))
            result.encoding = defGetString(element);
        else if (Is(element, "column_type"))
            result.column_type = defGetString(element);
        else if (Is(element, "timezone"))
            result.timezone = defGetString(element);
    }
    return result;
}

}  // namespace pgsqlite::pg::fdw
