"""The relations of a class of SQLAlchemy or peewee, those among them that another class declares as a way back."""

from __future__ import annotations

from collections import defaultdict

from scanner.collect.python.frames import World
from scanner.collect.python.orm.mapped import Between, Mapped, Relation
from scanner.collect.python.values import ClassValue


def relation_of(mapped: Mapped, name: str, world: World) -> Relation | None:
    """The relation behind an attribute, declared here or by a ``backref`` of another class."""
    own = mapped.relation(name)
    if own is not None or mapped.of is None or mapped.column(name) or not world.is_settled:
        return own
    return (world.of_models(ways_back, mapped.of) or {}).get(name)


def leads_to_one(source: Mapped, relation: Relation) -> bool:
    """Whether there is one row at its end: the foreign key stands on this side."""
    column = source.column(relation.local)
    return relation.between is None and column is not None and bool(column.refers or column.foreign)


def ways_back(world: World) -> dict[ClassValue, dict[str, Relation]]:
    """The relations that other classes declare as ways back from each class."""
    found: dict[ClassValue, dict[str, Relation]] = defaultdict(dict)
    for other in world.models():
        for relation in other.relations if other.of is not None else ():
            if relation.back and other.of is not None:
                between = relation.between
                turned = between and Between(between.table, between.remote, between.local)
                way = Relation(relation.back, other.of, relation.remote, relation.local, turned)
                found[relation.target][relation.back] = way
    return found
