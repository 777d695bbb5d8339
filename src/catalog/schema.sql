-- What the archive knows. The index is derived from it; nothing else is the truth.
-- Times are milliseconds since 1970-01-01 UTC. Paths are relative to what was named on
-- the command line; no absolute path is ever stored.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS scan (
  id         TEXT PRIMARY KEY CHECK (length(id) = 64),
  bytes      INTEGER NOT NULL,
  arrived_ms INTEGER NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'quarantined')),
  num_pages  INTEGER,
  family     TEXT NOT NULL DEFAULT 'auto',
  collection TEXT,
  unit       TEXT,
  reason     TEXT,
  message    TEXT,
  -- How often it was let be tried again after it was set aside.
  retries    INTEGER NOT NULL DEFAULT 0,
  CHECK ((state = 'quarantined') = (reason IS NOT NULL))
) STRICT;
CREATE INDEX IF NOT EXISTS scan_state ON scan (state);

-- The same bytes at another path are one scan with two locations.
CREATE TABLE IF NOT EXISTS location (
  path        TEXT NOT NULL,
  scan        TEXT NOT NULL REFERENCES scan (id),
  bytes       INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  ordinal     INTEGER NOT NULL,
  PRIMARY KEY (path, scan)
) STRICT;
CREATE INDEX IF NOT EXISTS location_scan ON location (scan);

-- Files as they were when their bytes were read, by the BLAKE3 of their absolute paths.
CREATE TABLE IF NOT EXISTS sighting (
  place       BLOB PRIMARY KEY CHECK (length(place) = 32),
  scan        TEXT NOT NULL REFERENCES scan (id),
  bytes       INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  changed_ns  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- How often opening a scan has ended a worker or the machine; gone when it was opened.
CREATE TABLE IF NOT EXISTS open_crash (
  scan    TEXT PRIMARY KEY REFERENCES scan (id),
  crashes INTEGER NOT NULL
) STRICT;

-- What folder and file names say about a scan: kind of register, year, book, number, …
CREATE TABLE IF NOT EXISTS scan_name (
  scan  TEXT NOT NULL REFERENCES scan (id),
  path  TEXT NOT NULL,
  part  TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (scan, path, part)
) STRICT;

CREATE TABLE IF NOT EXISTS page (
  scan     TEXT NOT NULL REFERENCES scan (id),
  number   INTEGER NOT NULL CHECK (number >= 1),
  state    TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'quarantined')),
  crashes  INTEGER NOT NULL DEFAULT 0,
  blank    INTEGER NOT NULL DEFAULT 0,
  taken    TEXT,
  reason   TEXT,
  message  TEXT,
  text     BLOB,
  PRIMARY KEY (scan, number),
  CHECK ((state = 'quarantined') = (reason IS NOT NULL)),
  CHECK ((state = 'done') = (text IS NOT NULL))
) STRICT;

CREATE INDEX IF NOT EXISTS page_aside ON page (scan) WHERE state = 'quarantined';

CREATE TABLE IF NOT EXISTS record (
  id      TEXT PRIMARY KEY,
  scan    TEXT NOT NULL REFERENCES scan (id),
  ordinal INTEGER NOT NULL,
  kind    TEXT NOT NULL,
  body    TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS record_scan ON record (scan, ordinal);

-- Written in the same transaction as the record; drained by the indexer, which commits
-- the index first and moves the watermark afterwards.
CREATE TABLE IF NOT EXISTS outbox (
  seq    INTEGER PRIMARY KEY AUTOINCREMENT,
  record TEXT NOT NULL
) STRICT;
