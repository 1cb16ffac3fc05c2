-- As Django makes a database: durations as microseconds, UUIDs as 32 digits, content types and permissions.
CREATE TABLE "django_migrations" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app" varchar(255) NOT NULL, "name" varchar(255) NOT NULL, "applied" datetime NOT NULL);
INSERT INTO django_migrations VALUES (1, 'contenttypes', '0001_initial', '2024-01-01 10:00:00.123456'), (2, 'shop', '0001_initial', '2024-01-01 10:00:01');
CREATE TABLE "django_content_type" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "app_label" varchar(100) NOT NULL, "model" varchar(100) NOT NULL);
CREATE UNIQUE INDEX "django_content_type_app_label_model" ON "django_content_type" ("app_label", "model");
INSERT INTO django_content_type VALUES (1, 'auth', 'permission'), (2, 'shop', 'task');
CREATE TABLE "auth_permission" ("id" integer NOT NULL PRIMARY KEY AUTOINCREMENT, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED, "codename" varchar(100) NOT NULL, "name" varchar(255) NOT NULL);
CREATE UNIQUE INDEX "auth_permission_content_type_id_codename" ON "auth_permission" ("content_type_id", "codename");
INSERT INTO auth_permission VALUES (1, 1, 'add_permission', 'Can add permission'), (2, 2, 'add_task', 'Can add task');
CREATE TABLE "shop_task" ("id" char(32) NOT NULL PRIMARY KEY, "took" bigint NULL, "done" bool NOT NULL, "at" datetime NOT NULL, "content_type_id" integer NOT NULL REFERENCES "django_content_type" ("id") DEFERRABLE INITIALLY DEFERRED);
INSERT INTO shop_task VALUES ('a0eebc999c0b4ef8bb6d6bb9bd380a11', 90000000001, 1, '2024-02-03 04:05:06', 2), ('b0eebc999c0b4ef8bb6d6bb9bd380a11', -1500000, 0, '2024-02-03 04:05:07.5', 1), ('c0eebc999c0b4ef8bb6d6bb9bd380a11', NULL, 0, '2024-02-03 04:05:08', 1);
