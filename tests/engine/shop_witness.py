"""What the engines do with every statement that the shop's services send, at the moment they send it.

While a watch is on, each statement is first run on the service's own connection and rolled back: as the
database is and, for every migration, with the migration made, and with it made and the new column filled.
Then it runs as if nothing had been. So every statement is asked in the state of the data that it was written
for, with the values that it was given.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import psycopg
import pymysql
from psycopg import sql
from psycopg.rows import tuple_row

from fixtures.shop.servers import SERVICES
from scanner.fingerprint import fingerprint, normalise
from scanner.model import Engine
from tests.engine.servers import Database
from tests.engine.shop_migrations import Migration
from tests.engine.witness import Account, Outcome

SAMPLES = 2  # how often one statement of a service is asked; its calls differ in their values
NOW = 1_790_000_000  # what MariaDB's clock is stopped at while it is asked

READING = ("SELECT", "SHOW", "COPY")  # commands that write nothing in this shop

Answer = tuple[tuple[tuple[str, object], ...], list[tuple[Any, ...]] | None]


class Place(NamedTuple):
    """A function of a service."""

    path: str  # "services/checkout/orders.py"
    function: str  # "get_order"

    @property
    def service(self) -> str:
        """The service it is of."""
        return self.path.split("/")[1]


class Sent(NamedTuple):
    """A statement of a service."""

    service: str
    fingerprint: str


@dataclass
class Watch:
    """What has been seen so far of the statements sent to one database."""

    engine: Engine
    accounts: dict[Sent, dict[Migration, list[Account]]] = field(default_factory=dict)
    texts: dict[Sent, str] = field(default_factory=dict)  # one of the texts as sent
    _recent: set[Sent] = field(default_factory=set)
    _looking_away: bool = False

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lets statements pass unasked."""
        before, self._looking_away = self._looking_away, True
        try:
            yield
        finally:
            self._looking_away = before

    def take_recent(self) -> set[Sent]:
        """What was sent since this was last asked for."""
        recent, self._recent = self._recent, set()
        return recent

    def see(self, text: Callable[[], str], ask: Callable[[], dict[Migration, Account]]) -> None:
        """Asks what becomes of a statement, unless that is known already."""
        place = None if self._looking_away else _innermost_place()
        if place is None:
            return
        with self.paused():
            normalised = normalise(text(), self.engine)
            sent = Sent(place.service, fingerprint(normalised, self.engine))
            self._recent.add(sent)
            known = self.accounts.setdefault(sent, defaultdict(list))
            if all(len(accounts) < SAMPLES for accounts in known.values()):
                self.texts[sent] = text()
                for migration, account in ask().items():
                    known[migration].append(account)


def place_of(filename: str, function: str) -> Place | None:
    """The place in a service, or None for the code of somebody else."""
    path = Path(filename)
    if not path.is_relative_to(SERVICES):
        return None
    return Place(f"services/{path.relative_to(SERVICES)}", function)


def _innermost_place() -> Place | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        place = place_of(frame.f_code.co_filename, frame.f_code.co_qualname)
        if place is not None:
            return place
        frame = frame.f_back
    return None


@contextmanager
def watching_postgres(shop: Database, migrations: Sequence[Migration]) -> Iterator[Watch]:
    """Watches psycopg.

    Migrations are made and undone within the service's own transaction, so every role must be a member of the
    tables' owner.
    """
    watch, ask = Watch(shop.engine), _PostgresQuestions(shop, migrations)
    execute, executemany, copy = (getattr(psycopg.Cursor, n) for n in ("execute", "executemany", "copy"))

    def look(cursor: Any, query: Any, run: Callable[[Any], Answer]) -> None:
        watch.see(lambda: _text(query, cursor.connection), lambda: ask.accounts(cursor, run))

    def watched_execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        look(self, query, lambda cursor: _answer(execute(cursor, query, params, prepare=False)))
        return execute(self, query, params, **options)

    def watched_executemany(self: Any, query: Any, rows: Any, **options: Any) -> Any:
        rows = list(rows)
        look(self, query, lambda cursor: _answer(execute(cursor, query, rows[0], prepare=False)))
        return executemany(self, query, rows, **options)

    def watched_copy(self: Any, query: Any, *args: Any, **options: Any) -> Any:
        look(self, query, lambda cursor: _copied(copy(cursor, query)))
        return copy(self, query, *args, **options)

    watched = {"execute": watched_execute, "executemany": watched_executemany, "copy": watched_copy}
    with _replaced(psycopg.Cursor, watched):
        yield watch


class _PostgresQuestions:
    """Runs one statement in every state of the database and undoes it."""

    def __init__(self, shop: Database, migrations: Sequence[Migration]) -> None:
        self._migrations = migrations
        ((owner,),) = shop.rows("SELECT current_user")
        self._owner = sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(owner))
        found = shop.rows(
            "SELECT format('SELECT %L, ARRAY(SELECT ROW(%s)::text FROM %I ORDER BY 1)', c.table_name,"
            "       string_agg(quote_ident(column_name), ', ' ORDER BY ordinal_position), c.table_name)"
            " FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY c.table_name"
        )
        self._contents = sql.SQL(" UNION ALL ".join(query for (query,) in found))

    def accounts(self, cursor: Any, run: Callable[[Any], Answer]) -> dict[Migration, Account]:
        """What becomes of the statement with each migration."""
        connection = cursor.connection
        # Django's parameters are put into the text by its own kind of cursor.
        kind = psycopg.ClientCursor if isinstance(cursor, psycopg.ClientCursor) else psycopg.Cursor
        asked = kind(connection, row_factory=tuple_row)
        with connection.transaction(force_rollback=True):  # one transaction: now() is the same for all
            sequences = self._sequences(asked)

            def outcome(phase: Sequence[str]) -> Outcome:
                return self._outcome(asked, run, phase, sequences)

            before = outcome(())
            return {
                m: Account(before, outcome(m.postgres), outcome(m.postgres_filled)) for m in self._migrations
            }

    def _outcome(
        self, cursor: Any, run: Callable[[Any], Answer], phase: Sequence[str], sequences: sql.Composable
    ) -> Outcome:
        with cursor.connection.transaction(force_rollback=True):
            cursor.execute(self._owner)
            for statement in phase:
                cursor.execute(statement)
            cursor.execute("SET LOCAL ROLE NONE")
            try:
                with cursor.connection.transaction():
                    columns, rows = run(cursor)
                    count, reads = cursor.rowcount, str(cursor.statusmessage).startswith(READING)
            except psycopg.Error as error:
                return Outcome(f"{error.sqlstate}: {error}")
            finally:
                cursor.execute(self._owner)
                cursor.execute(sequences)  # no rollback sets them back
            contents = {} if reads else dict(cursor.execute(self._contents).fetchall())
            return Outcome(None, columns, rows, count, contents)

    def _sequences(self, cursor: Any) -> sql.Composable:
        """What sets every sequence back to where it stands."""
        with cursor.connection.transaction(force_rollback=True):
            cursor.execute(self._owner)
            cursor.execute(
                "SELECT format('setval(%L, %s, %L)', format('%I.%I', schemaname, sequencename),"
                "       coalesce(last_value, start_value), last_value IS NOT NULL) FROM pg_sequences"
            )
            return sql.SQL("SELECT " + ", ".join(call for (call,) in cursor.fetchall()))


def _text(query: Any, connection: Any) -> str:
    text = query.as_string(connection) if isinstance(query, sql.Composable) else query
    return text.decode() if isinstance(text, bytes | bytearray) else str(text)


def _answer(cursor: Any) -> Answer:
    """Column names and types, and the rows."""
    columns = tuple((column[0], column[1]) for column in cursor.description or ())
    return columns, list(cursor.fetchall()) if columns else None


def _copied(copying: Any) -> Answer:
    """A COPY with a header, read as if it were a query."""
    with copying as copy:
        header, *lines = b"".join(map(bytes, copy)).decode().splitlines()
    return tuple((name, "text") for name in header.split(",")), [tuple(line.split(",")) for line in lines]


@contextmanager
def watching_mariadb(
    warehouse: Database, before: Database, migrated: Mapping[Migration, Database]
) -> Iterator[Watch]:
    """Watches PyMySQL. `before` and `migrated` are databases without data in each state.

    A migration cannot be undone in MariaDB: the data is brought to the migrated database, in the service's
    own transaction, before every question.
    """
    watch, ask = Watch(warehouse.engine), _MariadbQuestions(warehouse, before, migrated)
    query = pymysql.cursors.Cursor._query  # type: ignore[attr-defined]

    def watched_query(self: Any, text: Any) -> Any:
        watch.see(lambda: _text(text, None), lambda: ask.accounts(self.connection, text))
        return query(self, text)

    with _replaced(pymysql.cursors.Cursor, {"_query": watched_query}):
        yield watch


class _MariadbQuestions:
    """Runs one statement in a copy of the database for every state and undoes it."""

    def __init__(self, warehouse: Database, before: Database, migrated: Mapping[Migration, Database]) -> None:
        self._warehouse = warehouse.name
        self._before = before.name
        self._migrated = {migration: database.name for migration, database in migrated.items()}
        self._columns = table_columns(warehouse)
        # No rollback sets AUTO_INCREMENT back: its numbers are not compared.
        self._compared = table_columns(warehouse, "extra <> 'auto_increment'")

    def accounts(self, connection: Any, text: str) -> dict[Migration, Account]:
        """What becomes of the statement with each migration."""
        with pymysql.cursors.Cursor(connection) as cursor:
            cursor.execute("SAVEPOINT watch")
            cursor.execute(f"SET timestamp = {NOW}")

            def outcome(database: str, *fill: str) -> Outcome:
                return self._outcome(cursor, text, database, fill)

            try:
                before = outcome(self._before)
                return {
                    m: Account(before, outcome(to), outcome(to, m.fill)) for m, to in self._migrated.items()
                }
            finally:
                cursor.execute(f"USE {self._warehouse}")
                cursor.execute("SET timestamp = DEFAULT")
                cursor.execute("ROLLBACK TO watch")

    def _outcome(self, cursor: Any, text: str, database: str, fill: Sequence[str]) -> Outcome:
        cursor.execute(f"USE {database}")
        copy_tables(cursor, self._columns, self._warehouse)
        for statement in fill:
            cursor.execute(statement)
        try:
            cursor.execute(text)
            columns, rows = _answer(cursor)
            count = cursor.rowcount
            while cursor.nextset():
                pass
        except pymysql.Error as error:
            return Outcome(f"{error.args[0]}: {error.args[-1]}")
        return Outcome(None, columns, rows, count, self._contents(cursor))

    def _contents(self, cursor: Any) -> dict[str, list[tuple[Any, ...]]]:
        contents = {}
        for table, columns in self._compared.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            contents[table] = sorted(cursor.fetchall(), key=repr)
        return contents


def table_columns(database: Database, condition: str = "true") -> dict[str, str]:
    """The tables of a MariaDB database, each with a list of its columns that meet a condition, as SQL."""
    found = database.rows(
        "SELECT table_name, GROUP_CONCAT(column_name ORDER BY ordinal_position)"
        " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
        f" WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND {condition} GROUP BY table_name"
    )
    return dict(found)


def copy_tables(cursor: Any, columns: Mapping[str, str], origin: str) -> None:
    """Makes the current database's tables hold what the origin's hold."""
    cursor.execute("SET foreign_key_checks = 0")
    for table, names in columns.items():
        cursor.execute(f"DELETE FROM {table}")
        # IGNORE: a new column that must have a value gets the one that the ALTER gives to rows.
        cursor.execute(f"INSERT IGNORE INTO {table} ({names}) SELECT {names} FROM {origin}.{table}")
    cursor.execute("SET foreign_key_checks = 1")


@contextmanager
def _replaced(owner: type, methods: Mapping[str, Any]) -> Iterator[None]:
    before = {name: getattr(owner, name) for name in methods}
    for name, method in methods.items():
        setattr(owner, name, method)
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(owner, name, method)
