#include "pg/fdw/import/import_schema.hpp"

#include "core/schema/probe.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statement.hpp"
#include "pg/fdw/column/column.hpp"
#include "pg/fdw/connect/connection.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"
#include "pg/fdw/import/import_options.hpp"
#include "pg/fdw/scan/input_fit.hpp"

namespace pgsqlite::pg::fdw {
namespace {

/// Rows read behind the seam between two looks at PostgreSQL's interrupts.
constexpr int kRowsPerSlice = 10000;

/// Everything of one import that is C++; lives in the statement's memory context.
struct Import {
    ImportSettings options;
    schema::ImportOptions table_options;
    value::Policies policies;
    value::Zone zone;
    std::vector<sqlite::Table> tables;
    schema::NameAllocator names{schema::FoldCase::kLower, false};
    std::unordered_set<std::string> wanted;  ///< LIMIT TO or EXCEPT, as written
    std::unordered_set<std::string> matched;

    // The table at hand.
    std::vector<schema::ImportColumn> columns;
    std::unique_ptr<sqlite::Statement> statement;
    std::unique_ptr<schema::StoredTyper> typer;
    std::unique_ptr<schema::Probe> probe;
    std::string command;
    std::vector<std::string> notices;
    std::string failure;  ///< why SQLite can't read it
};

/// Whether a table takes part. Names of the list are PostgreSQL's or SQLite's own.
bool IsWanted(Import& import, ImportForeignSchemaType kind, const std::string& source,
              const std::string& name) {
    if (kind == FDW_IMPORT_SCHEMA_ALL) return true;
    bool listed = false;
    for (const std::string* candidate : {&source, &name})
        if (import.wanted.count(*candidate) > 0) {
            import.matched.insert(*candidate);
            listed = true;
        }
    return listed == (kind == FDW_IMPORT_SCHEMA_LIMIT_TO);
}

/// Reads a slice of the table's rows into the typer or the probe. False at the end, or when SQLite can't go
/// on (import.failure). Runs behind the seam.
bool ReadSlice(Import& import, int rows) {
    for (int i = 0; i < rows; ++i) {
        const sqlite::Step step = import.statement->Next();
        if (step == sqlite::Step::kDone) return false;
        if (step == sqlite::Step::kError) import.statement->ThrowLastError("read it");
        if (import.typer)
            import.typer->Add(import.statement->cells());
        else
            import.probe->Add(import.statement->cells());
    }
    return true;
}

/// Reads up to `limit` rows (0: all), looking at interrupts in between. What SQLite can't read is left in
/// import.failure.
void ReadRows(Import& import, sqlite::Database* database, int limit) {
    int left = limit;
    bool more = true;
    while (more) {
        const int slice = limit > 0 ? std::min(left, kRowsPerSlice) : kRowsPerSlice;
        more = CallSqlite(database, [&] {
            try {
                return ReadSlice(import, slice);
            } catch (const Error& error) {
                if (!sqlite::IsObjectsOwnFault(error)) throw;
                import.failure = error.message();
                return false;
            }
        });
        left -= slice;
        if (limit > 0 && left <= 0) more = false;
        CHECK_FOR_INTERRUPTS();
    }
    CallSqlite(database, [&] { import.statement->Reset(); });
}

/// Prepares the table's SELECT; false, with the reason in import.failure, where SQLite can't.
bool PrepareTable(Import& import, sqlite::Database* database, const sqlite::Table& table) {
    return CallSqlite(database, [&] {
        try {
            import.statement =
                std::make_unique<sqlite::Statement>(*database, schema::SelectColumns(table, import.columns));
            return true;
        } catch (const Error& error) {
            if (!sqlite::IsObjectsOwnFault(error)) throw;
            import.failure = error.message();
            return false;
        }
    });
}

/// types 'stored': every row decides.
void TypeByStoredValues(Import& import, sqlite::Database* database) {
    Guard([&] {
        std::vector<schema::StoredTyper::Input> inputs;
        for (const schema::ImportColumn& column : import.columns)
            inputs.push_back({column.declared_type, column.rowid, import.policies});
        import.typer = std::make_unique<schema::StoredTyper>(inputs, import.options.promote,
                                                             import.options.naive_as_timestamptz,
                                                             GetDatabaseEncoding() != PG_SQL_ASCII);
    });
    ReadRows(import, database, 0);
    if (import.failure.empty() && import.typer->NeedsSecondPass()) {
        Guard([&] { import.typer->BeginSecondPass(); });
        ReadRows(import, database, 0);
    }
    Guard([&] {
        if (!import.failure.empty()) return;
        const std::vector<schema::StoredColumn> stored = import.typer->Result();
        for (size_t i = 0; i < stored.size(); ++i) {
            schema::ImportColumn& column = import.columns[i];
            column.type = stored[i].type;
            column.proved_not_null = stored[i].all_not_null;
            if (stored[i].widened && !stored[i].plausible_encodings.empty())
                import.notices.push_back("column " + schema::QuotePgIdentifier(column.name.name) +
                                         " declared " + column.declared_type +
                                         " holds numbers and is imported as " + column.type.sql +
                                         "; as dates they would be " + stored[i].plausible_encodings);
        }
        import.typer.reset();
    });
}

/// Types only PostgreSQL's input functions know were widened on suspicion: they stay where every value
/// passes.
void KeepInputTypes(Import& import, Pin* pin, const sqlite::Table& table, const ServerOptions& server) {
    for (size_t i = 0; i < import.columns.size(); ++i) {
        schema::MappedType* declared = NewIn<schema::MappedType>(CurrentMemoryContext);
        std::string* sql = NewIn<std::string>(CurrentMemoryContext);
        Guard([&] {
            *declared =
                schema::MapDeclaredType(import.columns[i].declared_type, import.options.naive_as_timestamptz);
            *sql = schema::SelectColumns(table, {import.columns[i]});
        });
        if (declared->kind != value::Kind::kInput || import.columns[i].type.kind != value::Kind::kText)
            continue;
        if (AllFitInput(pin, sql->c_str(), declared->sql.c_str(), server))
            Guard([&] { import.columns[i].type = *declared; });
    }
}

/// types 'declared': the first rows tell what the user will run into.
void ProbeRows(Import& import, sqlite::Database* database, const char* local_schema,
               const std::string& name) {
    if (import.options.probe_rows == 0) return;
    Guard([&] {
        import.probe = std::make_unique<schema::Probe>(import.columns, import.policies, import.zone);
    });
    ReadRows(import, database, import.options.probe_rows);
    Guard([&] {
        if (import.failure.empty())
            for (std::string& notice : import.probe->Advice(local_schema, name))
                import.notices.push_back(std::move(notice));
        import.probe.reset();
    });
}

/// palloc'd copies of what C++ has to say, in the server's encoding.
char* CommandText(const Import& import) {
    return ToServerText(import.command);
}

void ReportNotices(Import& import, const std::string& table) {
    for (size_t i = 0; i < import.notices.size(); ++i)
        ereport(NOTICE,
                (errmsg("SQLite table \"%s\": %s", ToServerText(table), ToServerText(import.notices[i]))));
    import.notices.clear();
}

const char* Reason(const schema::Renamed& renamed) {
    return renamed.replaced    ? "the name can't be used in PostgreSQL"
           : renamed.shortened ? "names have at most 63 bytes"
                               : "the name was taken";
}

/// Whether options can name the table and its columns.
bool NamesFit(const Import& import, const sqlite::Table& table) {
    if (!FitsServerEncoding(table.name)) return false;
    for (size_t i = 0; i < import.columns.size(); ++i)
        if (!FitsServerEncoding(import.columns[i].source_name)) return false;
    return true;
}

/// One table: its CREATE FOREIGN TABLE, or null when it is skipped.
char* ImportTable(Import& import, Pin* pin, const sqlite::Table& table, const ServerOptions& server,
                  const ImportForeignSchemaStmt* statement) {
    sqlite::Database* database = pin->database();
    schema::Renamed* name = NewIn<schema::Renamed>(CurrentMemoryContext);
    const bool wanted = Guard([&] {
        import.columns.clear();
        import.notices.clear();
        import.failure.clear();
        // LIMIT TO ("Order") names SQLite's spelling: keep it, or PostgreSQL would drop the table again.
        if (statement->list_type == FDW_IMPORT_SCHEMA_LIMIT_TO && import.wanted.count(table.name) > 0) {
            schema::NameAllocator exact(schema::FoldCase::kPreserve, false);
            *name = exact.Take(table.name);
        } else {
            *name = import.names.Take(table.name);
        }
        return IsWanted(import, statement->list_type, table.name, name->name);
    });
    if (!wanted) return nullptr;

    Guard([&] {
        if (table.unreadable) {
            import.failure = *table.unreadable;
            return;
        }
        import.columns =
            schema::ImportColumns(table, import.table_options, import.options.naive_as_timestamptz);
        if (import.columns.size() > schema::kMaxColumns)
            import.failure = "it has " + std::to_string(import.columns.size()) +
                             " columns, and PostgreSQL takes at most 1600";
        if (import.options.types == Types::kText)
            for (schema::ImportColumn& column : import.columns)
                column.type = schema::PlainType(value::Kind::kText);
    });
    if (import.failure.empty() && !NamesFit(import, table))
        Guard([&] { import.failure = "a name in it has a character that the server encoding lacks"; });
    if (import.failure.empty() && PrepareTable(import, database, table)) {
        if (import.options.types == Types::kStored) {
            TypeByStoredValues(import, database);
            if (import.failure.empty()) KeepInputTypes(import, pin, table, server);
        } else if (table.kind != sqlite::TableKind::kView)  // a view's first row may cost as much as its last
            ProbeRows(import, database, statement->local_schema, name->name);
    }
    Guard([&] { import.statement.reset(); });
    if (!import.failure.empty()) {
        ereport(WARNING, (errmsg("SQLite table \"%s\" is left out: %s", ToServerText(table.name),
                                 ToServerText(import.failure))));
        return nullptr;
    }

    Guard([&] {
        import.command = schema::CreateForeignTable(table, name->name, import.columns, import.table_options,
                                                    import.notices);
    });
    if (name->shortened || name->numbered || name->replaced)
        ereport(NOTICE, (errmsg("SQLite table \"%s\" is imported as \"%s\": %s", ToServerText(table.name),
                                ToServerText(name->name), Reason(*name))));
    for (size_t i = 0; i < import.columns.size(); ++i) {
        const schema::ImportColumn& column = import.columns[i];
        if (column.name.shortened || column.name.numbered || column.name.replaced)
            ereport(NOTICE, (errmsg("column \"%s\" of SQLite table \"%s\" is imported as \"%s\": %s",
                                    ToServerText(column.source_name), ToServerText(table.name),
                                    ToServerText(column.name.name), Reason(column.name))));
    }
    ReportNotices(import, table.name);
    return CommandText(import);
}

}  // namespace

List* ImportForeignSchema(ImportForeignSchemaStmt* statement, Oid server_oid) {
    ForeignServer* server = GetForeignServer(server_oid);
    if (pg_strcasecmp(statement->remote_schema, "main") != 0)
        ereport(ERROR,
                (errcode(ERRCODE_FDW_SCHEMA_NOT_FOUND),
                 errmsg("schema \"%s\" does not exist on server \"%s\"", statement->remote_schema,
                        server->servername),
                 errhint("A SQLite file has one schema: IMPORT FOREIGN SCHEMA main FROM SERVER %s INTO %s;",
                         quote_identifier(server->servername), quote_identifier(statement->local_schema))));
    const ServerOptions server_options = ReadServerOptions(server->options);
    const ImportSettings options = ReadImportOptions(statement->options, server_options);
    const value::Zone zone = ZoneOf(server_options.timezone);

    Pin* pin = Pin::Acquire(CurrentMemoryContext, server_oid);
    sqlite::Database* database = pin->database();
    Import* import = NewIn<Import>(CurrentMemoryContext);
    const char* server_name = ToUtf8(server->servername);
    ListCell* cell;
    foreach (cell, statement->table_list) {
        const char* wanted = ToUtf8(static_cast<const RangeVar*>(lfirst(cell))->relname);
        Guard([&] { import->wanted.insert(wanted); });
    }
    CallSqlite(database, [&] {
        import->options = options;
        static_cast<schema::ImportChoices&>(import->table_options) = options.tables;
        import->table_options.server = server_name;
        import->policies = server_options.policies;
        import->zone = zone;
        import->names = schema::NameAllocator(options.tables.fold, false);
        sqlite::CatalogOptions catalog;
        catalog.indexes = options.types == Types::kStored;  // rows without rowid are read by their key's
        catalog.foreign_keys = false;
        catalog.probe_readable = true;
        import->tables = sqlite::Catalog::ReadTables(*database, catalog);
    });
    if (import->tables.empty())
        ereport(WARNING, (errmsg("the database of server \"%s\" has no tables", server->servername),
                          errdetail("It is \"%s\".", ToServerText(database->path()))));

    List* commands = NIL;
    for (size_t i = 0; i < import->tables.size(); ++i) {
        CHECK_FOR_INTERRUPTS();
        char* command = ImportTable(*import, pin, import->tables[i], server_options, statement);
        if (command != nullptr) commands = lappend(commands, command);
    }
    if (statement->list_type == FDW_IMPORT_SCHEMA_LIMIT_TO)
        foreach (cell, statement->table_list) {
            const char* wanted = static_cast<const RangeVar*>(lfirst(cell))->relname;
            const char* utf8 = ToUtf8(wanted);
            if (!Guard([&] { return import->matched.count(utf8) > 0; }))
                ereport(WARNING, (errmsg("server \"%s\" has no table \"%s\"", server->servername, wanted)));
        }
    pin->VerifyUnchanged();
    pin->Release();
    return commands;
}

}  // namespace pgsqlite::pg::fdw
