// Names of SQLite's storage classes, as its own typeof() gives them.
#include "core/value/cell.hpp"

namespace pgsqlite::value {

const char* StorageClassName(StorageClass storage_class) noexcept {
    switch (storage_class) {
        case StorageClass::kInteger:
            return "integer";
        case StorageClass::kReal:
            return "real";
        case StorageClass::kText:
            return "text";
        case StorageClass::kBlob:
            return "blob";
        case StorageClass::kNull:
            break;
    }
    return "null";
}

}  // namespace pgsqlite::value
