"""What peewee's instances bring along: the rows of joined tables whose columns the query reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from scanner.collect.python.frames import World
from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import Join, QueryValue
from scanner.collect.python.orm.sql import Names
from scanner.collect.python.values import Literal, Sql


def with_rows(query: QueryValue, world: World) -> QueryValue:
    """The query, of which it is known along which paths of foreign keys its joins bring rows."""
    read = {_text(column).rpartition(".")[0] for column in query.columns}
    return replace(query, along=tuple(path for table, (_, path) in _reached(query, world).items() if table in read))


def joined(query: QueryValue, world: World) -> list[Mapped]:
    """The classes that its joins have led to, the last first: peewee joins from there."""
    return [mapped for mapped, path in reversed(_reached(query, world).values()) if path]


def _reached(query: QueryValue, world: World) -> dict[str, tuple[Mapped, str]]:
    """By table: its class, and the path of foreign keys that leads there."""
    here = {query.tables[0]: (query.mapped, "")} if query.tables else {}
    for join in query.joins if query.mapped.framework == "peewee" else ():
        here.update((join.table, end) for end in islice(_ends(join, here, world), 1))
    return here


def _ends(join: Join, here: dict[str, tuple[Mapped, str]], world: World) -> Iterator[tuple[Mapped, str]]:
    """The class at the end of a join over a foreign key of a table that is there, and the path that leads to it."""
    condition = _text(join.condition)
    for table, (mapped, path) in here.items():
        names = Names(mapped, world.family)
        for relation in mapped.relations:
            target = world.model(relation.target)
            if target is not None and f"{table}.{names.quoted(relation.local)}" in condition:
                yield target, f"{path}__{relation.attribute}".removeprefix("__")


def _text(sql: Sql) -> str:
    return "".join(piece.text for piece in sql if isinstance(piece, Literal))
