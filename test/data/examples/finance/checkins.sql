-- Finance example, 2 of 5: how users say they feel about their money. Users live in another file, so nothing ever
-- checked user_id: five check-ins are of user 900, who was deleted.
BEGIN;

CREATE TABLE categories (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
INSERT INTO categories VALUES (1, 'spending'), (2, 'saving'), (3, 'debt');

-- mood is from 1 to 5; one check-in says 9, and one says 'great'.
CREATE TABLE check_ins (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    category_id INTEGER REFERENCES categories (id),
    checked_at TEXT NOT NULL,
    mood INTEGER NOT NULL,
    note TEXT
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO check_ins
SELECT i,
    CASE WHEN i % 120 = 0 THEN 900 ELSE 1 + (i * 7) % 116 END,
    1 + i % 3,
    datetime(1672531200 + i * 43201, 'unixepoch'),
    CASE i WHEN 17 THEN 9 WHEN 333 THEN 'great' ELSE 1 + i % 5 END,
    CASE WHEN i % 4 = 0 THEN 'Paid ' || i || ' € back' END
FROM n;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
INSERT INTO settings VALUES ('reminder', 'weekly'), ('scale', '5');

CREATE TABLE prompts (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
INSERT INTO prompts VALUES (1, 'How was your week?'), (2, 'What did you save?'), (3, 'What worries you?'), (4, 'What went well?');

CREATE TABLE check_in_tags (
    check_in_id INTEGER NOT NULL REFERENCES check_ins (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (check_in_id, tag)
);
-- Those of check-ins that are rejected go with them.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
INSERT INTO check_in_tags SELECT i, CASE i % 4 WHEN 0 THEN 'rent' WHEN 1 THEN 'food' WHEN 2 THEN 'travel' ELSE 'gifts' END FROM n WHERE i % 2 = 1;

CREATE TABLE streaks (user_id INTEGER PRIMARY KEY, days INTEGER NOT NULL, best INTEGER NOT NULL);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 116)
INSERT INTO streaks SELECT i, i % 30, 30 + i % 40 FROM n;

COMMIT;
