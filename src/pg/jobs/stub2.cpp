#include "pg/jobs/sources.hpp"
namespace pgsqlite::pg::jobs {
void PinSources(int64, ArrayType*, const spec::JobSettings&) {}
void ReleaseSources(int64, bool) {}
}
