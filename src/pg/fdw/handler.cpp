// The wrapper's two entry points: handler and validator.
#include "pg/fdw/analyze/analyze.hpp"
#include "pg/fdw/connect/options.hpp"
#include "pg/fdw/import/import_schema.hpp"
#include "pg/fdw/modify/modify.hpp"
#include "pg/fdw/plan/join.hpp"
#include "pg/fdw/plan/parallel_path.hpp"
#include "pg/fdw/plan/plan.hpp"
#include "pg/fdw/plan/upper.hpp"
#include "pg/fdw/scan/parallel.hpp"
#include "pg/fdw/scan/row_marks.hpp"
#include "pg/fdw/scan/scan.hpp"

namespace fdw = pgsqlite::pg::fdw;

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_handler) {
    FdwRoutine* routine = makeNode(FdwRoutine);
    routine->GetForeignRelSize = &fdw::GetForeignRelSize;
    routine->GetForeignPaths = &fdw::GetForeignPaths;
    routine->GetForeignJoinPaths = &fdw::GetForeignJoinPaths;
    routine->GetForeignUpperPaths = &fdw::GetForeignUpperPaths;
    routine->GetForeignPlan = &fdw::GetForeignPlan;
    routine->BeginForeignScan = &fdw::BeginForeignScan;
    routine->IterateForeignScan = &fdw::IterateForeignScan;
    routine->ReScanForeignScan = &fdw::ReScanForeignScan;
    routine->EndForeignScan = &fdw::EndForeignScan;
    routine->ExplainForeignScan = &fdw::ExplainForeignScan;
    routine->AnalyzeForeignTable = &fdw::AnalyzeForeignTable;
    routine->IsForeignScanParallelSafe = &fdw::IsForeignScanParallelSafe;
    routine->EstimateDSMForeignScan = &fdw::EstimateDSMForeignScan;
    routine->InitializeDSMForeignScan = &fdw::InitializeDSMForeignScan;
    routine->ReInitializeDSMForeignScan = &fdw::ReInitializeDSMForeignScan;
    routine->InitializeWorkerForeignScan = &fdw::InitializeWorkerForeignScan;
    routine->ShutdownForeignScan = &fdw::ShutdownForeignScan;
    routine->GetForeignRowMarkType = &fdw::GetForeignRowMarkType;
    routine->RefetchForeignRow = &fdw::RefetchForeignRow;
    routine->IsForeignRelUpdatable = &fdw::IsForeignRelUpdatable;
    routine->AddForeignUpdateTargets = &fdw::AddForeignUpdateTargets;
    routine->BeginForeignModify = &fdw::BeginForeignModify;
    routine->ExecForeignInsert = &fdw::ExecForeignInsert;
    routine->ExecForeignUpdate = &fdw::ExecForeignUpdate;
    routine->ExecForeignDelete = &fdw::ExecForeignDelete;
    routine->BeginForeignInsert = &fdw::BeginForeignInsert;
    routine->ExplainForeignModify = &fdw::ExplainForeignModify;
    routine->ExecForeignTruncate = &fdw::ExecForeignTruncate;
    routine->ImportForeignSchema = &fdw::ImportForeignSchema;
    PG_RETURN_POINTER(routine);
}

PG_SQLITE_LASTING_FUNCTION(pg_sqlite_validator) {
    fdw::ValidateOptions(untransformRelOptions(PG_GETARG_DATUM(0)), PG_GETARG_OID(1));
    PG_RETURN_VOID();
}
