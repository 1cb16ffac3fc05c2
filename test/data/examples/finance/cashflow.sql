-- Finance example, 3 of 5: accounts and what moved on them. Money is REAL, as in so many applications.
BEGIN;

CREATE TABLE categories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL CHECK (kind IN ('in', 'out')));
INSERT INTO categories VALUES (1, 'Salary', 'in'), (2, 'Rent', 'out'), (3, 'Food', 'out'), (4, 'Gifts', 'in'), (5, 'Other', 'out');

CREATE TABLE accounts (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    opening_balance REAL NOT NULL DEFAULT 0
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
INSERT INTO accounts
SELECT i, 1 + (i * 11) % 116, CASE i % 2 WHEN 0 THEN 'Checking' ELSE 'Savings' END, (i * 1999) / 100.0 FROM n;

-- amount: two were summed in floating point (0.1 + 0.2); 1500 is out of any range; 2000 is 'n/a', on a day that is no
-- date either; 700 lies in the year 2124.
CREATE TABLE transactions (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    category_id INTEGER NOT NULL REFERENCES categories (id),
    amount REAL NOT NULL,
    occurredOn TEXT NOT NULL,
    isRecurring INTEGER NOT NULL DEFAULT 0,
    memo TEXT
);
CREATE INDEX transactions_by_day ON transactions (account_id, occurredOn);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
INSERT INTO transactions
SELECT i, 1 + (i * 13) % 150, 1 + i % 5,
    CASE WHEN i IN (100, 200) THEN 0.1 + 0.2 WHEN i = 1500 THEN 1e14 WHEN i = 2000 THEN 'n/a'
         ELSE CASE WHEN i % 5 IN (0, 3) THEN 1 ELSE -1 END * ((i * 7919) % 250000) / 100.0 END,
    CASE i WHEN 2000 THEN 'yesterday' WHEN 700 THEN '2124-05-01' ELSE date('2023-01-01', '+' || (i % 365) || ' days') END,
    i % 5 < 2,
    CASE WHEN i % 50 = 0 THEN 'Café, №' || i END
FROM n;

CREATE TABLE payees (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25)
INSERT INTO payees SELECT i, 'Payee ' || i FROM n;

-- Budget 12 was 'n/a'.
CREATE TABLE budgets (
    id INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id),
    category_id INTEGER NOT NULL REFERENCES categories (id),
    amount REAL NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO budgets SELECT i, 1 + i % 150, 1 + i % 5, CASE i WHEN 12 THEN 'n/a' ELSE i * 25.5 END FROM n;

-- Goal 9 is due on a day that there is not.
CREATE TABLE goals (
    id INTEGER PRIMARY KEY,
    user_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    target REAL NOT NULL,
    due TEXT NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90)
INSERT INTO goals
SELECT i, 1 + (i * 17) % 116, CASE i % 3 WHEN 0 THEN 'House' WHEN 1 THEN 'Holiday' ELSE 'Car' END, i * 1000.25,
    CASE i WHEN 9 THEN '2025-02-30' ELSE date('2025-01-01', '+' || i || ' days') END
FROM n;

-- Those of transactions that are rejected go with them: 700, 1500, 2000.
CREATE TABLE transaction_splits (
    id INTEGER PRIMARY KEY,
    transaction_id INTEGER NOT NULL REFERENCES transactions (id) ON DELETE CASCADE,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    amount REAL NOT NULL
);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
INSERT INTO transaction_splits SELECT i, i * 10, 1 + i % 5, (i * 31 % 5000) / 100.0 FROM n;

COMMIT;
