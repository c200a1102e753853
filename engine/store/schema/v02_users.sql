-- Who may use the server.
CREATE TABLE users (
    name TEXT PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('admin', 'user', 'viewer')),
    max_queued INTEGER,
    max_disk_bytes INTEGER,
    created REAL NOT NULL
);

-- What proves who asks. Of each token only the SHA-256 is kept.
CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('bearer', 'url', 'session')),
    created REAL NOT NULL,
    used REAL NOT NULL,  -- to within the hour
    revoked REAL
);

CREATE INDEX tokens_of_user ON tokens (user);

-- Counts what changes who may do what, so that a server that remembers answers knows when to ask again.
CREATE TABLE keyring (version INTEGER NOT NULL);
INSERT INTO keyring VALUES (0);

CREATE TRIGGER user_changed AFTER UPDATE ON users BEGIN
    UPDATE keyring SET version = version + 1;
END;
CREATE TRIGGER user_deleted AFTER DELETE ON users BEGIN
    UPDATE keyring SET version = version + 1;
END;
CREATE TRIGGER token_revoked AFTER UPDATE OF revoked ON tokens BEGIN
    UPDATE keyring SET version = version + 1;
END;
CREATE TRIGGER token_deleted AFTER DELETE ON tokens BEGIN
    UPDATE keyring SET version = version + 1;
END;

-- The user of an installation that has no others.
INSERT INTO users VALUES ('default', 'admin', NULL, NULL, 0);
