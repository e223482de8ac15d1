-- Drills that were run (core/drill): what is left of each in the real workspace.
CREATE TABLE drill(
    id       INTEGER PRIMARY KEY AUTOINCREMENT,                -- D-<id>
    playbook TEXT NOT NULL,
    scenario TEXT NOT NULL,
    by       TEXT NOT NULL,
    at_us    INTEGER NOT NULL,
    percent  INTEGER NOT NULL,
    report   TEXT NOT NULL                                     -- JSON, no personal data
) STRICT;
CREATE INDEX drill_playbook ON drill(playbook, at_us);
