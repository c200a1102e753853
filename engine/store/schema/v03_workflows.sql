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
