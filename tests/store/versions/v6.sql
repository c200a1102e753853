-- A database of version 5 with something in every table. Never edited.

-- Texts of workflow documents, each once.
CREATE TABLE documents (
    digest TEXT PRIMARY KEY,
    words TEXT NOT NULL,  -- what a search finds in it
    text BLOB NOT NULL
);

CREATE TABLE jobs (
    number INTEGER PRIMARY KEY,  -- order of submission
    id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    document TEXT NOT NULL REFERENCES documents (digest),
    created REAL NOT NULL,
    state TEXT NOT NULL,
    title TEXT NOT NULL,
    priority INTEGER NOT NULL,
    position REAL NOT NULL,
    key TEXT,
    batch TEXT,
    batch_index INTEGER NOT NULL,
    source TEXT NOT NULL,
    started REAL,
    ended REAL,
    duration REAL GENERATED ALWAYS AS (ended - started),
    size INTEGER NOT NULL,           -- bytes of the row and, once it has ended, of its events
    document_size INTEGER NOT NULL,
    rest TEXT NOT NULL               -- JSON: the fields that nobody looks for
);
-- Pages, totals and limits are read from these three alone. Each index costs every job: an owner
-- has none, as reading past the others' entries takes less.
CREATE INDEX jobs_by_time ON jobs (created, number, owner, state, source);
CREATE INDEX jobs_by_duration ON jobs (duration, number, owner, state, source);
CREATE INDEX jobs_by_end ON jobs (ended, number, size, document_size) WHERE ended IS NOT NULL;
CREATE INDEX jobs_by_document ON jobs (document);
CREATE INDEX jobs_by_key ON jobs (owner, key) WHERE key IS NOT NULL;
CREATE INDEX jobs_by_batch ON jobs (batch, batch_index) WHERE batch IS NOT NULL;

-- What a search finds, by the job's number; the owner is one word.
CREATE VIRTUAL TABLE job_words
    USING fts5 (owner, words, tokenize = "unicode61 remove_diacritics 2");

CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    job TEXT NOT NULL,
    owner TEXT NOT NULL,
    time REAL NOT NULL,
    event TEXT NOT NULL  -- JSON
);
CREATE INDEX events_by_job ON events (job);

CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    next INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO counters VALUES ('events', 1);

-- File names that were given out, each to one picture of one node of one job.
CREATE TABLE outputs (
    job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
    node TEXT NOT NULL,
    place INTEGER NOT NULL,
    owner TEXT NOT NULL,
    folder TEXT NOT NULL,
    subfolder TEXT NOT NULL,
    stem TEXT NOT NULL,
    number INTEGER NOT NULL,
    suffix TEXT NOT NULL,
    PRIMARY KEY (job, node, place)
) WITHOUT ROWID;
CREATE UNIQUE INDEX outputs_by_name ON outputs (owner, folder, subfolder, stem, number);

INSERT INTO documents (digest, words, text) VALUES
    ('d1', 'a red apple euler', X'7B226E6F646573223A207B7D7D'),
    ('d2', '黒 い 猫', X'7B7D');
INSERT INTO jobs (number, id, owner, document, created, state, title, priority, position, key,
    batch, batch_index, source, started, ended, size, document_size, rest) VALUES
    (1, '6f1c', 'default', 'd1', 1.5, 'succeeded', 'Apples', 0, 1.0, 'k', 'b', 0, 'native',
     2.0, 4.5, 120, 13, '{"values":{"seed":18446744073709551615},"ran":5}'),
    (2, '6f1d', 'default', 'd1', 1.5, 'failed', 'Apples', 0, 2.0, 'k', 'b', 1, 'native',
     4.5, 5.0, 90, 13, '{"error":{"kind":"node","message":"no"}}'),
    (3, 'a0', 'ann', 'd2', 3.0, 'queued', '', 5, -1.0, NULL, NULL, 0, 'comfyui',
     NULL, NULL, 30, 2, '{"extra":{"client_id":"c"}}');
INSERT INTO job_words (rowid, owner, words) VALUES
    (1, 'o64656661756c74', 'Apples a red apple euler'),
    (2, 'o64656661756c74', 'Apples a red apple euler no'),
    (3, 'o616e6e', '黒 い 猫');
INSERT INTO events (seq, job, owner, time, event) VALUES
    (7, '6f1c', 'default', 1.5, '{"type":"JobChanged","state":"queued"}'),
    (9, '6f1c', 'default', 4.5, '{"type":"JobChanged","state":"succeeded"}'),
    (12, 'gone', 'ann', 5.5, '{"type":"JobDeleted"}');
UPDATE counters SET next = 100001;
INSERT INTO outputs (job, node, place, owner, folder, subfolder, stem, number, suffix) VALUES
    ('6f1c', '9', 0, 'default', 'output', '', 'pic', 1, '.png'),
    ('6f1c', '9', 1, 'default', 'output', 'sub', 'pic', 12, '.webp');

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

INSERT INTO users (name, role, max_queued, max_disk_bytes, created) VALUES
    ('ann', 'user', 5, NULL, 1.0),
    ('eve', 'viewer', NULL, 1000, 2.0);
INSERT INTO tokens (id, digest, user, kind, created, used, revoked) VALUES
    ('t1', X'00FF', 'ann', 'bearer', 1.0, 3.0, NULL),
    ('t2', X'01FF', 'eve', 'session', 2.0, 2.0, 4.0);

-- What each workflow held before and holds now. The file in the user's folder is the workflow; a
-- revision is made whenever it is seen with another content, whoever has written it.
CREATE TABLE workflow_revisions (
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    time REAL NOT NULL,
    -- saved, found (written by another program), restored or deleted
    how TEXT NOT NULL,
    title TEXT NOT NULL,
    digest TEXT NOT NULL,
    -- inode, size and time of the file that held it: while these are the same, so is the content
    state TEXT NOT NULL,
    -- zlib; of a deletion NULL
    content BLOB,
    UNIQUE (owner, name, number)
) STRICT;

INSERT INTO workflow_revisions (owner, name, number, time, how, title, digest, state, content) VALUES
    ('ann', 'mine.json', 1, 1.0, 'saved', 'Mine', 'ab', '1:2:3', X'789C'),
    ('ann', 'mine.json', 2, 2.0, 'deleted', '', '', '', NULL);

-- What lies in the output folders: one row a file, as it was when it was last looked into.
CREATE TABLE pictures (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    -- below the output folder, with forward slashes
    name TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    prompt TEXT NOT NULL,
    negative TEXT NOT NULL,
    model TEXT NOT NULL,
    seed TEXT NOT NULL,  -- up to 2^64-1, which is no integer here
    sampler TEXT NOT NULL,
    scheduler TEXT NOT NULL,
    steps INTEGER,
    cfg REAL,
    job TEXT NOT NULL,
    has_workflow INTEGER NOT NULL,
    -- what a search looks into, in lower case
    words TEXT NOT NULL,
    UNIQUE (owner, name)
);

CREATE INDEX pictures_by_time ON pictures (owner, mtime_ns DESC, id DESC);

INSERT INTO pictures (id, owner, name, size, mtime_ns, width, height, prompt, negative, model, seed,
    sampler, scheduler, steps, cfg, job, has_workflow, words) VALUES
    (1, 'ann', 'sub/pic_00001_.png', 9, 5, 64, 48, 'a red apple', '', 'sd15', '18446744073709551615',
     'euler', 'karras', 20, 7.5, '6f1c', 1, 'a red apple sd15');

-- How many jobs of an owner are in a state, so that a list says its length without going through.
CREATE TABLE job_counts (
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (owner, state)
) WITHOUT ROWID;
INSERT INTO job_counts SELECT owner, state, COUNT(*) FROM jobs GROUP BY owner, state;

CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN
    INSERT INTO job_counts VALUES (NEW.owner, NEW.state, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER job_changed AFTER UPDATE OF state ON jobs WHEN NEW.state != OLD.state BEGIN
    UPDATE job_counts SET count = count - 1 WHERE (owner, state) = (OLD.owner, OLD.state);
    INSERT INTO job_counts VALUES (NEW.owner, NEW.state, 1)
        ON CONFLICT DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER job_removed AFTER DELETE ON jobs BEGIN
    UPDATE job_counts SET count = count - 1 WHERE (owner, state) = (OLD.owner, OLD.state);
END;

-- Parts of lists are passed over in these alone: whether a job has run is read from them too.
DROP INDEX jobs_by_time;
DROP INDEX jobs_by_duration;
CREATE INDEX jobs_by_time ON jobs (created, number, owner, state, started);
CREATE INDEX jobs_by_duration ON jobs (duration, number, owner, state);

-- Which pictures have three letters in a row somewhere in their words. Whether they have all of a
-- word, the words themselves say.
CREATE VIRTUAL TABLE picture_letters USING fts5 (
    words, content = '', detail = none, tokenize = "trigram case_sensitive 1"
);
INSERT INTO picture_letters (rowid, words) SELECT id, words FROM pictures;

CREATE TRIGGER picture_added AFTER INSERT ON pictures BEGIN
    INSERT INTO picture_letters (rowid, words) VALUES (NEW.id, NEW.words);
END;
CREATE TRIGGER picture_changed AFTER UPDATE OF words ON pictures BEGIN
    INSERT INTO picture_letters (picture_letters, rowid, words)
        VALUES ('delete', OLD.id, OLD.words);
    INSERT INTO picture_letters (rowid, words) VALUES (NEW.id, NEW.words);
END;
CREATE TRIGGER picture_removed AFTER DELETE ON pictures BEGIN
    INSERT INTO picture_letters (picture_letters, rowid, words)
        VALUES ('delete', OLD.id, OLD.words);
END;

-- Whose jobs of the native API wait until they are let go.
CREATE TABLE held_queues (
    owner TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TRIGGER user_of_queue_deleted AFTER DELETE ON users BEGIN
    DELETE FROM held_queues WHERE owner = OLD.name;
END;
INSERT INTO held_queues VALUES ('ada');

PRAGMA user_version = 6;
