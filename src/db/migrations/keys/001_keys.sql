-- candor.keys. kek: key-encryption keys, each sealed under a key derived from the workspace key; customer_key: a customer's key and pseudonym key, sealed under one of
-- them; vault_secret: the pepper.
CREATE TABLE kek(
    version    INTEGER PRIMARY KEY CHECK(version > 0),
    sealed     BLOB NOT NULL CHECK(length(sealed) = 72),
    made_us    INTEGER NOT NULL
) STRICT;

CREATE TABLE customer_key(
    customer_id INTEGER PRIMARY KEY,
    kek         INTEGER NOT NULL REFERENCES kek(version),
    sealed      BLOB NOT NULL CHECK(length(sealed) = 104)
) STRICT;

CREATE TABLE vault_secret(
    name       TEXT PRIMARY KEY,
    sealed     BLOB NOT NULL,
    made_us    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
