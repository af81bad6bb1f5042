"""pg_stat_statements of a running server, PostgreSQL 13 to 18."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from scanner.collect.pg_stat_statements.activity import Activity, sample
from scanner.collect.pg_stat_statements.connection import connect, place_of, sentence
from scanner.collect.pg_stat_statements.rows import SOURCE, Row, Tally
from scanner.collect.pg_stat_statements.server import Server
from scanner.collect.pg_stat_statements.sql import COUNTS, FIND, MARK, ROWS, SERVER
from scanner.errors import SourceError
from scanner.model import BlindSpot, Collected, Unread

if TYPE_CHECKING:
    import psycopg

_FETCHED_AT_ONCE = 1000


def collect_live(
    dsn: str,
    *,
    database: str | None = None,
    server_database: str | None = None,
    elsewhere: Collection[str] = (),
    sample_s: float = 0,
    timeout_s: float = 30,
) -> Iterator[Collected]:
    """Yields an observation a row of the view that belongs to the server's database of this name.

    Without a name that is the database of the DSN. Rows of other databases are counted as ignored, and named unless
    they are read `elsewhere`. Before that the sessions are looked at for `sample_s` seconds, for the names and
    addresses of the clients that run the queries. All is read in read-only transactions, no statement of which may take
    longer than `timeout_s` seconds. Raises SourceError when server or extension cannot be read, or the extension
    records nothing.
    """
    import psycopg

    tally = Tally(place_of(dsn), database)
    activity = sample(dsn, sample_s, timeout_s)
    try:
        with closing(connect(dsn, timeout_s)) as connection:
            yield from _collect(connection, tally, activity, server_database, elsewhere)
    except psycopg.Error as error:
        reason = f"pg_stat_statements of {tally.place} could not be read{{}}: {sentence(error)}"
        if tally.entries == 0:
            raise SourceError(reason.format("")) from error
        yield Unread(SOURCE, tally.place, reason.format(" to its end"))
        yield tally.coverage()


def _collect(
    connection: psycopg.Connection[Any],
    tally: Tally,
    activity: Activity,
    server_database: str | None,
    elsewhere: Collection[str],
) -> Iterator[Collected]:
    names = _find(connection, tally.place)
    server = Server.of(_one(connection, f"SELECT {MARK} {SERVER.format(**names)}")[0])
    wanted = server_database or server.database or ""
    counts: Counter[str] = Counter(dict(connection.execute(COUNTS.format(**names)).fetchall()))
    own = counts.pop(wanted, 0)
    tally.others = counts
    if own == 0 and (reason := server.why_empty()):
        raise SourceError(f"pg_stat_statements of {tally.place} is empty because {reason}.")
    for row in _rows(connection, ROWS.format(**names), wanted, activity):
        yield from tally.observe(row)
    yield from tally.blind_spots(server.role, elsewhere)
    for message in (*server.limits(tally.all), *activity.limits(server.role)):
        yield BlindSpot(SOURCE, tally.place, message)
    yield tally.coverage()


def _find(connection: psycopg.Connection[Any], place: str) -> dict[str, str]:
    """What the statements about the view are filled with."""
    found = _one(connection, FIND)
    if not found:
        raise SourceError(
            f"pg_stat_statements is not installed in {place}: add it to shared_preload_libraries, restart the server "
            "and run CREATE EXTENSION pg_stat_statements in that database, or connect to the one that has it."
        )
    return dict(zip(("view", "time", "info"), found, strict=True))


def _rows(connection: psycopg.Connection[Any], sql: str, database: str, activity: Activity) -> Iterator[Row]:
    """The rows of a database, fetched as they are asked for."""
    with connection.cursor("scanner") as cursor:
        cursor.itersize = _FETCHED_AT_ONCE
        cursor.execute(f"{sql} WHERE d.datname = %s", [database])
        for user, _, query_id, query, calls, time, rows in cursor:
            clients = activity.clients(query_id, user, database)
            yield Row(query, calls, None if time is None else float(time), rows, query_id, user, clients)


def _one(connection: psycopg.Connection[Any], sql: str) -> Any:  # noqa: ANN401  (whatever a row holds)
    return connection.execute(sql).fetchone() or ()
