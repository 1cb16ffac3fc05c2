"""Differences that a person has looked at: scripts (*: all), what the statement says, what is answered, why."""

REASONS = [
    ("*", r"\brandom\(", r"", "a random number"),
    ("join", r"mki[48]\(", r"return type mismatch", "the function returns a row of PostgreSQL's table, and reads the foreign one's"),
    ("join", r"^update xx1 set", r"invalid reference to FROM-clause entry", "the tool gives the target its schema"),
    ("misc", r"equipment|hobbies", r"ERROR:  column .* does not exist", "p.hobbies is hobbies(p), which takes rows of PostgreSQL's table"),
    ("groupingsets", r"select a, d, grouping", r"must appear in the GROUP BY", "foreign tables have no primary key"),
    ("window", r"unbounded_syntax_test1b", r"", "the window has no order, so other rows are in its frames"),
]
