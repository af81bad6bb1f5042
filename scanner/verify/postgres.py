"""A scratch PostgreSQL: statements are prepared, and written back as views; nothing is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from urllib.parse import urlsplit

import psycopg
from psycopg import sql as composed
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult

from scanner.dsn import place
from scanner.model import Database
from scanner.verify.scratch import refuse, unreachable
from scanner.verify.seen import Seen

Connection = psycopg.Connection[tuple[object, ...]]

_TIMEOUT_MS = 5000
_FORCES = 130000  # the version from which DROP DATABASE ends the sessions in it
_TABLES = (
    "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p')"
    " AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') AND relname !~ '^pg_toast'"
)
_PARAMETER = re.compile(r"\$(\d+)")
_READS = re.compile(r"\s*(?:SELECT|WITH|VALUES|TABLE)\b", re.IGNORECASE)
# What of a plan says how names are bound; the other lines hold whatever columns are at hand.
_BOUND = re.compile(r"^\s*(?:(?:\w+ )*Filter|(?:\w+ )*Cond|(?:\w+ )*Key|Conflict \w+): .*$", re.MULTILINE)
_PLAIN = {"N": "1", "S": "x", "B": "true", "D": "2000-01-01", "A": "{}", "T": "1 day", "I": "127.0.0.1", "V": "1"}
_SPECIAL = {"uuid": "00000000-0000-0000-0000-000000000000", "json": "{}", "jsonb": "{}", "bytea": "", "xml": "<a/>"}


@contextmanager
def databases(
    dsn: str, names: tuple[str, str], *, even_if_used: bool
) -> Iterator[tuple[PostgresScratch, PostgresScratch]]:
    """Two new databases, dropped at the end. Raises UsageError and SourceError."""
    try:
        with closing(_connect(dsn)) as home, ExitStack() as stack:
            home.execute("SET statement_timeout = 0")  # making and dropping databases takes what it takes
            if not even_if_used:
                refuse(place(dsn), _number(home, _TABLES))
            made = []
            for name in names:
                stack.callback(_drop, home, name)  # first: an interrupt may come once it is made
                home.execute(composed.SQL("CREATE DATABASE {}").format(composed.Identifier(name)))
                inner = _connect(urlsplit(dsn)._replace(path=f"/{name}").geturl())
                stack.callback(inner.close)
                made.append(PostgresScratch(inner))
            yield made[0], made[1]
    except psycopg.Error as error:
        raise unreachable(dsn, error) from None


def _connect(dsn: str) -> Connection:
    connection = psycopg.connect(dsn, autocommit=True, connect_timeout=10, application_name="query-dependency-scanner")
    connection.execute(f"SET statement_timeout = {_TIMEOUT_MS}")
    return connection


def _drop(home: Connection, name: str) -> None:
    # A session whose last statement still runs would keep the database.
    force = " WITH (FORCE)" if home.info.server_version >= _FORCES else ""
    home.execute(composed.SQL("DROP DATABASE IF EXISTS {}" + force).format(composed.Identifier(name)))


def _number(connection: Connection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(str(row[0])) if row else 0


class PostgresScratch:
    """One of the databases."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        connection.prepare_threshold = None  # what the driver prepares by itself takes ours along when it goes
        with suppress(psycopg.Error):  # a superuser's: keys to other tables would hide what is looked for
            connection.execute("SET session_replication_role = replica")
        connection.execute("SET plan_cache_mode = force_generic_plan")

    def run(self, statement: str) -> str | None:
        """Carries a statement out; the error, or None."""
        try:
            self._connection.execute(statement.encode())
        except psycopg.Error as error:
            return _said(error.sqlstate, str(error))
        return None

    def settle(self, database: Database) -> None:
        """Gives the session the search path that the database's sessions have."""
        path = composed.SQL(", ").join(map(composed.Identifier, database.schemas))
        self._connection.execute(composed.SQL("SET search_path = {}").format(path))

    def look(self, sql: str) -> Seen:
        """What the engine makes of a statement; nothing of it stays."""
        with suppress(psycopg.Error):
            self._connection.execute("ROLLBACK")
        self._connection.execute("BEGIN")
        try:
            return self._look(sql)
        finally:
            self._connection.execute("ROLLBACK")
            self._connection.execute("DEALLOCATE ALL")

    def _look(self, sql: str) -> Seen:
        server = self._connection.pgconn
        prepared = server.prepare(b"looked_at", sql.encode("utf-8", "replace"))
        if (refused := _refused(prepared)) is not None:
            return Seen(refused)
        described = server.describe_prepared(b"looked_at")
        fields = range(described.nfields)
        columns = tuple(((described.fname(n) or b"").decode(), self._type(described.ftype(n))) for n in fields)
        types = [described.param_type(n) for n in range(described.nparams)]
        return Seen(None, columns, self._bound(sql, types), *self._ran(types))

    def _bound(self, sql: str, types: list[int]) -> str | None:
        """The statement as the catalogue would keep it, or the conditions of its plan."""
        names = [self._type(oid) for oid in types]
        if _READS.match(sql):
            typed = _PARAMETER.sub(lambda m: f"NULL::{names[int(m[1]) - 1]}", sql)
            return self._value(f"CREATE TEMP VIEW looked_at AS {typed}", "SELECT pg_get_viewdef('looked_at'::regclass)")
        nulls = f"({', '.join(['NULL'] * len(types))})" if types else ""
        plan = self._value(None, f"EXPLAIN (VERBOSE, COSTS OFF) EXECUTE looked_at{nulls}")
        return None if plan is None else "\n".join(_BOUND.findall(plan))

    def _value(self, first: str | None, then: str) -> str | None:
        try:
            with self._connection.transaction(force_rollback=True):
                if first is not None:
                    self._connection.execute(first.encode())
                return "\n".join(str(row[0]) for row in self._connection.execute(then.encode()))
        except psycopg.Error:
            return None

    def _ran(self, types: list[int]) -> tuple[str | None, int | None]:
        """The error of running it with made-up values, and for how many rows it ran.

        COPY gets no rows, and those it sends are dropped.
        """
        values = f"({', '.join(map(self._made_up, types))})" if types else ""
        server = self._connection.pgconn
        result = server.exec_(f"EXECUTE looked_at{values}".encode())
        if result.status == ExecStatus.COPY_OUT:
            while server.get_copy_data(0)[0] > 0:
                pass
        elif result.status == ExecStatus.COPY_IN:
            server.put_copy_end(b"no rows were at hand")
        error = _refused(result)
        while (last := server.get_result()) is not None:
            error = error or _refused(last)
        return error, result.command_tuples

    def _made_up(self, oid: int) -> str:
        row = self._connection.execute(
            "SELECT typcategory::text, typname,"
            " (SELECT enumlabel FROM pg_enum WHERE enumtypid = t.oid ORDER BY enumsortorder LIMIT 1)"
            " FROM pg_type t WHERE oid = %s",
            [oid],
        ).fetchone()
        category, name, label = (str(each) if each is not None else None for each in row or (None, None, None))
        value = label or _SPECIAL.get(name or "") or _PLAIN.get(category or "")
        quoted = (value or "").replace("'", "''")
        return "NULL" if value is None else f"'{quoted}'::{self._type(oid)}"

    def _type(self, oid: int) -> str:
        row = self._connection.execute("SELECT format_type(%s, NULL)", [oid]).fetchone()
        return str(row[0]) if row else "text"


def _refused(result: PGresult) -> str | None:
    """The error that a result is."""
    if result.status != ExecStatus.FATAL_ERROR:
        return None
    state = result.error_field(DiagnosticField.SQLSTATE) or b""
    message = result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b""
    return _said(state.decode(), message.decode("utf-8", "replace"))


def _said(state: str | None, message: str) -> str:
    return f"{state}: {message.strip().splitlines()[0]}" if message.strip() else str(state)
