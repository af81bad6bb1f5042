"""Django's paths: ``customer__country__code`` → the column it ends at, and the joins on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scanner.collect.python.frames import World
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_many import Many, many, parent
from scanner.collect.python.orm.django_models import reverse_relations
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Relation
from scanner.collect.python.orm.queries import Join, QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.values import Sql

# What may stand behind a field and is none: comparisons, and parts of a value.
COMPARISONS = {
    "exact": "{0} = {1}",
    "iexact": "UPPER({0}::text) = UPPER({1})",
    "contains": "{0}::text LIKE {1}",
    "startswith": "{0}::text LIKE {1}",
    "endswith": "{0}::text LIKE {1}",
    "icontains": "UPPER({0}::text) LIKE UPPER({1})",
    "istartswith": "UPPER({0}::text) LIKE UPPER({1})",
    "iendswith": "UPPER({0}::text) LIKE UPPER({1})",
    "gt": "{0} > {1}",
    "gte": "{0} >= {1}",
    "lt": "{0} < {1}",
    "lte": "{0} <= {1}",
    "range": "{0} BETWEEN {1} AND {1}",
    "regex": "{0}::text ~ {1}",
    "iregex": "{0}::text ~* {1}",
}
_LOOKUPS = COMPARISONS.keys() | {"in", "isnull", "pk", "id"}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A path followed from a model: the column it ends at, the joins on the way, what is left of it."""

    names: Names
    column: MappedColumn
    joins: tuple[Join, ...]
    rest: tuple[str, ...] = ()
    many: bool = False  # there may be several rows at its end

    @property
    def sql(self) -> str:
        """The column."""
        return self.names.column(self.column.name)


def resolve(path: str, mapped: Mapped, world: World, *, outer: bool = False) -> Resolved | None:
    """Follows a path of fields and relations; None where it leaves what is known."""
    parts = path.split("__")
    joins: list[Join] = []
    here, is_many = mapped, False
    while parts:
        names = Names(here, world.family)
        column = here.key if parts[0] == "pk" else here.column(parts[0])
        relation = here.relation(parts[0]) or (None if column else _back(here, parts[0], world))
        target = world.model(relation.target) if relation else None
        if relation is None and column is None:
            over = many(here, parts[0], world)
            up = parent(here, world) if over is None else None
            if over is not None and (end := world.model(over.target)):
                joins.append(_to(here, over.through, over.local, world, outer=outer))
                rest = _past_key(parts[1:], end)
                if not rest or (rest == parts[1:] and rest[0] in _LOOKUPS):
                    column = MappedColumn(over.remote, over.remote)
                    return Resolved(Names(over.through, world.family), column, tuple(joins), tuple(rest), many=True)
                joins.append(_from(over, end, world, outer=outer))
                here, parts, is_many = end, parts[1:], True
                continue
            if up is not None:
                joins.append(_join(here, up[0], up[1], world, outer=outer and bool(joins)))
                here = up[1]
                continue
        if relation is None or target is None:
            if column is None or (column.foreign and parts[1:] and parts[1] not in _LOOKUPS):
                return None
            return Resolved(names, column, tuple(joins), tuple(parts[1:]), is_many)
        remote = target.column(relation.remote)
        if column is not None and not _goes_on(parts[1:], target, world):
            return Resolved(names, column, tuple(joins), tuple(_past_key(parts[1:], target)), is_many)
        joins.append(_join(here, relation, target, world, outer=outer))
        is_many = is_many or column is None
        here, parts = target, parts[1:]
        if not parts and remote is not None:
            key = target.key or remote
            return Resolved(Names(target, world.family), key, tuple(joins), (), is_many)
    return None


def joining(query: QueryValue, joins: Iterable[Join]) -> QueryValue:
    """The query with these joins, each once; one that is there already keeps its kind."""
    known = {(join.table, join.condition) for join in query.joins}
    new = {(join.table, join.condition): join for join in joins if (join.table, join.condition) not in known}
    return replace(query, joins=(*query.joins, *new.values()))


def target_of(path: str, mapped: Mapped, world: World) -> Mapped | None:
    """The model that a path of relations ends at."""
    here: Mapped | None = mapped
    for name in path.split("__"):
        relation = (here.relation(name) or _back(here, name, world)) if here else None
        here = world.model(relation.target) if relation else None
    return here


def relation_of(mapped: Mapped, name: str, world: World) -> Relation | None:
    """The relation of this name, from the model or back from one that refers to it."""
    return mapped.relation(name) or (None if mapped.column(name) else _back(mapped, name, world))


def over_table(way: Many, target: Mapped, world: World) -> Join:
    """From the rows at the end of a many-to-many field to the table between."""
    between, theirs = Names(way.through, world.family), Names(target, world.family)
    key = target.key.name if target.key else "id"
    return Join(between.table, pieces(f"{theirs.column(key)} = {between.column(way.remote)}"))


def whole_row(mapped: Mapped, world: World) -> tuple[tuple[Sql, ...], tuple[Join, ...]]:
    """The columns read with a row, those of the parents that it extends first, and the joins to these."""
    columns, joins = Names(mapped, world.family).all_columns(), []
    while (link := parent(mapped, world)) is not None:
        joins.append(to_parent(mapped, link, world))
        mapped = link[1]
        columns = (*Names(mapped, world.family).all_columns(), *columns)
    return columns, tuple(joins)


def _back(mapped: Mapped, name: str, world: World) -> Relation | None:
    return reverse_relations(mapped.of, world).get(name) if mapped.of else None


def _goes_on(rest: list[str], target: Mapped, world: World) -> bool:
    """Whether more of the path lies beyond the foreign key's own column."""
    if not rest or _past_key(rest, target) != rest:
        return False
    if target.column(rest[0]) is not None or _back(target, rest[0], world) is not None:
        return True
    up = parent(target, world)
    return many(target, rest[0], world) is not None or (up is not None and _goes_on(rest, up[1], world))


def _past_key(rest: list[str], target: Mapped) -> list[str]:
    key = target.key
    return rest[1:] if rest and key is not None and rest[0] in ("pk", key.attribute) else rest


def _join(here: Mapped, relation: Relation, target: Mapped, world: World, *, outer: bool) -> Join:
    ours, theirs = Names(here, world.family), Names(target, world.family)
    on = pieces(f"{ours.column(relation.local)} = {theirs.column(relation.remote)}")
    return Join(theirs.table, on, outer)


def to_parent(here: Mapped, link: tuple[Relation, Mapped], world: World) -> Join:
    """From a model to the one whose table it extends."""
    return _join(here, link[0], link[1], world, outer=False)


def _to(here: Mapped, through: Mapped, local: str, world: World, *, outer: bool) -> Join:
    """From a model to the table between it and another."""
    ours, between = Names(here, world.family), Names(through, world.family)
    key = here.key.name if here.key else "id"
    return Join(between.table, pieces(f"{ours.column(key)} = {between.column(local)}"), outer)


def _from(way: Many, target: Mapped, world: World, *, outer: bool) -> Join:
    between, theirs = Names(way.through, world.family), Names(target, world.family)
    key = target.key.name if target.key else "id"
    return Join(theirs.table, pieces(f"{between.column(way.remote)} = {theirs.column(key)}"), outer)
