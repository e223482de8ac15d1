-- A contact with a caller. customer_id NULL: nobody was found; subject then is a keyed hash of what was typed, so that tries are counted alike.
CREATE TABLE verification(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    call        TEXT NOT NULL UNIQUE,
    customer_id INTEGER REFERENCES customer(id),
    subject     BLOB NOT NULL CHECK(length(subject) = 16),
    direction   INTEGER NOT NULL CHECK(direction IN (1, 2)),
    channel     TEXT NOT NULL,
    number_id   BLOB CHECK(length(number_id) = 16),      -- keyed hash of the caller's number; NULL withheld or none
    withheld    INTEGER NOT NULL DEFAULT 0,
    word        TEXT NOT NULL,
    purpose     TEXT NOT NULL,
    fields      TEXT NOT NULL,                           -- JSON array of what was asked for
    agent       TEXT NOT NULL,
    ticket      TEXT,
    started_us  INTEGER NOT NULL,
    active_us   INTEGER NOT NULL,
    ended_us    INTEGER,
    outcome     TEXT
) STRICT;
CREATE INDEX verification_subject ON verification(subject, started_us);
CREATE INDEX verification_number ON verification(number_id, started_us) WHERE number_id IS NOT NULL;
CREATE INDEX verification_agent ON verification(agent, started_us);

-- A try is written before anything is compared; matched stays 0 when the comparison never came.
CREATE TABLE verification_try(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    verification_id INTEGER NOT NULL REFERENCES verification(id),
    subject         BLOB NOT NULL CHECK(length(subject) = 16),
    factor          INTEGER NOT NULL,
    at_us           INTEGER NOT NULL,
    matched         INTEGER NOT NULL DEFAULT 0 CHECK(matched IN (0, 1))
) STRICT;
CREATE INDEX verification_try_subject ON verification_try(subject, factor, at_us);
CREATE INDEX verification_try_call ON verification_try(verification_id);

CREATE TABLE verification_flag(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    verification_id INTEGER NOT NULL REFERENCES verification(id),
    subject         BLOB NOT NULL,
    flag            TEXT NOT NULL,
    at_us           INTEGER NOT NULL,
    by              TEXT NOT NULL
) STRICT;
CREATE INDEX verification_flag_subject ON verification_flag(subject, at_us);
