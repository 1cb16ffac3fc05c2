-- Tables of an application that has made its own schema in PostgreSQL: names that are nearly there, and columns that are not.
CREATE TABLE show (id INTEGER PRIMARY KEY, title TEXT NOT NULL, alt_title TEXT, spare TEXT, code TEXT UNIQUE);
INSERT INTO show VALUES (1, 'A', 'x', NULL, 'a'), (2, 'B', NULL, NULL, 'b'), (3, 'C', 'z', NULL, 'c');
CREATE INDEX show_alt ON show (alt_title);
CREATE TABLE episode (id INTEGER PRIMARY KEY, show_code TEXT REFERENCES show (code), nr INTEGER CHECK (nr > 0), nr2 INTEGER AS (nr * 2));
INSERT INTO episode (id, show_code, nr) VALUES (1, 'a', 1), (2, 'c', 2);
CREATE VIEW titles AS SELECT title, alt_title FROM show;
CREATE TABLE "Users" (id INTEGER PRIMARY KEY, "userId" TEXT, "eMail" TEXT);
INSERT INTO "Users" VALUES (1, 'x', 'x@example.org');
CREATE TABLE ROLE (id INTEGER PRIMARY KEY, Name TEXT);
INSERT INTO ROLE VALUES (1, 'admin');
