-- Storage classes that CHECKs prove, and one that they do not: loose may hold the word Infinity.
CREATE TABLE checked (id INTEGER PRIMARY KEY,
    r REAL CHECK (r IS NULL OR typeof(r) = 'real'),
    b BLOB,
    f BOOLEAN CHECK (typeof(f) IN ('integer', 'null')),
    loose REAL CHECK (typeof(loose) IN ('real', 'text')),
    CHECK (id > 0 AND 'blob' IS NOT NULL AND typeof(checked.b) == 'blob'));
INSERT INTO checked VALUES (1, 1.5, x'01', 1, 1.5), (2, NULL, x'02', 0, '-Infinity'), (3, -1, x'00', 1, 7);
