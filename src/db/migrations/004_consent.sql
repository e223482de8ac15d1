-- Consent as it happened: rows are only ever added. subject is a keyed hash; state as cdr_consent_state. event is a keyed hash of all that the
-- event says, so that the same one is stored once; recorded_us is one and the same for the events of an import's batch.
CREATE TABLE consent_purpose(
    id  INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE CHECK(length(key) BETWEEN 1 AND 64)
) STRICT;

CREATE TABLE consent_event(
    purpose_id   INTEGER NOT NULL REFERENCES consent_purpose(id),
    subject      BLOB NOT NULL CHECK(length(subject) = 16),
    at_us        INTEGER NOT NULL,
    event        BLOB NOT NULL CHECK(length(event) = 16),
    state        INTEGER NOT NULL CHECK(state BETWEEN 1 AND 9),
    until_us     INTEGER CHECK(until_us > 0),
    method       TEXT,
    channel      TEXT,
    jurisdiction TEXT,
    language     TEXT,
    text_sha256  BLOB CHECK(length(text_sha256) = 32),
    recorded_by  TEXT,
    recorded_us  INTEGER NOT NULL,
    PRIMARY KEY(purpose_id, subject, at_us, event)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER consent_event_stays BEFORE UPDATE ON consent_event BEGIN
    SELECT RAISE(ABORT, 'consent events are only ever added');
END;
CREATE TRIGGER consent_event_kept BEFORE DELETE ON consent_event BEGIN
    SELECT RAISE(ABORT, 'consent events are only ever added');
END;
