-- Factors as they were enrolled. secret is sealed under the customer's key, bound to this row; a factor that ended keeps its dates (who ever had which).
CREATE TABLE factor(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id INTEGER NOT NULL REFERENCES customer(id),
    kind        INTEGER NOT NULL,
    secret      BLOB,
    last_step   INTEGER NOT NULL DEFAULT -1,   -- newest time step of an authenticator that was accepted
    enrolled_us INTEGER NOT NULL,
    enrolled_by TEXT NOT NULL,
    source      TEXT NOT NULL,                 -- how the customer was known at that moment
    ended_us    INTEGER,
    CHECK((ended_us IS NULL) OR secret IS NULL)
) STRICT;
CREATE INDEX factor_of ON factor(customer_id, kind) WHERE ended_us IS NULL;

-- One-time codes: bound to one call, kept as keyed hashes, accepted once.
CREATE TABLE one_time_code(
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    call        TEXT NOT NULL,
    kind        INTEGER NOT NULL,
    code_hash   BLOB NOT NULL CHECK(length(code_hash) = 32),
    made_us     INTEGER NOT NULL,
    expires_us  INTEGER NOT NULL,
    used_us     INTEGER
) STRICT;
CREATE INDEX one_time_code_call ON one_time_code(call, kind);
