-- Who did what, and when. Entries are only ever added; each holds the hash of the one before it.
CREATE TABLE IF NOT EXISTS audit (
  seq     INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms   INTEGER NOT NULL,
  account TEXT NOT NULL,
  what    TEXT NOT NULL,
  target  TEXT NOT NULL,
  detail  TEXT NOT NULL,
  source  TEXT NOT NULL,
  hash    TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS audit_account ON audit (account, seq);
CREATE INDEX IF NOT EXISTS audit_target ON audit (target, seq);
CREATE TRIGGER IF NOT EXISTS audit_stays BEFORE UPDATE ON audit
  BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit
  BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
