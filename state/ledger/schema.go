package ledger

// applicationID marks a state file as polsync's ("plsy" in ASCII), in SQLite's own header field for it.
const applicationID = 0x706c7379

// migrations brings a file from layout i to i+1, each in one transaction with the version. A released one is never
// changed. Times are microseconds since 1970 in UTC.
var migrations = []string{
	`
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
	seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, platform TEXT NOT NULL, run TEXT NOT NULL,
	intent INTEGER NOT NULL, status TEXT NOT NULL, body TEXT NOT NULL, hash BLOB NOT NULL
) STRICT;
CREATE INDEX audit_run ON audit (platform, run);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TABLE head (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, hash BLOB NOT NULL) STRICT;
INSERT INTO head VALUES (1, 0, x'');

CREATE TABLE owned (
	platform TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES audit,
	PRIMARY KEY (platform, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
	n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, platform TEXT NOT NULL, command TEXT NOT NULL, who TEXT NOT NULL,
	version TEXT NOT NULL, base TEXT NOT NULL, plan TEXT NOT NULL, saved INTEGER NOT NULL, planned INTEGER NOT NULL,
	started INTEGER NOT NULL, ended INTEGER, done INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0,
	unknown INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0, result TEXT NOT NULL DEFAULT '',
	UNIQUE (platform, id)
) STRICT;
CREATE UNIQUE INDEX runs_saved ON runs (platform, plan) WHERE saved = 1;

CREATE TABLE leases (
	platform TEXT PRIMARY KEY, holder TEXT NOT NULL, epoch INTEGER NOT NULL, expires INTEGER NOT NULL,
	released INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
	id INTEGER PRIMARY KEY REFERENCES audit, platform TEXT NOT NULL, run TEXT NOT NULL, epoch INTEGER NOT NULL,
	status TEXT NOT NULL CHECK (status IN ('open', 'done', 'failed', 'unknown', 'settled')), query TEXT NOT NULL DEFAULT '',
	FOREIGN KEY (platform, run) REFERENCES runs (platform, id)
) STRICT;
CREATE INDEX intents_claims ON intents (platform) WHERE status IN ('open', 'unknown');

CREATE TABLE pauses (platform TEXT PRIMARY KEY, who TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE repeats (
	platform TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, run TEXT NOT NULL, n INTEGER NOT NULL, count INTEGER NOT NULL,
	first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (platform, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE refused (
	platform TEXT NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL, run TEXT NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY (platform, key)
) STRICT, WITHOUT ROWID;
CREATE TABLE pins (platform TEXT PRIMARY KEY, identity TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE loads (
	source TEXT PRIMARY KEY, digest TEXT NOT NULL, count INTEGER NOT NULL, content BLOB NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE findings (
	platform TEXT NOT NULL, col TEXT NOT NULL, scan TEXT NOT NULL, classifier TEXT NOT NULL, score REAL NOT NULL, body TEXT NOT NULL,
	PRIMARY KEY (platform, col, scan, classifier)
) STRICT, WITHOUT ROWID;
CREATE TABLE rules (
	platform TEXT NOT NULL, scan TEXT NOT NULL, rules TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
	PRIMARY KEY (platform, scan, rules)
) STRICT, WITHOUT ROWID;
CREATE TABLE marks (
	platform TEXT NOT NULL, scan TEXT NOT NULL, tab TEXT NOT NULL, digest TEXT NOT NULL, rules TEXT NOT NULL, at INTEGER NOT NULL,
	PRIMARY KEY (platform, scan, tab)
) STRICT, WITHOUT ROWID;

CREATE TABLE tags (platform TEXT NOT NULL, tag TEXT NOT NULL, refreshed INTEGER NOT NULL, PRIMARY KEY (platform, tag)) STRICT, WITHOUT ROWID;
CREATE TABLE tag_values (
	platform TEXT NOT NULL, tag TEXT NOT NULL, value TEXT NOT NULL, count INTEGER NOT NULL, present INTEGER NOT NULL,
	first INTEGER NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (platform, tag, value),
	FOREIGN KEY (platform, tag) REFERENCES tags
) STRICT, WITHOUT ROWID;
`, `
CREATE TABLE decisions (
	id INTEGER PRIMARY KEY REFERENCES audit, platform TEXT NOT NULL, place TEXT NOT NULL, classifier TEXT NOT NULL, body TEXT NOT NULL,
	UNIQUE (platform, place, classifier)
) STRICT;
`,
	`
DROP TABLE marks;
CREATE TABLE looks (
	platform TEXT NOT NULL, scan TEXT NOT NULL, col TEXT NOT NULL, digest TEXT NOT NULL, rules TEXT NOT NULL, how TEXT NOT NULL, at INTEGER NOT NULL,
	body TEXT NOT NULL, PRIMARY KEY (platform, scan, col)
) STRICT, WITHOUT ROWID;
CREATE TABLE scans (
	platform TEXT NOT NULL, scan TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (platform, scan)
) STRICT, WITHOUT ROWID;
`,
}
