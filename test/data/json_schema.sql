-- A schema that calls SQLite's JSON functions: SQLite itself refuses such files where it does not trust them.
CREATE TABLE event (id INTEGER PRIMARY KEY, doc TEXT, kind TEXT GENERATED ALWAYS AS (json_extract(doc, '$.kind')) STORED, CHECK (json_valid(doc)));
CREATE INDEX event_user ON event (json_extract(doc, '$.user'));
CREATE VIEW logins AS SELECT id, json_extract(doc, '$.user') AS user FROM event WHERE kind = 'login';
INSERT INTO event (id, doc) VALUES (1, '{"kind": "login", "user": "ann"}'), (2, '{"kind": "logout", "user": "ann"}');
