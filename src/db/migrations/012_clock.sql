-- What is due when (core/clock). No personal data. warn and escalate: JSON arrays as in the extension.
CREATE TABLE clock(
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    subject      TEXT NOT NULL,
    ref          TEXT NOT NULL,
    label        TEXT NOT NULL,
    began_us     INTEGER NOT NULL,
    due_us       INTEGER NOT NULL,
    set_us       INTEGER NOT NULL,                             -- when it was set, or its due time moved
    warn         TEXT NOT NULL DEFAULT '[]',
    escalate     TEXT NOT NULL DEFAULT '[]',
    calendar     TEXT NOT NULL DEFAULT '',
    role         INTEGER NOT NULL DEFAULT 0,
    drill        INTEGER NOT NULL DEFAULT 0 CHECK(drill IN (0, 1)),
    state        INTEGER NOT NULL DEFAULT 1 CHECK(state BETWEEN 1 AND 6),
    done         INTEGER NOT NULL DEFAULT 0,                   -- how many of its moments are behind it
    next_us      INTEGER,                                      -- NULL: nothing any more
    escalated_to INTEGER NOT NULL DEFAULT 0,
    ended_us     INTEGER,
    UNIQUE(subject, ref)
) STRICT;
CREATE INDEX clock_next ON clock(next_us) WHERE ended_us IS NULL AND next_us IS NOT NULL AND drill = 0;
CREATE INDEX clock_due ON clock(due_us) WHERE ended_us IS NULL AND drill = 0;

CREATE TABLE clock_event(
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    clock_id  INTEGER NOT NULL REFERENCES clock(id),
    kind      INTEGER NOT NULL,
    at_us     INTEGER NOT NULL,
    meant_us  INTEGER NOT NULL,
    to_role   INTEGER NOT NULL DEFAULT 0,
    tries     INTEGER NOT NULL DEFAULT 0,                      -- that did not work
    sent      INTEGER NOT NULL DEFAULT 0                       -- 0 nothing to send, 1 to be sent, 2 handed over, 3 not needed any more
) STRICT;
CREATE INDEX clock_event_clock ON clock_event(clock_id);
CREATE INDEX clock_event_unsent ON clock_event(id) WHERE sent = 1;
