#include "core/assess/findings.hpp"

#include <algorithm>
#include <map>

#include "core/assess/finding_rules.hpp"

namespace pgsqlite::assess {

using plan::Finding;
using plan::Severity;

Finding& Findings::Add(const plan::PlannedTable& table, Severity severity, std::string text,
                       const plan::PlannedColumn* column) {
    Finding& finding = AddForServer(table.source->server, severity, std::move(text));
    finding.table = table.table().name;
    if (column != nullptr) finding.column = column->source != nullptr ? column->source->name : column->name;
    return finding;
}

Finding& Findings::AddForServer(const std::string& server, Severity severity, std::string text) {
    Finding finding;
    finding.severity = severity;
    finding.server = server;
    finding.text = std::move(text);
    list_.push_back(std::move(finding));
    return list_.back();
}

/// More rows put aside than the spec's max_rejects allows.
void FindRejects(Findings& findings, const plan::Design& design, const std::vector<TableFacts>& facts) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        if (facts[i].trial && !facts[i].trial->unforeseen.empty()) continue;
        std::uint64_t own = facts[i].rejected_rows();
        const plan::PlannedTable& table = design.tables[i];
        for (std::size_t j = 0; j < facts[i].orphans.size(); ++j)
            if (table.foreign_keys[j].reason.empty() &&
                table.foreign_keys[j].orphans == spec::Orphans::kReject)
                own += facts[i].orphans[j].rows;
        all += own;
        const auto& share = design.job.max_reject_percent;
        if (!share || static_cast<double>(own) * 100 <= *share * static_cast<double>(facts[i].moved_rows()))
            continue;
        Finding& finding =
            findings.Add(table, Severity::kBlocker,
                         "more rows are put aside than max_rejects allows: " + std::to_string(own) + " of " +
                             std::to_string(facts[i].moved_rows()));
        finding.rows = own;
        finding.suggestion = "raise max_rejects, or settle what is wrong with them";
    }
    const auto& most = design.job.max_rejects;
    if (!most || all <= static_cast<std::uint64_t>(*most)) return;
    Finding& finding = findings.AddForServer(
        {}, Severity::kBlocker, "more rows are put aside than max_rejects allows: " + std::to_string(all));
    finding.rows = all;
    finding.suggestion = "raise max_rejects, or settle what is wrong with them";
}

void FindViews(Findings& findings, const plan::Design& design) {
    for (const plan::PlannedView& view : design.views) {
        const auto add = [&](Severity severity, std::string text) -> Finding& {
            Finding& finding = findings.AddForServer(view.source->server, severity, std::move(text));
            finding.table = view.from->table.name;
            finding.example = view.select.source;
            return finding;
        };
        if (view.stands) continue;
        if (!view.select.ok())
            add(Severity::kWarning, "view is not carried over: " + view.select.reason).suggestion =
                "write it by hand for PostgreSQL, or migrate its rows as a table";
        else
            for (const std::string& note : view.select.notes)
                add(Severity::kNote, "view: " + note);
    }
}

void FindHooks(Findings& findings, const plan::Design& design) {
    for (const plan::PlannedHook& hook : design.hooks) {
        if (hook.sql.ok()) continue;
        Finding& finding = findings.AddForServer(
            {}, Severity::kBlocker, "the spec's " + hook.sql.pointer + " can't be used: " + hook.sql.reason);
        finding.example = hook.sql.source;
    }
}

void FindTriggers(Findings& findings, const plan::Design& design) {
    const auto add = [&](const plan::Source& source, const plan::SourceTable& of) {
        for (const sqlite::Trigger& trigger : source.triggers) {
            if (!sqlite::EqualNames(trigger.table, of.table.name)) continue;
            Finding& finding = findings.AddForServer(
                source.server, Severity::kWarning,
                "trigger " + trigger.name +
                    " is not carried over: its body is SQL that SQLite runs a row at a time");
            finding.table = trigger.table;
            finding.example = trigger.sql;
            finding.suggestion = "write it as a PostgreSQL trigger function where it is still needed";
        }
    };
    for (const plan::PlannedTable& table : design.tables)
        add(*table.source, *table.from);
    for (const plan::PlannedView& view : design.views)
        add(*view.source, *view.from);
}

const char* SeverityName(Severity severity) noexcept {
    static constexpr const char* kNames[] = {"blocker", "warning", "note"};
    return kNames[static_cast<std::size_t>(severity)];
}

std::vector<Finding> FindAll(const plan::Design& design, const std::vector<TableFacts>& facts) {
    Findings findings;
    findings.list() = design.findings;
    ChooseExisting(findings, design, facts);
    for (std::size_t i = 0; i < design.tables.size(); ++i) {
        const plan::PlannedTable& table = design.tables[i];
        if (!table.not_migrated.empty()) continue;
        const TableFacts* own = i < facts.size() ? &facts[i] : nullptr;
        FindTable(findings, table, own);
        if (own != nullptr) FindTrial(findings, table, *own);
        for (std::size_t column = 0; column < table.columns.size(); ++column)
            FindColumn(findings, table, column, own);
    }
    FindFamilies(findings, design, facts);
    FindRejects(findings, design, facts);
    FindViews(findings, design);
    FindHooks(findings, design);
    FindTriggers(findings, design);
    FindSearch(findings, design, facts);
    FindFrameworks(findings, design, facts);
    std::vector<Finding>& list = findings.list();
    // Servers in the order given, tables and columns by name; within one the severest first.
    std::map<std::string, std::size_t> servers;
    for (const plan::PlannedTable& table : design.tables)
        servers.try_emplace(table.source->server, servers.size());
    std::stable_sort(list.begin(), list.end(), [&](const Finding& a, const Finding& b) {
        if (a.server != b.server) {
            const auto place = [&](const Finding& f) {
                const auto at = servers.find(f.server);
                return f.server.empty() ? 0 : at == servers.end() ? servers.size() + 1 : at->second + 1;
            };
            return place(a) < place(b);
        }
        if (a.table != b.table) return a.table < b.table;
        return a.severity < b.severity;
    });
    return std::move(list);
}

}  // namespace pgsqlite::assess
