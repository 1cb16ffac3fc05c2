// What both ways of loading share: refused conversions on their way from scans to the account, SQL text from
// core in the server's encoding.
#pragma once

#include "core/job/load_task.hpp"
#include "pg/fdw/scan/row_collector.hpp"
#include "pg/load/account.hpp"

namespace pgsqlite::pg::load {

/// A collector whose rows go to the account.
fdw::RowCollector CollectorFor(Account* account) noexcept;

/// What the collector counted goes to the account.
void Settle(const fdw::RowCollector& collector, Account* account) noexcept;

/// Text that core code makes, palloc'd in the server's encoding. @param make std::string()
template <class Make>
char* SqlText(Make&& make) {
    auto* text = NewIn<std::string>(CurrentMemoryContext);
    Guard([&] { *text = make(); });
    return ToServerText(*text);
}

}  // namespace pgsqlite::pg::load
