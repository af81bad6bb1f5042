"""Rows that a mapper reads along with those asked for, in the statement that is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scanner.collect.python.light import replace
from scanner.collect.python.orm.mapped import Source
from scanner.collect.python.orm.queries import QueryValue, named_columns
from scanner.collect.python.orm.sql import pieces, text_at, unnamed
from scanner.collect.python.values import Literal, Sql, TextValue

_COLUMN = re.compile(r"(?<![\w.])(?:[\w\x1f]+\.)+\w+")


def sent(query: QueryValue) -> TextValue:
    """The statement, as a text that stands where the query is built."""
    return text_at(_with_loaded(query).sql, query.place)


def _with_loaded(query: QueryValue) -> QueryValue:
    if query.verb != "select" or not (query.loaded or query.contained):
        return query
    query = replace(query, columns=(*query.contained, *query.columns), contained=())
    counts_rows = query.limit or query.distinct or query.distinct_on or query.groups
    if counts_rows and any(each.many for each in query.loaded):
        query = _around(query)
    columns = (column for each in query.loaded for column in each.columns)
    joins = (each.join for each in query.loaded)
    return replace(query, columns=(*query.columns, *columns), joins=(*query.joins, *joins), loaded=())


def _around(query: QueryValue) -> QueryValue:
    """A query around this one, for its rows are counted before others are joined to them (as SQLAlchemy does)."""
    name, named = unnamed("anon", query.place), list(named_columns(query))
    inner = replace(query, columns=tuple(column for _, column in named))
    outside = {_text(column).partition(" AS ")[0]: f"{name}.{each}" for each, column in named}
    return QueryValue(
        query.mapped,
        query.place,
        query.call,
        tables=(Source.named(name, pieces("(", inner.sql, f") AS {name}"), query=query),),
        columns=tuple(pieces(f"{name}.{each}" + (f" AS {name}_{each}" if query.labelled else "")) for each, _ in named),
        labelled=query.labelled,
        orders=tuple(_moved(order, outside) for order in query.orders),
        loaded=tuple(
            replace(each, join=replace(each.join, condition=_moved(each.join.condition, outside)))
            for each in query.loaded
        ),
    )


def _moved(sql: Sql, outside: Mapping[str, str]) -> Sql:
    """The expression with columns called as they are called outside."""
    return tuple(
        replace(p, text=_COLUMN.sub(lambda found: outside.get(found[0], found[0]), p.text))
        if isinstance(p, Literal)
        else p
        for p in sql
    )


def _text(column: Sql) -> str:
    return "".join(piece.text if isinstance(piece, Literal) else "?" for piece in column)
