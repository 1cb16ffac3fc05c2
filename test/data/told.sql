-- Rows that do not fit, with what not everybody may see beside what does not.
CREATE TABLE numbered (id INTEGER PRIMARY KEY, pub INTEGER, secret TEXT);
INSERT INTO numbered VALUES (1, 10, 'a'), (7000000000007, 'BAD', 'SECRET-1'), (7000000000008, 30, 'SECRET-2');
CREATE TABLE keyed (code TEXT, part INTEGER, pub INTEGER, secret TEXT, PRIMARY KEY (code, part)) WITHOUT ROWID;
INSERT INTO keyed VALUES ('a', 1, 10, 'a'), ('SECRET-KEY', 2, 'BAD', 'SECRET-3');
-- Its rowid is no column's; and one whose column is called rowid, so that the rowid has another name.
CREATE TABLE bare (pub INTEGER, secret TEXT);
INSERT INTO bare VALUES (10, 'a'), ('BAD', 'SECRET-4');
CREATE TABLE odd (rowid TEXT, pub INTEGER, secret TEXT);
INSERT INTO odd VALUES ('2', 10, 'first'), ('1', 'BAD', 'second');
