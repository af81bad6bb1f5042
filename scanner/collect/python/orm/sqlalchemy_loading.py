"""Loader options of SQLAlchemy, as in ``options(joinedload(Order.customer))``: what more is read with an instance."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python.frames import World
from scanner.collect.python.given import Given
from scanner.collect.python.light import dataclass, replace
from scanner.collect.python.orm.mapped import Mapped, Relation, Source
from scanner.collect.python.orm.queries import Join, Loaded, QueryValue, RelationValue, SqlValue, from_item
from scanner.collect.python.orm.sql import Names, joined, pieces, unnamed
from scanner.collect.python.orm.sqlalchemy_inheritance import of_kind
from scanner.collect.python.orm.sqlalchemy_joins import on
from scanner.collect.python.orm.sqlalchemy_relations import leads_to_one, relation_of
from scanner.collect.python.orm.sqlalchemy_select import label
from scanner.collect.python.orm.sqlalchemy_sources import alias
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ConstantValue, Gap, MapperValue, Place, Sql, Value

# The options that load rows of another table, by how they do it.
_KINDS = {
    "joinedload": "joined",
    "joinedload_all": "joined",
    "selectinload": "selectin",
    "subqueryload": "selectin",
    "contains_eager": "joined already",
    "load_only": "only",
    "defer": "without",
    "undefer": "with",
    "lazyload": "",
    "noload": "",
    "raiseload": "",
    "defaultload": "",
    "Load": "",
}
_BY_ITSELF = {"joined": "joined", "False": "joined", "selectin": "selectin", "subquery": "selectin"}


@dataclass(frozen=True, slots=True)
class LoadValue(MapperValue):
    """Options, each with what it is about."""

    steps: tuple[tuple[str, tuple[Value, ...]], ...]


def loading(name: str, given: Given, before: LoadValue | None = None) -> LoadValue | None:
    """``joinedload(Order.customer)`` or, of another option, ``.selectinload(Customer.orders)``; else None."""
    kind = _KINDS.get(name)
    if name == "options" and before is not None:
        inner = (v for each in given.positional for v in each[:1] if isinstance(v, LoadValue))
        return LoadValue((*before.steps, *(step for value in inner for step in value.steps)))
    if kind is None:
        return None
    if kind == "joined" and given.named.get("innerjoin") not in (None, (ConstantValue("False"),)):
        kind = "joined inside"
    step = (kind, tuple(each[0] for each in given.positional))
    return LoadValue((*(before.steps if before else ()), step))


def with_options(query: QueryValue, given: Given, place: Place, world: World) -> tuple[QueryValue, list[QueryValue]]:
    """The query with these options, and the queries that they make run beside it."""
    beside: list[QueryValue] = []
    for each in given.positional:
        if isinstance(each[0], LoadValue):
            query, more = _applied(query, each[0], place, world)
            beside.extend(more)
    return query, beside


def by_itself(query: QueryValue, place: Place, world: World) -> tuple[QueryValue, list[QueryValue]]:
    """The query with what its instances load because their class says so: ``relationship(…, lazy="joined")``."""
    steps = [
        LoadValue(((_BY_ITSELF[relation.loading], (RelationValue(mapped, relation.attribute),)),))
        for mapped in (query.entities if query.whole else ())
        for relation in mapped.relations
        if relation.loading in _BY_ITSELF
    ]
    return with_options(query, Given(tuple((step,) for step in steps), {}), place, world)


def _applied(query: QueryValue, option: LoadValue, place: Place, world: World) -> tuple[QueryValue, list[QueryValue]]:
    """Each step goes on from where the one before led to: in the query, or in the last one beside it."""
    queries, target, path = [query], query.mapped, ""
    for kind, values in option.steps:
        if kind in ("only", "without", "with"):
            queries[-1] = _narrowed(queries[-1], kind, values, target, world)
            continue
        relation = _relation(target, values[0], world) if values else None
        end = world.model(relation.target) if relation else None
        if relation is None or end is None:
            break
        path = f"{path}__{relation.attribute}".removeprefix("__")
        queries[0] = replace(queries[0], along=(*queries[0].along, path)) if kind else queries[0]
        here = queries[-1]
        if kind in ("joined", "joined inside"):
            queries[-1], target = _joined(here, target, relation, end, place, world, outer=kind == "joined", path=path)
            continue
        if kind == "joined already":
            others = tuple(each for each in here.loaded if each.path != path)
            queries[-1] = replace(here, contained=(*_columns(end, here, world), *here.contained), loaded=others)
        elif kind == "selectin":
            queries.append(_beside(query, relation, end, world))
        target = end
    return queries[0], queries[1:]


def _relation(mapped: Mapped, value: Value, world: World) -> Relation | None:
    name = value.attribute if isinstance(value, RelationValue) else constant_text((value,))
    return relation_of(mapped, name, world) if name else None


def _joined(
    query: QueryValue,
    source: Mapped,
    relation: Relation,
    end: Mapped,
    place: Place,
    world: World,
    *,
    outer: bool,
    path: str,
) -> tuple[QueryValue, Mapped]:
    target = alias(end, None, place, world)
    table = Names(target, world.family).table
    if relation.between is None:
        join = Join(table, on(source, relation, target, world), outer)
        return _loading(query, join, target, world, many=not leads_to_one(source, relation), path=path), target
    ours, theirs, between = Names(source, world.family), Names(target, world.family), relation.between
    middle = unnamed(between.table, place)
    to = joined(
        " AND ", (pieces(f"{theirs.column(relation.remote)} = {middle}.{between.remote}"), *of_kind(target, world))
    )
    inner = pieces(f"({between.table} AS {middle} JOIN ", from_item(table), " ON ", to, ")")
    both = Source.named(table, inner)
    condition = pieces(f"{ours.column(relation.local)} = {middle}.{between.local}")
    return _loading(query, Join(both, condition, outer), target, world, many=True, path=path), target


def _loading(query: QueryValue, join: Join, target: Mapped, world: World, *, many: bool, path: str) -> QueryValue:
    loaded = Loaded(join, _columns(target, query, world), many, path)
    return replace(query, loaded=(*query.loaded, loaded))


def _beside(query: QueryValue, relation: Relation, end: Mapped, world: World) -> QueryValue:
    """The rows that belong to those found, by their keys."""
    names, between = Names(end, world.family), relation.between
    columns, tables = _columns(end, query, world), (names.table,)
    joins: tuple[Join, ...] = ()
    own = names.column(relation.remote)
    if between is not None:
        own, tables = f"{between.table}.{between.local}", (between.table,)
        joins = (Join(names.table, pieces(f"{names.column(relation.remote)} = {between.table}.{between.remote}")),)
    if not (end.key is not None and own == names.column(end.key.name)):
        columns = (pieces(own), *(column for column in columns if _text(column) != own))
    where = pieces(f"{own} IN (", Gap("…", "list"), ")")
    rows = QueryValue(end, query.place, query.call, tables=tables, columns=columns, joins=joins, wheres=(where,))
    return replace(rows, kinds=of_kind(end, world), begun=True, entities=(end,))


def _narrowed(query: QueryValue, kind: str, values: Iterable[Value], mapped: Mapped, world: World) -> QueryValue:
    names = {value.name if isinstance(value, SqlValue) else constant_text((value,)) for value in values}
    table = Names(mapped, world.family)
    named = {table.of(c) for c in mapped.columns if c.name in names or c.attribute in names}
    keys = {table.of(column) for column in mapped.columns if column.primary_key}
    own = {table.of(column) for column in mapped.columns}
    if kind == "with":
        more = [pieces(column) for column in sorted(named) if column not in set(map(_text, query.columns))]
        return replace(query, columns=(*query.columns, *more))
    left_out = own - named - keys if kind == "only" and named else named if kind == "without" else set[str]()
    if not left_out:
        return query
    loaded = tuple(replace(each, columns=_without(each.columns, left_out)) for each in query.loaded)
    columns, contained = _without(query.columns, left_out), _without(query.contained, left_out)
    return replace(query, columns=columns, contained=contained, loaded=loaded)


def _without(columns: Iterable[Sql], left_out: set[str]) -> tuple[Sql, ...]:
    return tuple(column for column in columns if _text(column) not in left_out)


def _text(column: Sql) -> str:
    first = column[0] if column else None
    return getattr(first, "text", "").partition(" AS ")[0]


def _columns(mapped: Mapped, query: QueryValue, world: World) -> tuple[Sql, ...]:
    names = Names(mapped, world.family)
    if query.labelled:
        return tuple(pieces(f"{names.of(c)} AS {label(mapped, c)}") for c in mapped.read)
    return names.all_columns()
