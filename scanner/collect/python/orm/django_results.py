"""The methods of a QuerySet, a manager or an instance that ask the database."""

from __future__ import annotations

from collections.abc import Callable

from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm import django_writes as writes
from scanner.collect.python.orm.django_columns import annotate
from scanner.collect.python.orm.django_orders import ordered, quoted_name, reverse
from scanner.collect.python.orm.django_steps import filter_by, numbered
from scanner.collect.python.orm.django_values import ConditionValue
from scanner.collect.python.orm.lookups import condition
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, pieces, text_at
from scanner.collect.python.orm.subqueries import keys
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import InstanceValue, ListValue, Unknown, Variants


def final(method: str) -> Callable[[QueryValue, Given, Frame], Variants] | None:
    """What a method that asks the database does: ``get`` and, awaited, ``aget``."""
    return _FINAL.get(method) or (_FINAL.get(method[1:]) if method.startswith("a") else None)


def _get(query: QueryValue, given: Given, frame: Frame) -> Variants:
    query = replace(filter_by(query, given, frame.world), orders=(), limit="LIMIT 21")
    return _finished(query, frame)


def _first(query: QueryValue, _: Given, frame: Frame) -> Variants:
    key = query.mapped.key
    by_key = (pieces(f"{Names(query.mapped, frame.world.family).column(key.name)} ASC"),) if key else ()
    return _finished(replace(query, orders=query.orders or by_key, limit="LIMIT 1"), frame)


def _last(query: QueryValue, given: Given, frame: Frame) -> Variants:
    in_order = query if query.orders else ordered(query, ("pk",), frame.world)
    return _first(reverse(in_order, given, frame.world), given, frame)


def _earliest(query: QueryValue, given: Given, frame: Frame) -> Variants:
    names = [name for values in given.positional if (name := constant_text(values))]
    return _first(ordered(replace(query, orders=()), names, frame.world) if names else query, given, frame)


def _latest(query: QueryValue, given: Given, frame: Frame) -> Variants:
    names = [name for values in given.positional if (name := constant_text(values))]
    in_order = ordered(replace(query, orders=()), names, frame.world) if names else query
    return _first(reverse(in_order, given, frame.world), given, frame)


def _in_bulk(query: QueryValue, given: Given, frame: Frame) -> Variants:
    named = dict(zip(("id_list", "field_name"), given.positional, strict=False)) | given.named
    field = constant_text(named["field_name"]) if "field_name" in named else "pk"
    if "id_list" in named:
        query = condition(query, ConditionValue("AND", ((f"{field}__in", named["id_list"]),)), frame.world)
    row = _finished(replace(query, orders=()), frame)
    return (ListValue((row,), open=True),) if row else ()


def _count(query: QueryValue, _: Given, frame: Frame) -> Variants:
    world = frame.world
    if query.others or query.distinct or query.distinct_on or query.limit or query.groups:
        chosen = query if query.others or query.distinct else keys(query, Names(query.mapped, world.family))
        inner = numbered(replace(chosen, whole=True, orders=()), world)
        grouped = replace(inner, groups=(pieces("1"),)) if query.groups and query.whole else inner
        frame.world.journal.derived(query)
        text = text_at(pieces("SELECT COUNT(*) FROM (", grouped.sql, ") subquery"), query.place)
        frame.world.journal.mapper(text, query.call, frame.root)
        return ()
    counted = (pieces(f"COUNT(*) AS {quoted_name('__count', query, world)}"),)
    return _finished(replace(query, columns=counted, orders=(), entities=()), frame)


def _exists(query: QueryValue, _: Given, frame: Frame) -> Variants:
    one = (pieces(f"1 AS {quoted_name('a', query, frame.world)}"),)
    return _finished(replace(query, columns=one, orders=(), groups=(), limit="LIMIT 1", entities=()), frame)


def _contains(query: QueryValue, given: Given, frame: Frame) -> Variants:
    return _exists(filter_by(query, Given((), {"pk": (Unknown("key"),)}), frame.world), given, frame)


def _aggregate(query: QueryValue, given: Given, frame: Frame) -> Variants:
    query = replace(query, columns=(), orders=(), groups=(), whole=False, entities=())
    query = replace(annotate(query, given, frame.world), groups=())
    return _finished(query, frame)


def _get_or_create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    wanted = {name: v for name, v in given.named.items() if name not in ("defaults", "create_defaults")}
    _get(query, Given((), wanted), frame)
    writes.inserts(query, Given((), {}), frame)
    found = (InstanceValue(query.mapped.of, stored=True),) if query.mapped.of else ()
    return (ListValue((found, (Unknown("created"),))),)


def _update_or_create(query: QueryValue, given: Given, frame: Frame) -> Variants:
    result = _get_or_create(query, given, frame)
    if query.mapped.of:
        stored = InstanceValue(query.mapped.of, stored=True)
        for sql in writes.saved(query.mapped, stored, Given((), {}), frame):
            frame.world.journal.mapper(text_at(sql, query.place), query.call, frame.root)
    return result


def _finished(query: QueryValue, frame: Frame) -> Variants:
    frame.world.journal.query(query, frame.root)
    if query.whole and query.entities and query.mapped.of:
        return (InstanceValue(query.mapped.of, stored=True, along=query.along),)
    return ()


_FINAL: dict[str, Callable[[QueryValue, Given, Frame], Variants]] = {
    "get": _get,
    "first": _first,
    "last": _last,
    "latest": _latest,
    "earliest": _earliest,
    "in_bulk": _in_bulk,
    "count": _count,
    "exists": _exists,
    "contains": _contains,
    "aggregate": _aggregate,
    "update": writes.update,
    "delete": writes.delete,
    "create": writes.create,
    **dict.fromkeys(("create_user", "create_superuser"), writes.create),  # of Django's own model of users
    "get_or_create": _get_or_create,
    "update_or_create": _update_or_create,
    "bulk_create": writes.bulk_create,
    "bulk_update": writes.bulk_update,
    "add": writes.link,
    "remove": writes.unlink,
    "clear": writes.unlink,
    "set": writes.relink,
}
