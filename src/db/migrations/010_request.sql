-- What customers ask for by right: access, copy, correction, erasure … and until when it must be answered. Days are counted since 1970-01-01. customer_id NULL: nobody like that
-- was found. Words in reason and outcome are the staff's own, without personal data.
CREATE TABLE request(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,     -- R-<id>
    customer_id     INTEGER REFERENCES customer(id),
    kind            INTEGER NOT NULL,
    regime          INTEGER NOT NULL,                      -- 0 unknown
    state           INTEGER NOT NULL DEFAULT 1 CHECK(state BETWEEN 1 AND 4),   -- 1 open, 2 fulfilled, 3 refused, 4 closed
    channel         TEXT NOT NULL,
    ticket          TEXT,
    received_day    INTEGER NOT NULL,
    due_day         INTEGER,                               -- NULL: no law is known
    confirm_day     INTEGER,                               -- receipt is to be confirmed by then; NULL: no such rule
    opened_us       INTEGER NOT NULL,
    opened_by       TEXT NOT NULL,
    confirmed_us    INTEGER,
    extended_us     INTEGER,
    extend_reason   TEXT,
    proved_us       INTEGER,
    proved_call     TEXT,
    proved_level    INTEGER,
    proved_by       TEXT,                                  -- JSON array of the kinds of proof that matched
    decided_us      INTEGER,
    decided_by      TEXT,
    ground          TEXT,                                  -- of a refusal
    outcome         TEXT,
    document_sha256 BLOB CHECK(length(document_sha256) = 32),   -- of the answer that was written
    receipt         TEXT,                                  -- of an erasure
    CHECK((state = 1) = (decided_us IS NULL))
) STRICT;
CREATE INDEX request_open ON request(due_day) WHERE state = 1;
CREATE INDEX request_of ON request(customer_id);
