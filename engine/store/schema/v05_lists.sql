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
