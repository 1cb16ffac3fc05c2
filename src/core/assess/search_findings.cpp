// What full-text and R-tree tables can be in PostgreSQL: a tsvector column with a GIN index, and GiST
// indexes. Proposed, since neither answers every query as SQLite's module does.
#include <algorithm>
#include <map>

#include "core/assess/finding_rules.hpp"
#include "core/assess/virtual_table.hpp"
#include "core/schema/names.hpp"
#include "core/spec/json_tree.hpp"

namespace pgsqlite::assess {
namespace {

using plan::Finding;
using plan::PlannedColumn;
using plan::PlannedTable;
using plan::Setting;
using plan::Severity;
using value::Kind;

/// PostgreSQL refuses to make a tsvector of more than 1 MB of words.
constexpr std::uint64_t kMostSearchBytes = 500000;

/// One index that a table could have, and the column that it is of, where that must be made.
struct Proposal {
    std::string what;  ///< in words
    std::string tail;  ///< what follows the table's name in CREATE INDEX
    std::string column, convert;
};

bool IsFullText(const std::string& module) {
    return module == "fts5" || module == "fts4" || module == "fts3";
}

/// The table of the same database that has a name, where the migration makes it.
const PlannedTable* FindSibling(const plan::Design& design, const PlannedTable& of, std::string_view name) {
    for (const PlannedTable& table : design.tables)
        if (table.source == of.source && sqlite::EqualNames(table.table().name, name) && table.creates())
            return &table;
    return nullptr;
}

/// A name that no column of the table has.
std::string FreeName(const PlannedTable& table, std::string name) {
    while (table.FindTarget(name) != nullptr || table.Find(name) != nullptr)
        name += '_';
    return name;
}

bool HasIndex(const PlannedTable& table, std::string_view method) {
    return std::any_of(
        table.settings.indexes.begin(), table.settings.indexes.end(),
        [&](const std::string& tail) { return sqlite::NameKey(tail).find(method) != std::string::npos; });
}

/// Of the columns that a full-text table indexes, those of the content table with text.
void ProposeFullText(const PlannedTable& index, const PlannedTable& content,
                     const VirtualArguments& arguments, const TableFacts* facts,
                     std::vector<Proposal>* proposals) {
    const auto makes_column = [](const Proposal& proposal) { return !proposal.column.empty(); };
    if (HasIndex(content, "gin") || facts == nullptr ||
        std::any_of(proposals->begin(), proposals->end(), makes_column))
        return;
    std::string expression, names;
    std::uint64_t bytes = 0;
    for (const sqlite::Column& column : index.table().columns) {
        if (column.hidden != sqlite::Column::Hidden::kNo) continue;
        const bool kept_only =
            std::any_of(arguments.unindexed.begin(), arguments.unindexed.end(),
                        [&](const std::string& name) { return sqlite::EqualNames(name, column.name); });
        const PlannedColumn* planned = content.Find(column.name);
        if (kept_only || planned == nullptr || planned->skipped || planned->type.kind == Kind::kBytea)
            continue;
        const ColumnProfile* profile =
            facts->columns[static_cast<std::size_t>(planned - content.columns.data())].profile;
        if (profile == nullptr || profile->Count(value::StorageClass::kBlob) > 0) return;
        bytes += profile->max_text_bytes;
        expression += (expression.empty() ? "" : " || ' ' || ") +
                      ("coalesce(" + schema::QuotePgIdentifier(planned->foreign_name) + "::text, '')");
        names += (names.empty() ? "" : ", ") + column.name;
    }
    if (expression.empty() || bytes > kMostSearchBytes) return;
    Proposal proposal;
    proposal.column = FreeName(content, "search");
    proposal.convert =
        std::string("to_tsvector('") + (arguments.stems ? "english" : "simple") + "', " + expression + ")";
    proposal.tail = "USING gin (" + schema::QuotePgIdentifier(proposal.column) + ")";
    proposal.what = "the full-text index " + index.table().name + " (" + names +
                    ") could be a tsvector column with a GIN index; what changes later needs a trigger, or a "
                    "generated column in its place";
    proposals->push_back(std::move(proposal));
}

/// The geometry column that an R-tree is an index of: rtree_TABLE_COLUMN in a GeoPackage, idx_TABLE_COLUMN in
/// SpatiaLite.
const PlannedColumn* GeometryOf(const plan::Design& design, const PlannedTable& index,
                                const PlannedTable** table) {
    for (const PlannedTable& other : design.tables) {
        if (other.source != index.source || !other.creates()) continue;
        for (const PlannedColumn& column : other.columns) {
            if (column.source == nullptr) continue;
            const std::string rest = other.table().name + "_" + column.source->name;
            if (!sqlite::EqualNames(index.table().name, "rtree_" + rest) &&
                !sqlite::EqualNames(index.table().name, "idx_" + rest))
                continue;
            *table = &other;
            return &column;
        }
    }
    return nullptr;
}

void ProposeTree(const PlannedTable& index, std::vector<Proposal>* proposals) {
    if (HasIndex(index, "gist") || !index.creates()) return;
    std::vector<std::string> bounds;  // behind the id: least and greatest of each dimension
    for (const PlannedColumn& column : index.columns)
        if (column.source != nullptr && column.source->hidden == sqlite::Column::Hidden::kNo)
            bounds.push_back(schema::QuotePgIdentifier(column.name));
    const std::size_t auxiliary = ReadVirtualArguments(index.table().sql).auxiliary;
    if (bounds.size() < 3 + auxiliary) return;
    bounds.resize(bounds.size() - auxiliary);
    Proposal proposal;
    proposal.what = "the R-tree " + index.table().name + " could have a GiST index";
    if (bounds.size() < 5)
        proposal.tail = "USING gist (numrange(" + bounds[1] + "::numeric, " + bounds[2] + "::numeric, '[]'))";
    else
        proposal.tail = "USING gist (box(point(" + bounds[1] + ", " + bounds[3] + "), point(" + bounds[2] +
                        ", " + bounds[4] + ")))";
    proposals->push_back(std::move(proposal));
}

std::string JsonArray(const std::vector<std::string>& texts) {
    spec::Json list;
    list.kind = spec::Json::Kind::kArray;
    for (const std::string& text : texts) {
        spec::Json item;
        item.kind = spec::Json::Kind::kString;
        item.text = text;
        list.items.push_back(std::move(item));
    }
    return list.ToText();
}

}  // namespace

void FindSearch(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts) {
    std::map<const PlannedTable*, std::vector<Proposal>> proposals;
    const auto facts_of = [&](const PlannedTable& table) -> const TableFacts* {
        const auto place = static_cast<std::size_t>(&table - design.tables.data());
        return place < facts.size() && facts[place].profile != nullptr ? &facts[place] : nullptr;
    };
    for (const PlannedTable& table : design.tables) {
        const sqlite::Table& source = table.table();
        if (source.kind != sqlite::TableKind::kVirtual) continue;
        const std::string module = sqlite::NameKey(source.module);
        if (IsFullText(module)) {
            const VirtualArguments arguments = ReadVirtualArguments(source.sql);
            if (arguments.contentless) continue;
            const PlannedTable* content =
                FindSibling(design, table, arguments.content.empty() ? source.name : arguments.content);
            if (content != nullptr)
                ProposeFullText(table, *content, arguments, facts_of(*content), &proposals[content]);
        } else if (module == "rtree" || module == "rtree_i32") {
            const PlannedTable* of = nullptr;
            const PlannedColumn* geometry = GeometryOf(design, table, &of);
            if (geometry == nullptr) {
                ProposeTree(table, &proposals[&table]);
            } else if (geometry->type.ToRule().input == value::InputType::kGeometry &&
                       !HasIndex(*of, "gist")) {
                Proposal proposal;
                proposal.what =
                    "the R-tree " + source.name + " could be a GiST index of " + geometry->source->name;
                proposal.tail = "USING gist (" + schema::QuotePgIdentifier(geometry->name) + ")";
                proposals[of].push_back(std::move(proposal));
            }
        }
    }
    for (const auto& [table, list] : proposals) {
        std::vector<std::string> tails = table->settings.indexes;
        for (const Proposal& proposal : list)
            tails.push_back(proposal.tail);
        for (const Proposal& proposal : list) {
            Finding& finding = findings.Add(*table, Severity::kNote, proposal.what);
            finding.suggestion = "give the table that index";
            if (!proposal.column.empty()) {
                finding.column = proposal.column;
                finding.suggestion = "give the table a column " + proposal.column + " with that index";
                finding.settings.push_back({"type", "tsvector", Setting::Level::kColumn});
                finding.settings.push_back({"convert", proposal.convert, Setting::Level::kColumn});
            }
            finding.settings.push_back({"indexes", JsonArray(tails), Setting::Level::kTable, true});
        }
    }
}

}  // namespace pgsqlite::assess
