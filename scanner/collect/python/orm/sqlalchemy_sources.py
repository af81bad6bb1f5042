"""What stands for a table in a statement of SQLAlchemy: aliases, subqueries, common tables, reflected classes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Source
from scanner.collect.python.orm.queries import QueryValue, from_item, named_columns
from scanner.collect.python.orm.sql import Names, pieces, unnamed
from scanner.collect.python.orm.sqlalchemy_inheritance import alias_of_parts, subquery_of_parts
from scanner.collect.python.orm.sqlalchemy_select import mapped_of
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import Literal, Place, Sql

_LABELLED = re.compile(r"([\w.\x1f]+)\.(\w+) AS \w+")
AUTOMAP = "sqlalchemy.automap_base"


def aliased(given: Given, place: Place, world: World) -> Mapped | None:
    """``aliased(Order)``, ``aliased(Order, name="parent")``, ``aliased(Order, subquery)``."""
    values = [each[0] for each in given.positional]
    mapped = mapped_of(values[0], world) if values else None
    source = values[1] if len(values) > 1 else None
    if mapped is None or (isinstance(source, Mapped) and source.source):
        found = source if isinstance(source, Mapped) else None
        return replace(mapped, source=found.source) if mapped and found else found
    if mapped.parts and "flat" not in given.named:
        return subquery_of_parts(mapped, _name(given), place, world)
    return alias(mapped, _name(given), place, world)


def alias(mapped: Mapped, name: str | None, place: Place, world: World) -> Mapped:
    """A table under another name."""
    if mapped.parts:
        return alias_of_parts(mapped, name, place, world)
    names = Names(mapped, world.family)
    table = names.table
    name = name or unnamed("anon" if isinstance(table, Source) else mapped.table, place)
    name = names.quoted(name) if mapped.framework == "peewee" else name
    return replace(mapped, source=Source.named(name, pieces(from_item(table), f" AS {name}")))


def subquery(query: QueryValue, method: str, given: Given, frame: Frame, at: int) -> Mapped | None:
    """``query.subquery()``, ``query.cte("name")`` and the like: a table with the columns of the query."""
    if method not in ("subquery", "cte", "alias", "lateral"):
        return None
    name = constant_text(given.positional[0]) if given.positional else _name(given)
    name = name or unnamed("anon", frame.place(at))
    columns = tuple(MappedColumn(each, each) for each, _ in _plainly(query))
    inner, is_common = _with_names(query), method == "cte"
    lateral = "LATERAL " if method == "lateral" else ""
    listed = f"({', '.join(each.name for each in columns)})" if "recursive" in given.named else ""
    sql = pieces(f"{name}{listed} AS (", inner, ")") if is_common else pieces(f"{lateral}(", inner, f") AS {name}")
    source = Source.named(name, sql, common=is_common, query=query)
    of = query.mapped.of if query.whole and len(query.entities) == 1 else None
    return Mapped("sqlalchemy", name, columns, query.place, of, source=source)


def added_to(table: Mapped, method: str, given: Given) -> Mapped | None:
    """``cte.union_all(…)``: the rows of a common table that refers to itself."""
    first = given.positional[0][0] if given.positional else None
    source = table.source
    if source is None or not source.common or not isinstance(first, QueryValue) or method not in ("union", "union_all"):
        return None
    word = "UNION ALL" if method == "union_all" else "UNION"
    inner = pieces(_unclosed(source.sql), f" {word} ", _with_names(_inside(first, source)), ")")
    return replace(table, source=Source.named(str(source), inner, common=True, query=source.query))


def _unclosed(sql: Sql) -> Sql:
    """The common table without the bracket at its end."""
    last = sql[-1]
    return (*sql[:-1], Literal(last.text.removesuffix(")"))) if isinstance(last, Literal) else sql


def _inside(query: QueryValue, source: Source) -> QueryValue:
    """The query inside the common table: there its name stands alone."""
    joins = tuple(replace(join, table=str(join.table)) if join.table == source else join for join in query.joins)
    return replace(query, tables=tuple(str(t) if t == source else t for t in query.tables), joins=joins)


def united(query: QueryValue, method: str, given: Given) -> QueryValue | None:
    """``query.union(other)`` and the like."""
    word = _SETS.get(method)
    others = [v for each in given.positional for v in each[:1] if isinstance(v, QueryValue)]
    if word is None or not others:
        return None
    return replace(query, others=(*query.others, *((word, other.sql) for other in others)))


def reflected(name: str, place: Place) -> Mapped:
    """A class that automap makes of a table: only the database knows its columns."""
    return Mapped("sqlalchemy", name, (), place)


def _name(given: Given) -> str | None:
    return constant_text(given.named["name"]) if "name" in given.named else None


def _with_names(query: QueryValue) -> Sql:
    """The query, with a name for each of its columns."""
    return replace(query, columns=tuple(column for _, column in _plainly(query))).sql


def _plainly(query: QueryValue) -> Iterator[tuple[str, Sql]]:
    """The columns by their own names, where the query gave them labels of its own accord."""
    for name, column in named_columns(query):
        own = _LABELLED.fullmatch("".join(p.text if isinstance(p, Literal) else "?" for p in column))
        if query.labelled and own is not None and name == f"{own[1]}_{own[2]}".replace(".", "_"):
            yield own[2], pieces(f"{own[1]}.{own[2]} AS {own[2]}")
        else:
            yield name, column


_SETS = {
    "union": "UNION",
    "union_all": "UNION ALL",
    "intersect": "INTERSECT",
    "except_": "EXCEPT",
    "intersect_all": "INTERSECT ALL",
    "except_all": "EXCEPT ALL",
}
SET_NAMES = frozenset(_SETS)
