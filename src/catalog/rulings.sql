-- What people said about pages. Nothing is ever overwritten: of each page and tool the last row counts, and taking something
-- back is a row with what was said before.
CREATE TABLE IF NOT EXISTS page_ruling (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  scan    TEXT NOT NULL REFERENCES scan (id),
  page    INTEGER NOT NULL CHECK (page >= 1),
  tool    TEXT NOT NULL CHECK (tool IN ('blank', 'paper', 'kind', 'turn')),
  -- In the words of the tool; empty: as the machine sees it.
  value   TEXT NOT NULL,
  before  TEXT NOT NULL,
  account TEXT NOT NULL,
  at_ms   INTEGER NOT NULL,
  why     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX IF NOT EXISTS page_ruling_page ON page_ruling (scan, page, tool, seq);
