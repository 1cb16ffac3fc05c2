-- A second database, some of whose tables have the names of the first one's.
CREATE TABLE CUSTOMER (id INTEGER PRIMARY KEY, email TEXT NOT NULL, name VARCHAR(80), surname TEXT);
CREATE TABLE country (code TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE reading (sensor BIGINT, at TEXT, value ANY, PRIMARY KEY (sensor, at));
CREATE TABLE "order" (
    id INTEGER PRIMARY KEY, customer_id INTEGER, country TEXT, sensor INTEGER, at TEXT, ghost INTEGER);
CREATE TABLE debtor (id INTEGER, who TEXT);
CREATE TABLE broken (x INTEGER);
CREATE TABLE own (x INTEGER);
INSERT INTO "order" (id) VALUES (100), (200);
