-- The inventory. First what people declare: parties, systems, who holds them, activities. state: 0 declared, 1 observed, 2 confirmed.
CREATE TABLE party(
    id                  INTEGER PRIMARY KEY,
    key                 TEXT NOT NULL UNIQUE CHECK(length(key) BETWEEN 1 AND 64),
    name                TEXT NOT NULL CHECK(length(name) > 0),
    kind                INTEGER NOT NULL CHECK(kind BETWEEN 0 AND 4),
    contact             TEXT,
    country             TEXT CHECK(length(country) = 2),
    parent_id           INTEGER REFERENCES party(id) CHECK(parent_id <> id),
    agreement           INTEGER NOT NULL CHECK(agreement BETWEEN 0 AND 3),
    agreement_date      TEXT CHECK(agreement_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    agreement_until     TEXT CHECK(agreement_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    breach_notice_hours INTEGER NOT NULL CHECK(breach_notice_hours >= 0),
    note                TEXT,
    state               INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
    state_date          TEXT CHECK(state_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    evidence            TEXT
) STRICT;
CREATE INDEX party_parent ON party(parent_id) WHERE parent_id IS NOT NULL;

CREATE TABLE system(
    id               INTEGER PRIMARY KEY,
    key              TEXT NOT NULL UNIQUE CHECK(length(key) BETWEEN 1 AND 64),
    name             TEXT NOT NULL CHECK(length(name) > 0),
    description      TEXT,
    owner            TEXT,
    location         TEXT,
    country          TEXT CHECK(length(country) = 2),
    encrypted        INTEGER CHECK(encrypted IN (0, 1)),
    backup_of_id     INTEGER REFERENCES system(id) CHECK(backup_of_id <> id),
    system_of_record INTEGER NOT NULL CHECK(system_of_record IN (0, 1)),
    claims           TEXT CHECK(claims GLOB '[[]*'),
    access           TEXT CHECK(access GLOB '[[]*'),
    state            INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
    state_date       TEXT CHECK(state_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    evidence         TEXT
) STRICT;
CREATE INDEX system_backup ON system(backup_of_id) WHERE backup_of_id IS NOT NULL;

-- relation: 0 responsible, 1 hosts, 2 stores, 3 shares.
CREATE TABLE holding(
    id         INTEGER PRIMARY KEY,
    system_id  INTEGER NOT NULL REFERENCES system(id) ON DELETE CASCADE,
    party_id   INTEGER NOT NULL REFERENCES party(id),
    relation   INTEGER NOT NULL CHECK(relation BETWEEN 0 AND 3),
    note       TEXT,
    state      INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
    state_date TEXT CHECK(state_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    evidence   TEXT,
    UNIQUE(system_id, party_id, relation)
) STRICT;
CREATE INDEX holding_party ON holding(party_id);

CREATE TABLE activity(
    id                  INTEGER PRIMARY KEY,
    key                 TEXT NOT NULL UNIQUE CHECK(length(key) BETWEEN 1 AND 64),
    function            TEXT,
    purpose             TEXT NOT NULL CHECK(length(purpose) > 0),
    data_use            TEXT,
    role                INTEGER NOT NULL CHECK(role BETWEEN 0 AND 2),
    joint_controller    TEXT,
    lawful_basis        INTEGER NOT NULL CHECK(lawful_basis BETWEEN 0 AND 6),
    special_condition   INTEGER NOT NULL CHECK(special_condition BETWEEN 0 AND 10),
    legitimate_interest TEXT,
    interest_assessment TEXT,
    subjects            TEXT CHECK(subjects GLOB '[[]*'),
    categories          TEXT CHECK(categories GLOB '[[]*'),
    recipients          TEXT CHECK(recipients GLOB '[[]*'),
    processor_contract  TEXT,
    transfers           TEXT CHECK(transfers GLOB '[[]*'),
    transfer_safeguards TEXT,
    retention_period    TEXT CHECK(retention_period GLOB 'P*'),
    retention_trigger   TEXT,
    retention_source    TEXT,
    safeguards          TEXT CHECK(safeguards GLOB '[[]*'),
    rights              TEXT CHECK(rights GLOB '[[]*'),
    automated_decisions INTEGER CHECK(automated_decisions IN (0, 1)),
    consent_record      TEXT,
    dpia                INTEGER NOT NULL CHECK(dpia BETWEEN 0 AND 4),
    dpia_link           TEXT,
    source              TEXT,
    note                TEXT,
    state               INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
    state_date          TEXT CHECK(state_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    evidence            TEXT
) STRICT;

CREATE TABLE activity_system(
    activity_id INTEGER NOT NULL REFERENCES activity(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL CHECK(position >= 0),
    system_id   INTEGER NOT NULL REFERENCES system(id),
    PRIMARY KEY(activity_id, position),
    UNIQUE(activity_id, system_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX activity_system_system ON activity_system(system_id);

-- Datasets as somebody described them, to be compared with what is found.
CREATE TABLE declared_dataset(
    id          INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE CHECK(length(key) BETWEEN 1 AND 64),
    name        TEXT,
    description TEXT,
    system_id   INTEGER REFERENCES system(id) ON DELETE SET NULL,
    categories  TEXT CHECK(categories GLOB '[[]*'),
    collections TEXT CHECK(collections GLOB '[[]*'),
    state       INTEGER NOT NULL CHECK(state BETWEEN 0 AND 2),
    state_date  TEXT CHECK(state_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    evidence    TEXT
) STRICT;
CREATE INDEX declared_dataset_system ON declared_dataset(system_id) WHERE system_id IS NOT NULL;

-- What scans see. status: 0 running, 1 finished, 2 interrupted.
CREATE TABLE scan(
    id          INTEGER PRIMARY KEY,
    started_us  INTEGER NOT NULL,
    finished_us INTEGER CHECK(finished_us >= started_us),
    status      INTEGER NOT NULL CHECK(status BETWEEN 0 AND 2),
    targets     TEXT NOT NULL CHECK(targets GLOB '[[]*'),
    ruleset     TEXT NOT NULL CHECK(length(ruleset) BETWEEN 1 AND 16),
    full_read   INTEGER NOT NULL CHECK(full_read IN (0, 1)),
    objects     INTEGER NOT NULL DEFAULT 0 CHECK(objects >= 0),
    complete    INTEGER NOT NULL DEFAULT 0 CHECK(complete >= 0),
    partial     INTEGER NOT NULL DEFAULT 0 CHECK(partial >= 0),
    skipped     INTEGER NOT NULL DEFAULT 0 CHECK(skipped >= 0),
    unchanged   INTEGER NOT NULL DEFAULT 0 CHECK(unchanged >= 0),
    bytes_read  INTEGER NOT NULL DEFAULT 0 CHECK(bytes_read >= 0),
    findings    INTEGER NOT NULL DEFAULT 0 CHECK(findings >= 0),
    suppressed  INTEGER NOT NULL DEFAULT 0 CHECK(suppressed >= 0),
    gone        INTEGER NOT NULL DEFAULT 0 CHECK(gone >= 0),
    elapsed_us  INTEGER NOT NULL DEFAULT 0 CHECK(elapsed_us >= 0)
) STRICT;

-- A file, an archive member, a table. A container (the outermost file) carries what recognises it as unchanged; it is known
-- once all its objects were stored. A container that was never told as an object itself has observed = 0. Objects inside that
-- were read completely and hold nothing are only counted (clean_members).
CREATE TABLE dataset(
    id            INTEGER PRIMARY KEY,
    path          TEXT NOT NULL UNIQUE CHECK(length(path) > 0),
    container_id  INTEGER REFERENCES dataset(id) ON DELETE CASCADE CHECK(container_id <> id),
    system_id     INTEGER REFERENCES system(id) ON DELETE SET NULL,
    observed      INTEGER NOT NULL CHECK(observed IN (0, 1)),
    format        TEXT NOT NULL,
    coverage      INTEGER NOT NULL CHECK(coverage BETWEEN 0 AND 2),
    reason_id     TEXT,
    reason        TEXT,
    size          INTEGER NOT NULL,
    bytes_read    INTEGER NOT NULL,
    row_count     INTEGER NOT NULL,
    mtime_us      INTEGER NOT NULL,
    mode          INTEGER NOT NULL,
    uid           INTEGER NOT NULL,
    known         INTEGER NOT NULL DEFAULT 0 CHECK(known IN (0, 1)),
    dev           INTEGER,
    ino           INTEGER,
    known_size    INTEGER,
    known_mtime   INTEGER,
    content_id    BLOB CHECK(length(content_id) = 32),
    ruleset       TEXT,
    clean_members INTEGER NOT NULL DEFAULT 0 CHECK(clean_members >= 0),
    first_scan    INTEGER NOT NULL REFERENCES scan(id),
    last_scan     INTEGER NOT NULL REFERENCES scan(id),
    people_min    INTEGER NOT NULL DEFAULT 0,
    people_max    INTEGER NOT NULL DEFAULT 0,
    low           INTEGER NOT NULL DEFAULT 0,
    medium        INTEGER NOT NULL DEFAULT 0,
    high          INTEGER NOT NULL DEFAULT 0,
    suppressed    INTEGER NOT NULL DEFAULT 0,
    families      INTEGER NOT NULL DEFAULT 0,
    state         INTEGER NOT NULL DEFAULT 1 CHECK(state BETWEEN 0 AND 2),
    state_date    TEXT,
    evidence      TEXT
) STRICT;
CREATE INDEX dataset_container ON dataset(container_id) WHERE container_id IS NOT NULL;
CREATE INDEX dataset_system ON dataset(system_id) WHERE system_id IS NOT NULL;

-- A column, a JSON path, or the free text ("") of an object; only those in which something was found.
CREATE TABLE field(
    id                INTEGER PRIMARY KEY,
    dataset_id        INTEGER NOT NULL REFERENCES dataset(id) ON DELETE CASCADE,
    position          INTEGER NOT NULL CHECK(position >= 0),
    name              TEXT NOT NULL,
    column_kind       TEXT,
    column_support    REAL NOT NULL,
    column_confidence REAL NOT NULL,
    value_count       INTEGER NOT NULL,
    UNIQUE(dataset_id, position)
) STRICT;

CREATE TABLE finding(
    id         INTEGER PRIMARY KEY,
    field_id   INTEGER NOT NULL REFERENCES field(id) ON DELETE CASCADE,
    kind       TEXT NOT NULL,
    family     INTEGER NOT NULL CHECK(family BETWEEN 0 AND 30),
    rule       INTEGER NOT NULL,
    rule_name  TEXT,
    low        INTEGER NOT NULL,
    medium     INTEGER NOT NULL,
    high       INTEGER NOT NULL,
    suppressed INTEGER NOT NULL,
    confidence REAL NOT NULL,
    distinct_count INTEGER NOT NULL,
    sketch     BLOB,
    UNIQUE(field_id, kind, rule)
) STRICT;

CREATE TABLE sample(
    finding_id  INTEGER NOT NULL REFERENCES finding(id) ON DELETE CASCADE,
    position    INTEGER NOT NULL CHECK(position >= 0),
    byte_offset INTEGER NOT NULL,
    line        INTEGER NOT NULL,
    confidence  REAL NOT NULL,
    evidence    INTEGER NOT NULL,
    value_id    BLOB NOT NULL CHECK(length(value_id) = 16),
    masked      TEXT NOT NULL,
    PRIMARY KEY(finding_id, position)
) STRICT, WITHOUT ROWID;

-- Keyed hashes by which people are told apart and systems joined (base/sketch.h).
CREATE TABLE dataset_people(
    dataset_id INTEGER PRIMARY KEY REFERENCES dataset(id) ON DELETE CASCADE,
    emails     BLOB,
    phones     BLOB,
    ids        BLOB,
    names      BLOB,
    people     BLOB
) STRICT;

-- What came, went or changed, scan by scan. kind NULL: the whole object.
CREATE TABLE change(
    id            INTEGER PRIMARY KEY,
    scan_id       INTEGER NOT NULL REFERENCES scan(id),
    path          TEXT NOT NULL,
    system_id     INTEGER REFERENCES system(id) ON DELETE SET NULL,
    direction     INTEGER NOT NULL CHECK(direction BETWEEN -1 AND 1),
    kind          TEXT,
    finding_count INTEGER NOT NULL
) STRICT;
CREATE INDEX change_scan ON change(scan_id);
CREATE INDEX change_system ON change(system_id) WHERE system_id IS NOT NULL;
