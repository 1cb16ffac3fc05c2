-- Telemetry example: the database of a hub that switches relays and collects readings. Tables stand in an order in
-- which their foreign keys do not allow to load them. What is odd is said at each table.
PRAGMA foreign_keys = OFF;
BEGIN;

-- ts is unix milliseconds. Keys were used up to 5000, and the last were deleted.
CREATE TABLE telemetry (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    device_id TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    ts INTEGER NOT NULL,
    metric TEXT NOT NULL,
    value REAL
);

-- ts is ISO text, mostly with a Z.
CREATE TABLE events (
    id INTEGER PRIMARY KEY,
    device_id TEXT REFERENCES devices (id),
    user_id TEXT REFERENCES users (id),
    ts TEXT NOT NULL,
    level TEXT NOT NULL DEFAULT 'info',
    message TEXT NOT NULL,
    details_json TEXT
);

-- public_id is a UUID that newer versions of the hub fill; older rows have NULL or ''.
CREATE TABLE screens (
    id INTEGER PRIMARY KEY,
    public_id TEXT,
    device_id TEXT NOT NULL REFERENCES devices (id),
    title TEXT,
    layout_json TEXT NOT NULL,
    is_default INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE relay_channels (
    board_id INTEGER NOT NULL REFERENCES relay_boards (id) ON DELETE CASCADE,
    channel INTEGER NOT NULL CHECK (channel BETWEEN 1 AND 16),
    label TEXT,
    is_on INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (board_id, channel)
) WITHOUT ROWID;

CREATE TABLE relay_boards (
    id INTEGER PRIMARY KEY,
    device_id TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    bus_address INTEGER NOT NULL,
    state_json TEXT,
    UNIQUE (device_id, bus_address)
);

-- id is a UUID as text, in whatever spelling the firmware had: hyphens, none, capitals. tags: 'a,b,c'.
CREATE TABLE devices (
    id TEXT PRIMARY KEY NOT NULL,
    owner_id TEXT REFERENCES users (id),
    name TEXT NOT NULL,
    is_online INTEGER NOT NULL,
    tags TEXT,
    configuration_json TEXT NOT NULL DEFAULT '{}',
    last_seen INTEGER
);

CREATE TABLE users (
    id TEXT PRIMARY KEY NOT NULL,
    username TEXT NOT NULL UNIQUE,
    is_admin BOOLEAN NOT NULL DEFAULT 'f',
    profile_json TEXT
);

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6)
INSERT INTO users
SELECT printf('00000000-0000-4000-8000-%012x', i), 'user' || i, CASE WHEN i = 1 THEN 't' ELSE 'f' END,
    CASE WHEN i % 2 = 1 THEN json_object('lang', 'de', 'theme', json_object('dark', json('true'))) END
FROM n;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20)
INSERT INTO devices
SELECT CASE i % 3 WHEN 0 THEN printf('d0000000-0000-4000-8000-%012x', i)
                  WHEN 1 THEN printf('D0000000-0000-4000-8000-%012X', i)
                  ELSE printf('d0000000000040008000%012x', i) END,
    printf('00000000-0000-4000-8000-%012x', 1 + i % 6),
    'Device ' || i, i % 4 <> 0,
    CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN 'indoor' WHEN 2 THEN 'indoor,relay' ELSE 'outdoor,relay,24V' END,
    json_object('interval', 10 * i, 'net', json_object('dhcp', json(CASE i % 2 WHEN 0 THEN 'true' ELSE 'false' END))),
    CASE WHEN i <> 13 THEN 1711929600 + i END
FROM n;

INSERT INTO relay_boards
SELECT rowid, id, 32 + rowid % 4, json_object('firmware', '1.' || rowid) FROM devices WHERE tags LIKE '%relay%';

INSERT INTO relay_channels
SELECT b.id, c.value, CASE WHEN c.value < 5 THEN 'Channel ' || c.value END, (b.id + c.value) % 2
FROM relay_boards b, json_each('[1,2,3,4,5,6,7,8]') c;

INSERT INTO screens
SELECT rowid, CASE rowid % 3 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE printf('50000000-0000-4000-8000-%012x', rowid) END,
    id, 'Screen of ' || name, json_object('widgets', json_array('clock', 'gauge' || rowid)), rowid = 1
FROM devices WHERE rowid <= 9;

WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
INSERT INTO events
SELECT i, (SELECT id FROM devices d WHERE d.rowid = 1 + i % 20),
    CASE WHEN i % 3 = 0 THEN printf('00000000-0000-4000-8000-%012x', 1 + i % 6) END,
    strftime(CASE i % 2 WHEN 0 THEN '%Y-%m-%dT%H:%M:%SZ' ELSE '%Y-%m-%d %H:%M:%S' END, 1704067200 + i * 20011, 'unixepoch'),
    CASE WHEN i % 20 = 0 THEN 'error' ELSE 'info' END,
    CASE i % 4 WHEN 0 THEN 'Relay ' || i || ' switched on' WHEN 1 THEN 'Relay ' || i || ' switched off'
               WHEN 2 THEN 'Connection lost' ELSE 'Connected' END,
    CASE WHEN i % 4 < 2 THEN json_object('channel', 1 + i % 8) END
FROM n;

-- One reading every half hour from the first of January to the end of March 2024, for one device after the other.
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4368)
INSERT INTO telemetry
SELECT i, (SELECT id FROM devices d WHERE d.rowid = 1 + i % 20), 1704065400000 + i * 1800000,
    CASE i % 2 WHEN 0 THEN 'temperature' ELSE 'voltage' END,
    CASE WHEN i % 100 <> 0 THEN CASE i % 2 WHEN 0 THEN 20 + (i % 97) / 8.0 ELSE 23.5 + (i % 11) / 10.0 END END
FROM n;
UPDATE sqlite_sequence SET seq = 5000 WHERE name = 'telemetry';

COMMIT;
