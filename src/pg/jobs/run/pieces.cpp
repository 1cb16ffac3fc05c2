#include "pg/jobs/run/pieces.hpp"

#include "pg/jobs/records/job_log.hpp"
#include "pg/owner_rights.hpp"

namespace pgsqlite::pg::jobs {
namespace {

void Run(const PieceContext& context, plan::PieceEnd* end) {
    switch (static_cast<PieceKind>(context.piece.kind)) {
        case PieceKind::kStep:
            return RunStep(context);
        case PieceKind::kLoad:
            return RunLoad(context, end);
        case PieceKind::kCount:
            break;
    }
    elog(ERROR, "unrecognized kind of a job's piece: %d", context.piece.kind);
}

}  // namespace

void RunPiece(const PieceContext& context, plan::PieceEnd* end) {
    if (context.attempt > 1) LogRetry(context.job, context.attempt - 1, context.previous_error);
    WriteAsRole(context.act_as, [&] { Run(context, end); });
}

void RecordFailedPiece(const PieceContext& context) {
    if (static_cast<PieceKind>(context.piece.kind) == PieceKind::kLoad) RecordFailedLoad(context.job);
}

}  // namespace pgsqlite::pg::jobs
