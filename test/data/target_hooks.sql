-- An application's file whose new schema has names of its own, triggers, policies and keys over expressions.
CREATE TABLE UserProfile (UserID INTEGER PRIMARY KEY, firstName TEXT, createdAt TEXT, HTTPReferer TEXT, isActive INTEGER);
INSERT INTO UserProfile VALUES (1, 'Ann', '2024-03-01 10:20:30 +0100 CET m=+0.5', 'https://a', 1), (2, 'Bo', '2024-03-02 10:20:30.5 +0000 UTC', NULL, 0);
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL, weight REAL, note TEXT, rank INTEGER, made TEXT);
CREATE UNIQUE INDEX tag_name ON tag (lower(name), kind);
INSERT INTO tag VALUES (1, 'Red', 'c', 0.1, NULL, NULL, NULL), (2, 'green', 'c', 2.5, 'x', 3, '2024-01-01'), (3, 'Small', 's', 1e-3, 'y', NULL, NULL);
CREATE TABLE tagging (tag_id INTEGER NOT NULL REFERENCES tag (id), thing TEXT NOT NULL);
INSERT INTO tagging VALUES (1, 'rose'), (2, 'leaf'), (3, 'ant'), (1, 'brick');
CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, status_id INTEGER);
INSERT INTO person VALUES (1, 'Ann@example.org', 1), (2, 'bo@example.org', 2);
CREATE TABLE version (name TEXT);
INSERT INTO version VALUES ('one'), ('two'), ('two');
CREATE TABLE step (name TEXT);
INSERT INTO step VALUES ('one'), ('three');
CREATE TABLE sale (id INTEGER PRIMARY KEY, product TEXT, amount INTEGER);
INSERT INTO sale VALUES (1, 'a', 5), (2, 'a', 7), (3, 'b', 1);
CREATE VIEW totals AS SELECT product, sum(amount) AS amount FROM sale GROUP BY product;
CREATE VIEW big AS SELECT product FROM totals WHERE amount > 5;
