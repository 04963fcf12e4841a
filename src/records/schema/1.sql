-- Times are milliseconds since 1970 (UTC); `at_ms` counts from the start of its leg. Numbers stand here whole, because
-- they are called back; everything that prints them masks them.

CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    applied INTEGER NOT NULL,
    program TEXT NOT NULL           -- version of qingjiang that applied it
) STRICT;

CREATE TABLE calls (
    id          INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again, even after a purge
    call_id     TEXT,               -- the gateway's name for it
    dialect     TEXT NOT NULL,
    caller      TEXT,
    called      TEXT,
    script      TEXT,               -- version of the script it ran
    started     INTEGER NOT NULL,
    ended       INTEGER,            -- null while it runs
    disposition TEXT,
    target      TEXT,               -- agent:<extension>, queue:<name>
    ended_by    TEXT,
    step        TEXT,               -- where it ended
    condition   TEXT,               -- as last judged
    legs        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX calls_started ON calls (started);
CREATE INDEX calls_call_id ON calls (call_id, started) WHERE call_id IS NOT NULL;
CREATE INDEX calls_caller ON calls (caller, started) WHERE caller IS NOT NULL;
CREATE INDEX calls_running ON calls (started) WHERE ended IS NULL;

CREATE TABLE legs (
    call    INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    number  INTEGER NOT NULL,       -- from 1
    started INTEGER NOT NULL,
    PRIMARY KEY (call, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    id     INTEGER PRIMARY KEY,     -- the order in which they happened
    call   INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    leg    INTEGER NOT NULL,
    at_ms  INTEGER NOT NULL,
    kind   TEXT NOT NULL,
    detail TEXT NOT NULL            -- JSON object
) STRICT;
CREATE INDEX events_call ON events (call);

CREATE TABLE callbacks (
    id       INTEGER PRIMARY KEY,
    call     INTEGER NOT NULL REFERENCES calls,
    number   TEXT NOT NULL,
    created  INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    owner    TEXT,
    outcome  TEXT,                  -- null while it is owed
    closed   INTEGER,
    UNIQUE (call, number)           -- promised twice in one call, owed once
) STRICT;
CREATE INDEX callbacks_open ON callbacks (due) WHERE outcome IS NULL;

CREATE TABLE routes (
    call_id  TEXT PRIMARY KEY,      -- the gateway's
    call     INTEGER NOT NULL REFERENCES calls ON DELETE CASCADE,
    decision TEXT NOT NULL,
    note     TEXT NOT NULL,
    stored   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX routes_stored ON routes (stored);
CREATE INDEX routes_call ON routes (call);
