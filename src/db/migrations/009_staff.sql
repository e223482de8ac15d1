-- People who use Candor. While the table is empty whoever can open the key file is the owner. A login is never given out twice: it stands in the ledger.
-- password: Argon2id and then a keyed hash; totp: the seed, sealed and bound to this row. Both go when the person does.
CREATE TABLE staff(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    login       TEXT NOT NULL UNIQUE CHECK(length(login) BETWEEN 1 AND 40),
    role        INTEGER NOT NULL CHECK(role IN (1, 2, 4, 8, 16)),
    password    BLOB CHECK(length(password) = 64),
    totp        BLOB,
    totp_step   INTEGER NOT NULL DEFAULT -1,               -- newest time step of the authenticator that was accepted
    recovery    BLOB CHECK(length(recovery) = 32),         -- keyed hash of a code of 128 bits that takes the authenticator's place once; NULL none
    temporary   INTEGER NOT NULL DEFAULT 0 CHECK(temporary IN (0, 1)),   -- somebody else chose the password: to be changed first
    created_us  INTEGER NOT NULL,
    created_by  TEXT NOT NULL,
    password_us INTEGER NOT NULL,
    totp_us     INTEGER NOT NULL,
    login_us    INTEGER,                                   -- last time it succeeded
    ended_us    INTEGER,
    ended_by    TEXT,
    CHECK((ended_us IS NULL) = (password IS NOT NULL AND totp IS NOT NULL))
) STRICT;

-- Failures in a row by keyed hash of what was typed as the login, so that names nobody has are counted like those of people. Written before anything is compared.
CREATE TABLE staff_try(
    subject     BLOB PRIMARY KEY CHECK(length(subject) = 16),
    failures    INTEGER NOT NULL CHECK(failures >= 0),
    failed_us   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_try_old ON staff_try(failed_us);

CREATE TABLE staff_session(
    token_hash  BLOB PRIMARY KEY CHECK(length(token_hash) = 32),
    staff_id    INTEGER NOT NULL REFERENCES staff(id),
    started_us  INTEGER NOT NULL,
    active_us   INTEGER NOT NULL,
    ended_us    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX staff_session_of ON staff_session(staff_id) WHERE ended_us IS NULL;
