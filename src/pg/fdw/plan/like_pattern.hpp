// Constant patterns of LIKE as SQLite's GLOB, with the range that an index can serve.
#pragma once

#include "pg/fdw/plan/deparse.hpp"

namespace pgsqlite::pg::fdw {

struct GlobPattern {
    const char* sql;     ///< as a GLOB pattern; null where PostgreSQL refuses it or it is too long
    const char* prefix;  ///< what a match begins with; empty where that is nothing
    const char* beyond;  ///< a text behind all that begin so; empty where there is none
};

/// All null where `pattern` is not a constant.
GlobPattern ReadLikePattern(const DeparseContext* context, const Expr* pattern);

}  // namespace pgsqlite::pg::fdw
