"""pg_stat_statements of a running server, PostgreSQL 13 to 18."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanner.collect.pg_stat_statements.rows import SOURCE, Row, Tally
from scanner.errors import SourceError
from scanner.model import BlindSpot, Collected, Unread

if TYPE_CHECKING:
    import psycopg

_FETCHED_AT_ONCE = 1000


def collect_live(
    dsn: str, *, database: str | None = None, service: str | None = None, timeout_s: float = 30
) -> Iterator[Collected]:
    """Yields an observation a row of the view that belongs to the database of the DSN.

    Reads in one read-only transaction; no statement of it may take longer than `timeout_s` seconds. Rows of
    other databases are counted as ignored. Raises SourceError when server or extension cannot be read, or the
    extension records nothing.
    """
    import psycopg

    tally = Tally(_place(dsn), database, service)
    try:
        with closing(_connect(dsn, timeout_s)) as connection:
            yield from _collect(connection, tally)
    except psycopg.Error as error:
        reason = f"pg_stat_statements of {tally.place} could not be read{{}}: {_sentence(error)}"
        if tally.entries == 0:
            raise SourceError(reason.format("")) from error
        yield Unread(SOURCE, tally.place, reason.format(" to its end"))
        yield tally.coverage()


def _place(dsn: str) -> str:
    """The DSN without user and password, for people to read."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(dsn)
    except ProgrammingError:  # its message repeats the DSN, password and all
        raise SourceError(
            "The DSN of pg_stat_statements cannot be read: write postgresql://user@host:port/database."
        ) from None
    return f"postgresql://{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def _connect(dsn: str, timeout_s: float) -> psycopg.Connection[Any]:
    import psycopg

    connection = psycopg.connect(
        dsn, connect_timeout=max(2, round(timeout_s)), application_name="query-dependency-scanner"
    )
    connection.read_only = True
    connection.execute("SELECT set_config('statement_timeout', %s, true)", [str(round(timeout_s * 1000))])
    return connection


def _sentence(error: psycopg.Error) -> str:
    return " ".join(str(error).split()).rstrip(".") + "."


def _collect(connection: psycopg.Connection[Any], tally: Tally) -> Iterator[Collected]:
    view = _find_view(connection, tally.place)
    own, others = _count(connection, view)
    _require_recording(connection, tally.place, own)
    tally.ignored += sum(others.values())
    for row in _rows(connection, view):
        yield from tally.observe(row)
    (role,) = _one(connection, "SELECT quote_ident(current_user)")
    yield from tally.blind_spots(role)
    for message in (*_settings(connection), *_evictions(connection, view), *_out_of_scope(others)):
        yield BlindSpot(SOURCE, tally.place, message)
    yield tally.coverage()


@dataclass(frozen=True, slots=True)
class _View:
    """The extension as it is installed in one database."""

    schema: str  # quoted
    columns: frozenset[str]
    has_info: bool  # pg_stat_statements_info came with version 1.9, of PostgreSQL 14

    @property
    def time_column(self) -> str:
        """Renamed in version 1.8, of PostgreSQL 13; an upgraded server can still have the older extension."""
        return "total_exec_time" if "total_exec_time" in self.columns else "total_time"


def _find_view(connection: psycopg.Connection[Any], place: str) -> _View:
    found = connection.execute(
        """SELECT quote_ident(n.nspname), array_agg(a.attname::text),
                  to_regclass(quote_ident(n.nspname) || '.pg_stat_statements_info') IS NOT NULL
           FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
           JOIN pg_attribute a ON a.attrelid = to_regclass(quote_ident(n.nspname) || '.pg_stat_statements')
           WHERE e.extname = 'pg_stat_statements' AND a.attnum > 0 AND NOT a.attisdropped
           GROUP BY n.nspname"""
    ).fetchone()
    if found is None:
        raise SourceError(
            f"pg_stat_statements is not installed in {place}: add it to shared_preload_libraries, restart "
            "the server and run CREATE EXTENSION pg_stat_statements in that database."
        )
    return _View(found[0], frozenset(found[1]), found[2])


def _count(connection: psycopg.Connection[Any], view: _View) -> tuple[int, dict[str, int]]:
    """The rows of this database, and those of the others by name; the texts are not asked for."""
    counts: dict[str, int] = dict(
        connection.execute(
            f"""SELECT coalesce(d.datname, '(dropped)'), count(*)
                FROM {view.schema}.pg_stat_statements(false) s LEFT JOIN pg_database d ON d.oid = s.dbid
                WHERE d.datname IS DISTINCT FROM current_database() GROUP BY 1 ORDER BY 1"""
        ).fetchall()
    )
    (own,) = _one(
        connection,
        f"""SELECT count(*) FROM {view.schema}.pg_stat_statements(false) s
            JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database()""",
    )
    return own, counts


def _require_recording(connection: psycopg.Connection[Any], place: str, rows: int) -> None:
    track, query_id = _one(
        connection,
        """SELECT current_setting('pg_stat_statements.track', true),
                  current_setting('compute_query_id', true)""",
    )
    for name, value in (("pg_stat_statements.track", track), ("compute_query_id", query_id)):
        if rows == 0 and value in ("none", "off"):
            raise SourceError(
                f"pg_stat_statements of {place} is empty because {name} is {value}: "
                f"set it to {'top' if value == 'none' else 'auto'} and let the server work for a while."
            )


def _rows(connection: psycopg.Connection[Any], view: _View) -> Iterator[Row]:
    """The rows of the current database, fetched as they are asked for."""
    with connection.cursor("scanner") as cursor:
        cursor.itersize = _FETCHED_AT_ONCE
        cursor.execute(
            f"""SELECT s.query, s.calls, s.{view.time_column}, s.rows, s.queryid::text, r.rolname
                FROM {view.schema}.pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
                LEFT JOIN pg_roles r ON r.oid = s.userid
                WHERE d.datname = current_database()"""
        )
        for record in cursor:
            yield Row(*record)


def _settings(connection: psycopg.Connection[Any]) -> Iterator[str]:
    track, utility = _one(
        connection,
        """SELECT current_setting('pg_stat_statements.track', true),
                  current_setting('pg_stat_statements.track_utility', true)""",
    )
    if track == "top":
        yield "Statements inside functions are not counted (pg_stat_statements.track = top)."
    if track == "none":
        yield "Nothing is recorded any more (pg_stat_statements.track = none): what is here is old."
    if utility == "off":
        yield "COPY, CREATE … AS, CALL and EXPLAIN are not recorded (pg_stat_statements.track_utility = off)."


def _evictions(connection: psycopg.Connection[Any], view: _View) -> Iterator[str]:
    if not view.has_info:
        yield "This server does not tell whether rare queries were evicted (PostgreSQL 14 does)."
        return
    dealloc, since = _one(
        connection, f"SELECT dealloc, stats_reset::date::text FROM {view.schema}.pg_stat_statements_info"
    )
    if dealloc:
        yield f"Rare queries were evicted {dealloc} times since {since}: raise pg_stat_statements.max."
    yield f"Queries that have not run since {since}, when the statistics were reset, are unknown."


def _out_of_scope(others: dict[str, int]) -> Iterator[str]:
    if others:
        names = ", ".join(f"{name} ({count})" for name, count in others.items())
        yield f"Queries of other databases of this server were left out: {names}."


def _one(connection: psycopg.Connection[Any], sql: str) -> tuple[Any, ...]:
    found = connection.execute(sql).fetchone()
    return found if found is not None else ()
