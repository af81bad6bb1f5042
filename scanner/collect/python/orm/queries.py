"""A query that a mapper builds step by step, and the SQL it stands for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal as OneOf

from scanner.collect.python.light import Hashed, dataclass, replace
from scanner.collect.python.orm.mapped import Framework, Mapped, Source
from scanner.collect.python.orm.sql import joined, pieces
from scanner.collect.python.values import ClassValue, Literal, MapperValue, Place, Sql

_FUNCTION = re.compile(r"(\w+)\(")
_ALIAS = re.compile(r" AS (\w+)$")
_PLAIN_COLUMN = re.compile(r"[\w.\x1f]+\.\w+")

Verb = OneOf["select", "insert", "update", "delete", "exists"]


@dataclass(frozen=True, slots=True)
class Join:
    """A joined table."""

    table: str
    condition: Sql
    outer: bool = False
    attribute: str = ""  # under which peewee's instances have its rows, if it is told

    def sql(self, framework: Framework) -> Sql:
        """As the mapper writes it after FROM; without a condition it is one more table."""
        table = from_item(self.table)
        if isinstance(self.table, Source) and self.table.several:
            table = pieces("(", table, ")")
        if not self.condition:
            return pieces(", ", table)
        if framework == "django":
            kind = "LEFT OUTER" if self.outer else "INNER"
            return pieces(f"{kind} JOIN ", table, " ON (", self.condition, ")")
        return pieces(f"{'LEFT OUTER JOIN' if self.outer else 'JOIN'} ", table, " ON ", self.condition)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Rows of another table that are read with each row, where the statement is no part of another."""

    join: Join
    columns: tuple[Sql, ...]
    many: bool  # several rows for one
    path: str = ""  # of the relation, as in `QueryValue.along`


@dataclass(frozen=True, slots=True)
class Annotation:
    """An expression that was given a name."""

    name: str
    sql: Sql
    aggregated: bool = False


@dataclass(frozen=True, slots=True)
class QueryValue(MapperValue, Hashed):
    """A query as far as it has been built, from `place` on; `call` is what was called last."""

    mapped: Mapped
    place: Place
    call: str
    verb: Verb = "select"
    tables: tuple[str, ...] = ()  # what stands after FROM, joins excepted
    columns: tuple[Sql, ...] = ()
    joins: tuple[Join, ...] = ()
    late: tuple[Join, ...] = ()  # joined behind the others where columns of them are read
    loaded: tuple[Loaded, ...] = ()
    contained: tuple[Sql, ...] = ()  # columns of tables joined already that are read with each row, as `loaded` are
    wheres: tuple[Sql, ...] = ()
    either: bool = False  # the first of these is one condition or another: in brackets where there are more
    kinds: tuple[Sql, ...] = ()  # behind these: that the rows are of classes that share the table of another
    groups: tuple[Sql, ...] = ()
    havings: tuple[Sql, ...] = ()
    orders: tuple[Sql, ...] = ()
    sets: tuple[Sql, ...] = ()
    returning: Sql = ()  # what stands at the end of a statement that writes
    made_key: Sql = ()  # what an INSERT of one row returns unless it is told something else
    limit: str = ""
    lock: str = ""
    distinct: bool = False
    distinct_on: tuple[Sql, ...] = ()
    negated: bool = False  # of "exists"
    whole: bool = True  # the columns are those of the mapped class: rows become instances
    labelled: bool = False  # as by SQLAlchemy's session.query: each column is given a name
    begun: bool = False  # a manager nobody has called yet is no query
    methods: tuple[ClassValue, ...] = ()  # classes of the project with methods of its own
    entities: tuple[Mapped, ...] = ()  # what the rows hold: instances of these
    at: Mapped | None = None  # what peewee joins from next; None: its own class
    through: tuple[Mapped, str, str] | None = None  # the table between, with its columns for both sides
    annotations: tuple[Annotation, ...] = ()
    along: tuple[str, ...] = ()  # paths of relations whose rows are read too: "customer", "customer__country"
    others: tuple[tuple[str, Sql], ...] = ()  # what is added to its rows or taken from them: ("UNION", SELECT …)

    @property
    def inside(self) -> list[QueryValue]:
        """The queries that it reads the rows of, as subqueries and common tables."""
        tables = (*self.tables, *(join.table for join in self.joins))
        found = (table.query for table in tables if isinstance(table, Source))
        return [query for query in found if isinstance(query, QueryValue)]

    def annotation(self, name: str) -> Annotation | None:
        """The expression that was given this name."""
        return next((each for each in reversed(self.annotations) if each.name == name), None)

    @property
    def sql(self) -> Sql:
        """The statement, as a part of another one."""
        if self.verb in ("select", "exists"):
            return select(self)
        made = {"update": _update, "delete": _delete}.get(self.verb)
        return pieces(made(self) if made else self.columns[0], self.returning, self.made_key)


@dataclass(frozen=True, slots=True)
class SqlValue(MapperValue):
    """An SQL expression of SQLAlchemy; tables are those it reads."""

    sql: Sql
    tables: tuple[str, ...] = ()
    name: str | None = None  # of a column, for naming parameters
    mapped: Mapped | None = None  # of a column: its class
    label: str = ""  # what it is called among the columns of a query
    word: str = ""  # what stands between its parts: "AND", "OR", "+"
    inverse: Sql = ()  # what stands for its negation
    query: QueryValue | None = None  # a query for one value
    kinds: tuple[Sql, ...] = ()  # of a condition: those of the classes whose columns it compares; see QueryValue


@dataclass(frozen=True, slots=True)
class RelationValue(MapperValue):
    """``Order.customer``: a way to join."""

    mapped: Mapped
    attribute: str


def select(query: QueryValue, *, without: tuple[str, ...] = ()) -> Sql:
    """The SELECT; `without` are tables of a query around it, which it refers to instead of reading them."""
    if query.others:
        return _combined(query)
    tables = [table for table in query.tables if table not in without] or list(query.tables)
    columns = query.columns if query.labelled or query.mapped.framework == "django" else distinguished(query.columns)
    parts: list[Sql] = [*_with(query), pieces("SELECT ", _distinct(query), joined(", ", columns))]
    if tables:
        parts.append(pieces("FROM ", joined(", ", map(from_item, tables))))
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


def distinguished(columns: Iterable[Sql]) -> list[Sql]:
    """Columns of one name get a number from the second on, functions from the first, as SQLAlchemy 2 does."""
    seen: Counter[str] = Counter()
    told: list[Sql] = []
    for column in columns:
        text = column[0].text if isinstance(column[0], Literal) else ""
        function = _FUNCTION.match(text)
        if function and not _labelled(column):
            seen[f"{function[1]}()"] += 1
            told.append(pieces(column, f" AS {function[1]}_{seen[f'{function[1]}()']}"))
            continue
        text = text if len(column) == 1 else ""
        name = text.rsplit(".", 1)[-1] if _PLAIN_COLUMN.fullmatch(text) else ""
        told.append(pieces(text, f" AS {name}_{seen[name]}") if name and seen[name] else column)
        seen[name] += 1
    return told


def named_columns(query: QueryValue) -> Iterator[tuple[str, Sql]]:
    """Each column of the query with its name, and as it stands in a subquery."""
    for column in query.columns:
        text = "".join(_known(column))
        given, plain = _ALIAS.search(text), _PLAIN_COLUMN.fullmatch(text)
        if given is None and plain is not None:
            name = text.rpartition(".")[2]
            yield name, pieces(column, f" AS {name}")
        else:
            yield (given[1] if given else text.rpartition(".")[2]), column


def _labelled(column: Sql) -> bool:
    last = column[-1]
    return isinstance(last, Literal) and " AS " in last.text


def from_item(table: str) -> Sql:
    """The table as it stands in FROM."""
    return table.sql if isinstance(table, Source) and not table.common else pieces(str(table))


def _with(query: QueryValue) -> list[Sql]:
    """The common tables that the query reads."""
    tables = dict.fromkeys((*query.tables, *(join.table for join in query.joins)))
    known = [table.sql for table in tables if isinstance(table, Source) and table.common]
    recursive = any(") AS (" in _known(sql)[0] for sql in known)  # SQLAlchemy names the columns of these alone
    return [pieces("WITH RECURSIVE " if recursive else "WITH ", joined(", ", known))] if known else []


def _combined(query: QueryValue) -> Sql:
    around = ("(", ")") if query.mapped.framework == "django" else ("", "")
    sides = [("", select(replace(query, others=(), orders=(), limit=""))), *query.others]
    parts = [pieces(f"{word} {around[0]}".lstrip(), sql, around[1]) for word, sql in sides]
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
    if not query.wheres and not query.kinds:
        return []
    first, *rest = (*query.wheres, *query.kinds)
    together = joined(" AND ", (pieces("(", first, ")") if query.either and rest else first, *rest))
    if len(query.wheres) > 1 and query.mapped.framework == "django":
        together = pieces("(", together, ")")
    return [pieces("WHERE ", together)]


def _update(query: QueryValue) -> Sql:
    parts = [pieces(f"UPDATE {query.tables[0]} SET ", joined(", ", query.sets)), *_wheres(query)]
    return joined(" ", parts)


def _delete(query: QueryValue) -> Sql:
    return joined(" ", [pieces(f"DELETE FROM {query.tables[0]}"), *_wheres(query)])
