-- As Rails makes a database; booleans of old versions are letters.
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
INSERT INTO schema_migrations VALUES ('20240101000000');
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
INSERT INTO ar_internal_metadata VALUES ('environment', 'production', '2024-01-01 00:00:00.123456', '2024-01-01 00:00:00.123456');
CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "title" varchar, "published" boolean DEFAULT 'f', "created_at" datetime(6) NOT NULL);
INSERT INTO posts VALUES (1, 'one', 't', '2024-01-01 00:00:00.123456'), (2, 'two', 0, '2024-01-01 00:00:01');
