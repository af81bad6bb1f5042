"""``select(…)`` and ``session.query(…)``: columns, tables and what a row holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import QueryValue, SqlValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.orm.sqlalchemy_expressions import operand
from scanner.collect.python.values import (
    ClassValue,
    Gap,
    InstanceValue,
    ListValue,
    Literal,
    Place,
    Sql,
    Unknown,
    Value,
)

_FUNCTION = re.compile(r"(\w+)\(")


_PLAIN_COLUMN = re.compile(r"[\w.]+\.\w+")


def mapped_of(value: Value, world: World) -> Mapped | None:
    """The mapped class or table that a value names."""
    if isinstance(value, Mapped):
        return value
    mapped = (
        world.model(value) if isinstance(value, ClassValue | InstanceValue) and isinstance(value, ClassValue) else None
    )
    return mapped if mapped and mapped.framework != "django" else None


def selected(given: Given, place: Place, call: str, frame: Frame, *, labels: bool = False) -> QueryValue | None:
    """``select(…)`` or ``session.query(…)``, which labels its columns."""
    values = [each[0] for each in given.positional]
    if values and isinstance(values[0], ListValue):  # select([…]) of SQLAlchemy 1.3
        values = [item[0] for item in values[0].items]
    subject = _subject(values, frame.world)
    if subject is None:
        return None
    columns: list[Sql] = []
    tables: list[str] = []
    entities: list[Mapped] = []
    for value in values:
        mapped = mapped_of(value, frame.world)
        if mapped is not None:
            entities.append(mapped)
            tables.append(Names(mapped, frame.world.family).table)
            columns.extend(_columns(mapped, frame.world, labels=labels))
        else:
            columns.append(_selected_expression(value, labels=labels))
            tables.extend(value.tables if isinstance(value, SqlValue) else ())
    if not labels:
        columns = _distinguished(columns)
    whole = len(entities) == len(values)
    return QueryValue(
        subject,
        place,
        call,
        tables=tuple(dict.fromkeys(tables)),
        columns=tuple(columns),
        begun=True,
        whole=whole,
        entities=tuple(entities),
    )


def existing(given: Given, place: Place, frame: Frame) -> QueryValue | None:
    """``exists()`` or ``exists(select(…))``; what it reads shows from its conditions."""
    inner = given.positional[0][0] if given.positional else None
    if isinstance(inner, QueryValue):
        return replace(inner, verb="exists")
    mapped = next((mapped for mapped in frame.world.models() if mapped.framework == "sqlalchemy"), None)
    return QueryValue(mapped, place, "exists", "exists", columns=(pieces("*"),)) if mapped else None


def got(mapped: Mapped, place: Place, call: str, world: World) -> QueryValue:
    """``session.get(Model, key)``."""
    names = Names(mapped, world.family)
    key = mapped.key
    where = (pieces(f"{names.column(key.name)} = %(pk_1)s"),) if key else ()
    return QueryValue(
        mapped,
        place,
        call,
        tables=(names.table,),
        columns=names.all_columns(),
        wheres=where,
        begun=True,
        entities=(mapped,),
    )


def _distinguished(columns: list[Sql]) -> list[Sql]:
    """Columns of one name get a number from the second on, functions from the first, as SQLAlchemy 2 does."""
    seen: Counter[str] = Counter()
    told: list[Sql] = []
    for column in columns:
        text = column[0].text if isinstance(column[0], Literal) else ""
        function = _FUNCTION.match(text)
        if function and not _labelled(column):
            seen[f"{function[1]}()"] += 1
            told.append(pieces(column, f" AS {function[1]}_{seen[f'{function[1]}()']}"))
            continue
        text = text if len(column) == 1 else ""
        name = text.rsplit(".", 1)[-1] if _PLAIN_COLUMN.fullmatch(text) else ""
        told.append(pieces(text, f" AS {name}_{seen[name]}") if name and seen[name] else column)
        seen[name] += 1
    return told


def _selected_expression(value: Value, *, labels: bool) -> Sql:
    if isinstance(value, Unknown):
        return (Gap(value.source, "value"),)
    made = operand(value, None)
    if labels and isinstance(value, SqlValue) and value.mapped is not None and value.name:
        return pieces(made, f" AS {_label(value.mapped, value.name)}")
    return made


def _labelled(column: Sql) -> bool:
    last = column[-1]
    return isinstance(last, Literal) and " AS " in last.text


def _subject(values: Iterable[Value], world: World) -> Mapped | None:
    for value in values:
        mapped = mapped_of(value, world)
        if mapped is not None:
            return mapped
        if isinstance(value, SqlValue) and value.mapped is not None:
            return value.mapped
    tables = {table for value in values if isinstance(value, SqlValue) for table in value.tables}
    return next((m for m in world.models() if Names(m, world.family).table in tables), None) or (
        next((m for m in world.models() if m.framework == "sqlalchemy"), None)
        if any(isinstance(value, SqlValue) for value in values)
        else None
    )


def _columns(mapped: Mapped, world: World, *, labels: bool) -> tuple[Sql, ...]:
    names = Names(mapped, world.family)
    if not labels or not mapped.columns:
        return names.all_columns()
    return tuple(pieces(f"{names.column(c.name)} AS {_label(mapped, c.name)}") for c in mapped.read)


def _label(mapped: Mapped, column: str) -> str:
    """The name that `session.query` gives a column."""
    return "_".join(filter(None, (mapped.schema, mapped.table, column)))
