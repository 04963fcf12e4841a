-- Messages that callers left: the sound is a file (`messages/<call>-<leg>-<take>.wav`), on disk before its row.
CREATE TABLE messages (
    id        INTEGER PRIMARY KEY,
    call      INTEGER NOT NULL REFERENCES calls,
    leg       INTEGER NOT NULL,
    take      INTEGER NOT NULL,     -- from 1 within its leg
    number    TEXT,                 -- who left it, where known
    length_ms INTEGER NOT NULL,
    created   INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    attempts  INTEGER NOT NULL DEFAULT 0,
    owner     TEXT,
    outcome   TEXT,                 -- null while nobody has dealt with it
    closed    INTEGER,
    UNIQUE (call, leg, take)
) STRICT;
CREATE INDEX messages_open ON messages (due) WHERE outcome IS NULL;

-- Numbers that are not served for a time, and why.
CREATE TABLE bars (
    id      INTEGER PRIMARY KEY,
    number  TEXT NOT NULL,
    call    INTEGER REFERENCES calls ON DELETE SET NULL, -- in which it was barred
    reason  TEXT NOT NULL,
    created INTEGER NOT NULL,
    until   INTEGER NOT NULL
) STRICT;
CREATE INDEX bars_number ON bars (number, until);
CREATE INDEX bars_call ON bars (call) WHERE call IS NOT NULL;
