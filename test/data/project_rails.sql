-- A Rails project as its migrations write it for SQLite, and rows as Active Record stores them.
CREATE TABLE "schema_migrations" ("version" varchar NOT NULL PRIMARY KEY);
CREATE TABLE "ar_internal_metadata" ("key" varchar NOT NULL PRIMARY KEY, "value" varchar, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE TABLE "users" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "email" varchar DEFAULT '' NOT NULL, "encrypted_password" varchar DEFAULT '' NOT NULL, "admin" boolean DEFAULT 0 NOT NULL, "subscribed" boolean DEFAULT 't', "sign_in_count" integer DEFAULT 0 NOT NULL, "current_sign_in_ip" varchar, "settings" json DEFAULT '{}', "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_users_on_email" ON "users" ("email");
CREATE TABLE "posts" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "user_id" integer NOT NULL, "title" varchar, "body" text, "status" integer DEFAULT 0, "price" decimal(10,2), "score" float, "published_on" date, "opens_at" time, "published_at" datetime(6), "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_5b5ddfd518" FOREIGN KEY ("user_id") REFERENCES "users" ("id"));
CREATE INDEX "index_posts_on_user_id" ON "posts" ("user_id");
CREATE TABLE "comments" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "commentable_type" varchar NOT NULL, "commentable_id" integer NOT NULL, "parent_id" integer, "text" text, "created_at" datetime(6) NOT NULL, "updated_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_31554e7034" FOREIGN KEY ("parent_id") REFERENCES "comments" ("id"));
CREATE TABLE "posts_tags" ("post_id" integer NOT NULL, "tag_id" integer NOT NULL);
CREATE TABLE "tags" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar, "taggings_count" integer DEFAULT 0);
CREATE UNIQUE INDEX "index_tags_on_name" ON "tags" ("name");
CREATE TABLE "active_storage_blobs" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "key" varchar NOT NULL, "filename" varchar NOT NULL, "content_type" varchar, "metadata" text, "service_name" varchar NOT NULL, "byte_size" bigint NOT NULL, "checksum" varchar, "created_at" datetime(6) NOT NULL);
CREATE UNIQUE INDEX "index_active_storage_blobs_on_key" ON "active_storage_blobs" ("key");
CREATE TABLE "active_storage_attachments" ("id" integer PRIMARY KEY AUTOINCREMENT NOT NULL, "name" varchar NOT NULL, "record_type" varchar NOT NULL, "record_id" bigint NOT NULL, "blob_id" bigint NOT NULL, "created_at" datetime(6) NOT NULL, CONSTRAINT "fk_rails_c3b3935057" FOREIGN KEY ("blob_id") REFERENCES "active_storage_blobs" ("id"));
INSERT INTO "schema_migrations" VALUES ('20230101000000'), ('20230201000000');
INSERT INTO "ar_internal_metadata" VALUES ('environment', 'production', '2023-01-01 00:00:00.000001', '2023-01-01 00:00:00.000001'), ('schema_sha1', 'abc', '2023-01-01 00:00:00', '2023-01-01 00:00:00');
INSERT INTO "users" ("email", "encrypted_password", "admin", "subscribed", "sign_in_count", "current_sign_in_ip", "settings", "created_at", "updated_at") VALUES ('root@example.org', '$2a$12$x', 1, 't', 3, '192.0.2.1', '{"theme":"dark"}', '2023-01-02 03:04:05.678901', '2023-01-02 03:04:05.678901'), ('Ann@Example.org', '', 0, 'f', 0, NULL, NULL, '2023-01-02 03:04:05', '2023-01-02 03:04:05'), ('bo@example.org', '', 0, 1, 0, '2001:db8::2', '{}', '2023-01-02 03:04:05', '2023-01-02 03:04:05');
INSERT INTO "posts" ("user_id", "title", "body", "status", "price", "score", "published_on", "opens_at", "published_at", "created_at", "updated_at") VALUES (1, 'Größe', 'a
b', 1, 12.5, 0.1, '2023-02-03', '2000-01-01 09:30:00', '2023-02-03 04:05:06.7', '2023-01-02 03:04:05', '2023-01-02 03:04:05'), (2, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, '2023-01-02 03:04:05', '2023-01-02 03:04:05');
INSERT INTO "comments" ("commentable_type", "commentable_id", "parent_id", "text", "created_at", "updated_at") VALUES ('Post', 1, NULL, 'first', '2023-01-02 03:04:05', '2023-01-02 03:04:05'), ('Post', 1, 1, 'answer', '2023-01-02 03:04:05', '2023-01-02 03:04:05');
INSERT INTO "tags" ("name", "taggings_count") VALUES ('ruby', 1), ('sql', 1);
INSERT INTO "posts_tags" VALUES (1, 1), (1, 2);
INSERT INTO "active_storage_blobs" ("key", "filename", "content_type", "metadata", "service_name", "byte_size", "checksum", "created_at") VALUES ('k1', 'a.png', 'image/png', '{"identified":true}', 'local', 5000000000, 'x==', '2023-01-02 03:04:05');
INSERT INTO "active_storage_attachments" ("name", "record_type", "record_id", "blob_id", "created_at") VALUES ('avatar', 'User', 1, 1, '2023-01-02 03:04:05');
