"""Differences that a person has looked at: scripts (*: all), what the statement says, what is answered, why."""

REASONS = [
    ("*", r"\brandom\(", r"", "a random number"),
    ("join", r"mki[48]\(", r"return type mismatch",
     "the function returns a row of PostgreSQL's table, and reads the foreign one's"),
    ("join", r"^update xx1 set", r"invalid reference to FROM-clause entry", "the tool gives the target its schema"),
    ("misc", r"equipment|hobbies", r"ERROR:  column .* does not exist",
     "p.hobbies is hobbies(p), which takes rows of PostgreSQL's table"),
    ("groupingsets", r"select a, d, grouping", r"must appear in the GROUP BY", "foreign tables have no primary key"),
    ("partition_join", r"TABLESAMPLE", r"", "PostgreSQL leaves TABLESAMPLE out where a partition is foreign, whatever the wrapper"),
    ("portals", r"^fetch all from c1;", r"count_tt1_v|^ a \n---\n 2\n", "a file is read as it is at the first FETCH, not as the snapshot was at DECLARE"),
    ("inherit", r"permtest_parent", r"permission denied", "the tool copies privileges of tables, not of columns"),
    ("portals", r"^FETCH ABSOLUTE -1 FROM foo25;", r"", "the cursor asks for no order, and workers give another"),
    ("portals", r"^FETCH NEXT FROM c1;", r"10 \| ten", "the same"),
    ("rowsecurity", r"rec1|s1", r"infinite recursion detected", "views and policies that refer to each other are made in another order"),
    ("partition_prune", r"insert into hp_prefix_test", r"no partition of relation", "the partitions were made by \\gexec, in the tool's copy"),
    ("rowsecurity", r"\bonly\b", r"\(0 rows\)", "the tool's tables with row security have their rows in a child"),
    ("merge update delete returning", r"^(MERGE|UPDATE|DELETE|INSERT)", r"(syntax error at or near \"public\"|missing FROM-clause entry)",
     "the tool gives the target its schema, so another error or hint comes first"),
    ("updatable_views", r"information_schema\.views", r"", "the name of the database is in it"),
    ("window", r"unbounded_syntax_test1b", r"", "the window has no order, so other rows are in its frames"),
]
