#include "core/job/undo.hpp"

#include <algorithm>

#include "core/schema/keywords.hpp"

namespace pgsqlite::plan {
namespace {

using Kind = UndoItem::Kind;
using schema::QuotePgLiteral;

/// Condition on rows of `alias`: the job wrote them, and nobody has changed them since.
std::string IsOwn(const UndoTarget& target, const std::string& alias) {
    std::vector<std::uint32_t> xids = target.xids;
    std::sort(xids.begin(), xids.end());
    xids.erase(std::unique(xids.begin(), xids.end()), xids.end());
    std::string list;
    for (const std::uint32_t xid : xids)
        list += (list.empty() ? "" : ",") + std::to_string(xid);
    return alias + "xmin OPERATOR(pg_catalog.=) ANY ('{" + list + "}'::pg_catalog.xid[])";
}

/// pg_catalog.format(…): `words` has a %s for the target's name and for each of `counts`.
std::string Words(const UndoTarget& target, const std::string& words, const std::string& counts) {
    return "pg_catalog.format(" + QuotePgLiteral(words) + ", " + QuotePgLiteral(target.name) + ", " + counts +
           ")";
}

class Writer {
  public:
    Writer(const UndoJob& job, bool force) : job_(job), force_(force), touched_(job.targets.size()) {}

    std::vector<UndoItem> Run() {
        for (const UndoStep& step : job_.steps)
            if (step.target) touched_[*step.target] = true;
        for (std::size_t i = 0; i < job_.targets.size(); ++i)
            if (touched_[i]) Lock(job_.targets[i]);
        for (std::size_t i = 0; i < job_.targets.size(); ++i)
            if (touched_[i]) Check(job_.targets[i]);
        for (auto step = job_.steps.rbegin(); step != job_.steps.rend(); ++step)
            Undo(*step);
        CheckKeys();
        return std::move(items_);
    }

  private:
    void Add(Kind kind, std::string object, std::string sql) {
        items_.push_back({kind, std::move(object), std::move(sql), false});
    }
    /// Something that can't be undone, or not be told.
    void Complain(const UndoTarget& target, const std::string& why) {
        Add(force_ ? Kind::kWarning : Kind::kRefusal, target.name, why);
    }

    /// What was checked must still hold when it is undone.
    void Lock(const UndoTarget& target) {
        if (target.gone || (!target.created && !Removes(target))) return;
        Add(Kind::kStatement, "lock on " + target.name,
            "LOCK TABLE " + target.name +
                (target.created ? " IN ACCESS EXCLUSIVE MODE" : " IN SHARE ROW EXCLUSIVE MODE"));
        items_.back().prepares = true;
    }

    /// Whether the rows that the job added can be told from others.
    static bool Removes(const UndoTarget& target) noexcept {
        return !target.created && !target.gone && target.unfit.empty() && !target.overwritten &&
               target.written > 0;
    }

    /// Whether nothing of it is taken back: keys that were dropped meanwhile need not hold for what is left.
    static bool Stays(const UndoTarget& target) noexcept {
        return target.gone || (!target.created && target.written > 0 && !Removes(target));
    }

    void Check(const UndoTarget& target) {
        if (target.gone) return Complain(target, target.name + " is not there any more");
        if (target.created) {
            if (!force_) CheckCreated(target);
            return;
        }
        if (target.truncated)
            Complain(
                target,
                "the rows that " + target.name +
                    " had before were removed by \"existing\": \"truncate\", and no copy of them was kept");
        if (target.written == 0) return;
        if (!target.unfit.empty())
            return Complain(target, "the rows that the job wrote to " + target.name +
                                        " can't be told from others: " + target.unfit);
        if (target.overwritten)
            return Complain(
                target, "rows of " + target.name +
                            " were overwritten by \"existing\": \"upsert\", and no copy of them was kept");
        CheckAppended(target);
    }

    void CheckCreated(const UndoTarget& target) {
        if (!target.unfit.empty())
            return Complain(target,
                            "whether " + target.name + " has changed since can't be told: " + target.unfit);
        const std::string written = std::to_string(target.written);
        Add(Kind::kCheck, "rows of " + target.name,
            "SELECT " +
                Words(target,
                      "%s has changed: the job wrote " + written +
                          " rows, it holds %s, and %s of them are as the job wrote them",
                      "total, own") +
                "\nFROM (SELECT pg_catalog.count(*) AS total, pg_catalog.count(*) FILTER (WHERE " +
                IsOwn(target, "") + ") AS own FROM " + target.name +
                ") AS found\nWHERE own OPERATOR(pg_catalog.<>) total OR own OPERATOR(pg_catalog." +
                (target.overwritten ? ">" : "<>") + ") " + written);
        // Whoever alters a column writes its row of the catalog anew.
        Add(Kind::kCheck, "columns of " + target.name,
            "SELECT " + Words(target, "%s has been altered: %s", "columns") +
                "\nFROM (SELECT pg_catalog.string_agg(CASE WHEN a.attisdropped THEN 'a column was dropped'"
                " ELSE pg_catalog.format('column %I', a.attname) END, ', ' ORDER BY a.attnum) AS columns"
                "\n    FROM pg_catalog.pg_attribute AS a WHERE a.attrelid OPERATOR(pg_catalog.=) " +
                QuotePgLiteral(target.name) +
                "::pg_catalog.regclass\n    AND a.attnum OPERATOR(pg_catalog.>) 0"
                " AND pg_catalog.age(a.xmin) OPERATOR(pg_catalog.<) pg_catalog.age('" +
                std::to_string(job_.last_xid) + "'::pg_catalog.xid)) AS found\nWHERE columns IS NOT NULL");
    }

    /// By force fewer may be left than were written, but never more.
    void CheckAppended(const UndoTarget& target) {
        const std::string written = std::to_string(target.written);
        const std::string words =
            force_ ? "%s holds %s rows of the job's transactions, and the job wrote " + written
                   : "%s has changed: the job wrote " + written + " rows, and %s are as it wrote them";
        Add(Kind::kCheck, "rows of " + target.name,
            "SELECT " + Words(target, words, "own") + "\nFROM (SELECT pg_catalog.count(*) AS own FROM " +
                target.name + " WHERE " + IsOwn(target, "") + ") AS found\nWHERE own OPERATOR(pg_catalog." +
                (force_ ? ">" : "<>") + ") " + written);
    }

    /// Rows of others that would go or change with those of the target.
    void CheckReferences(const UndoTarget& target) {
        for (const UndoReference& reference : target.references) {
            std::string sql = "SELECT " +
                              Words(target,
                                    "to rows of %s that the job wrote, %s rows of " +
                                        Doubled(reference.child) + " refer, which would be " + reference.fate,
                                    "others") +
                              "\nFROM (SELECT pg_catalog.count(*) AS others FROM " + reference.child +
                              " AS c JOIN " + target.name + " AS p ON " + reference.condition +
                              "\n    WHERE " + IsOwn(target, "p.");
            if (reference.target) sql += " AND NOT " + IsOwn(job_.targets[*reference.target], "c.");
            Add(Kind::kCheck, "rows that refer to " + target.name,
                sql + ") AS found\nWHERE others OPERATOR(pg_catalog.>) 0");
        }
    }
    /// For a format string.
    static std::string Doubled(const std::string& text) {
        std::string result;
        for (const char c : text)
            result.append(c == '%' ? 2 : 1, c);
        return result;
    }

    void Undo(const UndoStep& step) {
        if (step.kind == StepKind::kLoad) return RemoveRows(*step.target);
        if (step.kind == StepKind::kHook)
            return Add(Kind::kWarning, step.object,
                       "what " + step.object + " of the spec did is not taken back");
        if (step.undo.empty() || (step.target && Stays(job_.targets[*step.target]))) return;
        CheckKeys();
        if (step.kind == StepKind::kSchema) return Add(Kind::kDropSchema, step.object, step.undo);
        const bool drops = step.kind == StepKind::kTable || step.kind == StepKind::kView;
        Add(Kind::kStatement, step.object, step.undo + (force_ && drops ? " CASCADE" : ""));
    }

    /// All that the job added, at the last of its loads.
    void RemoveRows(std::size_t place) {
        const UndoTarget& target = job_.targets[place];
        if (!touched_[place] || !Removes(target)) return;
        touched_[place] = false;
        if (!force_) CheckReferences(target);
        Add(Kind::kStatement, "rows of " + target.name,
            "DELETE FROM " + target.name + " WHERE " + IsOwn(target, ""));
        removed_ = true;
    }
    /// Deferred checks of rows that were removed: no ALTER TABLE may find them open, and the commit is too
    /// late.
    void CheckKeys() {
        if (removed_) Add(Kind::kStatement, "foreign keys of the rows", "SET CONSTRAINTS ALL IMMEDIATE");
        removed_ = false;
    }

    const UndoJob& job_;
    const bool force_;
    std::vector<bool> touched_;  ///< by target: its rows are still to be removed
    bool removed_ = false;       ///< rows, since the deferred checks were made
    std::vector<UndoItem> items_;
};

/// A PL/pgSQL block.
std::string Block(const std::string& body) {
    std::string tag = "$undo$";
    while (body.find(tag) != std::string::npos)
        tag.insert(tag.size() - 1, "_");
    return "DO " + tag + "\n" + body + "\n" + tag;
}

std::string Raise(const std::string& what) {
    return "RAISE EXCEPTION '%', " + what + " USING ERRCODE = '55000';";
}

std::string ForScript(const UndoItem& item) {
    switch (item.kind) {
        case Kind::kRefusal:
            return Block("BEGIN\n    " + Raise(QuotePgLiteral(item.sql)) + "\nEND");
        case Kind::kCheck:
            return Block("DECLARE\n    complaint text;\nBEGIN\n    FOR complaint IN\n" + item.sql +
                         "\n    LOOP\n        " + Raise("complaint") + "\n    END LOOP;\nEND");
        case Kind::kDropSchema:
            return Block(
                "BEGIN\n    " + item.sql +
                ";\nEXCEPTION WHEN dependent_objects_still_exist THEN\n    RAISE NOTICE '% stays: %', " +
                QuotePgLiteral(item.object) + ", SQLERRM;\nEND");
        default:
            return item.sql;
    }
}

}  // namespace

std::vector<UndoItem> WriteUndo(const UndoJob& job, bool force) {
    return Writer(job, force).Run();
}

std::string UndoScript(std::int64_t job, const std::vector<UndoItem>& items) {
    std::string script =
        "-- Takes back job " + std::to_string(job) + " of sqlite.jobs, which will not know of it.\nBEGIN;\n";
    for (const UndoItem& item : items)
        if (item.kind != Kind::kWarning) script += ForScript(item) + ";\n";
    return script + "COMMIT;\n";
}

}  // namespace pgsqlite::plan
