"""Calls that stand for a statement without spelling it: procedures, COPY, tables of pandas."""

from __future__ import annotations

import re
from collections.abc import Callable

from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.sql import quoted
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ConstantValue,
    DictValue,
    Gap,
    ListValue,
    Literal,
    Place,
    Sql,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.model import Family

_IDENTIFIER = re.compile(r"[A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)?|\"[^\"]+\"")
Maker = Callable[[Given, Variants, Family | None], tuple[Sql, ...]]


def implied(name: str, given: Given, receivers: Variants, at: int, frame: Frame) -> Variants:
    """The statements that a call of this name at this offset stands for; empty where it stands for none."""
    make = _MAKERS.get(name)
    if make is None:
        return ()
    place = frame.place(at)
    return bounded(TextValue(_placed(sql, place)) for sql in make(given, receivers, frame.world.family))


def _placed(sql: Sql, place: Place) -> Sql:
    return tuple(replace(p, place=p.place or place) if isinstance(p, Literal) else p for p in sql)


def _argument(given: Given, name: str, position: int) -> Variants:
    return given.named.get(name) or (given.positional[position] if position < len(given.positional) else ())


def _procedure(given: Given, _: Variants, family: Family | None) -> tuple[Sql, ...]:
    """``callproc(name, parameters)``; PostgreSQL's drivers, and Django over them, select from the function."""
    listed = next((v for v in _argument(given, "args", 1) if isinstance(v, ListValue)), None)
    if listed is None and len(given.positional) < 2:
        listed = ListValue(())
    marks = ", ".join(["%s"] * len(listed.items)) if listed and not listed.open else None
    inside = Gap("…", "list") if marks is None else Literal(marks)
    names = [value for value in _argument(given, "procname", 0) if isinstance(value, TextValue)]
    verb = Literal("SELECT * FROM " if family == "postgres" else "CALL ")
    return tuple((verb, *name.pieces, Literal("("), inside, Literal(")")) for name in names)


def _copy(direction: str, table_name: str, table_at: int, columns_at: int) -> Maker:
    def make(given: Given, _: Variants, family: Family | None) -> tuple[Sql, ...]:
        schema = constant_text(given.named["schema_name"]) if "schema_name" in given.named else None
        listed = _columns(_argument(given, "columns", columns_at), family)
        return tuple(
            (Literal("COPY "), *table, *listed, Literal(f" {direction}"))
            for value in _argument(given, table_name, table_at)
            if (table := _table(value, schema, family))
        )

    return make


def _copy_query(given: Given, _: Variants, __: Family | None) -> tuple[Sql, ...]:
    """asyncpg's ``copy_from_query``."""
    queries = [value for value in _argument(given, "query", 0) if isinstance(value, TextValue)]
    return tuple((Literal("COPY ("), *query.pieces, Literal(") TO STDOUT")) for query in queries)


def _table(value: Value, schema: str | None, family: Family | None) -> Sql:
    before = f"{quoted(schema, 'sqlalchemy', family)}." if schema else ""
    name = constant_text((value,))
    if name is not None:
        is_plain = _IDENTIFIER.fullmatch(name) is not None
        return (Literal(before + name),) if is_plain else ()
    if isinstance(value, TextValue):
        return (Literal(before), *value.pieces)
    return (Literal(before), Gap(value.source, "identifier")) if isinstance(value, Unknown) else ()


def _columns(values: Variants, family: Family | None) -> Sql:
    """`` (a, b)``, or nothing where all columns are meant."""
    for value in values:
        names = _names(value)
        if names is not None:
            return (Literal(f" ({', '.join(quoted(name, 'sqlalchemy', family) for name in names)})"),)
        if not isinstance(value, ConstantValue):
            return (Literal(" ("), Gap("columns", "list"), Literal(")"))
    return ()


def _names(value: Value) -> list[str] | None:
    if not isinstance(value, ListValue) or value.open:
        return None
    names = [constant_text(item) for item in value.items]
    return [name for name in names if name is not None] if None not in names else None


def _read_table(given: Given, _: Variants, family: Family | None) -> tuple[Sql, ...]:
    """``pandas.read_sql_table(table, …)`` reads the columns that the table has when it runs."""
    schema = constant_text(given.named["schema"]) if "schema" in given.named else None
    names = next((found for v in given.named.get("columns", ()) if (found := _names(v))), None)
    listed = ", ".join(quoted(name, "sqlalchemy", family) for name in names) if names else "*"
    tables = (_table(value, schema, family) for value in _argument(given, "table_name", 0))
    return tuple((Literal(f"SELECT {listed} FROM "), *table) for table in tables if table)


def _read(given: Given, receivers: Variants, family: Family | None) -> tuple[Sql, ...]:
    """``pandas.read_sql`` takes the name of a table too."""
    names = _argument(given, "sql", 0)
    if not all(_IDENTIFIER.fullmatch(constant_text((name,)) or "") for name in names):
        return ()
    return _read_table(Given((names,), given.named), receivers, family)


def _write_table(given: Given, receivers: Variants, family: Family | None) -> tuple[Sql, ...]:
    """``frame.to_sql(table, …)`` inserts the columns of the frame, and its index unless it is told not to.

    A table that is there stays as it is and gets nothing unless it is told otherwise, or makes room for another.
    """
    schema = constant_text(given.named["schema"]) if "schema" in given.named else None
    existing = _argument(given, "if_exists", 3)
    known = constant_text(existing) if existing else "fail"
    if known in ("fail", "replace"):
        tables = (_table(value, schema, family) for value in _argument(given, "name", 0) if known == "replace")
        return tuple((Literal("DROP TABLE "), *table) for table in tables if table)
    frame = next((v for v in receivers if isinstance(v, DictValue) and not v.open), None)
    listed: Sql = (Gap("columns", "list"),)
    marks: Sql = (Gap("values", "list"),)
    if frame is not None:
        names = [name for name, _ in frame.entries]
        if given.named.get("index") != (ConstantValue("False"),):
            names.insert(0, "index")
        listed = (Literal(", ".join(quoted(name, "sqlalchemy", family) for name in names)),)
        marks = (Literal(", ".join(f"%({name})s" for name in names)),)
    tables = (_table(value, schema, family) for value in _argument(given, "name", 0))
    return tuple(
        (Literal("INSERT INTO "), *table, Literal(" ("), *listed, Literal(") VALUES ("), *marks, Literal(")"))
        for table in tables
        if table
    )


_MAKERS: dict[str, Maker] = {
    "callproc": _procedure,
    "copy_from": _copy("FROM STDIN", "table", 1, 5),
    "copy_to": _copy("TO STDOUT", "table", 1, 4),
    "copy_records_to_table": _copy("FROM STDIN", "table_name", 0, 99),
    "copy_to_table": _copy("FROM STDIN", "table_name", 0, 99),
    "copy_from_table": _copy("TO STDOUT", "table_name", 0, 99),
    "copy_from_query": _copy_query,
    "read_sql_table": _read_table,
    "read_sql": _read,
    "to_sql": _write_table,
}
