"""What a real engine does with statements before a change, right after it, and once the column holds data.

Each phase has a database of its own, made alike, so that sequences stand where they stood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import psycopg
import pymysql

from scanner.model import Engine, RowUse
from tests.engine.servers import Database, Server
from tests.fixture import Situation

Rows = list[tuple[Any, ...]]
Columns = tuple[tuple[str, object], ...]  # names and the driver's types
ERRORS = (psycopg.Error, pymysql.Error)

_FIRST_OF_USERS = 16384  # PostgreSQL numbers the types that users make from here on, in each database anew
_DEFINES = re.compile(r"CREATE\b|SELECT\b.*\bINTO\s+\w+\s+FROM\b", re.I | re.S)
_COPY = re.compile(r"COPY\b.*\b(FROM\s+STDIN|TO\s+STDOUT)\b", re.I | re.S)


class RefusedError(Exception):
    """The server refuses the change itself; the message is the SQLSTATE or errno."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one statement did. Tables are compared by the columns they had before the change."""

    error: str | None  # SQLSTATE or errno and message
    columns: Columns = ()
    rows: Rows | None = None
    row_count: int = 0
    tables: dict[str, Rows] | None = None  # what stands in them afterwards
    made: dict[str, tuple[Columns, Rows]] = field(default_factory=dict)  # relations that the statement defined

    @property
    def code(self) -> str:
        """The SQLSTATE or errno."""
        return (self.error or "").partition(":")[0]


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
        """It returns other columns, or gives other columns to what it defines."""
        return any(_shape(later) != _shape(self.before) for later in (self.after, self.filled))

    @property
    def changes_results(self) -> bool:
        """It returns or writes something else."""
        seen = [(o.rows, o.row_count, o.tables) for o in (self.before, self.after, self.filled)]
        return any(later != seen[0] for later in seen[1:])

    @property
    def changes_values(self) -> bool:
        """It returns or writes something else in the columns that it had before."""
        return any(_differ(self.before, later) for later in (self.after, self.filled))

    @property
    def unchanged(self) -> bool:
        """Nothing at all is different."""
        return self.before == self.after == self.filled


def _shape(seen: Outcome) -> object:
    return seen.columns, {name: columns for name, (columns, _) in seen.made.items()}


def _differ(before: Outcome, later: Outcome) -> bool:
    """Whether values differ, be there more columns or not."""
    if (before.row_count, before.tables, before.made.keys()) != (later.row_count, later.tables, later.made.keys()):
        return True
    pairs = [((before.columns, before.rows or []), (later.columns, later.rows or []))]
    pairs += [(before.made[name], later.made[name]) for name in before.made]
    return not all(_holds(*then, *now) for then, now in pairs)


def _holds(columns: Columns, rows: Rows, more: Columns, wider: Rows) -> bool:
    """Whether the wider rows are these rows with columns more, wherever those stand."""
    names = [name for name, _ in columns]
    ordered = any(each != _sorted(each) for each in (rows, wider))
    for places in combinations(range(len(more)), len(columns)):
        if [more[place][0] for place in places] == names:
            narrowed = [tuple(row[place] for place in places) for row in wider]
            if (narrowed if ordered else _sorted(narrowed)) == rows:
                return True
    return False


def _sorted(rows: Rows) -> Rows:
    return sorted(rows, key=repr)


def witness(server: Server, situation: Situation, statements: Sequence[str]) -> list[Account]:
    """Runs the statements, each on its own, in all three phases; nothing they do stays.

    Raises RefusedError when the server does not carry the change out.
    """
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
        _carry_out(database, then)
        pairs = zip(connections, statements, strict=True)
        return [outcome(*pair, known, situation.reads) for pair in pairs]


def _carry_out(database: Database, scripts: Sequence[str]) -> None:
    """Raises RefusedError for the first, which is the change."""
    patience = "" if database.engine.family == "postgres" else "SET lock_wait_timeout = 1; "
    for number, script in enumerate(scripts):
        try:
            database.run(patience + script)
        except ERRORS as error:
            if number:
                raise
            raise RefusedError(_code(error)) from error


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
    """What the statement does; it is rolled back. `known` is from `tables`, `reads` what the code does with rows.

    The lines of a COPY … FROM STDIN stand below it.
    """
    with closing(connection.cursor()) as cursor:
        cursor.execute("BEGIN")
        try:
            defined = _defined(cursor) if _DEFINES.match(sql) else {}
            columns, rows = _run(cursor, sql)
            read = comparable(_read(rows, reads), sql) if columns else None
            count, contents = cursor.rowcount, _contents(cursor, known)
            made = _made(cursor, known, defined) if _DEFINES.match(sql) else {}
            return Outcome(None, columns, read, count, contents, made)
        except ERRORS as error:
            return Outcome(f"{_code(error)}: {error}")
        except ValueError as error:
            return Outcome(f"ValueError: {error}")
        finally:
            cursor.execute("ROLLBACK")


def _code(error: Exception) -> str:
    return str(error.sqlstate if isinstance(error, psycopg.Error) else error.args[0])


def _run(cursor: Any, sql: str) -> tuple[Columns, Rows]:
    """The columns and rows that come back."""
    copy = _COPY.match(sql)
    if copy and copy[1].upper().endswith("STDOUT"):
        return _copied_out(cursor, sql)
    if copy:
        statement, _, lines = sql.partition(";\n")
        with cursor.copy(statement) as into:
            into.write(lines.removesuffix("\\."))
        return (), []
    cursor.execute(sql)
    columns = tuple((column[0], _type(column[1])) for column in cursor.description or ())
    return columns, _without_database(cursor, cursor.fetchall()) if columns else []


def _copied_out(cursor: Any, sql: str) -> tuple[Columns, Rows]:
    with cursor.copy(sql) as out:
        rows = [tuple(line.split("\t")) for line in b"".join(out).decode().splitlines()]
    width = max(map(len, rows), default=0)
    return tuple((str(number), "text") for number in range(width)), rows


def _type(code: object) -> object:
    return "of a user" if isinstance(code, int) and code >= _FIRST_OF_USERS else code


def _without_database(cursor: Any, rows: Sequence[tuple[Any, ...]]) -> Rows:
    """Each phase has a database of its own, whose name some statements return."""
    if isinstance(cursor, psycopg.Cursor):
        return list(rows)
    name = cursor.connection.db.decode()
    return [tuple(value.replace(name, "") if isinstance(value, str) else value for value in row) for row in rows]


def _defined(cursor: Any) -> dict[str, Columns]:
    """Every relation with its columns."""
    cursor.execute(_RELATIONS["postgres" if isinstance(cursor, psycopg.Cursor) else "mysql"])
    columns: dict[str, Columns] = {}
    for relation, column, kind in cursor.fetchall():
        columns[relation] = (*columns.get(relation, ()), (column, _type(kind)))
    return columns


def _made(cursor: Any, known: dict[str, str], before: dict[str, Columns]) -> dict[str, tuple[Columns, Rows]]:
    """The views, and what else the statement defined; and what stands in those that were not there before."""
    made: dict[str, tuple[Columns, Rows]] = {}
    for relation, columns in _defined(cursor).items():
        if relation not in known:
            made[relation] = columns, []
            if relation not in before:
                cursor.execute(f"SELECT * FROM {relation}")
                made[relation] = columns, _sorted(cursor.fetchall())
    return made


_RELATIONS = {
    "postgres": "SELECT c.relname, a.attname, a.atttypid::integer FROM pg_class c"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'v', 'm')"
    " ORDER BY c.relname, a.attnum",
    "mysql": "SELECT table_name, column_name, column_type FROM information_schema.columns"
    " WHERE table_schema = database() ORDER BY table_name, ordinal_position",
}


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
    return list(rows) if "ORDER BY" in _outermost(sql) else _sorted(rows)


def _outermost(sql: str) -> str:
    """The statement without what stands in parentheses."""
    text, inner = sql.upper(), None
    while text != inner:
        inner, text = text, re.sub(r"\([^()]*\)", "", text)
    return text
