// One file: server, import, every table, and what is left beside the file afterwards.
#pragma once

#include <string>
#include <vector>

#include "table_check.hpp"

namespace corpus {

struct FileNames {
    std::string shown;   ///< relative to the corpus
    std::string served;  ///< absolute path of the copy the server reads
    std::string oracle;  ///< absolute path of the copy stock SQLite reads
    bool hostile;        ///< damaged, or no database at all: errors are as good as true data
};

/// One way to import.
struct Pass {
    const char* name;
    const char* options;  ///< of IMPORT FOREIGN SCHEMA
    bool may_refuse;      ///< a value may be refused, clearly; otherwise every table is read to its end
};

/// Imports the file and reads everything. A new session each time.
/// @param server_name a server and a schema of this name come and go
Findings CheckFile(const FileNames& file, const Pass& pass, const std::string& database,
                   const std::string& server_name, Counts& counts);

}  // namespace corpus
