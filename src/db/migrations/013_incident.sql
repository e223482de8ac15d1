-- The register of incidents (core/incident). What was typed is cleaned before it comes here. salt: of the commitments to a row's texts that stand in the ledger; it goes with the texts, so that an erased one
-- cannot be guessed from the ledger.
CREATE TABLE incident(
    id              INTEGER PRIMARY KEY AUTOINCREMENT,         -- I-<id>
    kind            TEXT NOT NULL,
    title           TEXT NOT NULL,
    codename        TEXT NOT NULL DEFAULT '',
    state           INTEGER NOT NULL DEFAULT 1 CHECK(state BETWEEN 1 AND 5),
    verdict         INTEGER NOT NULL DEFAULT 0 CHECK(verdict IN (0, 3, 4)),   -- a breach or none: stays when it is closed
    severity        TEXT NOT NULL DEFAULT '',
    opened_us       INTEGER NOT NULL,
    opened_by       TEXT NOT NULL,
    found_by        TEXT NOT NULL DEFAULT '',
    closed_us       INTEGER,
    reason          TEXT NOT NULL DEFAULT '',
    people_min      INTEGER,
    people_max      INTEGER,
    drill           INTEGER NOT NULL DEFAULT 0 CHECK(drill IN (0, 1)),
    update_every_us INTEGER NOT NULL DEFAULT 0,
    updated_us      INTEGER NOT NULL DEFAULT 0,
    takeover_us     INTEGER NOT NULL,
    takeover_self   INTEGER NOT NULL DEFAULT 0 CHECK(takeover_self IN (0, 1)),   -- the deputy is manager then, without typing anything
    accepted_us     INTEGER NOT NULL DEFAULT 0,
    playbook        TEXT NOT NULL DEFAULT '',                  -- to be started
    run_wanted      INTEGER NOT NULL DEFAULT 0 CHECK(run_wanted IN (0, 1)),   -- it was not started yet
    taken           INTEGER NOT NULL DEFAULT 0,                -- how many events of its runs were looked through for decisions
    salt            BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_open ON incident(id) WHERE closed_us IS NULL;

CREATE TABLE incident_time(
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    which       INTEGER NOT NULL,
    at_us       INTEGER NOT NULL,
    told        INTEGER NOT NULL DEFAULT 0 CHECK(told IN (0, 1)),   -- the runs know it
    PRIMARY KEY(incident_id, which)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident_role(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    role        INTEGER NOT NULL,
    who         TEXT NOT NULL,
    email       TEXT NOT NULL DEFAULT '',
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL DEFAULT '',
    since_us    INTEGER NOT NULL,
    until_us    INTEGER,
    salt        BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE UNIQUE INDEX incident_role_now ON incident_role(incident_id, role) WHERE until_us IS NULL;

CREATE TABLE team(
    role     INTEGER PRIMARY KEY,
    who      TEXT NOT NULL,
    email    TEXT NOT NULL DEFAULT '',
    phone    TEXT NOT NULL DEFAULT '',
    since_us INTEGER NOT NULL,
    salt     BLOB NOT NULL DEFAULT (randomblob(16))
) STRICT;

CREATE TABLE incident_party(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    kind        TEXT NOT NULL,
    name        TEXT NOT NULL,
    contact     TEXT NOT NULL DEFAULT '',
    privileged  INTEGER NOT NULL DEFAULT 0 CHECK(privileged IN (0, 1)),
    added_us    INTEGER NOT NULL,
    salt        BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_party_of ON incident_party(incident_id);

CREATE TABLE incident_event(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    event_us    INTEGER NOT NULL,
    recorded_us INTEGER NOT NULL,
    found_us    INTEGER,
    kind        TEXT NOT NULL,
    text        TEXT NOT NULL,
    by          TEXT NOT NULL,
    ref         TEXT,
    privileged  INTEGER NOT NULL DEFAULT 0 CHECK(privileged IN (0, 1)),
    pinned      INTEGER NOT NULL DEFAULT 0 CHECK(pinned IN (0, 1)),
    salt        BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_event_of ON incident_event(incident_id, event_us);

CREATE TABLE incident_decision(
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id  INTEGER NOT NULL REFERENCES incident(id),
    name         TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    reason       TEXT NOT NULL,
    by           TEXT NOT NULL,
    at_us        INTEGER NOT NULL,
    needs_second INTEGER NOT NULL CHECK(needs_second IN (0, 1)),
    approved_by  TEXT,
    approved_us  INTEGER,
    rejected     INTEGER NOT NULL DEFAULT 0 CHECK(rejected IN (0, 1)),
    ref          TEXT,                                         -- R-7/12: the step of a run that asked for it
    said         TEXT NOT NULL DEFAULT '',                     -- by who approved or rejected it
    alone        INTEGER NOT NULL DEFAULT 0 CHECK(alone IN (0, 1)),   -- there was nobody else
    salt         BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_decision_of ON incident_decision(incident_id, name);
CREATE UNIQUE INDEX incident_decision_ref ON incident_decision(incident_id, ref) WHERE ref IS NOT NULL;

CREATE TABLE incident_evidence(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    name        TEXT NOT NULL,
    place       TEXT NOT NULL,
    sha256      BLOB NOT NULL CHECK(length(sha256) = 32),
    size        INTEGER NOT NULL,
    taken_us    INTEGER NOT NULL,
    by          TEXT NOT NULL,
    copied      INTEGER NOT NULL DEFAULT 0 CHECK(copied IN (0, 1)),   -- place is a copy in WORKSPACE/evidence
    about       TEXT NOT NULL DEFAULT '',
    sealed      BLOB,                                                 -- the path as it is, where place shows it with masks
    salt        BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_evidence_of ON incident_evidence(incident_id);

CREATE TABLE incident_custody(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    evidence_id INTEGER NOT NULL REFERENCES incident_evidence(id),
    at_us       INTEGER NOT NULL,
    to_whom     TEXT NOT NULL,
    by          TEXT NOT NULL,
    reason      TEXT NOT NULL,
    salt        BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_custody_of ON incident_custody(evidence_id);

-- What is open until it is done: tasks, commitments, duties, letters, the review.
CREATE TABLE incident_item(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    kind        INTEGER NOT NULL,
    state       INTEGER NOT NULL DEFAULT 1,
    what        TEXT NOT NULL,
    to_whom     TEXT NOT NULL DEFAULT '',
    who         TEXT NOT NULL DEFAULT '',
    outcome     TEXT NOT NULL DEFAULT '',
    ref         TEXT NOT NULL DEFAULT '',
    made_us     INTEGER NOT NULL,
    due_us      INTEGER,
    done_us     INTEGER,
    subject     BLOB,                                          -- of a draft, sealed
    text        BLOB,                                          -- of a draft, sealed
    salt        BLOB NOT NULL CHECK(length(salt) = 16)
) STRICT;
CREATE INDEX incident_item_open ON incident_item(incident_id, kind) WHERE state = 1;

-- The small lane's answers. NULL: I do not know.
CREATE TABLE incident_answer(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id INTEGER NOT NULL REFERENCES incident(id),
    number      INTEGER NOT NULL,
    key         TEXT NOT NULL,
    answer      TEXT,
    at_us       INTEGER NOT NULL,
    by          TEXT NOT NULL,
    salt        BLOB NOT NULL DEFAULT (randomblob(16)),
    UNIQUE(incident_id, number)
) STRICT;
