-- Settings of the workspace and the ledger.
CREATE TABLE setting(
    key   TEXT PRIMARY KEY CHECK(length(key) BETWEEN 1 AND 100),
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The Merkle log: canonical JSON entries and the nodes of the tree above them (level 0: leaf hashes).
CREATE TABLE ledger_entry(
    idx   INTEGER PRIMARY KEY CHECK(idx >= 0),
    entry TEXT NOT NULL CHECK(length(CAST(entry AS BLOB)) <= 65535)
) STRICT;

CREATE TABLE ledger_node(
    level INTEGER NOT NULL CHECK(level BETWEEN 0 AND 63),
    idx   INTEGER NOT NULL CHECK(idx >= 0),
    hash  BLOB NOT NULL CHECK(length(hash) = 32),
    PRIMARY KEY(level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_checkpoint(
    size INTEGER PRIMARY KEY CHECK(size >= 0),
    note TEXT NOT NULL
) STRICT;
