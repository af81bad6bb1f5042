"""What an instance reads when it is first asked for: ``order.customer`` is a SELECT of the customer.

Not where the customer came with the order, as ``select_related``, ``joinedload`` and the like make it. The way back of
peewee, ``customer.orders``, is a query of which the program may make more.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.light import replace
from scanner.collect.python.orm import sqlalchemy_relations, sqlalchemy_select
from scanner.collect.python.orm.django_many import parent
from scanner.collect.python.orm.django_models import reverse_relations
from scanner.collect.python.orm.django_orders import begun
from scanner.collect.python.orm.django_queries import manager
from scanner.collect.python.orm.mapped import Mapped, Relation
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.values import InstanceValue, Place

# SQLAlchemy's `lazy`: the others come with the row, are asked for otherwise, or not at all.
_LAZY = frozenset(("", "select", "True", "immediate"))


def read(base: InstanceValue, name: str, call: str, at: int | None, frame: Frame) -> QueryValue | None:
    """Notes the statement behind ``base.name``, where a function first asks for it; gives it where it is a query."""
    mapped, told = frame.world.model(base.of), f"{call} was read"  # no name of a program
    if mapped is None or at is None or name in (*base.along, *dict(base.fields)):
        return None
    stays = mapped.framework == "peewee" and mapped.relation(name) is None
    query = _query(mapped, name, frame.place(at), frame.world) if stays or told not in frame.names else None
    if query is None:
        return None
    query = replace(query, call=call, begun=True)
    if stays:
        frame.world.journal.built(query, frame.root)
        return query
    frame.names[told] = (base,)
    frame.world.journal.query(query, frame.root)
    return None


def relation(mapped: Mapped, name: str, world: World) -> Relation | None:
    """The relation of this name whose rows are instances, no manager."""
    if mapped.framework != "django":
        return sqlalchemy_relations.relation_of(mapped, name, world)
    for each in _with_parents(mapped, world):
        back = reverse_relations(each.of, world).get(name) if each.of else None
        found = each.relation(name) or (back if back is not None and back.single else None)
        if found is not None:
            return found
    return None


def leads_to_one(mapped: Mapped, found: Relation) -> bool:
    """Whether there is one row at its end."""
    if mapped.framework == "peewee":
        return found in mapped.relations
    return mapped.framework == "django" or found.single or sqlalchemy_relations.leads_to_one(mapped, found)


def _query(mapped: Mapped, name: str, place: Place, world: World) -> QueryValue | None:
    found = relation(mapped, name, world)
    target = world.model(found.target) if found is not None else None
    if found is None or target is None or found.loading not in _LAZY:
        return None
    if mapped.framework == "django":
        return _of_django(mapped, found, target, place, world)
    make = _of_peewee if mapped.framework == "peewee" else _of_sqlalchemy
    return make(mapped, found, target, place, world)


def _of_django(mapped: Mapped, found: Relation, target: Mapped, place: Place, world: World) -> QueryValue | None:
    if any((link := parent(each, world)) and link[0] == found for each in _with_parents(mapped, world)):
        return None  # its columns have been read with the row
    where = pieces(f"{Names(target, world.family).column(found.remote)} = %s")
    return replace(begun(manager(target, place, world), world), wheres=(where,), orders=(), limit="LIMIT 21")


def _of_peewee(mapped: Mapped, found: Relation, target: Mapped, place: Place, world: World) -> QueryValue:
    where = pieces(f"{Names(target, world.family).column(found.remote)} = %s")
    query = replace(sqlalchemy_select.got(target, place, "", world), wheres=(where,))
    return replace(query, limit="LIMIT %s OFFSET %s") if leads_to_one(mapped, found) else query


def _of_sqlalchemy(_: Mapped, found: Relation, target: Mapped, place: Place, world: World) -> QueryValue:
    names, between = Names(target, world.family), found.between
    query = sqlalchemy_select.got(target, place, "", world)
    if between is not None:
        ours = pieces(f"%(param_1)s = {between.table}.{between.local}")
        theirs = pieces(f"{names.column(found.remote)} = {between.table}.{between.remote}")
        return replace(query, tables=(*query.tables, between.table), wheres=(ours, theirs))
    if target.key is not None and target.key.name == found.remote:
        return query
    return replace(query, wheres=(pieces(f"%(param_1)s = {names.column(found.remote)}"),))


def _with_parents(mapped: Mapped, world: World) -> Iterator[Mapped]:
    """The model, and those whose tables it extends."""
    yield mapped
    while (link := parent(mapped, world)) is not None:
        mapped = link[1]
        yield mapped
