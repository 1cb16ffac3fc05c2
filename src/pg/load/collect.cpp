#include "pg/load/collect.hpp"

namespace pgsqlite::pg::load {
namespace {

void Put(void* context, const fdw::RefusedRow& row) {
    Reject reject = {};
    reject.server = row.server;
    reject.table = row.table;
    reject.has_rowid = row.has_rowid;
    reject.rowid = row.rowid;
    reject.locator = row.locator;
    reject.columns = row.columns;
    reject.category = Category::kConversion;
    reject.sqlstate = row.sqlstate;
    reject.message = row.message;
    reject.key = row.key;
    reject.row = row.json;
    Account* account = static_cast<Account*>(context);
    reject.failure = !row.rejectable && !account->rejects_conversions;
    ++account->read;
    account->Add(reject);
}

void Tick(void* context, uint64 rows) {
    static_cast<Account*>(context)->TickStatement(rows);
}

}  // namespace

fdw::RowCollector CollectorFor(Account* account) noexcept {
    fdw::RowCollector collector = {};
    collector.put = &Put;
    collector.tick = &Tick;
    collector.context = account;
    account->statement_start = account->read;
    return collector;
}

void Settle(const fdw::RowCollector& collector, Account* account) noexcept {
    for (size_t i = 0; i < fdw::RowConverter::kChangeKinds; ++i)
        account->changes[i] += collector.changes[i];
}

}  // namespace pgsqlite::pg::load
