-- An application's rows, some of which its new schema has already, under other keys.
CREATE TABLE ctype (id INTEGER PRIMARY KEY, app TEXT NOT NULL, model TEXT NOT NULL, UNIQUE (app, model));
INSERT INTO ctype VALUES (1, 'auth', 'user'), (2, 'shop', 'item'), (3, 'old', 'thing'), (9, 'shop', 'cart');
CREATE TABLE perm (id INTEGER PRIMARY KEY, ctype_id INTEGER NOT NULL REFERENCES ctype (id), code TEXT NOT NULL, name TEXT, UNIQUE (ctype_id, code));
INSERT INTO perm VALUES (1, 1, 'add', 'Can add user'), (2, 2, 'add', 'Can add item'), (3, 2, 'del', 'Can delete item'), (4, 3, 'add', 'Can add thing');
CREATE TABLE person (id INTEGER PRIMARY KEY, login TEXT UNIQUE, email TEXT, boss INTEGER REFERENCES person (id), age INTEGER);
INSERT INTO person VALUES (1, 'ann', 'a@x', NULL, 40), (2, 'admin', 'own@x', 1, 41), (3, 'bo', 'b@x', 2, 'old'), (4, NULL, 'n@x', 1, 43), (5, 'cy', 'c@x', 2, 44);
CREATE TABLE item (id INTEGER PRIMARY KEY, ctype_id INTEGER REFERENCES ctype, perm_id INTEGER REFERENCES perm (id), owner INTEGER REFERENCES person);
INSERT INTO item VALUES (1, 2, 2, 2), (2, 3, 4, 1), (3, NULL, NULL, 4), (4, 9, 3, 5), (5, 77, NULL, 1), (6, 2, NULL, 55), (7, 4, NULL, 1);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
INSERT INTO setting VALUES ('color', 'red'), ('size', '5');
