"""The tables of a store.

====================  ============================================================================================
scan                  one row: the format, the scanner's version, when, and whether the scan came to its end
database              schema, what its objects name (`dependencies`), what reports say beside the queries
statement             one fingerprint in one database
source                what was read, as it is configured, and what its files looked like then
checkpoint            how far files of a source have been read
note                  what a source said beside its observations
sighting              what a source counted of a statement: the observation without its counts, and the counts
digest                a statement that is another one's MySQL digest, and counts as that one
origin                a statement and a template that may have become it
named                 what a statement names, or why that is not known
object, edge          the nodes of the graph that statements name, and which statement names them how
place                 places that name a table of the schema, yet gave no query, or are tied to it by its columns
====================  ============================================================================================

A statement of which nothing could be said is found under the tables whose names stand in its text: the kind of such an
edge is `mentions`. Of a source what is settled is only added to; its end is replaced when it is read again. A statement
that is `changed` has yet to be joined, resolved and found by what it names; `resolved` says what that depended on.
Statements are normalised before they get here: no literal is kept.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

FORMAT = 5  # raised when an older scanner could not read the file

# What becomes of the counts of a sighting that is there already.
ADD_UP = """
ON CONFLICT DO UPDATE SET
    calls = coalesce(calls + excluded.calls, calls, excluded.calls),
    total_time_ns = coalesce(total_time_ns + excluded.total_time_ns, total_time_ns, excluded.total_time_ns),
    rows = coalesce(rows + excluded.rows, rows, excluded.rows),
    last_seen_us = max(coalesce(last_seen_us, excluded.last_seen_us), coalesce(excluded.last_seen_us, last_seen_us))
"""
_TABLES = """
CREATE TABLE scan (format INTEGER, version TEXT, created TEXT, finished INTEGER, mentions TEXT);
CREATE TABLE database (
    id INTEGER PRIMARY KEY, name TEXT UNIQUE, position INTEGER,
    schema BLOB, dependencies BLOB, evidence BLOB, everything BLOB, hash TEXT, templates TEXT
);
CREATE TABLE statement (
    id INTEGER PRIMARY KEY, database INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    changed INTEGER NOT NULL DEFAULT 1, template INTEGER, coarse TEXT, resolved TEXT,
    UNIQUE (database, fingerprint)
);
CREATE INDEX statement_changed ON statement (database) WHERE changed = 1;
CREATE INDEX statement_template ON statement (database) WHERE template = 1;
CREATE TABLE source (id INTEGER PRIMARY KEY, made_from TEXT UNIQUE, state TEXT, finished INTEGER);
CREATE TABLE checkpoint (source INTEGER, content TEXT, PRIMARY KEY (source, content)) WITHOUT ROWID;
CREATE TABLE note (source INTEGER, position INTEGER, content TEXT, PRIMARY KEY (source, position)) WITHOUT ROWID;
CREATE TABLE sighting (
    statement INTEGER, source INTEGER, settled INTEGER, identity BLOB, kind TEXT, content TEXT,
    calls INTEGER, total_time_ns INTEGER, rows INTEGER, last_seen_us INTEGER,
    PRIMARY KEY (statement, source, settled, identity)
) WITHOUT ROWID;
CREATE INDEX sighting_end ON sighting (source) WHERE settled = 0;
CREATE INDEX sighting_model ON sighting (kind) WHERE kind = 'python_model';
CREATE INDEX sighting_partial ON sighting (kind) WHERE kind = 'partial';
CREATE TABLE digest (part INTEGER PRIMARY KEY, statement INTEGER NOT NULL);
CREATE INDEX digest_of ON digest (statement);
CREATE TABLE origin (statement INTEGER, template INTEGER, PRIMARY KEY (statement, template)) WITHOUT ROWID;
CREATE INDEX origin_of ON origin (template);
CREATE TABLE named (statement INTEGER PRIMARY KEY, content BLOB);
CREATE TABLE object (id INTEGER PRIMARY KEY, node TEXT UNIQUE);
CREATE TABLE edge (object INTEGER, kind TEXT, statement INTEGER, PRIMARY KEY (object, kind, statement)) WITHOUT ROWID;
CREATE INDEX edge_from ON edge (statement);
CREATE TABLE place (id INTEGER PRIMARY KEY, database INTEGER, kind TEXT, name TEXT, content TEXT);
CREATE INDEX place_of ON place (database, kind, name);
"""


def create(connection: sqlite3.Connection) -> None:
    """The empty tables, in the transaction of the caller."""
    import scanner

    for statement in filter(str.strip, _TABLES.split(";")):
        connection.execute(statement)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    connection.execute("INSERT INTO scan VALUES (?, ?, ?, 0, NULL)", (FORMAT, scanner.__version__, now))
