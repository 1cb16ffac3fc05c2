\echo Use "ALTER EXTENSION pg_sqlite UPDATE TO '0.2.0'" to load this file. \quit

-- What 0.2.0 has other than 0.1.0. After it every object is as a fresh installation makes it (test/t/070_upgrade.pl).
