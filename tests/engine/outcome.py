"""What one statement does on a real server, told so that two of them can be compared."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pymysql

from scanner.model import Engine, RowUse

Rows = list[tuple[Any, ...]]
Columns = tuple[tuple[str, object], ...]  # names and the driver's types
ERRORS = (psycopg.Error, pymysql.Error)

_FIRST_OF_USERS = 16384  # PostgreSQL numbers the types that users make from here on, in each database anew
_DEFINES = re.compile(r"CREATE\b|ALTER\b|SELECT\b.*\bINTO\s+\w+\s+FROM\b", re.I | re.S)
_COPY = re.compile(r"COPY\b.*\b(FROM\s+STDIN|TO\s+STDOUT)\b", re.I | re.S)


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


def tables(connection: Any, engine: Engine) -> dict[str, str]:
    """Each table with the query that reads the columns it has now."""
    schema, quote = ("current_schema()", '"') if engine.family == "postgres" else ("database()", "`")
    columns: dict[tuple[str, str], list[str]] = {}
    with closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT table_schema, table_name, column_name FROM information_schema.columns "
            " JOIN information_schema.tables USING (table_schema, table_name)"
            f" WHERE table_type = 'BASE TABLE' AND table_schema = {schema} ORDER BY 1, 2, ordinal_position"
        )
        for home, table, column in cursor.fetchall():
            place = f'"{home}"."{table}"' if quote == '"' else f"`{table}`"  # a session's path may find another table
            columns.setdefault((table, place), []).append(f"{quote}{column}{quote}")
    return {table: f"SELECT {', '.join(names)} FROM {place}" for (table, place), names in columns.items()}


def outcome(connection: Any, sql: str, known: dict[str, str], reads: RowUse | None) -> Outcome:
    """What the statement does; it is rolled back. `known` is from `tables`, `reads` what the code does with rows.

    The lines of a COPY … FROM STDIN stand below it.
    """
    with closing(connection.cursor()) as cursor:
        cursor.execute("BEGIN")
        try:
            defined = _defined(cursor) if _DEFINES.match(sql) else {}
            columns, rows = _run(cursor, sql)
            read = comparable(_read(columns, rows, reads), sql) if columns else None
            count, contents = cursor.rowcount, _contents(cursor, known)
            made = _made(cursor, known, defined) if _DEFINES.match(sql) else {}
            return Outcome(None, columns, read, count, contents, made)
        except ERRORS as error:
            return Outcome(f"{code_of(error)}: {error}")
        except ValueError as error:
            return Outcome(f"ValueError: {error}")
        finally:
            cursor.execute("ROLLBACK")


def code_of(error: Exception) -> str:
    """The SQLSTATE or errno of a driver's error."""
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
                made[relation] = columns, in_any_order(cursor.fetchall())
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


def _read(columns: Columns, rows: Sequence[tuple[Any, ...]], use: RowUse | None) -> Rows:
    """What code that reads rows in this way sees of them. Raises ValueError as unpacking does."""
    if use is None:
        return list(rows)
    if use.namesakes is not None:
        return [_by_name([name for name, _ in columns], row, use) for row in rows]
    if use.kind == "indexed":
        return [tuple(row[index] for index in use.indexes) for row in rows]
    if use.kind == "compared":
        return [(len(row) == use.count,) for row in rows]
    width = use.count if use.names is None else len(use.names)
    least = width if use.least is None else use.least
    if width is not None and least is not None and any(not least <= len(row) <= width for row in rows):
        raise ValueError(f"not {width} values")
    return list(rows)


def _by_name(names: list[str], row: tuple[Any, ...], use: RowUse) -> tuple[Any, ...]:
    if use.namesakes == "refused":
        made = namedtuple("made", names)  # type: ignore[misc]  # it raises, as drivers do
        return tuple(made(*row))
    pairs = list(zip(names, row, strict=True))
    if use.namesakes == "both":
        return tuple(tuple(value for name, value in pairs if name == key) for key in use.keys)
    held = dict(pairs if use.namesakes == "last" else reversed(pairs))
    return tuple(held[key] for key in use.keys)


def comparable(rows: Any, sql: str) -> Rows:
    """The rows in an order that is the statement's own or none."""
    return list(rows) if "ORDER BY" in _outermost(sql) else in_any_order(rows)


def _outermost(sql: str) -> str:
    """The statement without what stands in parentheses."""
    text, inner = sql.upper(), None
    while text != inner:
        inner, text = text, re.sub(r"\([^()]*\)", "", text)
    return text


def in_any_order(rows: Sequence[tuple[Any, ...]]) -> Rows:
    """The rows of a query that orders them in no way."""
    return sorted(rows, key=repr)
