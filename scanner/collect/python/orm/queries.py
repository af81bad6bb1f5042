"""A query that a mapper builds step by step, and the SQL it stands for."""

from __future__ import annotations

from dataclasses import field, replace
from typing import Literal as OneOf

from scanner.collect.python.light import dataclass
from scanner.collect.python.orm.mapped import Framework, Mapped
from scanner.collect.python.orm.sql import joined, pieces, text_at
from scanner.collect.python.values import ClassValue, Gap, Literal, MapperValue, Place, Sql, TextValue, Value, Variants

Verb = OneOf["select", "insert", "update", "delete", "exists"]


@dataclass(frozen=True, slots=True)
class Join:
    """A joined table."""

    table: str
    condition: Sql
    outer: bool = False

    def sql(self, framework: Framework) -> Sql:
        """As the mapper writes it after FROM; without a condition it is one more table."""
        if not self.condition:
            return pieces(f", {self.table}")
        if framework == "django":
            kind = "LEFT OUTER" if self.outer else "INNER"
            return pieces(f"{kind} JOIN {self.table} ON (", self.condition, ")")
        return pieces(f"{'LEFT OUTER JOIN' if self.outer else 'JOIN'} {self.table} ON ", self.condition)


@dataclass(frozen=True, slots=True)
class Annotation:
    """An expression that was given a name."""

    name: str
    sql: Sql
    aggregated: bool = False


@dataclass(frozen=True, slots=True)
class QueryValue(MapperValue):
    """A query as far as it has been built, from `place` on; `call` is what was called last."""

    mapped: Mapped
    place: Place
    call: str
    verb: Verb = "select"
    tables: tuple[str, ...] = ()  # what stands after FROM, joins excepted
    columns: tuple[Sql, ...] = ()
    joins: tuple[Join, ...] = ()
    late: tuple[Join, ...] = ()  # joined behind the others where columns of them are read
    wheres: tuple[Sql, ...] = ()
    groups: tuple[Sql, ...] = ()
    havings: tuple[Sql, ...] = ()
    orders: tuple[Sql, ...] = ()
    sets: tuple[Sql, ...] = ()
    limit: str = ""
    lock: str = ""
    distinct: bool = False
    distinct_on: tuple[Sql, ...] = ()
    negated: bool = False  # of "exists"
    whole: bool = True  # the columns are those of the mapped class: rows become instances
    begun: bool = False  # a manager nobody has called yet is no query
    methods: ClassValue | None = None  # a class of the project with methods of its own
    entities: tuple[Mapped, ...] = ()  # what the rows hold: instances of these
    through: tuple[Mapped, str, str] | None = None  # the table between, with its columns for both sides
    annotations: tuple[Annotation, ...] = ()
    others: tuple[tuple[str, Sql], ...] = ()  # what is added to its rows or taken from them: ("UNION", SELECT …)

    def annotation(self, name: str) -> Annotation | None:
        """The expression that was given this name."""
        return next((each for each in reversed(self.annotations) if each.name == name), None)

    @property
    def sql(self) -> Sql:
        """The statement."""
        if self.verb == "update":
            return _update(self)
        if self.verb == "delete":
            return _delete(self)
        return self.columns[0] if self.verb == "insert" else select(self)

    @property
    def text(self) -> TextValue:
        """The statement, as a text that stands where the query is built."""
        return text_at(self.sql, self.place)


@dataclass(frozen=True, slots=True)
class PathValue(MapperValue):
    """Django's ``F("path")``."""

    path: str


@dataclass(frozen=True, slots=True)
class ArithmeticValue(MapperValue):
    """``F("price") * factor``."""

    left: Value
    operator: str
    right: Value


@dataclass(frozen=True, slots=True)
class AggregateValue(MapperValue):
    """Django's ``Count("path")`` and the like."""

    function: str
    of: Value | None  # None: of whole rows
    distinct: bool = False
    filter: ConditionValue | None = None


@dataclass(frozen=True, slots=True)
class CallValue(MapperValue):
    """Another expression of Django's: ``Lower("name")``, ``Exists(query)``, ``F("total").desc()``."""

    name: str
    positional: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    negated: bool = False

    def argument(self, name: str) -> Value | None:
        """The argument of this keyword."""
        return dict(self.named).get(name)


@dataclass(frozen=True, slots=True)
class OuterGap(Gap):
    """Django's ``OuterRef("path")``: a column of the query around, once there is one."""

    path: str = ""


@dataclass(frozen=True, slots=True)
class ConditionValue(MapperValue):
    """Django's ``Q``: lookups and other conditions, all or any of them."""

    connector: str  # AND or OR
    lookups: tuple[tuple[str, Variants], ...] = ()
    inner: tuple[Value, ...] = field(default=())  # conditions, and expressions that are true or false
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SqlValue(MapperValue):
    """An SQL expression of SQLAlchemy; tables are those it reads."""

    sql: Sql
    tables: tuple[str, ...] = ()
    name: str | None = None  # of a column, for naming parameters
    mapped: Mapped | None = None  # of a column: its class


@dataclass(frozen=True, slots=True)
class RelationValue(MapperValue):
    """``Order.customer``: a way to join."""

    mapped: Mapped
    attribute: str


def select(query: QueryValue, *, without: tuple[str, ...] = ()) -> Sql:
    """The SELECT; `without` are tables of a query around it, which it refers to instead of reading them."""
    if query.others:
        return _combined(query)
    tables = [table for table in query.tables if table not in without]
    parts: list[Sql] = [pieces("SELECT ", _distinct(query), joined(", ", query.columns))]
    if tables:
        parts.append(pieces("FROM ", ", ".join(tables)))
    parts.extend(join.sql(query.mapped.framework) for join in (*query.joins, *_late(query)))
    parts.extend(_wheres(query))
    if query.groups:
        parts.append(pieces("GROUP BY ", joined(", ", query.groups)))
    if query.havings:
        parts.append(pieces("HAVING ", joined(" AND ", query.havings)))
    if query.orders:
        parts.append(pieces("ORDER BY ", joined(", ", _orders(query))))
    parts.extend(pieces(tail) for tail in (query.limit, query.lock) if tail)
    return joined(" ", parts)


def _combined(query: QueryValue) -> Sql:
    parts = [pieces("(", select(replace(query, others=(), orders=(), limit="")), ")")]
    parts.extend(pieces(f"{word} (", sql, ")") for word, sql in query.others)
    if query.orders:
        parts.append(pieces("ORDER BY ", joined(", ", query.orders)))
    return joined(" ", [*parts, *(pieces(query.limit) for _ in range(bool(query.limit)))])


def _orders(query: QueryValue) -> list[Sql]:
    """What it is ordered by: of chosen columns Django gives their place in the select list."""
    if query.whole or query.mapped.framework != "django":
        return list(query.orders)
    places = {"".join(_known(column)).rpartition(" AS ")[0]: number for number, column in enumerate(query.columns, 1)}
    found: list[Sql] = []
    for order in query.orders:
        column, _, direction = "".join(_known(order)).partition(" ")
        place = places.get(column)
        found.append(pieces(f"{place} {direction}") if place else order)
    return found


def _known(sql: Sql) -> list[str]:
    return [piece.text if isinstance(piece, Literal) else "?" for piece in sql]


def _distinct(query: QueryValue) -> Sql:
    if query.distinct_on:
        return pieces("DISTINCT ON (", joined(", ", query.distinct_on), ") ")
    return pieces("DISTINCT ") if query.distinct else ()


def _late(query: QueryValue) -> list[Join]:
    first = [column[0].text for column in query.columns if column and isinstance(column[0], Literal)]
    missing = (join for join in query.late if join not in query.joins)
    return [join for join in missing if any(text.startswith(f"{join.table}.") for text in first)]


def _wheres(query: QueryValue) -> list[Sql]:
    if not query.wheres:
        return []
    together = joined(" AND ", query.wheres)
    if len(query.wheres) > 1 and query.mapped.framework == "django":
        together = pieces("(", together, ")")
    return [pieces("WHERE ", together)]


def _update(query: QueryValue) -> Sql:
    parts = [pieces(f"UPDATE {query.tables[0]} SET ", joined(", ", query.sets)), *_wheres(query)]
    return joined(" ", parts)


def _delete(query: QueryValue) -> Sql:
    return joined(" ", [pieces(f"DELETE FROM {query.tables[0]}"), *_wheres(query)])
