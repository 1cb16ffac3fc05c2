-- The same application's users in another file, under another name's spelling.
CREATE TABLE users (id INTEGER PRIMARY KEY, userid TEXT);
INSERT INTO users VALUES (7, 'y');
CREATE TABLE show (id INTEGER PRIMARY KEY, title TEXT NOT NULL, alt_title TEXT);
INSERT INTO show VALUES (8, 'D', 'w');
