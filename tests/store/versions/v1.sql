-- A database of version 1 with something in every table. Never edited.

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

PRAGMA user_version = 1;
