"""Connections that only read, and what goes wrong with them in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.collect.pg_stat_statements.sql import MARK
from scanner.errors import SourceError
from scanner.masking import mask

if TYPE_CHECKING:
    import psycopg

NAME = "query-dependency-scanner"  # of the application, as servers show it

_LOCK_TIMEOUT_MS = 2000
_ADVICE = {
    # object_not_in_prerequisite_state: pg_stat_statements must be loaded via shared_preload_libraries
    "55000": " Add pg_stat_statements to shared_preload_libraries and restart the server.",
    # insufficient_privilege: somebody revoked what every role has by default
    "42501": " Give the role that reads USAGE on the schema of the extension and SELECT on its views.",
    # character_not_in_repertoire: zeros, where the file was removed and has begun anew
    "22021": " The server's file of texts is damaged: SELECT pg_stat_statements_reset() makes it collect them anew.",
    "22P05": " Connect to a database whose encoding is UTF8.",  # untranslatable_character, of another database
    "57014": " The server took longer than it was given.",  # query_canceled
    "55P03": " Something holds a lock on the catalogue; try again later.",  # lock_not_available
}


def place_of(dsn: str) -> str:
    """The DSN without user and password, for people to read. Raises SourceError when it is none."""
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = conninfo_to_dict(dsn)
    except ProgrammingError:  # its message repeats the DSN, password and all
        raise SourceError(
            "The DSN of pg_stat_statements cannot be read: write postgresql://user@host:port/database."
        ) from None
    return f"postgresql://{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def connect(dsn: str, timeout_s: float) -> psycopg.Connection[Any]:
    """A connection in a read-only transaction, in which no statement may take longer than this; raises psycopg.Error.

    A server that falls silent is given up a little later than that. Names mean what the catalogue means by them,
    whatever the role's search path is.
    """
    import psycopg

    seconds = max(2, round(timeout_s))
    connection = psycopg.connect(
        dsn,
        application_name=NAME,
        connect_timeout=seconds,
        tcp_user_timeout=(seconds + 5) * 1000,
        keepalives_idle=seconds,
    )
    connection.read_only = True
    begin(connection, timeout_s)
    return connection


def begin(connection: psycopg.Connection[Any], timeout_s: float) -> None:
    """The first statement of a transaction: its limits. They end with it, so that poolers may share the session."""
    limits = {
        "statement_timeout": str(round(timeout_s * 1000)),
        "lock_timeout": str(_LOCK_TIMEOUT_MS),
        "search_path": "pg_catalog",
    }
    calls = ", ".join(f"set_config('{name}', %s, true)" for name in limits)
    connection.execute(f"SELECT {MARK} {calls}", list(limits.values()))


def sentence(error: psycopg.Error) -> str:
    """What the server said, on one line, and what to do about it."""
    said = mask(" ".join(str(error).split())).rstrip(".")
    return f"{said}.{_ADVICE.get(error.sqlstate or '', '')}"
