// TRUNCATE: SQLite's DELETE of all rows, which is as fast.
#include "core/sqlite/statement.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/fdw/modify/modify.hpp"
#include "pg/fdw/modify/writable_table.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// @param table SQLite's name of it, for messages
void Run(sqlite::Database* database, const char* table, const char* sql) {
    const char* utf8 = ToUtf8(sql);
    const char* name = ToUtf8(table);
    CallSqlite(database, [&] {
        sqlite::Statement statement(*database, utf8);
        sqlite::Step step = sqlite::Step::kRow;
        while (step == sqlite::Step::kRow)
            step = statement.Next();
        if (step == sqlite::Step::kError)
            database->Throw(statement.error_code(), "truncate table \"" + std::string(name) + "\"");
    });
}

/// sqlite_sequence is there as soon as a table has AUTOINCREMENT.
bool HasSequences(sqlite::Database* database) {
    return CallSqlite(database, [&] {
        sqlite::Statement statement(*database, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'");
        return statement.Fetch();
    });
}

}  // namespace

void ExecForeignTruncate(List* relations, DropBehavior, bool restart_sequences) {
    ListCell* cell;
    foreach (cell, relations) {
        const Relation relation = static_cast<Relation>(lfirst(cell));
        const SourceRelation* source = ReadSourceRelation(RelationGetRelid(relation));
        CheckMayWrite(*source);
        if (source->table.truncatable == Choice::kNo)
            ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                            errmsg("foreign table \"%s\" does not allow truncates",
                                   RelationGetRelationName(relation))));
        sqlite::Database* database = DatabaseToWrite(source->server_oid);
        StringInfoData sql;
        initStringInfo(&sql);
        appendStringInfoString(&sql, "DELETE FROM main.");
        AppendSqliteIdentifier(&sql, source->source_name());
        Run(database, source->source_name(), sql.data);
        if (!restart_sequences || !HasSequences(database)) continue;
        auto* literal = NewIn<std::string>(CurrentMemoryContext);
        const char* name = ToUtf8(source->source_name());
        Guard([&] { *literal = sqlite::QuoteLiteral(name); });
        Run(database, source->source_name(),
            psprintf("DELETE FROM main.sqlite_sequence WHERE name = %s COLLATE NOCASE", literal->c_str()));
    }
}

}  // namespace pgsqlite::pg::fdw
