"""``select(…)`` and ``session.query(…)``: columns, tables and what a row holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Mapped, MappedColumn
from scanner.collect.python.orm.queries import QueryValue, SqlValue, select
from scanner.collect.python.orm.sql import Names, pieces, unnamed
from scanner.collect.python.orm.sqlalchemy_expressions import operand, written
from scanner.collect.python.orm.sqlalchemy_inheritance import of_kind
from scanner.collect.python.values import (
    ClassValue,
    Gap,
    InstanceValue,
    ListValue,
    Place,
    Sql,
    TextValue,
    Unknown,
    Value,
)


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
    subject = _subject(values, frame.world) or _unnamed_subject(values, given, place, labels=labels)
    if subject is None:
        return None
    columns: list[Sql] = []
    tables: list[str] = []
    entities: list[Mapped] = []
    read: list[Mapped] = [subject]
    around = [table for value in values if isinstance(value, SqlValue) for table in value.tables]
    for value in values:
        mapped = mapped_of(value, frame.world)
        if mapped is not None:
            entities.append(mapped)
            tables.append(Names(mapped, frame.world.family).table)
            columns.extend(_columns(mapped, frame.world, labels=labels))
        else:
            at = replace(place, at=place.at + len(columns))
            columns.append(_selected_expression(value, around, at, labels=labels))
            tables.extend(value.tables if isinstance(value, SqlValue) else ())
            read.extend((value.mapped,) if isinstance(value, SqlValue) and value.mapped else ())
    if given.open:  # ``select(*columns)``
        columns.append((Gap("*columns", "list"),))
    kinds = (kind for each in (*read, *entities) for kind in of_kind(each, frame.world))
    whole = len(entities) == len(values) and not given.open
    return QueryValue(
        subject,
        place,
        call,
        tables=tuple(dict.fromkeys(tables)),
        columns=tuple(columns),
        labelled=labels,
        begun=True,
        whole=whole,
        entities=tuple(entities),
        kinds=tuple(dict.fromkeys(kinds)),
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
    where = (pieces(f"{names.of(key)} = %(pk_1)s"),) if key else ()
    return QueryValue(
        mapped,
        place,
        call,
        tables=(names.table,),
        columns=names.all_columns(),
        wheres=where,
        kinds=of_kind(mapped, world),
        begun=True,
        entities=(mapped,),
    )


def _selected_expression(value: Value, around: Sequence[str], place: Place, *, labels: bool) -> Sql:
    if isinstance(value, Unknown):
        return (Gap(value.source, "value"),)
    if isinstance(value, TextValue):
        return written(value)
    query = value if isinstance(value, QueryValue) else value.query if isinstance(value, SqlValue) else None
    made = operand(value, None) if query is None else pieces("(", select(query, without=tuple(around)), ")")
    if isinstance(value, SqlValue) and value.label:
        return pieces(made, f" AS {unnamed('anon', place) if value.label == 'anon' else value.label}")
    known = value.mapped.column(value.name) if isinstance(value, SqlValue) and value.mapped and value.name else None
    if labels and known is not None and isinstance(value, SqlValue) and value.mapped is not None:
        return pieces(made, f" AS {label(value.mapped, known)}")
    return pieces(made, f" AS {unnamed('anon', place)}") if query is not None else made


def _subject(values: Iterable[Value], world: World) -> Mapped | None:
    for value in values:
        mapped = mapped_of(value, world)
        if mapped is not None:
            return mapped
        if isinstance(value, SqlValue) and value.mapped is not None:
            return value.mapped
    tables = {table for value in values if isinstance(value, SqlValue) for table in value.tables}
    return next((m for m in world.models() if Names(m, world.family).table in tables), None) if tables else None


def _unnamed_subject(values: Iterable[Value], given: Given, place: Place, *, labels: bool) -> Mapped | None:
    """What stands for the class where none is known of the columns: `select_from` or a condition tells the table."""
    is_told_later = any(isinstance(value, SqlValue) for value in values)
    if not labels:  # much else has a method `query`
        is_told_later = is_told_later or given.open or any(isinstance(value, TextValue) for value in values)
    return Mapped("sqlalchemy", "", (), place) if is_told_later else None


def _columns(mapped: Mapped, world: World, *, labels: bool) -> tuple[Sql, ...]:
    names = Names(mapped, world.family)
    if not labels or not mapped.columns:
        return names.all_columns()
    return tuple(pieces(f"{names.of(c)} AS {label(mapped, c)}") for c in mapped.read)


def label(mapped: Mapped, column: MappedColumn) -> str:
    """The name that `session.query` gives a column."""
    if column.table or mapped.source is not None:
        return f"{column.table or mapped.source}_{column.name}".replace(".", "_")
    return "_".join(filter(None, (mapped.schema, mapped.table, column.name)))
