"""Django's lookups: ``category__slug__icontains="x"`` → a condition, and the joins it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from scanner.collect.python.frames import World
from scanner.collect.python.orm.django_many import Many, many, parent
from scanner.collect.python.orm.django_models import reverse_relations
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Relation
from scanner.collect.python.orm.queries import (
    AggregateValue,
    ArithmeticValue,
    ConditionValue,
    Join,
    PathValue,
    QueryValue,
)
from scanner.collect.python.orm.sql import Names, joined, pieces
from scanner.collect.python.values import (
    ConstantValue,
    Gap,
    ListValue,
    Literal,
    Sql,
    Unknown,
    Value,
    Variants,
)

_COMPARISONS = {
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


_LOOKUPS = _COMPARISONS.keys() | {"in", "isnull", "pk", "id"}


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
                joins.append(_join(here, up[0], up[1], world, outer=outer))
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


def conditions(
    query: QueryValue, lookups: Iterable[tuple[str, Variants]], world: World, *, negated: bool = False
) -> QueryValue:
    """The query with these lookups among its conditions."""
    annotated = dict(query.annotations)
    plain = []
    for path, values in lookups:
        aggregated = annotated.get(path.split("__")[0])
        if aggregated is None:
            plain.append((path, values))
        else:
            column = "".join(piece.text for piece in aggregated if isinstance(piece, Literal))
            made = _compared(column, tuple(path.split("__")[1:]), values[0], query, world)
            query = replace(query, havings=(*query.havings, made)) if query.groups else query
    query, made = _conditions(query, ConditionValue("AND", tuple(plain), negated=negated), world)
    return replace(query, wheres=(*query.wheres, made)) if made else query


def condition(query: QueryValue, value: ConditionValue, world: World) -> QueryValue:
    """The query with a ``Q`` among its conditions."""
    query, made = _conditions(query, value, world)
    return replace(query, wheres=(*query.wheres, made)) if made else query


def joining(query: QueryValue, joins: Iterable[Join]) -> QueryValue:
    """The query with these joins, each once; one that is there already keeps its kind."""
    known = {(join.table, join.condition): join for join in (*reversed(tuple(joins)), *reversed(query.joins))}
    return replace(query, joins=tuple(reversed(known.values())))


def operand(value: Value, query: QueryValue, world: World) -> Sql:
    """The right side of a comparison: a parameter, unless it is a column or a query."""
    if isinstance(value, PathValue):
        found = resolve(value.path, query.mapped, world)
        return pieces(found.sql) if found else pieces(Gap(f'F("{value.path}")', "value"))
    if isinstance(value, ArithmeticValue):
        left, right = (operand(side, query, world) for side in (value.left, value.right))
        return pieces("(", left, f" {value.operator} ", right, ")")
    if isinstance(value, QueryValue):
        return pieces("(", value.sql, ")")
    return pieces("%s")


def aggregate(value: AggregateValue, query: QueryValue, world: World) -> tuple[QueryValue, Sql]:
    """``Count("path")`` as SQL, and the query with the joins it needs."""
    if value.path in (None, "*"):
        return query, pieces(f"{value.function}(*)")
    found = resolve(value.path or "", query.mapped, world, outer=True)
    if found is None:
        return query, pieces(Gap(f'{value.function.title()}("{value.path}")', "value"))
    distinct = "DISTINCT " if value.distinct else ""
    query = joining(query, found.joins)
    made = pieces(f"{value.function}({distinct}{found.sql})")
    if value.filter is not None:
        query, only = _conditions(query, value.filter, world)
        made = pieces(made, " FILTER (WHERE ", only, ")")
    return query, made


def _conditions(query: QueryValue, value: ConditionValue, world: World) -> tuple[QueryValue, Sql]:
    parts: list[Sql] = []
    for path, values in value.lookups:
        query, part = _lookup(query, path, values[0], world)
        parts.append(part)
    for inner in value.inner:
        query, part = _conditions(query, inner, world)
        if part:
            parts.append(part)
    if not parts:
        return query, ()
    together = joined(f" {value.connector} ", parts)
    if len(parts) > 1 or value.negated:
        together = pieces("(", together, ")")
    return query, pieces("NOT ", together) if value.negated else together


def _lookup(query: QueryValue, path: str, value: Value, world: World) -> tuple[QueryValue, Sql]:
    annotated = dict(query.annotations).get(path.split("__")[0])
    found = resolve(path, query.mapped, world)
    if found is None:
        return query, annotated or pieces(Gap(f"{path}=…", "clause"))
    query = joining(query, found.joins)
    return query, _compared(found.sql, found.rest, value, query, world)


def _compared(column: str, rest: tuple[str, ...], value: Value, query: QueryValue, world: World) -> Sql:
    lookup = rest[-1] if rest else "exact"
    if lookup == "isnull":
        return pieces(f"{column} IS NULL" if value != ConstantValue("False") else f"{column} IS NOT NULL")
    if value == ConstantValue("None"):
        return pieces(f"{column} IS NULL")
    if lookup == "in":
        return pieces(f"{column} IN ", _members(value, query, world))
    pattern = _COMPARISONS.get(lookup, "{0} = {1}")
    if world.family == "mysql":
        pattern = pattern.replace("::text", "")
    before, *after = pattern.split("{1}")
    right = operand(value, query, world)
    made = pieces(before.format(column))
    for part in after:
        made = pieces(made, right, part)
    return made


def _members(value: Value, query: QueryValue, world: World) -> Sql:
    if isinstance(value, QueryValue):
        return operand(value, query, world)
    if isinstance(value, ListValue) and not value.open and value.items:
        return pieces(f"({', '.join(['%s'] * len(value.items))})")
    return pieces("(", Gap(value.source if isinstance(value, Unknown) else "…", "list"), ")")


def _back(mapped: Mapped, name: str, world: World) -> Relation | None:
    return reverse_relations(mapped.of, world).get(name) if mapped.of else None


def _goes_on(rest: list[str], target: Mapped, world: World) -> bool:
    """Whether more of the path lies beyond the foreign key's own column."""
    if not rest or _past_key(rest, target) != rest:
        return False
    return target.column(rest[0]) is not None or _back(target, rest[0], world) is not None


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
