-- Runs of playbooks: the playbook as it was when the run began, pinned, and what happened, event by event; the state is their replay (core/cacao/run.h). Texts and answers were cleaned before they came here.
CREATE TABLE run_playbook(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    sha256      BLOB NOT NULL UNIQUE CHECK(length(sha256) = 32),   -- of the bytes
    playbook_id TEXT NOT NULL,
    modified    TEXT NOT NULL,
    text        BLOB NOT NULL
) STRICT;

CREATE TABLE run(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,             -- R-<id>
    subject     TEXT NOT NULL,                                 -- I-3, D-2, or R-<id> itself
    name        TEXT NOT NULL,                                 -- as the playbook was asked for
    playbook    BLOB NOT NULL REFERENCES run_playbook(sha256),
    drill       INTEGER NOT NULL DEFAULT 0 CHECK(drill IN (0, 1)),
    lenient     INTEGER NOT NULL DEFAULT 0 CHECK(lenient IN (0, 1)),
    verified    INTEGER NOT NULL DEFAULT 0 CHECK(verified IN (0, 1)),
    outcome     INTEGER NOT NULL DEFAULT 0,                    -- 0 open
    started_us  INTEGER NOT NULL,
    ended_us    INTEGER,
    events      INTEGER NOT NULL DEFAULT 0,
    waiting     INTEGER NOT NULL DEFAULT 0,                    -- steps that wait for people
    wake_us     INTEGER,                                       -- NULL: nothing but people
    busy        INTEGER NOT NULL DEFAULT 0 CHECK(busy IN (0, 1))   -- something could be done at once: a crash left it so
) STRICT;
CREATE INDEX run_subject ON run(subject);
CREATE INDEX run_open ON run(id) WHERE outcome = 0;
CREATE INDEX run_wake ON run(wake_us) WHERE outcome = 0 AND wake_us IS NOT NULL;
CREATE INDEX run_busy ON run(id) WHERE outcome = 0 AND busy = 1;

-- Other playbooks that a run calls, pinned with it.
CREATE TABLE run_pinned(
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id   INTEGER NOT NULL REFERENCES run(id),
    playbook BLOB NOT NULL REFERENCES run_playbook(sha256),
    UNIQUE(run_id, playbook)
) STRICT;

CREATE TABLE run_event(
    run_id     INTEGER NOT NULL REFERENCES run(id),
    seq        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    at_us      INTEGER NOT NULL,
    activation INTEGER NOT NULL DEFAULT 0,
    opener     INTEGER NOT NULL DEFAULT 0,
    frame      INTEGER NOT NULL DEFAULT 0,
    step       TEXT,
    command    INTEGER NOT NULL DEFAULT 0,
    target     INTEGER NOT NULL DEFAULT 0,
    attempt    INTEGER NOT NULL DEFAULT 0,
    number     INTEGER NOT NULL DEFAULT 0,
    outcome    INTEGER NOT NULL DEFAULT 0,
    by         TEXT,
    text       TEXT,
    data       TEXT,                                           -- JSON object
    PRIMARY KEY(run_id, seq)
) STRICT, WITHOUT ROWID;

-- Answers to a step that asks several things, kept one by one until all are there. Cleaned as well.
CREATE TABLE run_draft(
    run_id     INTEGER NOT NULL REFERENCES run(id),
    activation INTEGER NOT NULL,
    attempt    INTEGER NOT NULL,
    by         TEXT NOT NULL,                                  -- who typed it: nobody else answers with it
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY(run_id, activation, attempt, by, name)
) STRICT, WITHOUT ROWID;

-- Reviews of playbooks: each quarter, by name.
CREATE TABLE playbook_review(
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    name      TEXT NOT NULL,
    version   TEXT NOT NULL,                                   -- modified
    at_us     INTEGER NOT NULL,
    by        TEXT NOT NULL,
    result    TEXT NOT NULL,                                   -- good, changed, retired
    note      TEXT,
    salt      BLOB NOT NULL DEFAULT (randomblob(16))           -- of the commitment in the ledger
) STRICT;
CREATE INDEX playbook_review_name ON playbook_review(name, at_us);
