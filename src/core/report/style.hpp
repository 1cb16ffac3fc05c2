// Style: how a report looks, on a screen by day and by night, and on paper. Colours of text keep a contrast
// of 4.5 to 1 or more against what they stand on (WCAG 2.1, 1.4.3); nothing is told by colour alone.
#pragma once

namespace pgsqlite::report {

inline constexpr char kStyle[] = R"(
:root { color-scheme: light dark; --paper: #ffffff; --wash: #f4f6f8; --ink: #1b2430; --soft: #55606e; --line: #d5dbe2;
  --link: #1d5a8a; --good: #17653f; --good-wash: #e8f4ed; --bad: #a3231b; --bad-wash: #fbebe9; --care: #7a4b00;
  --care-wash: #fdf3e0; --bar-written: #3f7fb0; --bar-rejected: #c4472f; --bar-skipped: #98a2ae; --bar-none: #e3e8ed;
  --bar-pre: #7b6ca8; --bar-data: #3f7fb0; --bar-post: #3d8b74; }
@media (prefers-color-scheme: dark) { :root { --paper: #13181f; --wash: #1b222b; --ink: #e4e9ef; --soft: #a7b1bd;
  --line: #333d49; --link: #8cc0e8; --good: #7fd0a4; --good-wash: #16291f; --bad: #f29a8f; --bad-wash: #331b19;
  --care: #ecbe6b; --care-wash: #2e2512; --bar-written: #5a9bcd; --bar-rejected: #e06c53; --bar-skipped: #75808d;
  --bar-none: #2a333d; --bar-pre: #9b8cc9; --bar-data: #5a9bcd; --bar-post: #57ab92; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", "DejaVu Sans", sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2.2rem 1.5rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 0.3rem; padding-top: 0.9rem; border-top: 1px solid var(--line); font-weight: 650; }
h3 { font-size: 0.95rem; margin: 1.4rem 0 0.3rem; font-weight: 650; }
p { margin: 0.35rem 0; max-width: 68rem; }
a { color: var(--link); }
code, .name, pre { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", "DejaVu Sans Mono", monospace;
  font-size: 0.875em; }
code, .name { overflow-wrap: break-word; }
.eyebrow { color: var(--soft); font-size: 0.82rem; letter-spacing: 0.04em; margin: 0 0 0.5rem; }
.lead { color: var(--soft); font-size: 1.02rem; margin-top: 0.5rem; }
.state { display: inline-block; vertical-align: 0.2em; margin-left: 0.5rem; padding: 0.12rem 0.6rem; border: 1px solid;
  border-radius: 1rem; font-size: 0.85rem; font-weight: 600; letter-spacing: 0; }
.good { color: var(--good); } .bad { color: var(--bad); } .care { color: var(--care); } .soft { color: var(--soft); }
.verdict { margin: 1.4rem 0 1.2rem; padding: 0.8rem 1.1rem; border-left: 4px solid; border-radius: 0 4px 4px 0; }
.verdict p { color: var(--ink); }
.verdict strong { font-weight: 650; }
.verdict.good { background: var(--good-wash); } .verdict.bad { background: var(--bad-wash); }
.verdict.care { background: var(--care-wash); }
.figures { display: flex; flex-wrap: wrap; gap: 1px; margin: 0; padding: 1px; }
.figures div { flex: 1 1 7rem; padding: 0.6rem 0.8rem; box-shadow: 0 0 0 1px var(--line); }
.figures dt { color: var(--soft); font-size: 0.8rem; }
.figures dd { margin: 0; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.3;
  white-space: nowrap; }
nav { margin: 1.2rem 0 0; font-size: 0.88rem; }
nav ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; padding: 0; margin: 0; }
.scroll { overflow-x: auto; margin: 0.7rem 0 0; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: left; color: var(--soft); padding: 0 0 0.4rem; font-size: 0.85rem; }
th, td { text-align: left; vertical-align: top; padding: 0.36rem 0.9rem 0.36rem 0; border-bottom: 1px solid var(--line); }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-weight: 600; font-size: 0.8rem; vertical-align: bottom; white-space: nowrap; }
tbody th { font-weight: 400; }
.when { width: 38%; }
th > .name { display: inline-block; min-width: 8rem; }
tfoot th, tfoot td { font-weight: 650; border-bottom: 0; border-top: 2px solid var(--line); }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.nothing { color: var(--soft); }
.where { color: var(--soft); font-size: 0.82rem; }
.message { overflow-wrap: anywhere; min-width: 16rem; }
td.where { white-space: nowrap; }
.digest { font-size: 0.78rem; overflow-wrap: normal; white-space: nowrap; }
.hidden { border: 1px solid var(--care); color: var(--care); border-radius: 3px; padding: 0 0.15rem; font-size: 0.72em;
  white-space: nowrap; }
.bar { display: flex; min-width: 8rem; width: 100%; height: 0.72rem; margin-top: 0.32rem; background: var(--bar-none);
  border-radius: 2px; overflow: hidden; }
.bar i { display: block; min-width: 3px; height: 100%; }
.written { background: var(--bar-written); } .skipped { background: var(--bar-skipped); }
.rejected { background: var(--bar-rejected) repeating-linear-gradient(45deg, transparent 0 3px, rgba(255,255,255,0.45) 3px 5px); }
.track { display: block; position: relative; min-width: 14rem; width: 100%; height: 0.72rem; margin-top: 0.32rem; background: var(--wash); border-radius: 2px; }
.track i { position: absolute; top: 0; bottom: 0; min-width: 2px; border-radius: 2px; }
.pre { background: var(--bar-pre); } .data { background: var(--bar-data); } .post { background: var(--bar-post); }
.legend { color: var(--soft); font-size: 0.85rem; }
.legend i { display: inline-block; width: 0.8rem; height: 0.72rem; border-radius: 2px; margin: 0 0.3rem 0 0.9rem; vertical-align: -0.05rem; }
.legend i:first-child { margin-left: 0; }
.facts th { width: 12rem; color: var(--soft); font-weight: 400; white-space: nowrap; }
.facts td { overflow-wrap: anywhere; }
pre { background: var(--wash); padding: 0.8rem 1rem; border-radius: 4px; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.45; margin: 0.6rem 0 0; }
summary { cursor: pointer; color: var(--link); margin-top: 0.8rem; }
footer { margin-top: 3rem; padding-top: 0.8rem; border-top: 1px solid var(--line); color: var(--soft); font-size: 0.82rem; }
@media print {
  :root { color-scheme: light; --paper: #ffffff; --wash: #f4f6f8; --ink: #000000; --soft: #444c56; --line: #c4cad1;
    --link: #000000; --good: #17653f; --good-wash: #f2f8f4; --bad: #a3231b; --bad-wash: #fdf4f3; --care: #7a4b00;
    --care-wash: #fef9ef; --bar-written: #3f7fb0; --bar-rejected: #c4472f; --bar-skipped: #98a2ae; --bar-none: #e3e8ed;
    --bar-pre: #7b6ca8; --bar-data: #3f7fb0; --bar-post: #3d8b74; }
  @page { size: A4; margin: 14mm 12mm; }
  body { font-size: 9.5pt; }
  main { max-width: none; padding: 0; }
  nav { display: none; }
  h2 { break-after: avoid; margin-top: 1.6rem; }
  tr, .verdict, .figures div { break-inside: avoid; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: 0.2rem 0.5rem 0.2rem 0; }
  .figures div { flex-basis: 4.6rem; padding: 0.4rem 0.5rem; }
  .figures dd { font-size: 1.05rem; }
  .bar { min-width: 3.5rem; }
  .message { min-width: 8rem; overflow-wrap: anywhere; }
  .track { min-width: 6rem; }
  .digest { white-space: normal; }
  .digest { overflow-wrap: anywhere; }
  .bar, .track, .verdict, .figures, .legend i, .bar i, .track i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)";

}  // namespace pgsqlite::report
