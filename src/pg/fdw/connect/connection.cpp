#include "pg/fdw/connect/connection.hpp"

#include <sqlite3.h>

#include "pg/fdw/connect/access.hpp"
#include "pg/fdw/connect/open_scans.hpp"
#include "pg/fdw/connect/redirect.hpp"
#include "pg/fdw/connect/sqlite_call.hpp"

extern "C" {
#include "storage/predicate.h"
}

namespace pgsqlite::pg::fdw {

class Connection {
  public:
    Oid server;
    uint32 server_hash;  ///< of the syscache entry, for invalidations
    NameData server_name;
    std::unique_ptr<sqlite::Database> database;
    int savepoint = 1;  ///< the nesting level of the subtransaction whose savepoint is the innermost; 1: none
    int pins = 0;
    bool stale = false;  ///< options changed, or closed by request: goes when nobody uses it
    bool held = false;   ///< its snapshot outlives transactions, until LetGo
    bool gone = false;   ///< let go of while in use: nobody finds it any more
    bool aside = false;  ///< a block's state, not found as long as a redirect stands before it
    bool redirected = false;
    bool reads_copy = false;  ///< redirected to a private copy
    bool keep = true;
    SnapshotScope scope = SnapshotScope::kTransaction;
    TimestampTz snapshot_since = 0;
    bool rows_read = false;  ///< in this snapshot, by a statement: what is written must go on from there

    bool in_use() const noexcept { return pins > 0 || database->in_read(); }
    void EndSnapshot() noexcept {
        database->EndRead();
        snapshot_since = 0;
        savepoint = 1;
        rows_read = false;
    }
};

namespace {

/// Few servers a session: a list is searched faster than a hash table.
std::vector<Connection*>& Cache() {
    static std::vector<Connection*> cache;
    return cache;
}

void Drop(Connection* connection) noexcept {
    auto& cache = Cache();
    cache.erase(std::remove(cache.begin(), cache.end(), connection), cache.end());
    delete connection;
}

Connection* Find(Oid server) noexcept {
    for (Connection* connection : Cache())
        if (connection->server == server && !connection->gone && !connection->aside) return connection;
    return nullptr;
}

const char* ModeName(sqlite::AccessMode mode) noexcept {
    switch (mode) {
        case sqlite::AccessMode::kLocked:
            return "locked";
        case sqlite::AccessMode::kAtRest:
            return "at rest";
        case sqlite::AccessMode::kImmutable:
            return "immutable";
        case sqlite::AccessMode::kWritable:
            return "writable";
    }
    return "";
}

/// The server's own file, checked for its owner.
const char* OwnPath(const ForeignServer* server, const ServerOptions& options) {
    if (options.database == nullptr)
        ereport(ERROR, (errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
                        errmsg("server \"%s\" has no option \"database\"", server->servername),
                        errhint("ALTER SERVER %s OPTIONS (ADD database '/path/of/the/file');",
                                quote_identifier(server->servername))));
    return ResolvePathFor(options.database, server->owner, server->servername);
}

/// @param redirect where to look instead of at the server's file as it is now; may be null
Connection* Open(ForeignServer* server, const ServerOptions& options, const Redirect* redirect) {
    // A parallel scan comes with a leader of its own.
    const bool in_job = redirect != nullptr && redirect == FindRedirect(server->serverid);
    const bool reads_copy = redirect != nullptr && redirect->path[0] != '\0';
    const char* path = reads_copy ? redirect->path : OwnPath(server, options);
    const uint32 hash = GetSysCacheHashValue1(FOREIGNSERVEROID, ObjectIdGetDatum(server->serverid));
    return Guard([&] {
        sqlite::OpenOptions open;
        open.path = path;
        open.immutable = options.immutable || reads_copy;
        open.foreign_keys = options.foreign_keys;
        open.busy_timeout_ms = options.busy_timeout_ms;
        open.cancelled = &CancelPending;
        if (redirect != nullptr && redirect->follows) open.leader = redirect->leader;
        if (in_job)
            open.leader_hint =
                "Leave the file as it is while a job reads it, or set \"read_from\" to \"copy\" in the job's "
                "spec.";
        auto connection = std::make_unique<Connection>();
        connection->server = server->serverid;
        connection->server_hash = hash;
        namestrcpy(&connection->server_name, server->servername);
        connection->redirected = redirect != nullptr;
        connection->reads_copy = reads_copy;
        connection->keep = options.keep_connections;
        connection->scope = options.snapshot;
        connection->database = sqlite::Database::Open(open);
        Cache().push_back(connection.get());
        return connection.release();
    });
}

/// Begins the snapshot unless there is one. With `may_reopen`, false tells that the file can't be opened as
/// it was: the application may have switched to WAL since, and gone.
bool BeginSnapshot(Connection* connection, bool may_reopen) {
    sqlite::Database* database = connection->database.get();
    if (database->in_read()) return true;
    const bool begun = CallSqlite(database, [&] {
        try {
            database->BeginRead();
            return true;
        } catch (const Error& error) {
            if (!may_reopen || (error.sqlite_code() & 0xff) != SQLITE_CANTOPEN) throw;
            return false;
        }
    });
    if (begun) connection->snapshot_since = GetCurrentTimestamp();
    return begun;
}

/// The server's connection with a snapshot. Its owner's right to the file is looked at anew for each
/// snapshot.
Connection* Get(Oid server_oid) {
    Connection* connection = Find(server_oid);
    if (connection != nullptr && connection->in_use()) {
        BeginSnapshot(connection, false);
        return connection;
    }
    ForeignServer* server = GetForeignServer(server_oid);
    const ServerOptions options = ReadServerOptions(server->options);
    const Redirect* redirect = FindRedirect(server_oid);
    if (connection != nullptr) {
        const char* path = redirect != nullptr && redirect->path[0] != '\0' ? redirect->path
                           : options.database != nullptr                    ? OwnPath(server, options)
                                                                            : "";
        if (!connection->stale && connection->database->path() == path && connection->database->IsCurrent() &&
            BeginSnapshot(connection, true))
            return connection;
        Drop(connection);
    }
    // The application may come and go at the very moment.
    constexpr int kAttempts = 4;
    for (int attempt = 1;; ++attempt) {
        connection = Open(server, options, redirect);
        if (BeginSnapshot(connection, attempt < kAttempts)) return connection;
        Drop(connection);
    }
}

/// Whether a connection goes as soon as nobody uses it. A file read at rest is let go of, so that the
/// application finds no lock of ours when it comes back; and a WAL file that was written to, so that it finds
/// no -wal and no -shm that may be the server's user's alone.
bool IsTransient(const Connection* connection) noexcept {
    const sqlite::Database& database = *connection->database;
    return connection->stale || !connection->keep || database.access_mode() == sqlite::AccessMode::kAtRest ||
           (database.writable() && database.header_says_wal());
}

void Unpin(Connection* connection) noexcept {
    if (--connection->pins > 0) return;
    if (connection->database->in_write()) return;
    if (connection->gone || (connection->scope == SnapshotScope::kStatement && !connection->held))
        connection->EndSnapshot();
    if (!connection->in_use() && IsTransient(connection)) Drop(connection);
}

void EndTransaction() noexcept {
    ForgetTicking();
    auto& cache = Cache();
    for (size_t i = cache.size(); i-- > 0;) {
        Connection* connection = cache[i];
        if (connection->held) continue;
        connection->EndSnapshot();
        connection->aside = false;
        // After an abort pins go with their memory contexts, a moment later.
        if (connection->pins == 0 && IsTransient(connection)) Drop(connection);
    }
}

/// The last moment at which a transaction can still fail: for having read a file that changed, or for what
/// SQLite has to say to a commit. PostgreSQL's own commit follows.
void EndReadingAndWriting() {
    auto& cache = Cache();
    for (size_t i = 0; i < cache.size(); ++i)
        if (cache[i]->database->in_read()) Guard([&] { cache[i]->database->VerifyUnchanged(); });
    bool written = false;
    for (size_t i = 0; i < cache.size(); ++i) {
        sqlite::Database* database = cache[i]->database.get();
        if (!database->in_write()) continue;
        CallSqlite(database, [&] { database->CheckCommit(); });
        written = true;
    }
    if (!written) return;
    // PostgreSQL would ask it behind us. Once asked, others are cancelled instead of us.
    if (IsolationIsSerializable()) PreCommit_CheckForSerializationFailure();
    // A reader can keep one with a rollback journal from its commit, so these come first.
    for (const bool wal : {false, true})
        for (size_t i = 0; i < cache.size(); ++i) {
            sqlite::Database* database = cache[i]->database.get();
            if (database->in_write() && database->header_says_wal() == wal)
                CallSqlite(database, [&] { database->Commit(); });
        }
}

void RefuseToPrepare() {
    for (const Connection* connection : Cache())
        if (connection->database->in_write())
            ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                            errmsg("cannot PREPARE a transaction that has written to server \"%s\"",
                                   NameStr(connection->server_name)),
                            errdetail("SQLite has no two-phase commit.")));
}

void OnTransactionEnd(XactEvent event, void*) {
    switch (event) {
        case XACT_EVENT_PRE_PREPARE:
            RefuseToPrepare();
            [[fallthrough]];
        case XACT_EVENT_PRE_COMMIT:
        case XACT_EVENT_PARALLEL_PRE_COMMIT:
            EndReadingAndWriting();
            break;
        case XACT_EVENT_COMMIT:
        case XACT_EVENT_PARALLEL_COMMIT:
        case XACT_EVENT_ABORT:
        case XACT_EVENT_PARALLEL_ABORT:
        case XACT_EVENT_PREPARE:
            EndTransaction();
            break;
    }
}

void OnSubtransactionEnd(SubXactEvent event, SubTransactionId, SubTransactionId, void*) {
    const int level = GetCurrentTransactionNestLevel();
    auto& cache = Cache();
    for (size_t i = 0; i < cache.size(); ++i) {
        Connection* connection = cache[i];
        if (connection->savepoint < level || !connection->database->in_write()) continue;
        sqlite::Database* database = connection->database.get();
        if (event == SUBXACT_EVENT_PRE_COMMIT_SUB)
            CallSqlite(database, [&] { database->ReleaseSavepoint(level); });
        else if (event == SUBXACT_EVENT_ABORT_SUB)
            database->RollBackSavepoint(level);
        else
            continue;
        connection->savepoint = level - 1;
    }
}

void OnServerChange(Datum, int, uint32 hash) {
    for (Connection* connection : Cache())
        if (hash == 0 || connection->server_hash == hash) connection->stale = true;
}

}  // namespace

Pin* Pin::Acquire(MemoryContext context, Oid server_oid) {
    Pin* pin = NewIn<Pin>(context);
    const Connection* present = Find(server_oid);
    const bool has_snapshot = present != nullptr && present->database->in_read();
    Connection* connection = Get(server_oid);
    ++connection->pins;
    pin->connection_ = connection;
    pin->began_snapshot_ = !has_snapshot;
    return pin;
}

Pin* Pin::Follow(MemoryContext context, const Redirect& leader) {
    Pin* pin = NewIn<Pin>(context);
    Connection* connection = Find(leader.server);
    if (connection == nullptr) {
        ForeignServer* server = GetForeignServer(leader.server);
        connection = Open(server, ReadServerOptions(server->options), &leader);
    } else if (!connection->database->Follows(leader.leader)) {
        // Two scans of one Gather have one leader, who has one snapshot of a server.
        ereport(ERROR, (errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
                        errmsg("parallel worker already reads another snapshot of server \"%s\"",
                               NameStr(connection->server_name))));
    }
    BeginSnapshot(connection, false);
    ++connection->pins;
    pin->connection_ = connection;
    return pin;
}

sqlite::Database* Pin::database() const noexcept {
    return connection_->database.get();
}
const char* Pin::server_name() const noexcept {
    return NameStr(connection_->server_name);
}

void Pin::Lead(Redirect* leader) const {
    sqlite::Database* database = connection_->database.get();
    leader->server = connection_->server;
    leader->follows = true;
    leader->leader = CallSqlite(database, [&] { return database->TakeSnapshot(); });
    strlcpy(leader->path, connection_->reads_copy ? database->path().c_str() : "", sizeof(leader->path));
}

void Pin::NoteRows() const noexcept {
    connection_->rows_read = true;
}

void Pin::VerifyUnchanged() const {
    Guard([&] { connection_->database->VerifyUnchanged(); });
}

void Pin::Release() noexcept {
    if (connection_ != nullptr) Unpin(std::exchange(connection_, nullptr));
}

void Pin::ReleaseSnapshot() noexcept {
    if (connection_ != nullptr && began_snapshot_ && connection_->pins == 1 && !connection_->held &&
        !connection_->database->in_write())
        connection_->EndSnapshot();
    Release();
}

void ForEachConnection(void (*callback)(const ConnectionInfo&, void*), void* context) {
    auto& cache = Cache();
    for (size_t i = 0; i < cache.size(); ++i) {
        const Connection& connection = *cache[i];
        const ConnectionInfo info = {connection.server,
                                     connection.database->path().c_str(),
                                     ModeName(connection.database->access_mode()),
                                     !connection.stale,
                                     connection.in_use(),
                                     connection.snapshot_since,
                                     connection.database->in_write()};
        callback(info, context);
    }
}

bool Disconnect(Oid server_oid) {
    bool closed = false;
    auto& cache = Cache();
    for (size_t i = cache.size(); i-- > 0;) {
        Connection* connection = cache[i];
        if (OidIsValid(server_oid) && connection->server != server_oid) continue;
        if (connection->in_use()) {
            ereport(WARNING, (errmsg("cannot close connection for server \"%s\" because it is still in use",
                                     NameStr(connection->server_name))));
            continue;
        }
        Drop(connection);
        closed = true;
    }
    return closed;
}

namespace {

/// Other servers' connections to a file that is to be written to, which would keep its wal-index for reading
/// alone.
void DropIdle(const std::string& path, const Connection* except) noexcept {
    auto& cache = Cache();
    for (size_t i = cache.size(); i-- > 0;)
        if (cache[i] != except && !cache[i]->in_use() && cache[i]->database->path() == path) Drop(cache[i]);
}

}  // namespace

bool RollBackHotJournal(Oid server_oid) {
    Connection* connection = Find(server_oid);
    if (connection == nullptr || connection->redirected || connection->in_use()) return false;
    sqlite::Database* database = connection->database.get();
    return CallSqlite(database, [&] {
        try {
            return database->RollBackHotJournal();
        } catch (const Error&) {
            return false;  // whoever reads or writes next hears of it
        }
    });
}

void RequireCommitted(const Pin* pin) {
    if (pin->database()->in_write())
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("server \"%s\" can't be looked at now", pin->server_name()),
                 errdetail("This transaction has written to it."), errhint("End the transaction first.")));
}

void BeginWriting(Oid server_oid) {
    if (Find(server_oid) == nullptr && FindRedirect(server_oid) == nullptr) {
        ForeignServer* server = GetForeignServer(server_oid);
        Open(server, ReadServerOptions(server->options), nullptr);
    }
    RollBackHotJournal(server_oid);
    Connection* connection = Get(server_oid);
    if (connection->redirected || connection->held)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("server \"%s\" can't be written to while a job reads it",
                               NameStr(connection->server_name))));
    sqlite::Database* database = connection->database.get();
    if (!database->in_write()) {
        SettleScans(server_oid, Before::kLock);
        DropIdle(database->path(), connection);
    }
    const bool continues = connection->rows_read;
    CallSqlite(database, [&] { database->BeginWrite(continues); });
    if (connection->snapshot_since == 0) connection->snapshot_since = GetCurrentTimestamp();
    const int level = GetCurrentTransactionNestLevel();
    while (connection->savepoint < level) {
        const int next = connection->savepoint + 1;
        CallSqlite(database, [&] { database->BeginSavepoint(next); });
        connection->savepoint = next;
    }
}

sqlite::Database* DatabaseToWrite(Oid server_oid) {
    BeginWriting(server_oid);
    SettleScans(server_oid, Before::kWrite);
    return Find(server_oid)->database.get();
}

void Hold(Oid server_oid) {
    Connection* connection = Get(server_oid);
    if (connection->database->in_write())
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("server \"%s\" can't be read by a job now", NameStr(connection->server_name)),
                 errdetail("This transaction has written to it."), errhint("End the transaction first.")));
    connection->held = true;
}

sqlite::Database* HeldDatabase(Oid server_oid) noexcept {
    const Connection* connection = Find(server_oid);
    return connection != nullptr && connection->held ? connection->database.get() : nullptr;
}

void LetGo(Oid server_oid) noexcept {
    auto& cache = Cache();
    for (size_t i = cache.size(); i-- > 0;) {
        Connection* connection = cache[i];
        if (OidIsValid(server_oid) ? connection->server != server_oid
                                   : !connection->held && !connection->redirected && !connection->aside)
            continue;
        connection->held = false;
        // A transaction block goes on with the state that it has read, in the end.
        if (!connection->redirected && IsTransactionBlock() && connection->database->in_read() &&
            connection->scope == SnapshotScope::kTransaction) {
            connection->aside = OidIsValid(server_oid);
            continue;
        }
        connection->gone = connection->stale = true;
        if (connection->pins == 0) Drop(connection);
    }
}

void InitConnections() {
    RegisterXactCallback(&OnTransactionEnd, nullptr);
    RegisterSubXactCallback(&OnSubtransactionEnd, nullptr);
    CacheRegisterSyscacheCallback(FOREIGNSERVEROID, &OnServerChange, static_cast<Datum>(0));
}

}  // namespace pgsqlite::pg::fdw
