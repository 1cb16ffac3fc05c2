// How a cell that does not fit is told: in an error, in the context of somebody else's error, in the record
// of a rejected row.
#include "core/value/format.hpp"
#include "pg/fdw/column/column.hpp"

namespace pgsqlite::pg::fdw {

using value::Code;
using value::Kind;
using value::Status;

namespace {

/// "text value 'abc'", palloc'd; NULL has no class worth naming.
char* DescribeValue(const value::Cell& cell) {
    char value_text[512];
    constexpr size_t kShownChars = 80;
    const size_t size = value::DescribeCell(cell, value_text, sizeof(value_text), kShownChars);
    return psprintf("%s value %s", value::StorageClassName(cell.storage_class),
                    ToServerText(std::string_view(value_text, size)));
}

/// "server "shop", SQLite table "order", column "price", rowid 17", palloc'd.
char* DescribePlace(const RowConverter& row, int column) {
    const RowOrigin& origin = row.origin();
    const char* source =
        origin.source != nullptr ? psprintf("SQLite table \"%s\"", origin.source) : "SQLite query";
    return psprintf("server \"%s\", %s, column \"%s\", %s", origin.server, source,
                    row.column(column).source_name, origin.locate(origin.context));
}

/// What is said in place of a value that not everybody may see: that some row can't be read, and of what.
char* HiddenMessage(const ColumnConverter& column) {
    return psprintf("column \"%s\" (%s): a value does not fit", column.name,
                    format_type_with_typemod(column.type, column.typmod));
}

constexpr char kHidden[] = "The row and its value are not shown: you may not read %s as a whole.";

/// Whether an error that is raised while a value is made may speak of it: all but cancels and lacks of
/// resources.
bool ConcernsValue(int sqlstate) noexcept {
    const int category = ERRCODE_TO_CATEGORY(sqlstate);
    return category != ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) &&
           category != ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES);
}

}  // namespace

void RowConverter::OnErrorContext(void* self) {
    RowConverter* row = static_cast<RowConverter*>(self);
    if (row->current_column_ < 0) return;
    const int column = row->current_column_;
    row->current_column_ = -1;  // an error while describing must not come back here
    if (row->hides_rows_) {
        if (!ConcernsValue(geterrcode())) return;
        errmsg("%s", HiddenMessage(row->column(column)));
        errdetail(kHidden, row->origin_.relation);
        return;
    }
    errcontext("%s in column \"%s\" of %s (%s)", DescribeValue(*row->current_cell_), row->column(column).name,
               row->origin_.relation, DescribePlace(*row, column));
}

int RefusalSqlstate(Status status, const ErrorData* cause) {
    if (cause != nullptr) return cause->sqlerrcode;
    const char* code = value::Explain(status.code).sqlstate;
    return MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]);
}

char* RefusalMessage(const RowConverter& row, int index, const char* name, const value::Cell& cell,
                     Status status, const ErrorData* cause) {
    const ColumnConverter& column = row.column(index);
    const value::Refusal& refusal = value::Explain(status.code);
    StringInfoData message;
    initStringInfo(&message);
    appendStringInfo(&message, "column \"%s\" (%s): %s %s", name,
                     format_type_with_typemod(column.type, column.typmod), DescribeValue(cell),
                     refusal.reason);
    if (refusal.has_offset) appendStringInfo(&message, " (at byte %u)", status.offset + 1);
    if (cause != nullptr) appendStringInfo(&message, ": %s", cause->message);
    return message.data;
}

void RaiseRefusal(const RowConverter& row, int index, const value::Cell& cell, Status status,
                  const ErrorData* cause) {
    const ColumnConverter& column = row.column(index);
    if (row.hides_rows())
        ereport(ERROR, (errcode(RefusalSqlstate(status, cause)), errmsg("%s", HiddenMessage(column)),
                        errdetail(kHidden, row.origin().relation)));
    StringInfoData hint;
    initStringInfo(&hint);
    // A text that becomes a JSON string is still no array.
    const bool no_array = column.rule.kind == Kind::kArray && status.code == Code::kInvalidJson;
    const bool not_cut = column.rule.kind == Kind::kInput && status.code == Code::kTooLong;
    const char* option = no_array  ? "invalid_json 'null'"
                         : not_cut ? nullptr
                                   : value::Explain(status.code).option;
    if (option != nullptr) appendStringInfo(&hint, "Column option %s settles it; ", option);
    appendStringInfo(&hint, "%s option on_error 'null' reads every such value as NULL.",
                     option != nullptr ? "column" : "Column");
    ereport(ERROR, (errcode(RefusalSqlstate(status, cause)),
                    errmsg("%s", RefusalMessage(row, index, column.name, cell, status, cause)),
                    errdetail("%s; %s.", row.origin().relation, DescribePlace(row, index)),
                    errhint("%s", hint.data)));
    pg_unreachable();
}

bool RaiseOrNull(void*, const RowConverter& row, int column, const value::Cell& cell, Status status,
                 const ErrorData* cause) {
    if (row.column(column).rule.policies.on_error != value::OnError::kNull)
        RaiseRefusal(row, column, cell, status, cause);
    return true;
}

}  // namespace pgsqlite::pg::fdw
