"""peewee's joins: from where, over which key, and the rows that instances bring along of tables the query reads."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import Join, QueryValue, RelationValue, SqlValue
from scanner.collect.python.orm.sql import Names
from scanner.collect.python.orm.sqlalchemy_select import mapped_of
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import Literal, Sql, Value


def joined(query: QueryValue, made: list[Join], given: Given, world: World) -> QueryValue:
    """The query with a join more: it is joined from there next, and brings rows along foreign keys."""
    named = constant_text(given.named["attr"]) if "attr" in given.named else None
    told = tuple(replace(each, attribute=named or "") if each in made else each for each in query.joins)
    target = mapped_of(given.positional[0][0], world) if given.positional else None
    query = replace(query, joins=told, at=target or query.at)
    read = {_text(column).rpartition(".")[0] for column in query.columns}
    return replace(query, along=tuple(path for table, (_, path) in _reached(query, world).items() if table in read))


def switched(query: QueryValue, given: Given, world: World) -> QueryValue:
    """``query.switch(Model)``: what is joined from next."""
    return replace(query, at=mapped_of(given.positional[0][0], world) if given.positional else None)


def key(value: Value, target: Mapped) -> RelationValue | None:
    """A foreign key to the class that is joined, given as the condition: ``on=Letter.sender``."""
    of = value.mapped if isinstance(value, SqlValue) else None
    if of is None or of.framework != "peewee" or not isinstance(value, SqlValue):
        return None
    found = (each for each in of.relations if each.local == value.name and each.target == target.of)
    return next((RelationValue(of, each.attribute) for each in found), None)


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
                yield target, f"{path}__{join.attribute or relation.attribute}".removeprefix("__")


def _text(sql: Sql) -> str:
    return "".join(piece.text for piece in sql if isinstance(piece, Literal))
