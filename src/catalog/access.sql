-- Who may come in, and who is in. Passwords are kept as argon2id strings, tokens of sessions as hashes.
CREATE TABLE IF NOT EXISTS account (
  name            TEXT PRIMARY KEY,
  full_name       TEXT NOT NULL,
  -- Names of roles, codes of units, names of collections, each a JSON list; an empty list of units or collections: any.
  roles           TEXT NOT NULL,
  units           TEXT NOT NULL,
  collections     TEXT NOT NULL,
  password        TEXT NOT NULL,
  -- Whether the password was set by somebody else and must be changed first.
  must_change     INTEGER NOT NULL,
  made_ms         INTEGER NOT NULL,
  used_ms         INTEGER NOT NULL,
  failures        INTEGER NOT NULL DEFAULT 0,
  locked_until_ms INTEGER NOT NULL DEFAULT 0,
  -- Why nobody may use it any more. Accounts are never deleted: what they did stays theirs.
  closed          TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS session (
  token   TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES account (name),
  made_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  -- What records are opened for: a purpose of the list, the number of the case, and since when (0: not named yet).
  purpose TEXT NOT NULL DEFAULT '',
  case_no TEXT NOT NULL DEFAULT '',
  case_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS session_account ON session (account);

-- Accounts whose people come in by the office's provider of log-ins and have no password.
CREATE TABLE IF NOT EXISTS provider_account (
  account TEXT PRIMARY KEY REFERENCES account (name),
  -- What the provider calls the person.
  claimed TEXT NOT NULL UNIQUE,
  -- A hash of who the provider says it is, kept at the first log-in: names are given to others, this is not. Empty before.
  subject TEXT NOT NULL DEFAULT ''
) STRICT;
