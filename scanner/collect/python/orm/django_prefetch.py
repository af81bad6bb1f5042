"""``query.prefetch_related(…)``: for each step of a path one more query, for the rows that belong to those found."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_many import Many, many
from scanner.collect.python.orm.django_orders import begun
from scanner.collect.python.orm.django_queries import manager
from scanner.collect.python.orm.django_values import CallValue
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.paths import over_table, relation_of
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import Gap, Value


def prefetched(query: QueryValue, given: Given, world: World) -> list[QueryValue]:
    """The queries beside this one."""
    return [made for path, base in _asked(given) for made in _along(query, path, base, world)]


def along(value: Value, given: Given) -> Value:
    """The query, of which it is known what is read beside it."""
    if not isinstance(value, QueryValue):
        return value
    steps = (path.split("__") for path, _ in _asked(given))
    paths = ("__".join(each[:length]) for each in steps for length in range(1, len(each) + 1))
    return replace(value, along=(*value.along, *paths))


def _asked(given: Given) -> Iterator[tuple[str, Value | None]]:
    for values in given.positional:
        first, base = values[0], None
        if isinstance(first, CallValue) and first.name == "Prefetch" and first.positional:
            base = first.argument("queryset") or (first.positional[1] if len(first.positional) > 1 else None)
            first = first.positional[0]
        yield constant_text((first,)) or "", base


def _along(query: QueryValue, path: str, base: Value | None, world: World) -> list[QueryValue]:
    found: list[QueryValue] = []
    here, steps = query.mapped, path.split("__")
    for number, name in enumerate(steps, 1):
        chosen = base if number == len(steps) and isinstance(base, QueryValue) else None
        made = _step(here, name, chosen, query, world)
        if made is None:
            break
        found.append(made)
        here = made.mapped
    return found


def _step(here: Mapped, name: str, chosen: QueryValue | None, query: QueryValue, world: World) -> QueryValue | None:
    relation = relation_of(here, name, world)
    way = many(here, name, world) if relation is None else None
    end = relation or way
    target = world.model(end.target) if end else None
    if target is None:
        return None
    rows = begun(chosen or manager(target, query.place, world), world)
    rows = replace(rows, place=query.place, call=query.call)
    if relation is not None:
        column = Names(target, world.family).column(relation.remote)
    else:
        assert way is not None
        rows, column = _over(rows, way, target, world)
    return replace(rows, wheres=(*rows.wheres, pieces(f"{column} IN (", Gap("…", "list"), ")")))


def _over(rows: QueryValue, way: Many, target: Mapped, world: World) -> tuple[QueryValue, str]:
    between = Names(way.through, world.family)
    column = between.column(way.local)
    value = pieces(f"({column}) AS {between.quoted(f'_prefetch_related_val_{way.local}')}")
    joins = (*rows.joins, over_table(way, target, world))
    return replace(rows, joins=joins, columns=(value, *rows.columns)), column
