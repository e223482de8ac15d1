-- Factors as they were enrolled. secret is sealed under the customer's key, bound to this row; a factor that ended keeps its dates (who ever had which).
CREATE TABLE factor(
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  INTEGER NOT NULL REFERENCES customer(id),
    kind         INTEGER NOT NULL,
    secret       BLOB,                          -- NULL: ended, or recovery codes, which stand below
    last_step    INTEGER NOT NULL DEFAULT -1,   -- newest time step of an authenticator that was accepted
    enrolled_us  INTEGER NOT NULL,
    confirmed_us INTEGER,                       -- NULL: an authenticator from which no code came yet; it counts for nothing
    enrolled_by  TEXT NOT NULL,
    source       TEXT NOT NULL,                 -- how the customer was known at that moment
    ended_us     INTEGER,
    ended_by     TEXT,
    end_reason   TEXT,
    CHECK((ended_us IS NULL) OR secret IS NULL)
) STRICT;
CREATE INDEX factor_of ON factor(customer_id, kind) WHERE ended_us IS NULL;

-- Recovery codes: each once. One that was used, and all of a factor that ended, have no secret any more.
CREATE TABLE recovery_code(
    factor_id INTEGER NOT NULL REFERENCES factor(id),
    n         INTEGER NOT NULL CHECK(n BETWEEN 1 AND 10),
    secret    BLOB,
    used_us   INTEGER,
    PRIMARY KEY(factor_id, n),
    CHECK(used_us IS NULL OR secret IS NULL)
) STRICT, WITHOUT ROWID;

-- One-time codes, kept as keyed hashes, accepted once. call: what a code is bound to: a call, or, for letters, the customer's pseudonym.
CREATE TABLE one_time_code(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    call        TEXT NOT NULL,
    kind        INTEGER NOT NULL,
    salt        BLOB NOT NULL CHECK(length(salt) = 16),
    code_hash   BLOB NOT NULL CHECK(length(code_hash) = 32),
    made_us     INTEGER NOT NULL,
    expires_us  INTEGER NOT NULL,
    used_us     INTEGER,
    ended_us    INTEGER                         -- a newer one of the same call and kind was made, or the call ended
) STRICT;
CREATE INDEX one_time_code_call ON one_time_code(call, kind);
CREATE INDEX one_time_code_expired ON one_time_code(expires_us);

-- A customer that is being erased leaves no secret behind; the dates stay. Codes lie under calls and run out.
CREATE TRIGGER factor_erased AFTER UPDATE OF state ON customer WHEN NEW.state = 2 BEGIN
    UPDATE factor SET secret = NULL, ended_us = coalesce(ended_us, NEW.changed_us) WHERE customer_id = NEW.id;
    UPDATE recovery_code SET secret = NULL WHERE factor_id IN (SELECT id FROM factor WHERE customer_id = NEW.id);
END;
