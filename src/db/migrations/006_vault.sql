-- Customers. cells holds the sealed fields one behind the other (core/vault/cells.h); the key that opens them lies in another file. The *_us columns of routes
-- say since when the route stands as it does. Numbers are never given out twice: they stand in the associated data.
CREATE TABLE customer(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    state       INTEGER NOT NULL DEFAULT 1 CHECK(state BETWEEN 1 AND 3),   -- 1 active, 2 being erased, 3 erased
    version     INTEGER NOT NULL CHECK(version > 0),
    cells       BLOB,
    canary      INTEGER NOT NULL DEFAULT 0 CHECK(canary IN (0, 1)),
    created_us  INTEGER NOT NULL,
    changed_us  INTEGER NOT NULL,
    email_us    INTEGER,
    phone_us    INTEGER,
    mobile_us   INTEGER,
    address_us  INTEGER,
    delivery_us INTEGER,
    CHECK((state = 3) = (cells IS NULL))
) STRICT;
CREATE INDEX customer_unfinished ON customer(state) WHERE state = 2;

-- Blind index: keyed hashes of normalised e-mails (4), telephones (5, 6) and account numbers (13). A customer's rows are found by computing them again.
CREATE TABLE customer_index(
    field       INTEGER NOT NULL,
    token       BLOB NOT NULL CHECK(length(token) = 16),
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    PRIMARY KEY(field, token, customer_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE vault_field(
    id       INTEGER PRIMARY KEY CHECK(id >= 256 AND id < 65536),
    key      TEXT NOT NULL UNIQUE CHECK(length(key) BETWEEN 1 AND 64),
    label    TEXT NOT NULL,
    category TEXT NOT NULL,
    form     INTEGER NOT NULL,
    flags    INTEGER NOT NULL
) STRICT;

-- id: time first, then chance. fields: six bytes each (field, mode, uses left; 16 bits each, little endian).
CREATE TABLE disclosure_grant(
    id           TEXT PRIMARY KEY CHECK(length(id) = 32),
    customer_id  INTEGER NOT NULL REFERENCES customer(id),
    call         TEXT,
    purpose      TEXT NOT NULL,
    basis        TEXT NOT NULL,
    actor        TEXT NOT NULL,
    issued_us    INTEGER NOT NULL,
    expires_us   INTEGER NOT NULL,
    ledger_index INTEGER NOT NULL,
    fields       BLOB NOT NULL CHECK(length(fields) > 0 AND length(fields) % 6 = 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE customer_erasure(
    receipt         TEXT PRIMARY KEY,
    customer_id     INTEGER NOT NULL REFERENCES customer(id),
    document        TEXT,                 -- canonical JSON; NULL until the erasure is done
    ledger_index    INTEGER,
    begun_us        INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    counts          TEXT NOT NULL,        -- JSON: cells, index rows, factors
    pseudonym       TEXT,                 -- for the last ledger entry; gone when that is written
    CHECK((document IS NULL) = (ledger_index IS NULL) AND (document IS NULL OR pseudonym IS NULL))
) STRICT, WITHOUT ROWID;
