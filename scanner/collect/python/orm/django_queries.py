"""Managers and QuerySets of Django, step by step as they are chained."""

from __future__ import annotations

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_orders import begun
from scanner.collect.python.orm.django_results import final
from scanner.collect.python.orm.django_steps import CHAINED
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.paths import whole_row
from scanner.collect.python.orm.queries import (
    QueryValue,
)
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.values import (
    ClassValue,
    Place,
    Sql,
    Variants,
)

NOWHERE = Place("", 0)


def manager(mapped: Mapped, place: Place, world: World, methods: tuple[ClassValue, ...] = ()) -> QueryValue:
    """``Model.objects``, before anything is asked of it."""
    names = Names(mapped, world.family)
    columns, joins = whole_row(mapped, world)
    return QueryValue(
        mapped,
        place,
        "",
        tables=(names.table,),
        columns=columns,
        late=joins,
        methods=methods,
        entities=(mapped,),
    )


def step(query: QueryValue, method: str, given: Given, frame: Frame) -> Variants | None:
    """``query.method(…)``; None if Django knows no such method."""
    chained = CHAINED.get(method)
    if chained is not None:
        before = begun(query, frame.world)
        after = chained(before, given, frame.world)
        if after != query:
            frame.world.journal.derived(query)
        return (after,)
    ask = final(method)
    return None if ask is None else ask(begun(query, frame.world), given, frame)


def limited(query: QueryValue, frame: Frame) -> QueryValue:
    """``query[a:b]``."""
    frame.world.journal.derived(query)
    return replace(begun(query, frame.world), limit="LIMIT %s")


def read_again(mapped: Mapped, world: World) -> Sql:
    """``instance.refresh_from_db()``."""
    query = manager(mapped, NOWHERE, world)
    key = Names(mapped, world.family).column(mapped.key.name if mapped.key else "id")
    return replace(query, wheres=(pieces(f"{key} = %s"),), limit="LIMIT 21").sql
