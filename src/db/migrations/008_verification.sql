-- A contact with a caller. customer_id NULL: nobody was found; subject then is a keyed hash of what was typed, so that tries are counted alike.
CREATE TABLE verification(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    call        TEXT NOT NULL UNIQUE,
    customer_id INTEGER REFERENCES customer(id),
    subject     BLOB NOT NULL CHECK(length(subject) = 16),
    direction   INTEGER NOT NULL CHECK(direction IN (1, 2)),
    channel     TEXT NOT NULL,
    number_id   BLOB CHECK(length(number_id) = 16),      -- keyed hash of the caller's number; NULL withheld or none
    withheld    INTEGER NOT NULL DEFAULT 0 CHECK(withheld IN (0, 1)),
    word        TEXT NOT NULL,
    check_id    BLOB UNIQUE CHECK(length(check_id) = 16), -- outgoing calls: keyed hash of the code that the customer may check
    purpose     TEXT NOT NULL,
    fields      TEXT NOT NULL,                           -- JSON array of the ids of what was asked for
    agent       TEXT NOT NULL,
    ticket      TEXT,
    started_us  INTEGER NOT NULL,
    active_us   INTEGER NOT NULL,
    ended_us    INTEGER,
    outcome     TEXT,
    start_index INTEGER,                                 -- of its first entry in the ledger
    note        TEXT
) STRICT;
CREATE INDEX verification_subject ON verification(subject, started_us);
CREATE INDEX verification_number ON verification(number_id, started_us) WHERE number_id IS NOT NULL;
CREATE INDEX verification_agent ON verification(agent, started_us);

-- What the caller said she is, when the call began, and whether it fits; nobody is told.
CREATE TABLE verification_said(
    verification_id INTEGER NOT NULL REFERENCES verification(id),
    factor          INTEGER NOT NULL,
    matched         INTEGER NOT NULL CHECK(matched IN (0, 1)),
    PRIMARY KEY(verification_id, factor)
) STRICT, WITHOUT ROWID;

-- A try is written before anything is compared; matched stays 0 when the comparison never came.
CREATE TABLE verification_try(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    verification_id INTEGER NOT NULL REFERENCES verification(id),
    subject         BLOB NOT NULL CHECK(length(subject) = 16),
    factor          INTEGER NOT NULL,
    at_us           INTEGER NOT NULL,
    by              TEXT NOT NULL,
    matched         INTEGER NOT NULL DEFAULT 0 CHECK(matched IN (0, 1))
) STRICT;
CREATE INDEX verification_try_subject ON verification_try(subject, factor, at_us);
CREATE INDEX verification_try_call ON verification_try(verification_id, factor);

-- Codes asked for. result: 0 nothing was sent (nobody, no route, one that is too new), 1 handed over, 2 the sending failed. dialled_us: a call-back was made.
CREATE TABLE verification_send(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    verification_id INTEGER NOT NULL REFERENCES verification(id),
    subject         BLOB NOT NULL CHECK(length(subject) = 16),
    factor          INTEGER NOT NULL,
    at_us           INTEGER NOT NULL,
    result          INTEGER NOT NULL DEFAULT 0 CHECK(result BETWEEN 0 AND 2),
    usable_us       INTEGER,                             -- a route that is too new counts from then on
    dialled_us      INTEGER
) STRICT;
CREATE INDEX verification_send_subject ON verification_send(subject, factor, at_us);
CREATE INDEX verification_send_call ON verification_send(verification_id, factor);

CREATE TABLE verification_flag(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    verification_id INTEGER NOT NULL REFERENCES verification(id),
    subject         BLOB NOT NULL CHECK(length(subject) = 16),
    flag            TEXT NOT NULL,
    at_us           INTEGER NOT NULL,
    by              TEXT NOT NULL,
    UNIQUE(verification_id, flag)
) STRICT;
CREATE INDEX verification_flag_subject ON verification_flag(subject, flag, at_us);

-- Customers asked whether we are calling.
CREATE TABLE call_check(
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at_us   INTEGER NOT NULL,
    found   INTEGER NOT NULL CHECK(found IN (0, 1))
) STRICT;
CREATE INDEX call_check_at ON call_check(at_us);

-- Breaking the glass takes two people: asked for by one, approved by the other, used once.
CREATE TABLE disclosure_approval(
    id            TEXT PRIMARY KEY CHECK(length(id) = 16),
    customer_id   INTEGER NOT NULL REFERENCES customer(id),
    fields        TEXT NOT NULL,                         -- JSON array of ids
    purpose       TEXT NOT NULL,
    reason        TEXT NOT NULL,
    requested_by  TEXT NOT NULL,
    approver      TEXT NOT NULL,
    requested_us  INTEGER NOT NULL,
    approved_us   INTEGER,
    approved_index INTEGER,                              -- of the ledger's entry
    used_us       INTEGER
) STRICT, WITHOUT ROWID;

-- A record that nobody has a reason to open was opened.
CREATE TABLE canary_alert(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    call        TEXT,
    actor       TEXT NOT NULL,
    at_us       INTEGER NOT NULL,
    told_us     INTEGER                                  -- the owner was told
) STRICT;

-- Police, insurers, family: who asked, by which law and paper. The ledger has keyed hashes of the two texts.
CREATE TABLE third_party_request(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    party       TEXT NOT NULL,
    ground      TEXT NOT NULL,
    document    TEXT NOT NULL,
    actor       TEXT NOT NULL,
    at_us       INTEGER NOT NULL
) STRICT;

-- How much an agent told within an hour is asked in every call.
CREATE INDEX disclosure_grant_actor ON disclosure_grant(actor, issued_us) WHERE call IS NOT NULL;
