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
