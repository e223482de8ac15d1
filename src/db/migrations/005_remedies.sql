-- Legal holds. person: keyed hashes (16 bytes each) of an identifier, in each form in which scans may write it. Texts that are NULL do not limit the hold.
CREATE TABLE hold(
    id             INTEGER PRIMARY KEY,
    name           TEXT NOT NULL CHECK(length(name) > 0),
    reason         TEXT NOT NULL CHECK(length(reason) > 0),
    approver       TEXT NOT NULL CHECK(length(approver) > 0),
    system_key     TEXT,
    category       TEXT,
    path           TEXT,
    person         BLOB CHECK(length(person) BETWEEN 16 AND 128 AND length(person) % 16 = 0),
    placed_us      INTEGER NOT NULL,
    released_us    INTEGER CHECK(released_us >= placed_us),
    release_reason TEXT
) STRICT;

-- Plans and how far they have come. status: 0 made, 1 begun, 2 done, 3 given up.
CREATE TABLE plan(
    id          INTEGER PRIMARY KEY,
    sha256      TEXT NOT NULL UNIQUE CHECK(length(sha256) = 64),
    document    TEXT NOT NULL CHECK(document GLOB '{*'),
    made_us     INTEGER NOT NULL,
    status      INTEGER NOT NULL CHECK(status BETWEEN 0 AND 3),
    begun_us    INTEGER,
    finished_us INTEGER
) STRICT;

-- The files of a plan (unit) one by one: what was written down before and after each. file: its path, escaped. status: 0 pending, 1 begun, 2 done, 3 refused (refusal
-- says why, as cdr_refusal).
-- after_*: the state it gets, noted before it gets it; after_gone 1: the file goes. result: the verdict of the residue test, of docs/internals/minimise.md.
CREATE TABLE plan_unit(
    plan_id      INTEGER NOT NULL REFERENCES plan(id) ON DELETE CASCADE,
    unit         INTEGER NOT NULL CHECK(unit >= 0),
    file         TEXT NOT NULL,
    status       INTEGER NOT NULL CHECK(status BETWEEN 0 AND 3),
    refusal      INTEGER NOT NULL DEFAULT 0 CHECK(refusal BETWEEN 0 AND 4),
    begun_us     INTEGER,
    done_us      INTEGER,
    after_sha256 BLOB CHECK(length(after_sha256) = 32),
    after_gone   INTEGER NOT NULL DEFAULT 0 CHECK(after_gone IN (0, 1)),
    PRIMARY KEY(plan_id, unit)
) STRICT, WITHOUT ROWID;

-- What each step of a plan did.
CREATE TABLE plan_step(
    plan_id      INTEGER NOT NULL REFERENCES plan(id) ON DELETE CASCADE,
    step         INTEGER NOT NULL CHECK(step >= 0),
    rows_gone    INTEGER NOT NULL DEFAULT 0,
    values_gone  INTEGER NOT NULL DEFAULT 0,
    bytes_gone   INTEGER NOT NULL DEFAULT 0,
    rows_undated INTEGER NOT NULL DEFAULT 0,
    rows_held    INTEGER NOT NULL DEFAULT 0,
    result       INTEGER CHECK(result BETWEEN 0 AND 5),
    reason       TEXT,
    PRIMARY KEY(plan_id, step)
) STRICT, WITHOUT ROWID;

-- Keyed hashes (sketches) of values that a plan removed, by which later scans recognise what is left of them. state: 0 what each field of the file held
-- before, kept from the start; after the next scan 1 what is gone from the whole file (inside and field ''), 2 and 3 what is gone from where the plan
-- cleaned and stands elsewhere in the same file (inside: where): 2 a retention rule keeps it there, 3 none does. found: how often it was found, or how
-- many of the values at most.
CREATE TABLE erased_value(
    plan_id    INTEGER NOT NULL REFERENCES plan(id) ON DELETE CASCADE,
    unit       INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    state      INTEGER NOT NULL CHECK(state BETWEEN 0 AND 3),
    inside     TEXT NOT NULL,
    field      TEXT NOT NULL,
    found      INTEGER NOT NULL CHECK(found >= 0),
    erased_us  INTEGER NOT NULL,
    sketch     BLOB NOT NULL,
    PRIMARY KEY(plan_id, unit, kind, state, inside, field)
) STRICT;

-- Receipts: the entry of the ledger that tells what a plan did.
CREATE TABLE receipt(
    plan_id      INTEGER PRIMARY KEY REFERENCES plan(id),
    ledger_index INTEGER NOT NULL CHECK(ledger_index >= 0),
    document     TEXT NOT NULL CHECK(document GLOB '{*'),
    made_us      INTEGER NOT NULL
) STRICT;

-- What is over age, rule by rule, as it was counted in an object in the state that last_scan, file_size and file_mtime_us name, by the rules that
-- basis names. known 0: it could not be counted, reason says why. why as cdr_retention_why.
CREATE TABLE retention_count(
    dataset_id    INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
    position      INTEGER NOT NULL CHECK(position >= 0),
    why           INTEGER NOT NULL CHECK(why BETWEEN 0 AND 5),
    rule          TEXT NOT NULL,
    trigger_field TEXT NOT NULL,
    cutoff        TEXT NOT NULL,
    categories    TEXT NOT NULL,
    explanation   TEXT NOT NULL,
    hold          TEXT NOT NULL,
    known         INTEGER NOT NULL CHECK(known IN (0, 1)),
    reason        TEXT NOT NULL,
    row_count     INTEGER NOT NULL CHECK(row_count >= 0),
    over_age      INTEGER NOT NULL CHECK(over_age BETWEEN 0 AND row_count),
    undated       INTEGER NOT NULL CHECK(undated BETWEEN 0 AND row_count),
    kept          INTEGER NOT NULL CHECK(kept BETWEEN 0 AND row_count),
    again         INTEGER NOT NULL CHECK(again BETWEEN 0 AND over_age),
    oldest        TEXT NOT NULL,
    last_scan     INTEGER NOT NULL,
    file_size     INTEGER NOT NULL,
    file_mtime_us INTEGER NOT NULL,
    basis         TEXT NOT NULL CHECK(length(basis) = 16),
    rules         TEXT NOT NULL CHECK(length(rules) = 16),
    counted_us    INTEGER NOT NULL,
    PRIMARY KEY(dataset_id, position)
) STRICT, WITHOUT ROWID;
