-- What people decided about fields. Nothing is ever overwritten: an undo is a decision too, and marks what it undid.
CREATE TABLE IF NOT EXISTS decision (
  seq       INTEGER PRIMARY KEY AUTOINCREMENT,
  record    TEXT NOT NULL,
  field     TEXT NOT NULL,
  step      TEXT NOT NULL,
  account   TEXT NOT NULL,
  at_ms     INTEGER NOT NULL,
  -- The field before, as JSON; the stage before; the value and state that were decided.
  old_field TEXT NOT NULL,
  old_stage TEXT NOT NULL,
  new_value TEXT,
  new_state TEXT NOT NULL,
  why       TEXT NOT NULL DEFAULT '',
  undone_by INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS decision_field ON decision (record, field, seq);
CREATE INDEX IF NOT EXISTS decision_account ON decision (account, seq);

-- Fields that wait for a person: `read` for keying, `keyed-once` for the blind second keying, `disputed` for the third decision,
-- `keyed` for verification, `verified` for approval. What is approved is not here any more.
CREATE TABLE IF NOT EXISTS check_item (
  record     TEXT NOT NULL,
  field      TEXT NOT NULL,
  stage      TEXT NOT NULL,
  confidence REAL NOT NULL,
  -- The rule of the first finding that names the field; empty if none does.
  finding    TEXT NOT NULL,
  PRIMARY KEY (record, field)
) STRICT;
CREATE INDEX IF NOT EXISTS check_item_stage ON check_item (stage, confidence);
