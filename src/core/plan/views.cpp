// Views: their SELECTs in PostgreSQL's words, each after the views it reads.
#include <algorithm>
#include <deque>
#include <unordered_map>

#include "core/plan/designer.hpp"
#include "core/schema/keywords.hpp"
#include "core/schema/sql/parse.hpp"
#include "core/sqlite/identifier.hpp"
#include "core/sqlite/text_shape.hpp"

namespace pgsqlite::plan {
namespace {

/// What the views of one database may read: by SQLite's name, once as statements write it and once as the
/// probe does, which may not touch tables that do not exist yet.
class ViewDesigner {
  public:
    ViewDesigner(Designer& designer, const Source& source) : designer_(designer), source_(source) {
        for (const PlannedTable& table : designer.design.tables) {
            if (table.source != &source || !table.not_migrated.empty()) continue;
            Add(table.ForTranslation());
        }
    }

    void Run() {
        std::vector<const SourceTable*> waiting;
        for (const SourceTable& entry : source_.tables)
            if (entry.included && entry.table.kind == sqlite::TableKind::kView &&
                designer_.spec.ForTable(source_.server, entry.table.name, source_.base).view ==
                    spec::ViewAs::kView)
                waiting.push_back(&entry);
        // A view that reads a later one waits for it; what never gets its turn reads something not migrated.
        std::vector<std::size_t> unmet;
        const std::vector<std::vector<std::size_t>> readers = FindReaders(waiting, unmet);
        std::vector<std::size_t> turn;
        for (std::size_t i = 0; i < waiting.size(); ++i)
            if (unmet[i] == 0) turn.push_back(i);
        while (!turn.empty()) {
            std::vector<std::size_t> next;
            for (const std::size_t i : turn) {
                Design(*waiting[i]);
                waiting[i] = nullptr;
                for (const std::size_t reader : readers[i])
                    if (--unmet[reader] == 0) next.push_back(reader);
            }
            std::sort(next.begin(), next.end());
            turn = std::move(next);
        }
        for (const SourceTable* entry : waiting)
            if (entry != nullptr) Design(*entry);
    }

  private:
    struct Readable {
        schema::sql::TableTarget real;
        schema::sql::TableTarget probe;
    };

    void Add(schema::sql::TableTarget target) {
        Readable readable;
        readable.probe = target;
        readable.probe.name = "probe_" + std::to_string(readable_.size() + 1);
        readable.probe.keyless = true;
        readable.real = std::move(target);
        index_[sqlite::NameKey(readable.real.source_name)] = readable_.size();
        readable_.push_back(std::move(readable));
    }

    const Readable* Find(std::string_view name) const {
        const auto at = index_.find(sqlite::NameKey(name));
        return at == index_.end() ? nullptr : &readable_[at->second];
    }

    /// By view, those that may read it: a name in a FROM clause is enough, since the order only has to be
    /// right where there is one.
    /// @param unmet by view, how many it may read
    static std::vector<std::vector<std::size_t>> FindReaders(const std::vector<const SourceTable*>& views,
                                                             std::vector<std::size_t>& unmet) {
        std::unordered_map<std::string, std::size_t> places;
        for (std::size_t i = 0; i < views.size(); ++i)
            places.emplace(sqlite::NameKey(views[i]->table.name), i);
        std::vector<std::vector<std::size_t>> readers(views.size());
        unmet.assign(views.size(), 0);
        for (std::size_t i = 0; i < views.size(); ++i) {
            for (const std::string& name : sqlite::ReadTextShape(views[i]->table.sql).names) {
                const auto found = places.find(sqlite::NameKey(name));
                if (found == places.end() || found->second == i) continue;
                std::vector<std::size_t>& of = readers[found->second];
                if (!of.empty() && of.back() == i) continue;  // named more than once
                of.push_back(i);
                ++unmet[i];
            }
        }
        return readers;
    }

    void Design(const SourceTable& entry) {
        PlannedView view;
        view.source = &source_;
        view.from = &entry;
        view.select.source = entry.table.sql;
        view.target.schema = designer_.design.target_schema;
        const spec::TableSettings settings =
            designer_.spec.ForTable(source_.server, entry.table.name, source_.base);
        const std::string prefix = designer_.spec.ForServer(source_.server).prefix.value_or("");
        std::string wanted =
            schema::NameAllocator(designer_.spec.job().fold_case, false).Take(prefix + entry.table.name).name;
        if (settings.target) {
            wanted = settings.target->table;
            if (!settings.target->schema.empty()) view.target.schema = settings.target->schema;
        }
        if (const ExistingRelation* there = FindView(view.target.schema, wanted)) {
            view.stands = true;
            view.target.table = there->name;
            Finding finding;
            finding.severity = Severity::kNote;
            finding.server = source_.server;
            finding.table = entry.table.name;
            finding.text = "view " + QualifiedName(view.target) + " is there already, and stays as it is";
            designer_.design.findings.push_back(std::move(finding));
        } else {
            view.target.table = designer_.TakeRelationName(view.target.schema, wanted).name;
        }
        if (entry.table.unreadable)
            view.select.reason = "SQLite can't run it: " + *entry.table.unreadable;
        else
            Translate(entry, view);
        designer_.design.views.push_back(std::move(view));
    }

    const ExistingRelation* FindView(const std::string& schema, const std::string& name) const {
        const ExistingRelation* there = designer_.existing.Find(schema, name);
        return there != nullptr && (there->kind == "view" || there->kind == "materialized view") ? there
                                                                                                 : nullptr;
    }

    void Translate(const SourceTable& entry, PlannedView& view) {
        const auto parsed = schema::sql::ParseCreateView(entry.table.sql);
        if (!parsed) {
            view.select.reason = "its text can't be parsed: " + parsed.error;
            return;
        }
        const schema::FoldCase fold = designer_.spec.job().fold_case;
        const schema::sql::ViewTranslation real = schema::sql::TranslateView(
            *parsed,
            [this](std::string_view name) {
                const Readable* found = Find(name);
                return found == nullptr ? nullptr : &found->real;
            },
            fold);
        view.select.text = real.text;
        view.select.reason = real.reason;
        view.select.notes = real.notes;
        view.depends_on = real.depends_on;
        if (!real) return;
        const schema::sql::ViewTranslation probe = schema::sql::TranslateView(
            *parsed,
            [this](std::string_view name) {
                const Readable* found = Find(name);
                return found == nullptr ? nullptr : &found->probe;
            },
            fold);
        view.select.probe =
            "WITH " + ProbeTables(real.depends_on) + "SELECT * FROM (" + probe.text + ") AS probe_0";
        schema::sql::TableTarget target;
        target.source_name = entry.table.name;
        target.name = QualifiedName(view.target);
        target.columns = real.columns;
        Add(std::move(target));
    }

    /// Stand-ins for what the view reads: empty tables with the columns' types.
    std::string ProbeTables(const std::vector<std::string>& names) const {
        std::string sql;
        for (const std::string& name : names) {
            const Readable* readable = Find(name);
            if (readable == nullptr) continue;
            sql += (sql.empty() ? "" : ", ") + readable->probe.name + " AS (SELECT ";
            bool first = true;
            for (const schema::sql::ColumnTarget& column : readable->probe.columns) {
                sql += (first ? "NULL::" : ", NULL::") + column.type.sql + " AS " +
                       schema::QuotePgIdentifierIfNeeded(column.name);
                first = false;
            }
            sql += ")";
        }
        return sql.empty() ? "probe_none AS (SELECT 1) " : sql + " ";
    }

    Designer& designer_;
    const Source& source_;
    std::deque<Readable> readable_;
    std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace

void DesignViews(Designer& designer) {
    for (const Source& source : designer.sources)
        ViewDesigner(designer, source).Run();
}

}  // namespace pgsqlite::plan
