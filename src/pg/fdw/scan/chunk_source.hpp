// Chunk source: which rowids a parallel scan's statement reads next. All participants claim from one state in
// shared memory; a plan that runs without any (no worker could be had) reads all rowids as one chunk.
#pragma once

#include "core/sqlite/rowid_chunks.hpp"
#include "core/sqlite/statement.hpp"
#include "pg/fdw/connect/connection.hpp"

namespace pgsqlite::pg::fdw {

/// Chunks in shared memory.
struct SharedChunks {
    slock_t mutex;  ///< held for a few instructions at a time
    sqlite::RowidChunks chunks;
};

class ChunkSource {
  public:
    /// @param probe statement that gives the first rowid from ?1 on and the last one of all
    /// @param chunk_rows rows a chunk should have
    /// @param table SQLite's name; lives as long as `context`
    static ChunkSource* In(MemoryContext context, Pin* pin, const char* probe, int chunk_rows,
                           const char* table);

    /// Fills `shared` with the table's rowids as this session sees them, and claims from it from now on.
    /// Raises XX001 where they are not in order, so that chunks would lose rows.
    void Start(SharedChunks* shared);
    /// The same for a rescan: nobody claims any more or again.
    void Restart() { Start(shared_); }
    /// Claims from what the leader has started.
    void Join(SharedChunks* shared) noexcept { shared_ = shared; }
    SharedChunks* shared() const noexcept { return shared_; }
    /// The leader wants no more rows of anybody, and the shared memory goes. Nothing is read before Rewind.
    void Leave() noexcept;

    /// Claims the next chunk. False when all are claimed.
    /// @param rows how many have been read so far
    bool Advance(uint64 rows, sqlite::RowidChunk* range);
    /// Forgets this participant's chunk.
    void Rewind() noexcept;

    /// Binds a chunk to the last two parameters of a parallel scan's statement; null: none.
    static void Bind(sqlite::Statement* statement, const sqlite::RowidChunk* range) noexcept;

  private:
    ChunkSource(Pin* pin, int chunk_rows, const char* table) noexcept
        : pin_(pin), chunk_rows_(chunk_rows), table_(table) {}
    bool Probe(int64 from, int64* first, int64* last);
    void Settle(uint64 rows);

    Pin* pin_;
    int64 chunk_rows_;
    const char* table_;
    bool in_order_ = false;
    sqlite::Statement* probe_ = nullptr;
    SharedChunks* shared_ = nullptr;
    bool has_range_ = false;
    sqlite::RowidChunk range_ = {};
    uint64 rows_before_ = 0;  ///< what the statement had given when it got its range

    template <class T, class... Args>
    friend T* pgsqlite::pg::NewIn(MemoryContext, Args&&...);
};

}  // namespace pgsqlite::pg::fdw
