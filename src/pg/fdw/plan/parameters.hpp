// Parameters: values that PostgreSQL evaluates before a scan and binds to its statement.
#pragma once

#include "core/sqlite/statement.hpp"
#include "pg/fdw/plan/deparse.hpp"

namespace pgsqlite::pg::fdw {

struct ScanParameters {
    int count;
    ExprState** states;
    Oid* types;
    Binding* bindings;
};

/// @param expressions of ForeignScan.fdw_exprs
ScanParameters* InitParameters(List* expressions, List* bindings, PlanState* parent);

/// Evaluates and binds them; the statement is not running.
/// @param first number of the first: ?1, or behind those the scan binds itself
void BindParameters(const ScanParameters& parameters, ExprContext* context, sqlite::Statement* statement,
                    int first);

}  // namespace pgsqlite::pg::fdw
