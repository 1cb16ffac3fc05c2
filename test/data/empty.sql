-- A database without tables: most value tests read cells that a query makes up.
PRAGMA user_version = 1;
