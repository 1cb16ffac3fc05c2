-- UTF-16 throughout: text is converted on the way.
PRAGMA encoding = 'UTF-16le';
CREATE TABLE "tâble" (id INTEGER PRIMARY KEY, "naïve" TEXT, n INTEGER);
INSERT INTO "tâble" VALUES (1, 'Grüße', 1), (2, '日本 😀', 2), (3, '', 3), (4, NULL, 4), (5, 42, 5), (6, 'a' || char(0) || 'b', 6);
CREATE VIEW seen AS SELECT id, upper("naïve") AS v FROM "tâble";
