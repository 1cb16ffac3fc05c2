#include "pg/jobs/pieces.hpp"

namespace pgsqlite::pg::jobs {
namespace {

/// By PieceKind.
constexpr PieceRunner kRunners[] = {&RunStep};
static_assert(std::size(kRunners) == static_cast<size_t>(PieceKind::kCount));

}  // namespace

PieceRunner RunnerOf(int32 kind) {
    if (kind < 0 || kind >= static_cast<int32>(PieceKind::kCount))
        elog(ERROR, "unrecognized kind of a job's piece: %d", kind);
    return kRunners[kind];
}

}  // namespace pgsqlite::pg::jobs
