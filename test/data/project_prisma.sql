-- A Prisma project as its migrations write it for SQLite, and rows as its engine stores them.
CREATE TABLE "User" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "email" TEXT NOT NULL, "displayName" TEXT, "role" TEXT NOT NULL DEFAULT 'USER', "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, "updatedAt" DATETIME NOT NULL);
CREATE UNIQUE INDEX "User_email_key" ON "User" ("email");
CREATE TABLE "Post" ("id" TEXT NOT NULL PRIMARY KEY, "title" TEXT NOT NULL, "published" BOOLEAN NOT NULL DEFAULT false, "views" BIGINT NOT NULL DEFAULT 0, "rating" REAL, "price" DECIMAL, "cover" BLOB, "meta" JSONB, "authorId" INTEGER NOT NULL, "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, CONSTRAINT "Post_authorId_fkey" FOREIGN KEY ("authorId") REFERENCES "User" ("id") ON DELETE RESTRICT ON UPDATE CASCADE);
CREATE TABLE "Tag" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "name" TEXT NOT NULL);
CREATE UNIQUE INDEX "Tag_name_key" ON "Tag" ("name");
CREATE TABLE "_PostToTag" ("A" TEXT NOT NULL, "B" INTEGER NOT NULL, CONSTRAINT "_PostToTag_A_fkey" FOREIGN KEY ("A") REFERENCES "Post" ("id") ON DELETE CASCADE ON UPDATE CASCADE, CONSTRAINT "_PostToTag_B_fkey" FOREIGN KEY ("B") REFERENCES "Tag" ("id") ON DELETE CASCADE ON UPDATE CASCADE);
CREATE UNIQUE INDEX "_PostToTag_AB_unique" ON "_PostToTag" ("A", "B");
CREATE TABLE "audit_log" ("id" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, "at" DATETIME NOT NULL, "userId" INTEGER, "what" TEXT NOT NULL, CONSTRAINT "audit_log_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE SET NULL ON UPDATE CASCADE);
CREATE TABLE "_prisma_migrations" ("id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0);
INSERT INTO "User" ("email", "displayName", "role", "createdAt", "updatedAt") VALUES ('ann@example.org', 'Ann', 'ADMIN', 1704067200123, 1704067200123), ('bo@example.org', NULL, 'USER', '2024-01-02 03:04:05', 1704164645000);
INSERT INTO "Post" VALUES ('clq1', 'Hello', 1, 9007199254740993, 4.5, 12.99, x'00ff', '{"a": [1, 2]}', 1, 1704067200999), ('clq2', 'Größe', 0, 0, NULL, NULL, NULL, NULL, 2, 1704067201000);
INSERT INTO "Tag" ("name") VALUES ('a'), ('b');
INSERT INTO "_PostToTag" VALUES ('clq1', 1), ('clq1', 2), ('clq2', 2);
INSERT INTO "audit_log" ("at", "userId", "what") VALUES (1704067200000, 1, 'made'), (-1000, NULL, 'before 1970');
INSERT INTO "_prisma_migrations" VALUES ('u1', 'c1', 1704067100000, '20240101000000_init', NULL, NULL, 1704067099000, 1);
