// Existing: what PostgreSQL has already where the data is to go. Read by pg (the catalogs), judged by core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/schema/declared_type.hpp"

namespace pgsqlite::plan {

/// What gives a column its numbers.
struct ExistingSequence {
    std::string name;  ///< SQL: quoted where needed, with its schema
    bool owned = false;
    bool named_alike = false;  ///< nothing but its name ties it to the column
    bool plain = true;         ///< the column holds the numbers as they are
    bool settable = true;      ///< by the current user
    std::int64_t start = 1, increment = 1, least = 1, greatest = INT64_MAX;
};

struct ExistingColumn {
    std::string name;
    schema::MappedType type;  ///< a domain keeps its name and has the kind of its base type
    bool not_null = false;
    bool has_default = false;
    std::string default_sql;  ///< empty: there is none, or it draws numbers
    bool generated = false;
    bool identity = false;
    bool identity_always = false;
    bool owns_sequence = false;  ///< identity or serial
    bool draws_numbers = false;  ///< the default calls nextval()
    std::vector<ExistingSequence> sequences;
};

struct ExistingForeignKey {
    std::string name;
    std::string parent_schema, parent;
    std::vector<std::string> columns, parent_columns;
    std::string definition;  ///< what stands behind ADD CONSTRAINT name; names with their schemas
    bool deferred = false;   ///< INITIALLY DEFERRED
    bool validated = true;
    bool droppable = false;  ///< by the current user, and not as a part of another table's key
};

/// A foreign key of another table that refers to a relation.
struct Referrer {
    std::string schema, table;  ///< of a partition: of the whole
    std::string key;
    std::vector<std::string> columns;
    /// Whether rows of it refer to any, or may: whoever asks can't see them. Known of targets that are to be
    /// emptied.
    bool has_rows = false;
};

struct ExistingTrigger {
    std::string name;
    /// When it fires, as pg_trigger has it: O (ordinarily), D (never), R (on a replica), A (always).
    char fires = 'O';
    /// Of what it fires, by bits of pg_trigger.tgtype.
    bool inserts = false, updates = false, empties = false;
    std::string words;    ///< "BEFORE INSERT OR UPDATE FOR EACH ROW, app.touch()"
    std::string runs_as;  ///< of a SECURITY DEFINER function its owner; empty: whoever writes the row
    /// The function, where it seems to name relations of the target's schema without it, and the search_path
    /// at hand would not find them; else empty.
    std::string lost_function;
};

/// A unique index over expressions, lower(email), each of its elements as SQL over the table's columns.
struct ExpressionKey {
    std::vector<std::string> columns;   ///< that the elements name, sorted
    std::vector<std::string> elements;  ///< as ON CONFLICT takes them
};

struct ExistingRelation {
    std::string schema;
    std::string name;
    bool takes_rows = false;  ///< an ordinary or partitioned table
    bool partitioned = false;
    std::string kind;       ///< "table", "view", "sequence", …: for messages
    bool permanent = true;  ///< neither unlogged nor temporary
    bool has_rows = false;
    std::string
        runs_code_of;     ///< a role that has written some of what runs with its rows; empty: nobody else
    std::string decides;  ///< what may change or refuse rows beside triggers and constraints; empty: nothing
    std::vector<ExistingColumn> columns;
    std::vector<std::vector<std::string>> unique_keys;  ///< columns of each, sorted; no partial ones
    std::vector<ExpressionKey> expression_keys;         ///< no partial ones either
    std::vector<std::string> primary_key;               ///< its columns in their order; empty: there is none
    std::vector<ExistingForeignKey> foreign_keys;
    std::vector<Referrer> referrers;
    std::vector<ExistingTrigger> triggers;  ///< the users', not those of constraints
    std::string row_security;  ///< policies that hold for the current user: "a, b"; empty: none do

    /// Whether ON CONFLICT (…) over these columns has an index to go by.
    bool HasUniqueKey(std::vector<std::string> key) const;
    /// The unique index over expressions of just these columns; null: there is none.
    const ExpressionKey* FindExpressionKey(std::vector<std::string> key) const;
    /// The column of that name, letters of ASCII of any case; the one written the same goes first.
    const ExistingColumn* Find(std::string_view column) const noexcept;
    /// The column of just that name: as SQL finds it.
    const ExistingColumn* FindExactly(std::string_view column) const noexcept;
};

struct Existing {
    std::string target_schema;
    std::vector<std::string> schemas;  ///< those asked about that exist
    std::vector<ExistingRelation> relations;
    /// The types that the spec names: its text → what PostgreSQL makes of it.
    std::unordered_map<std::string, schema::MappedType> types;
    /// Those of them, and of columns' types, that are domains: conversion alone does not tell what they take.
    std::unordered_set<std::string> domains;
    /// The same texts → the role that has written some of what runs when a value of the type is made; of
    /// nobody else's are not here.
    std::unordered_map<std::string, std::string> code_of_types;
    /// The same texts → the type without a length (of a domain, its base type): a cast to it cuts nothing, as
    /// one to varchar(3) would.
    std::unordered_map<std::string, std::string> bare_types;
    /// The namespace of UUIDs made from integer keys.
    std::string uuid_namespace;

    bool HasSchema(std::string_view schema) const noexcept;
    /// As ExistingRelation::Find.
    const ExistingRelation* Find(std::string_view schema, std::string_view name) const noexcept;
};

}  // namespace pgsqlite::plan
