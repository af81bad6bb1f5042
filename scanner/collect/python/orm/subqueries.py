"""Queries of Django inside others."""

from __future__ import annotations

from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_values import OuterGap
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.values import Literal, Sql


def keys(query: QueryValue, names: Names) -> QueryValue:
    """The query for the keys of its rows alone, where it is for whole rows."""
    key = query.mapped.key
    if not query.whole or key is None or query.others:
        return query
    return replace(query, columns=(pieces(names.column(key.name)),), whole=False)


def aliased(query: QueryValue) -> Sql:
    """The SELECT with its tables called U0, U1 and so on, as Django calls them in a subquery."""
    sql = query.sql
    if query.others:
        return sql
    late = (join for join in query.late if join not in query.joins)
    for number, table in enumerate((*query.tables, *(join.table for join in (*query.joins, *late)))):
        sql = tuple(_renamed(piece, table, f"U{number}") if isinstance(piece, Literal) else piece for piece in sql)
    return sql


def outer_paths(sql: Sql) -> list[str]:
    """What a subquery refers to in the query around it."""
    return [piece.path for piece in sql if isinstance(piece, OuterGap)]


def filled(sql: Sql, columns: dict[str, Sql]) -> Sql:
    """The subquery with these columns of the query around it."""
    found: list[Sql] = []
    for piece in sql:
        known = columns.get(piece.path) if isinstance(piece, OuterGap) else None
        found.append(pieces("(", known, ")") if known else (piece,))
    return pieces(*found)


def _renamed(piece: Literal, table: str, alias: str) -> Literal:
    if piece.text == table:
        return replace(piece, text=f"{table} {alias}")
    text = piece.text.replace(f"{table}.", f"{alias}.")
    for word in ("FROM ", "JOIN "):
        text = text.replace(f"{word}{table}", f"{word}{table} {alias}")
    return replace(piece, text=text)
