// The cache of profiles: a table is read once as long as its file does not change, however many functions
// ask about it. One a process, bounded in bytes.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/assess/misfits.hpp"
#include "core/assess/profile.hpp"
#include "core/assess/stored_columns.hpp"
#include "core/sqlite/snapshot.hpp"

namespace pgsqlite::assess {

/// Results are shared: one that leaves the cache lives on as long as somebody holds it. A failed or cancelled
/// read leaves nothing behind.
///
/// "Does not change" is: the same path, device, inode, size and modification time (in ns) of the database and
/// of its -wal, the same change counter or the same end of the WAL. Call in a read transaction, or each
/// call takes a snapshot of its own.
class ProfileCache {
  public:
    /// Holds the profiles of about 5,000 columns.
    static constexpr std::size_t kDefaultBytes = std::size_t{64} << 20;
    explicit ProfileCache(std::size_t max_bytes = kDefaultBytes) : max_bytes_(max_bytes) {}

    /// ReadProfile's answer, read now or kept. One with duplicates counted serves those who do not ask for
    /// it.
    std::shared_ptr<const TableProfile> Profile(sqlite::Database& db, const sqlite::Table& table,
                                                const ProfileOptions& options = {});

    /// CountMisfits' answers, read now (in one pass for all that are missing) or kept.
    std::vector<std::shared_ptr<const ColumnMisfits>> Misfits(sqlite::Database& db,
                                                              const sqlite::Table& table,
                                                              const std::vector<ColumnRule>& rules);

    /// CountRefusedRows' answer. The columns are asked about by themselves first, and only where several of
    /// them refuse cells are their rows read once more.
    std::uint64_t RefusedRows(sqlite::Database& db, const sqlite::Table& table,
                              const std::vector<RowCondition>& conditions);

    /// The types of `types` stored, by `table.columns`. @throws Error as TableReader
    std::shared_ptr<const std::vector<schema::StoredColumn>> Stored(sqlite::Database& db,
                                                                    const sqlite::Table& table,
                                                                    const StoredRule& rule);

    void Clear() noexcept { last_.reset(), by_place_.clear(), entries_.clear(), bytes_ = 0; }
    std::size_t bytes() const noexcept { return bytes_; }
    std::size_t size() const noexcept { return entries_.size(); }

  private:
    struct State;
    struct Entry;
    using Entries = std::list<std::shared_ptr<Entry>>;
    static State StateOf(sqlite::Database& db);
    /// Under which an answer is found: one a file and question.
    static std::string PlaceOf(const State& state, const std::string& key);
    template <class Answer>
    std::shared_ptr<const Answer> Find(const State& state, const std::string& key);
    void Keep(State state, std::string key, std::shared_ptr<const void> answer, std::size_t bytes);
    void Drop(Entries::iterator entry);

    std::size_t max_bytes_;
    std::size_t bytes_ = 0;
    Entries entries_;  ///< last used first
    std::unordered_map<std::string, Entries::iterator> by_place_;
    std::shared_ptr<Entry> last_;  ///< that was to be kept, for its state
};

}  // namespace pgsqlite::assess
