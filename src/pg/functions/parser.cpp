#include "pg/functions/parser.hpp"

#include "core/value/policy.hpp"
#include "core/value/time/plausible.hpp"
#include "core/value/value.hpp"
#include "pg/fdw/column/column.hpp"

namespace pgsqlite::pg::functions {
namespace {

constexpr int kMaxOptions = 4;

/// What is kept from call to call, in a memory context of its own.
struct Parser {
    MemoryContext context;
    const ParseFunction* function;
    Oid argument_type;
    ArgumentKind argument;
    text* options[kMaxOptions];  ///< copies of the arguments it was made for
    value::NumberMarks marks;
    value::AmountSigns signs;
    bool has_marks;
    bool has_signs;
    fdw::ColumnConverter column;
    fdw::RowConverter* converter;
    Scratch* scratch;  ///< of a number brought into its plain spelling
};

bool Takes(ArgumentKind kind, Oid result) noexcept {
    if (kind == ArgumentKind::kBoolean) return result == BOOLOID;
    if (kind == ArgumentKind::kJson) return result == JSONBOID;
    return kind != ArgumentKind::kNone && kind != ArgumentKind::kUuid;
}

void CheckArgument(const ParseFunction& function, Oid type, ArgumentKind kind) {
    if (Takes(kind, function.result)) return;
    ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                    errmsg("%s does not take values of type %s", function.name,
                           OidIsValid(type) ? format_type_be(type) : "unknown"),
                    errhint("It takes text, integers, double precision, numeric and bytea; cast the value to "
                            "text, or use a plain cast.")));
}

/// Encodings, zones and marks are words; what is longer is no such thing, and reading it would take its time.
constexpr Size kMaxOptionBytes = 10000;

void CheckOptionSize(const ParseFunction& function, const char* name, const text* value) {
    if (VARSIZE_ANY_EXHDR(value) <= kMaxOptionBytes) return;
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("argument \"%s\" of %s has %zu bytes", name, function.name,
                           static_cast<Size>(VARSIZE_ANY_EXHDR(value))),
                    errdetail("It takes at most %zu.", kMaxOptionBytes)));
}

/// The text as a C string in UTF-8, in the current context.
char* CopyUtf8(const text* value) {
    return ToUtf8(text_to_cstring(value));
}

void SetEncoding(Parser* parser, const char* encoding) {
    Holder<value::Encodings>* holder = Holder<value::Encodings>::In(parser->context);
    const value::Target kind(parser->column.rule);
    Guard([&] {
        try {
            holder->Set(new value::Encodings(value::Encodings::Parse(encoding, kind)));
        } catch (const Error& error) {
            // Not the attribute of a foreign table but the argument of a function.
            throw Error(sqlstate::kInvalidParameterValue, error.message(), error.detail(), error.hint());
        }
    });
    parser->column.rule.encodings = holder->get()->list();
    parser->column.plain = false;
}

void SetZone(Parser* parser, const char* zone) {
    if (pg_tzset(zone) == nullptr)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("time zone \"%s\" not recognized", ToServerText(zone)),
                        errhint("Give a time zone as in pg_timezone_names, such as 'Europe/Vienna'.")));
    parser->column.rule.zone = fdw::ZoneOf(zone);
}

/// Place of a word among those that an argument takes.
int ChooseWord(const Parser* parser, const char* name, const char* words, const char* utf8) {
    const int choice = value::WordIndex(words, utf8);
    if (choice < 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("invalid %s \"%s\" for %s", name, ToServerText(utf8), parser->function->name),
                        errhint("Valid words are: %s.", words)));
    return choice;
}

void SetOption(Parser* parser, const char* name, const char* utf8) {
    if (std::strcmp(name, "encoding") == 0) {
        SetEncoding(parser, utf8);
    } else if (std::strcmp(name, "zone") == 0) {
        SetZone(parser, utf8);
    } else if (std::strcmp(name, "ambiguous_time") == 0) {
        const value::PolicyOption* option = value::FindPolicy(name);
        value::SetPolicy(*option, ChooseWord(parser, name, option->words, utf8),
                         &parser->column.rule.policies);
    } else if (std::strcmp(name, "currency") == 0) {
        parser->signs.currency = utf8;
        parser->has_signs = true;
    } else if (std::strcmp(name, "percent") == 0) {
        parser->signs.percent =
            static_cast<value::Percent>(ChooseWord(parser, name, "error number fraction", utf8));
        parser->has_signs = true;
    } else {
        (std::strcmp(name, "decimal") == 0 ? parser->marks.decimal : parser->marks.grouping) = utf8;
        parser->has_marks = true;
    }
}

void CheckMarks(const Parser& parser) {
    const char* fault = value::FaultOf(parser.marks);
    if (fault == nullptr) return;
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("invalid marks for %s: decimal '%s', grouping '%s'", parser.function->name,
                           ToServerText(parser.marks.decimal), ToServerText(parser.marks.grouping)),
                    errdetail("%s", fault)));
}

/// Words on what would have fitted a date or time, or null.
const char* EncodingHint(const Parser& parser, const value::Cell& cell) {
    if (!value::IsTemporal(parser.column.rule.kind)) return nullptr;
    char fits[512];
    const bool is_time = parser.column.rule.kind == value::Kind::kTime;
    const value::Rule& rule = parser.column.rule;
    Guard([&] {
        std::string words;
        value::Rule as_iso = rule;
        as_iso.encodings = value::EncodingList();
        value::Value value;
        Scratch scratch;
        if (cell.storage_class == value::StorageClass::kText &&
            value::Convert(as_iso, cell, scratch, value).ok())
            words = "iso";
        if (!is_time && cell.storage_class != value::StorageClass::kBlob) {
            const std::string numbers = value::DescribeReadings(value::PlausibleReadings(cell, cell));
            words += words.empty() || numbers.empty() ? numbers : ", " + numbers;
        }
        strlcpy(fits, words.c_str(), sizeof(fits));
    });
    if (fits[0] != '\0') return psprintf("Encodings that fit this value: %s.", fits);
    if (parser.argument != ArgumentKind::kText) return nullptr;
    return is_time ? "If it is written in another way, give a pattern as encoding, such as 'HH12:MI AM'."
                   : "If it is written in another order, give a pattern as encoding, such as 'DD/MM/YYYY "
                     "HH24:MI'; the list 'iso,DD/MM/YYYY' tries both.";
}

/// Advice for one refusal, or null.
const char* HintFor(const Parser& parser, const value::Cell& cell, value::Code code) {
    using value::Code;
    const value::Kind kind = parser.column.rule.kind;
    if (code == Code::kEmptyText) return "nullif(value, '') makes it NULL.";
    if (code == Code::kWrongClass && cell.storage_class == value::StorageClass::kBlob)
        return kind == value::Kind::kJsonb ? "For JSON text in bytes give encoding 'utf8'."
                                           : "For text in bytes: convert_from(value, 'UTF8').";
    if (code == Code::kSkippedTime || code == Code::kRepeatedTime)
        return "A fourth argument, ambiguous_time, chooses one of two instants: 'earlier' or 'later'.";
    if (code == Code::kZeroDate) return "nullif(value, '0000-00-00') makes it NULL.";
    if (code == Code::kTimeInDate) return "sqlite.parse_timestamp keeps the time.";
    if (code == Code::kExcessDigits)
        return parser.argument == ArgumentKind::kText
                   ? "left(value, 26) keeps the microseconds of a date and time with further digits."
                   : "A double precision number is taken to the nearest microsecond: cast it to that.";
    if (code == Code::kInvalidSyntax && kind == value::Kind::kNumeric &&
        cell.storage_class == value::StorageClass::kText)
        return "For a decimal comma or marks between thousands give them as second and third argument: "
               "sqlite.parse_numeric(value, ',', '.'), and a currency as fourth: sqlite.parse_numeric(value, "
               "',', '.', '$').";
    if (code == Code::kNeedsEncoding || code == Code::kInvalidSyntax || code == Code::kWrongClass ||
        code == Code::kOutOfRange)
        return EncodingHint(parser, cell);
    return nullptr;
}

/// The refusal table's words, but for those that speak of columns and cells.
const char* ReasonFor(value::Code code) {
    if (code == value::Code::kEmptyText) return "is an empty text";
    if (code == value::Code::kWrongClass) return "is of a kind that does not become this type";
    return value::Explain(code).reason;
}

[[noreturn]] void RaiseUnfit(const Parser& parser, const value::Cell& cell, value::Status status,
                             const ErrorData* cause) {
    const value::Refusal& refusal = value::Explain(status.code);
    StringInfoData reason;
    initStringInfo(&reason);
    appendStringInfoString(&reason, ReasonFor(status.code));
    if (refusal.has_offset) appendStringInfo(&reason, " (at byte %u)", status.offset + 1);
    if (cause != nullptr) appendStringInfo(&reason, ": %s", cause->message);
    const char* code = refusal.sqlstate;
    const char* hint = HintFor(parser, cell, status.code);
    ereport(ERROR, (errcode(cause != nullptr ? cause->sqlerrcode
                                             : MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4])),
                    errmsg("argument \"value\" of %s (%s): %s %s", parser.function->name,
                           format_type_be(parser.column.type), DescribeArgument(parser.argument_type, cell),
                           reason.data),
                    hint != nullptr ? errhint("%s", hint) : 0));
    pg_unreachable();
}

/// The converter's sink.
bool Refuse(void* context, const fdw::RowConverter&, int, const value::Cell& cell, value::Status status,
            const ErrorData* cause) {
    const Parser* parser = static_cast<const Parser*>(context);
    if (parser->function->or_null && status.code != value::Code::kOutOfMemory) return true;
    RaiseUnfit(*parser, cell, status, cause);
}

Parser* MakeParser(FunctionCallInfo fcinfo, const ParseFunction& function) {
    const Oid type = ArgumentType(fcinfo, 0);
    const ArgumentKind kind = KindOfArgument(type);
    CheckArgument(function, type, kind);
    MemoryContext context =
        AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "sqlite.parse", ALLOCSET_SMALL_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(context);
    Parser* parser = static_cast<Parser*>(palloc0(sizeof(Parser)));
    parser->context = context;
    parser->function = &function;
    parser->argument_type = type;
    parser->argument = kind;
    parser->marks = value::NumberMarks();
    parser->signs = value::AmountSigns();

    fdw::ColumnOptions options;
    if (function.or_null) options.policies.on_error = value::OnError::kNull;
    fdw::InitColumnConverter(&parser->column, context, function.result, -1, "value", options,
                             fdw::ServerOptions());
    for (int i = 0; i + 1 < PG_NARGS(); ++i) {
        parser->options[i] = DatumGetTextPCopy(PG_GETARG_DATUM(i + 1));
        CheckOptionSize(function, function.options[i], parser->options[i]);
        SetOption(parser, function.options[i], CopyUtf8(parser->options[i]));
    }
    if (parser->has_marks) CheckMarks(*parser);
    parser->scratch = NewIn<Scratch>(context);
    parser->converter = NewIn<fdw::RowConverter>(context, &parser->column, fdw::RowOrigin{}, &Refuse, parser);
    MemoryContextSwitchTo(caller);
    return parser;
}

/// Whether it was made for the options of this call.
bool IsFor(const Parser& parser, FunctionCallInfo fcinfo) {
    for (int i = 0; i + 1 < PG_NARGS(); ++i) {
        const text* now = PG_GETARG_TEXT_PP(i + 1);
        const text* then = parser.options[i];
        const size_t size = VARSIZE_ANY_EXHDR(now);
        if (size != VARSIZE_ANY_EXHDR(then) || std::memcmp(VARDATA_ANY(now), VARDATA_ANY(then), size) != 0)
            return false;
    }
    return true;
}

Parser* ParserFor(FunctionCallInfo fcinfo, const ParseFunction& function) {
    Parser* kept = static_cast<Parser*>(fcinfo->flinfo->fn_extra);
    if (kept != nullptr && IsFor(*kept, fcinfo)) return kept;
    Parser* made = MakeParser(fcinfo, function);
    fcinfo->flinfo->fn_extra = made;
    if (kept != nullptr) MemoryContextDelete(kept->context);
    return made;
}

}  // namespace

Datum Parse(FunctionCallInfo fcinfo, const ParseFunction& function) {
    for (int i = 1; i < PG_NARGS(); ++i)
        if (PG_ARGISNULL(i)) RaiseNullArgument(function.name, function.options[i - 1]);
    if (PG_ARGISNULL(0)) PG_RETURN_NULL();
    Parser* parser = ParserFor(fcinfo, function);
    const value::Cell cell = CellOf(parser->argument, PG_GETARG_DATUM(0));
    value::Cell read = cell;
    if (parser->has_marks && cell.bytes.size > 0) {
        Bytes plain;
        const value::Status status =
            parser->has_signs
                ? value::PlainAmount(cell.view(), parser->marks, parser->signs, *parser->scratch, plain)
                : value::PlainNumber(cell.view(), parser->marks, *parser->scratch, plain);
        if (!status.ok()) {
            Refuse(parser, *parser->converter, 0, cell, status, nullptr);
            PG_RETURN_NULL();
        }
        read = value::Cell::Text(plain);
    }
    Datum result = static_cast<Datum>(0);
    parser->converter->Convert(0, read, &result, &fcinfo->isnull);
    return result;
}

}  // namespace pgsqlite::pg::functions
