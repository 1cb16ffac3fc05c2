// The list that takes a job back, and the script made of it; that they do it is tested on a server.
#include "core/job/undo.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace pgsqlite::plan {
namespace {

using Kind = UndoItem::Kind;

UndoTarget Target(const std::string& name, bool created, std::int64_t written) {
    UndoTarget target;
    target.name = name;
    target.created = created;
    target.written = written;
    target.xids = {702, 700, 702};
    return target;
}

UndoStep Load(std::size_t target) {
    UndoStep step;
    step.object = "data";
    step.kind = StepKind::kLoad;
    step.target = target;
    return step;
}

UndoStep Made(StepKind kind, const std::string& undo, std::optional<std::size_t> target) {
    UndoStep step;
    step.kind = kind;
    step.object = "object";
    step.undo = undo;
    step.target = target;
    return step;
}

/// Kinds as letters, statements but for locks in full.
std::vector<std::string> Outline(const std::vector<UndoItem>& items) {
    std::vector<std::string> lines;
    for (const UndoItem& item : items) {
        if (item.prepares)
            lines.push_back("lock " + item.sql);
        else if (item.kind == Kind::kCheck)
            lines.push_back("check " + item.object);
        else if (item.kind == Kind::kRefusal)
            lines.push_back("refuse " + item.sql);
        else if (item.kind == Kind::kWarning)
            lines.push_back("warn " + item.sql);
        else
            lines.push_back(item.sql);
    }
    return lines;
}

using Lines = std::vector<std::string>;
const std::string kOwn = "xmin OPERATOR(pg_catalog.=) ANY ('{700,702}'::pg_catalog.xid[])";

TEST(Undo, InReverse) {
    UndoJob job;
    job.targets = {Target("app.parent", true, 5), Target("app.child", true, 7)};
    job.steps = {Made(StepKind::kSchema, "DROP SCHEMA app", std::nullopt),
                 Made(StepKind::kTable, "DROP TABLE app.parent", 0),
                 Made(StepKind::kTable, "DROP TABLE app.child", 1),
                 Load(0),
                 Load(1),
                 Made(StepKind::kIndex, "", 1),
                 Made(StepKind::kForeignKey, "ALTER TABLE app.child DROP CONSTRAINT k", 1),
                 Made(StepKind::kView, "DROP VIEW app.v", std::nullopt)};
    EXPECT_EQ(Outline(WriteUndo(job, false)),
              (Lines{"lock LOCK TABLE app.parent IN ACCESS EXCLUSIVE MODE",
                     "lock LOCK TABLE app.child IN ACCESS EXCLUSIVE MODE", "check rows of app.parent",
                     "check columns of app.parent", "check rows of app.child", "check columns of app.child",
                     "DROP VIEW app.v", "ALTER TABLE app.child DROP CONSTRAINT k", "DROP TABLE app.child",
                     "DROP TABLE app.parent", "DROP SCHEMA app"}));
    // By force nothing is asked; others' schemas stay all the same.
    EXPECT_EQ(Outline(WriteUndo(job, true)),
              (Lines{"lock LOCK TABLE app.parent IN ACCESS EXCLUSIVE MODE",
                     "lock LOCK TABLE app.child IN ACCESS EXCLUSIVE MODE", "DROP VIEW app.v CASCADE",
                     "ALTER TABLE app.child DROP CONSTRAINT k", "DROP TABLE app.child CASCADE",
                     "DROP TABLE app.parent CASCADE", "DROP SCHEMA app"}));
    EXPECT_EQ(WriteUndo(job, true).back().kind, Kind::kDropSchema);
}

TEST(Undo, AppendedRows) {
    UndoJob job;
    job.targets = {Target("app.parent", false, 5), Target("app.child", false, 7),
                   Target("app.idle", false, 0)};
    job.targets[0].references = {{"app.other", "c.p = p.id", "deleted", std::nullopt},
                                 {"app.child", "c.p = p.id", "set to NULL", 1}};
    // Two tables went into app.parent: its rows go once, where the last of them was loaded.
    job.steps = {Made(StepKind::kTriggers, "ALTER TABLE app.child ENABLE TRIGGER USER", 1), Load(0), Load(2),
                 Load(1), Load(0)};
    const std::vector<UndoItem> items = WriteUndo(job, false);
    EXPECT_EQ(Outline(items),
              (Lines{"lock LOCK TABLE app.parent IN SHARE ROW EXCLUSIVE MODE",
                     "lock LOCK TABLE app.child IN SHARE ROW EXCLUSIVE MODE", "check rows of app.parent",
                     "check rows of app.child", "check rows that refer to app.parent",
                     "check rows that refer to app.parent", "DELETE FROM app.parent WHERE " + kOwn,
                     "DELETE FROM app.child WHERE " + kOwn, "SET CONSTRAINTS ALL IMMEDIATE",
                     "ALTER TABLE app.child ENABLE TRIGGER USER"}));
    EXPECT_EQ(items[2].sql,
              "SELECT pg_catalog.format('%s has changed: the job wrote 5 rows, and %s are as it wrote them', "
              "'app.parent', own)\n"
              "FROM (SELECT pg_catalog.count(*) AS own FROM app.parent WHERE " +
                  kOwn + ") AS found\nWHERE own OPERATOR(pg_catalog.<>) 5");
    // A job's own children are no strangers.
    EXPECT_EQ(items[4].sql.find("c.xmin"), std::string::npos);
    EXPECT_NE(items[5].sql.find("AND NOT c." + kOwn), std::string::npos);
    // By force fewer may be left, but never more.
    EXPECT_EQ(Outline(WriteUndo(job, true)),
              (Lines{"lock LOCK TABLE app.parent IN SHARE ROW EXCLUSIVE MODE",
                     "lock LOCK TABLE app.child IN SHARE ROW EXCLUSIVE MODE", "check rows of app.parent",
                     "check rows of app.child", "DELETE FROM app.parent WHERE " + kOwn,
                     "DELETE FROM app.child WHERE " + kOwn, "SET CONSTRAINTS ALL IMMEDIATE",
                     "ALTER TABLE app.child ENABLE TRIGGER USER"}));
    EXPECT_NE(WriteUndo(job, true)[2].sql.find("WHERE own OPERATOR(pg_catalog.>) 5"), std::string::npos);
}

TEST(Undo, WhatCanNotBeUndone) {
    UndoJob job;
    job.targets = {Target("a.upserted", false, 5), Target("a.truncated", false, 5),
                   Target("a.view", false, 5), Target("a.gone", false, 5), Target("a.new_gone", true, 5)};
    job.targets[0].overwritten = true;
    job.targets[1].truncated = true;
    job.targets[2].unfit = "it is a view";
    job.targets[3].gone = job.targets[4].gone = true;
    // What stays keeps the keys that it has now.
    job.steps = {Made(StepKind::kTable, "DROP TABLE a.new_gone", 4),
                 Made(StepKind::kDropForeignKey, "ALTER TABLE a.upserted ADD CONSTRAINT k", 0),
                 Load(0),
                 Load(1),
                 Load(2),
                 Load(3),
                 Load(4)};
    const std::string upserted =
        "rows of a.upserted were overwritten by \"existing\": \"upsert\", and no copy of them was kept";
    const std::string truncated =
        "the rows that a.truncated had before were removed by \"existing\": \"truncate\", and no copy of "
        "them "
        "was kept";
    const std::string view = "the rows that the job wrote to a.view can't be told from others: it is a view";
    EXPECT_EQ(Outline(WriteUndo(job, false)),
              (Lines{"lock LOCK TABLE a.truncated IN SHARE ROW EXCLUSIVE MODE", "refuse " + upserted,
                     "refuse " + truncated, "check rows of a.truncated", "refuse " + view,
                     "refuse a.gone is not there any more", "refuse a.new_gone is not there any more",
                     "DELETE FROM a.truncated WHERE " + kOwn, "SET CONSTRAINTS ALL IMMEDIATE"}));
    EXPECT_EQ(Outline(WriteUndo(job, true)),
              (Lines{"lock LOCK TABLE a.truncated IN SHARE ROW EXCLUSIVE MODE", "warn " + upserted,
                     "warn " + truncated, "check rows of a.truncated", "warn " + view,
                     "warn a.gone is not there any more", "warn a.new_gone is not there any more",
                     "DELETE FROM a.truncated WHERE " + kOwn, "SET CONSTRAINTS ALL IMMEDIATE"}));
}

TEST(Undo, UpsertIntoANewTable) {
    UndoJob job;
    job.targets = {Target("a.t", true, 5)};
    job.targets[0].overwritten = true;
    job.steps = {Made(StepKind::kTable, "DROP TABLE a.t", 0), Load(0)};
    const std::vector<UndoItem> items = WriteUndo(job, false);
    // A row that was written twice counts twice.
    EXPECT_NE(items[1].sql.find("OR own OPERATOR(pg_catalog.>) 5"), std::string::npos);
}

TEST(Undo, NothingBegun) {
    UndoJob job;
    job.targets = {Target("a.t", true, 0)};
    EXPECT_TRUE(WriteUndo(job, false).empty());
}

TEST(Undo, NamesAreNoFormat) {
    UndoJob job;
    job.targets = {Target("a.\"50%s'\"", false, 1)};
    job.targets[0].references = {{"a.\"%d\"", "c.p = p.id", "deleted", std::nullopt}};
    job.steps = {Load(0)};
    const std::vector<UndoItem> items = WriteUndo(job, false);
    EXPECT_NE(items[1].sql.find(", 'a.\"50%s''\"', own)"), std::string::npos);
    EXPECT_NE(items[2].sql.find("%s rows of a.\"%%d\" refer"), std::string::npos);
}

TEST(Undo, Script) {
    const std::vector<UndoItem> items = {{Kind::kRefusal, "a.t", "it's gone", false},
                                         {Kind::kCheck, "a.t", "SELECT 'x' /* $undo$ */", false},
                                         {Kind::kWarning, "a.t", "not written down", false},
                                         {Kind::kStatement, "a.t", "DROP TABLE a.t", false},
                                         {Kind::kDropSchema, "schema a", "DROP SCHEMA a", false}};
    EXPECT_EQ(
        UndoScript(7, items),
        "-- Takes back job 7 of sqlite.jobs, which will not know of it.\n"
        "BEGIN;\n"
        "DO $undo$\nBEGIN\n    RAISE EXCEPTION '%', 'it''s gone' USING ERRCODE = '55000';\nEND\n$undo$;\n"
        "DO $undo_$\nDECLARE\n    complaint text;\nBEGIN\n    FOR complaint IN\n"
        "SELECT 'x' /* $undo$ */\n    LOOP\n"
        "        RAISE EXCEPTION '%', complaint USING ERRCODE = '55000';\n    END LOOP;\nEND\n$undo_$;\n"
        "DROP TABLE a.t;\n"
        "DO $undo$\nBEGIN\n    DROP SCHEMA a;\nEXCEPTION WHEN dependent_objects_still_exist THEN\n"
        "    RAISE NOTICE '% stays: %', 'schema a', SQLERRM;\nEND\n$undo$;\n"
        "COMMIT;\n");
}

}  // namespace
}  // namespace pgsqlite::plan
