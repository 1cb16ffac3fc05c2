// Judged by declared types and key ranges alone: two rows a table are read, so that a hundred databases are
// compared in a moment. What the values are is the profile's business.
#include "core/assess/conflicts.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "core/base/error.hpp"
#include "core/schema/common_type.hpp"
#include "core/schema/foreign_table.hpp"
#include "core/sqlite/sqlite_error.hpp"
#include "core/sqlite/statistics.hpp"

namespace pgsqlite::assess {
namespace {

using schema::ImportColumn;
using sqlite::Table;
using sqlite::TableKind;

/// A candidate as one of several tables of its name.
struct Member {
    const Candidate* candidate;
    std::vector<ImportColumn> columns;

    const ImportColumn* Find(const std::string& name) const noexcept {
        for (const ImportColumn& column : columns)
            if (column.name.name == name) return &column;
        return nullptr;
    }
    /// Key columns by their PostgreSQL names, "(a, b)".
    std::string KeyText() const {
        std::string text;
        for (const int ordinal : candidate->table.primary_key()) {
            const std::string& source = candidate->table.columns[static_cast<std::size_t>(ordinal)].name;
            const auto column = std::find_if(columns.begin(), columns.end(),
                                             [&](const ImportColumn& c) { return c.source_name == source; });
            text += text.empty() ? "(" : ", ";
            text += column != columns.end() ? column->name.name : source;
        }
        return text.empty() ? "none" : text + ")";
    }
};

/// "integer in a, b; bigint in c": each server's word for one thing, equal ones together.
std::string Describe(const std::vector<Member>& members, const std::vector<std::string>& words) {
    std::string text;
    std::unordered_set<std::string> told;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!told.insert(words[i]).second) continue;
        if (!text.empty()) text += "; ";
        text += words[i] + " in " + members[i].candidate->server;
        for (std::size_t k = i + 1; k < words.size(); ++k)
            if (words[k] == words[i]) text += ", " + members[k].candidate->server;
    }
    return text;
}

bool AllEqual(const std::vector<std::string>& words) {
    return std::all_of(words.begin(), words.end(), [&](const std::string& w) { return w == words.front(); });
}

void CompareColumn(const std::vector<Member>& members, const std::string& name, Conflict& conflict) {
    std::vector<std::string> types;
    std::vector<std::string> nullable;
    std::optional<schema::MappedType> common;
    bool fits = true;
    for (const Member& member : members) {
        const ImportColumn* column = member.Find(name);
        if (column == nullptr) {
            types.emplace_back("missing");
            fits = false;
            continue;
        }
        types.push_back(column->type.sql);
        // A primary key is NOT NULL in PostgreSQL whatever SQLite says.
        nullable.emplace_back(column->declared_not_null || column->key ? "NOT NULL" : "nullable");
        if (!common) {
            common = column->type;
        } else if (fits) {
            const std::optional<schema::MappedType> wider = schema::CommonType(*common, column->type);
            fits = wider.has_value();
            if (wider) common = *wider;
        }
    }
    if (!AllEqual(types)) {
        std::string text = Describe(members, types);
        if (fits) text += "; " + common->sql + " holds both";
        conflict.differences.push_back({name, std::move(text), fits});
    } else if (!AllEqual(nullable)) {
        conflict.differences.push_back({name, Describe(members, nullable), true});
    }
}

void CompareKinds(const std::vector<Member>& members, Conflict& conflict) {
    std::vector<std::string> kinds;
    for (const Member& member : members) {
        const Table& table = member.candidate->table;
        kinds.emplace_back(table.kind == TableKind::kView      ? "a view"
                           : table.kind == TableKind::kVirtual ? "a virtual table"
                                                               : "a table");
        if (table.unreadable)
            conflict.differences.push_back(
                {"", "unreadable in " + member.candidate->server + ": " + *table.unreadable, false});
    }
    if (!AllEqual(kinds)) conflict.differences.push_back({"", Describe(members, kinds), false});
}

void CompareTables(const std::vector<Member>& members, Conflict& conflict) {
    CompareKinds(members, conflict);
    const bool unreadable = std::any_of(members.begin(), members.end(), [](const Member& member) {
        return member.candidate->table.unreadable.has_value();
    });
    // Of a table that can't be read the columns are not known.
    if (!unreadable) {
        std::unordered_set<std::string> seen;
        for (const Member& member : members)
            for (const ImportColumn& column : member.columns)
                if (seen.insert(column.name.name).second) CompareColumn(members, column.name.name, conflict);
        std::vector<std::string> keys;
        for (const Member& member : members)
            keys.push_back(member.KeyText());
        if (!AllEqual(keys))
            conflict.differences.push_back({"", "primary key " + Describe(members, keys), false});
    }
    for (const ColumnDifference& difference : conflict.differences)
        conflict.match =
            std::max(conflict.match, difference.fits_merged ? Match::kCompatible : Match::kDifferent);
}

std::string RangeText(const Candidate& candidate) {
    return std::to_string(candidate.keys->first) + " to " + std::to_string(candidate.keys->last) + " in " +
           candidate.server;
}

/// Two tables whose integer keys overlap, or an empty text.
std::string FindOverlap(const std::vector<Member>& members) {
    std::vector<const Candidate*> sorted;
    for (const Member& member : members)
        if (member.candidate->integer_key && member.candidate->keys) sorted.push_back(member.candidate);
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Candidate* a, const Candidate* b) { return a->keys->first < b->keys->first; });
    for (std::size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i]->keys->first <= sorted[i - 1]->keys->last)
            return RangeText(*sorted[i - 1]) + ", " + RangeText(*sorted[i]);
    return {};
}

void Propose(const std::vector<Member>& members, Conflict& conflict) {
    if (conflict.match == Match::kDifferent) {
        conflict.reason = "the tables differ";
        return;
    }
    const Table& first = members.front().candidate->table;
    if (first.kind == TableKind::kView) {
        conflict.reason = "views can't be merged";
        return;
    }
    const std::string equal = std::string("the columns are ") + MatchName(conflict.match);
    const std::string overlap = FindOverlap(members);
    if (!overlap.empty()) {
        conflict.reason = equal + ", but the integer keys overlap: " + overlap +
                          "; a merge would also need \"keys\": \"uuid\"";
        return;
    }
    conflict.proposal = Proposal::kMerge;
    const bool integer_keys = std::all_of(members.begin(), members.end(),
                                          [](const Member& member) { return member.candidate->integer_key; });
    conflict.reason =
        equal + (integer_keys                  ? ", and the integer keys do not overlap"
                 : first.primary_key().empty() ? ", and there is no primary key"
                                               : "; whether keys occur twice shows only when they are read");
}

/// Tables of one PostgreSQL name.
struct Group {
    std::string name;
    std::vector<const Candidate*> candidates;
};

/// All names, in the order in which they first occur.
std::vector<Group> GroupByName(const std::vector<Candidate>& candidates, schema::FoldCase fold) {
    std::unordered_map<std::string, schema::NameAllocator> allocators;  // by server
    std::unordered_map<std::string, std::size_t> places;
    std::vector<Group> groups;
    for (const Candidate& candidate : candidates) {
        schema::NameAllocator& names = allocators.try_emplace(candidate.server, fold, false).first->second;
        const std::string name = names.Take(candidate.table.name).name;
        const auto [place, is_new] = places.emplace(name, groups.size());
        if (is_new) groups.push_back({name, {}});
        groups[place->second].candidates.push_back(&candidate);
    }
    return groups;
}

}  // namespace

const char* MatchName(Match match) noexcept {
    switch (match) {
        case Match::kEqual:
            return "equal";
        case Match::kCompatible:
            return "compatible";
        case Match::kDifferent:
            return "different";
    }
    return "";
}

const char* ProposalName(Proposal proposal) noexcept {
    return proposal == Proposal::kMerge ? "merge" : "prefix";
}

std::vector<Candidate> ReadCandidates(sqlite::Database& db, const std::string& server,
                                      bool naive_as_timestamptz) {
    sqlite::CatalogOptions options;
    options.indexes = options.foreign_keys = false;
    options.probe_readable = true;
    std::vector<Candidate> candidates;
    for (Table& table : sqlite::Catalog::ReadTables(db, options)) {
        if (table.kind == TableKind::kShadow) continue;
        Candidate candidate;
        candidate.server = server;
        candidate.naive_as_timestamptz = naive_as_timestamptz;
        candidate.table = std::move(table);
        candidate.integer_key = candidate.table.rowid_alias() >= 0;
        if (candidate.integer_key && !candidate.table.unreadable) {
            const std::string& alias =
                candidate.table.columns[static_cast<std::size_t>(candidate.table.rowid_alias())].name;
            try {
                const auto range =
                    sqlite::ReadRowidRange(db, candidate.table.name, sqlite::QuoteIdentifier(alias));
                if (range) candidate.keys = KeyRange{range->first, range->last};
            } catch (const Error& error) {
                if (!sqlite::IsObjectsOwnFault(error)) throw;
                candidate.table.unreadable = sqlite::SqliteReason(error);
            }
        }
        candidates.push_back(std::move(candidate));
    }
    return candidates;
}

std::vector<Conflict> FindConflicts(const std::vector<Candidate>& candidates, schema::FoldCase fold) {
    const std::vector<Group> groups = GroupByName(candidates, fold);
    schema::NameAllocator targets(schema::FoldCase::kPreserve, false);
    for (const Group& group : groups)
        targets.Reserve(group.name);

    std::vector<Conflict> conflicts;
    for (const Group& group : groups) {
        // Within one server names are unique, so that each candidate stands for another server.
        if (group.candidates.size() < 2) continue;
        Conflict conflict;
        conflict.name = group.name;
        std::vector<Member> members;
        for (const Candidate* candidate : group.candidates) {
            conflict.servers.push_back(candidate->server);
            conflict.tables.push_back(candidate->table.name);
            schema::ImportOptions import;
            import.fold = fold;
            members.push_back({candidate, schema::ImportColumns(candidate->table, import,
                                                                candidate->naive_as_timestamptz)});
        }
        CompareTables(members, conflict);
        Propose(members, conflict);
        if (conflict.proposal == Proposal::kPrefix)
            for (const std::string& server : conflict.servers)
                conflict.targets.push_back(targets.Take(server + "_" + conflict.name).name);
        conflicts.push_back(std::move(conflict));
    }
    return conflicts;
}

Relation ConflictsRelation(const std::vector<Conflict>& conflicts) {
    const auto list = [](const std::vector<std::string>& texts) {
        TextList clean;
        for (const std::string& text : texts)
            clean.emplace_back(CleanText(text));
        return clean;
    };
    Relation relation;
    relation.columns = {"table_name",  "in_servers", "sqlite_tables", "comparison", "differing_columns",
                        "differences", "proposal",   "reason",        "spec"};
    for (std::size_t i = 0; i < conflicts.size(); ++i) {
        const Conflict& conflict = conflicts[i];
        TextList columns;
        TextList differences;
        for (const ColumnDifference& difference : conflict.differences) {
            if (!difference.column.empty()) columns.emplace_back(CleanText(difference.column));
            const std::string subject = difference.column.empty() ? "" : difference.column + ": ";
            differences.emplace_back(CleanText(subject + difference.description));
        }
        relation.rows.push_back({TextField(conflict.name), list(conflict.servers), list(conflict.tables),
                                 MatchName(conflict.match), columns, differences,
                                 ProposalName(conflict.proposal), TextField(conflict.reason),
                                 SpecFragment(conflicts, i)});
    }
    return relation;
}

}  // namespace pgsqlite::assess
