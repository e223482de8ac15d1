-- Legal holds. person: keyed hash of an identifier. Texts that are NULL do not limit the hold.
CREATE TABLE hold(
    id             INTEGER PRIMARY KEY,
    name           TEXT NOT NULL CHECK(length(name) > 0),
    reason         TEXT NOT NULL CHECK(length(reason) > 0),
    approver       TEXT NOT NULL CHECK(length(approver) > 0),
    system_key     TEXT,
    category       TEXT,
    path           TEXT,
    person         BLOB CHECK(length(person) = 16),
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

-- What is over age, as it was counted in an object while it had this state: record_date is the oldest. known 0: could not be counted, reason says why.
CREATE TABLE retention_count(
    dataset_id    INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
    rule          TEXT NOT NULL,
    trigger_field TEXT NOT NULL,
    cutoff        TEXT NOT NULL,
    known         INTEGER NOT NULL CHECK(known IN (0, 1)),
    reason        TEXT,
    row_count     INTEGER NOT NULL CHECK(row_count >= 0),
    over_age      INTEGER NOT NULL CHECK(over_age >= 0),
    undated       INTEGER NOT NULL CHECK(undated >= 0),
    oldest        TEXT,
    last_scan     INTEGER NOT NULL,
    counted_us    INTEGER NOT NULL,
    PRIMARY KEY(dataset_id, rule)
) STRICT, WITHOUT ROWID;
