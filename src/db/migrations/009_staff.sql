-- People who use Candor. While the table is empty whoever can open the key file is the owner.
CREATE TABLE staff(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    login       TEXT NOT NULL UNIQUE CHECK(length(login) BETWEEN 1 AND 64),
    role        INTEGER NOT NULL,
    password    BLOB,
    totp        BLOB,
    totp_step   INTEGER NOT NULL DEFAULT -1,
    failures    INTEGER NOT NULL DEFAULT 0,
    failed_us   INTEGER,
    created_us  INTEGER NOT NULL,
    ended_us    INTEGER
) STRICT;

CREATE TABLE staff_session(
    token_hash  BLOB PRIMARY KEY CHECK(length(token_hash) = 32),
    staff_id    INTEGER NOT NULL REFERENCES staff(id),
    started_us  INTEGER NOT NULL,
    active_us   INTEGER NOT NULL,
    ended_us    INTEGER
) STRICT, WITHOUT ROWID;
