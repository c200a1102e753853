-- Whose jobs of the native API wait until they are let go.
CREATE TABLE held_queues (
    owner TEXT PRIMARY KEY
) WITHOUT ROWID;

CREATE TRIGGER user_of_queue_deleted AFTER DELETE ON users BEGIN
    DELETE FROM held_queues WHERE owner = OLD.name;
END;
