-- Consent as it happened: rows are only ever added. subject is a keyed hash; state as cdr_consent_state.
CREATE TABLE consent_event(
    id           INTEGER PRIMARY KEY,
    subject      BLOB NOT NULL CHECK(length(subject) = 16),
    purpose      TEXT NOT NULL CHECK(length(purpose) BETWEEN 1 AND 64),
    state        INTEGER NOT NULL CHECK(state BETWEEN 1 AND 9),
    at_us        INTEGER NOT NULL,
    until_us     INTEGER CHECK(until_us > 0),
    method       TEXT,
    channel      TEXT,
    jurisdiction TEXT,
    language     TEXT,
    text_sha256  BLOB CHECK(length(text_sha256) = 32),
    recorded_by  TEXT,
    recorded_us  INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_event_subject ON consent_event(purpose, subject, at_us);
