"""Managers and QuerySets of Django, step by step as they are chained."""

from __future__ import annotations

from dataclasses import replace

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.orm.django_many import parent
from scanner.collect.python.orm.django_results import FINAL
from scanner.collect.python.orm.django_steps import CHAINED, begun
from scanner.collect.python.orm.lookups import to_parent
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import (
    QueryValue,
)
from scanner.collect.python.orm.sql import Names
from scanner.collect.python.values import (
    ClassValue,
    Place,
    Variants,
)


def manager(mapped: Mapped, place: Place, world: World, methods: ClassValue | None = None) -> QueryValue:
    """``Model.objects``, before anything is asked of it."""
    names = Names(mapped, world.family)
    columns, joins, here = names.all_columns(), [], mapped
    while (link := parent(here, world)) is not None:
        joins.append(to_parent(here, link, world))
        here = link[1]
        columns = (*Names(here, world.family).all_columns(), *columns)
    return QueryValue(
        mapped,
        place,
        "",
        tables=(names.table,),
        columns=columns,
        late=tuple(joins),
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
            frame.world.record.derived(query)
        return (after,)
    final = FINAL.get(method)
    return None if final is None else final(begun(query, frame.world), given, frame)


def limited(query: QueryValue, frame: Frame) -> QueryValue:
    """``query[a:b]``."""
    frame.world.record.derived(query)
    return replace(begun(query, frame.world), limit="LIMIT %s")
