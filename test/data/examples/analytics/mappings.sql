-- Analytics example: what codes mean. Mappings are JSON documents under a name; labels are a table, by language.
BEGIN;
CREATE TABLE mapping (name TEXT PRIMARY KEY, body JSON NOT NULL);
INSERT INTO mapping VALUES ('site', '{"s1": "Roof", "s2": "Roof", "s3": "Cellar", "s4": {"name": "Yard", "moved": "2024-01-01"}}'),
    ('retired', '["s9"]');
CREATE TABLE label (kind TEXT NOT NULL, code INTEGER NOT NULL, lang TEXT NOT NULL, label TEXT NOT NULL, PRIMARY KEY (kind, code, lang)) WITHOUT ROWID;
INSERT INTO label VALUES ('quality', 0, 'en', 'bad'), ('quality', 1, 'en', 'doubtful'), ('quality', 2, 'en', 'good'), ('quality', 3, 'en', 'very good'),
    ('quality', 0, 'de', 'schlecht'), ('quality', 1, 'de', 'zweifelhaft'), ('quality', 2, 'de', 'gut'), ('quality', 3, 'de', 'sehr gut');
COMMIT;
