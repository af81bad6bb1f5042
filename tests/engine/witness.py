"""What a real engine does with statements before a change, right after it, and once the column holds data.

Each phase has a database of its own, made alike, so that sequences stand where they stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import pymysql

from scanner.model import Engine, RowUse
from tests.engine.servers import Database, Server
from tests.rules.fixture import Situation

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one statement did. Tables are compared by the columns they had before the change."""

    error: str | None  # SQLSTATE or errno and message
    columns: tuple[tuple[str, object], ...] = ()  # names and the driver's types
    rows: Rows | None = None
    row_count: int = 0
    tables: dict[str, Rows] | None = None  # what stands in them afterwards


@dataclass(frozen=True, slots=True)
class Account:
    """The outcomes of one statement in the three phases."""

    before: Outcome
    after: Outcome
    filled: Outcome

    @property
    def breaks(self) -> bool:
        """It worked, and then it raises."""
        return self.before.error is None and bool(self.after.error or self.filled.error)

    @property
    def changes_shape(self) -> bool:
        """It returns other columns."""
        return any(later.columns != self.before.columns for later in (self.after, self.filled))

    @property
    def changes_results(self) -> bool:
        """It returns or writes something else."""
        seen = [(o.rows, o.row_count, o.tables) for o in (self.before, self.after, self.filled)]
        return any(later != seen[0] for later in seen[1:])

    @property
    def unchanged(self) -> bool:
        """Nothing at all is different."""
        return self.before == self.after == self.filled


def witness(server: Server, situation: Situation, statements: Sequence[str]) -> list[Account]:
    """Runs the statements, each on its own, in all three phases; nothing they do stays."""
    before = _phase(server, situation, statements, ())
    after = filled = _phase(server, situation, statements, (situation.change,))
    if situation.filled:
        filled = _phase(server, situation, statements, (situation.change, situation.filled))
    return [Account(*outcomes) for outcomes in zip(before, after, filled, strict=True)]


def _phase(server: Server, situation: Situation, statements: Sequence[str], then: Sequence[str]) -> list[Outcome]:
    """The statements' outcomes, in sessions that were there when `then` happened."""
    with server.fresh_database() as database, ExitStack() as stack:
        for script in filter(None, (situation.schema, situation.rows)):
            database.run(script)
        with closing(database.connect()) as connection:
            known = tables(connection, database.engine)
        connections = [stack.enter_context(_session(database, situation.session)) for _ in statements]
        for script in then:
            database.run(script)
        pairs = zip(connections, statements, strict=True)
        return [outcome(*pair, known, situation.reads) for pair in pairs]


@contextmanager
def _session(database: Database, statements: Sequence[str]) -> Iterator[Any]:
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        for sql in statements:
            cursor.execute(sql)
        yield connection


def tables(connection: Any, engine: Engine) -> dict[str, str]:
    """Each table with the query that reads the columns it has now."""
    schema, quote = ("current_schema()", '"') if engine.family == "postgres" else ("database()", "`")
    columns: dict[str, list[str]] = {}
    with closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            " JOIN information_schema.tables USING (table_schema, table_name)"
            f" WHERE table_type = 'BASE TABLE' AND table_schema = {schema} ORDER BY 1, ordinal_position"
        )
        for table, column in cursor.fetchall():
            columns.setdefault(table, []).append(f"{quote}{column}{quote}")
    return {table: f"SELECT {', '.join(names)} FROM {quote}{table}{quote}" for table, names in columns.items()}


def outcome(connection: Any, sql: str, known: dict[str, str], reads: RowUse | None) -> Outcome:
    """What the statement does; it is rolled back. `known` is from `tables`, `reads` what the code does with rows."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("BEGIN")
        try:
            cursor.execute(sql)
            columns = tuple((column[0], column[1]) for column in cursor.description or ())
            rows = comparable(_read(cursor.fetchall(), reads), sql) if columns else None
            return Outcome(None, columns, rows, cursor.rowcount, _contents(cursor, known))
        except psycopg.Error as error:
            return Outcome(f"{error.sqlstate}: {error}")
        except pymysql.Error as error:
            return Outcome(f"{error.args[0]}: {error}")
        except ValueError as error:
            return Outcome(f"ValueError: {error}")
        finally:
            cursor.execute("ROLLBACK")


def _contents(cursor: Any, known: dict[str, str]) -> dict[str, Rows]:
    """What stands in the tables as the transaction sees them."""
    contents = {}
    if isinstance(cursor, psycopg.Cursor):
        cursor.execute("RESET ROLE")  # undone by the ROLLBACK
    for table, query in known.items():
        cursor.execute(query)
        contents[table] = comparable(cursor.fetchall(), query)
    return contents


def _read(rows: Sequence[tuple[Any, ...]], use: RowUse | None) -> Rows:
    """What code that reads rows in this way sees of them. Raises ValueError as unpacking does."""
    if use is None:
        return list(rows)
    if use.kind == "indexed":
        return [tuple(row[index] for index in use.indexes) for row in rows]
    if use.kind == "compared":
        return [(len(row) == use.count,) for row in rows]
    width = use.count if use.names is None else len(use.names)
    least = width if use.least is None else use.least
    if width is not None and least is not None and any(not least <= len(row) <= width for row in rows):
        raise ValueError(f"not {width} values")
    return list(rows)


def comparable(rows: Any, sql: str) -> Rows:
    """The rows in an order that is the statement's own or none."""
    return list(rows) if "ORDER BY" in _outermost(sql) else sorted(rows, key=repr)


def _outermost(sql: str) -> str:
    """The statement without what stands in parentheses."""
    text, inner = sql.upper(), None
    while text != inner:
        inner, text = text, re.sub(r"\([^()]*\)", "", text)
    return text
