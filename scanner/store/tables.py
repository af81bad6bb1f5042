"""The tables of a store.

====================  ============================================================================================
scan                  one row: the format, the scanner's version, when, and whether the scan came to its end
database              schema, what its objects name (`dependencies`), what reports say beside the queries
statement             one fingerprint in one database
sighting              what was counted of a statement: the observation without its counts, and the counts
digest                a statement that is another one's MySQL digest, and counts as that one
origin                a statement and a template that may have become it
named                 what a statement names, or why that is not known
object, edge          the nodes of the graph that statements name, and which statement names them how
mention               places that name a table of the schema, yet gave no query
====================  ============================================================================================

A statement of which nothing could be said is found under the tables whose names stand in its text: the kind of such an
edge is `mentions`. Statements are normalised before they get here: no literal is kept.
"""

FORMAT = 2  # raised when an older scanner could not read the file

TABLES = """
CREATE TABLE scan (format INTEGER, version TEXT, created TEXT, finished INTEGER);
CREATE TABLE database (
    id INTEGER PRIMARY KEY, name TEXT UNIQUE, position INTEGER,
    schema BLOB, dependencies BLOB, evidence BLOB, everything BLOB
);
CREATE TABLE statement (
    id INTEGER PRIMARY KEY, database INTEGER NOT NULL, fingerprint TEXT NOT NULL, UNIQUE (database, fingerprint)
);
CREATE TABLE sighting (
    statement INTEGER, source INTEGER, settled INTEGER, identity BLOB, content TEXT,
    calls INTEGER, total_time_ns INTEGER, rows INTEGER, last_seen_us INTEGER,
    PRIMARY KEY (statement, source, settled, identity)
) WITHOUT ROWID;
CREATE TABLE digest (part INTEGER PRIMARY KEY, statement INTEGER NOT NULL);
CREATE INDEX digest_of ON digest (statement);
CREATE TABLE origin (statement INTEGER, template INTEGER, PRIMARY KEY (statement, template)) WITHOUT ROWID;
CREATE TABLE named (statement INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE object (id INTEGER PRIMARY KEY, node TEXT UNIQUE);
CREATE TABLE edge (object INTEGER, kind TEXT, statement INTEGER, PRIMARY KEY (object, kind, statement)) WITHOUT ROWID;
CREATE INDEX edge_from ON edge (statement);
CREATE TABLE mention (id INTEGER PRIMARY KEY, database INTEGER, name TEXT, content TEXT);
CREATE INDEX mention_of ON mention (database, name);
"""
