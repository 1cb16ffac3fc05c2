-- As Prisma makes a database: dates and times as milliseconds.
CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);
INSERT INTO _prisma_migrations VALUES ('6b1c', 'x', 1704103200000, '20240101_init', NULL, NULL, 1704103200000, 1);
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "email" TEXT NOT NULL);
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
INSERT INTO "User" VALUES (1, 1704103200123, 'a@x'), (2, 1704103200000, 'b@x');
