// The options of IMPORT FOREIGN SCHEMA, each a row of one table.
#pragma once

#include "core/schema/foreign_table.hpp"
#include "core/schema/stored_type.hpp"
#include "pg/fdw/connect/options.hpp"

namespace pgsqlite::pg::fdw {

enum class Types : uint8 { kDeclared, kStored, kText };

struct ImportSettings {
    Types types = Types::kDeclared;
    schema::Promotions promote;
    schema::ImportChoices tables;
    bool naive_as_timestamptz = false;
    int probe_rows = 1000;
};

/// What the statement's options say; the rest is the server's, or the default.
/// Raises HV00D for a name that is none, 22023 for a value that is none, naming the option.
ImportSettings ReadImportOptions(const List* options, const ServerOptions& server);

}  // namespace pgsqlite::pg::fdw
