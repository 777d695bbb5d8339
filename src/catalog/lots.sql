-- Lots of verified fields, of which a sample is looked at before the whole is approved by two people.
CREATE TABLE IF NOT EXISTS lot (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  path        TEXT NOT NULL,
  made_by     TEXT NOT NULL,
  made_ms     INTEGER NOT NULL,
  -- With it the same sample is drawn again.
  seed        TEXT NOT NULL,
  size        INTEGER NOT NULL,
  accepted    INTEGER NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('open', 'passed', 'failed', 'proposed', 'approved')),
  proposed_by TEXT,
  closed_by   TEXT,
  closed_ms   INTEGER
) STRICT;

CREATE TABLE IF NOT EXISTS lot_field (
  lot     INTEGER NOT NULL REFERENCES lot (id),
  record  TEXT NOT NULL,
  field   TEXT NOT NULL,
  sampled INTEGER NOT NULL,
  verdict TEXT NOT NULL DEFAULT '' CHECK (verdict IN ('', 'right', 'wrong')),
  account TEXT NOT NULL DEFAULT '',
  at_ms   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (lot, record, field)
) STRICT;
