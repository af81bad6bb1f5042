"""Statements over a world, valid before any change: every name in them means one thing."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from tests.engine.differential.scope import Scope, Source
from tests.engine.differential.world import INTEGER, POOL, TEXT, VALUES, Column, Draw, Table, World

T = TypeVar("T")
ALIASES = ("a", "b", "label", "size")  # of output columns: two of them are names of columns too


class Query(NamedTuple):
    """A SELECT and the columns it returns."""

    sql: str
    columns: tuple[Column, ...]


class Grammar:
    """Draws the parts of one statement."""

    def __init__(self, draw: Draw, world: World) -> None:
        self.draw = draw
        self.world = world
        self.random = Random(world.seed)
        self._aliases = 0

    def pick(self, *options: T) -> T:
        """One of the options; the first is the simplest."""
        return self.draw(st.sampled_from(options))

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred examples."""
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def table(self) -> Table:
        """One of the tables."""
        return self.pick(*self.world.tables)

    def other(self, *tables: Table) -> Table:
        """A table that is none of these, if there is one."""
        return self.pick(*([t for t in self.world.tables if t not in tables] or self.world.tables))

    def alias(self, name: str) -> str:
        """A fresh alias, as in o1."""
        self._aliases += 1
        return f"{name[0]}{self._aliases}"

    # Expressions

    def expression(self, scope: Scope, type_: str, depth: int = 1) -> str:
        """A value of the type, mostly a column and mostly without a qualifier."""
        names = scope.of_type(type_)
        kinds = ["column"] * 6 * bool(names) + ["literal"] + ["call", "subquery"] * (depth > 0)
        kind = self.pick(*kinds)
        if kind == "column":
            bare = [r for r in names if r.bare]
            return self.pick(*(bare if bare and self.chance(70) else names)).sql
        if kind == "literal":
            return self.pick(*VALUES[type_])
        if kind == "subquery":
            return self.scalar(scope, type_, depth - 1)
        inner = self.expression(scope, type_, depth - 1)
        return self.pick(f"coalesce({inner}, {VALUES[type_][0]})", _call(inner, type_))

    def scalar(self, scope: Scope, type_: str, depth: int = 0) -> str:
        """A correlated subquery of one value."""
        table = self.table()
        source, sql = self.named(table)
        inner = Scope((source,), scope)
        return f"(SELECT max({self.expression(inner, type_, depth)}) FROM {sql} WHERE {self.predicate(inner, 0)})"

    def predicate(self, scope: Scope, depth: int = 1) -> str:
        """A condition."""
        kind = self.pick("compare", "compare", "compare", "null", *["in", "exists", "and", "not"] * (depth > 0))
        if kind == "in":
            return self.membership(scope, depth - 1)
        if kind == "exists":
            return self.exists(scope, depth - 1)
        if kind == "and":
            both = self.predicate(scope, depth - 1), self.predicate(scope, depth - 1)
            return f"({both[0]} {self.pick('AND', 'OR')} {both[1]})"
        if kind == "not":
            return f"NOT ({self.predicate(scope, depth - 1)})"
        type_ = self.pick(INTEGER, TEXT)
        left = self.expression(scope, type_, depth)
        if kind == "null":
            return f"{left} IS {self.pick('', 'NOT ')}NULL"
        return f"{left} {self.pick('=', '<>', '<=')} {self.expression(scope, type_, 0)}"

    def membership(self, scope: Scope, depth: int = 0) -> str:
        """As in region IN (SELECT region FROM orders)."""
        type_ = self.pick(INTEGER, TEXT)
        source, sql = self.named(self.table())
        inner = Scope((source,), scope)
        query = f"SELECT {self.expression(inner, type_, depth)} FROM {sql}"
        if self.chance(40):
            query += f" WHERE {self.predicate(inner, depth)}"
        return f"{self.expression(scope, type_, 0)} IN ({query})"

    def exists(self, scope: Scope, depth: int = 0) -> str:
        """As in EXISTS (SELECT * FROM orders WHERE …)."""
        source, sql = self.named(self.table())
        inner = Scope((source,), scope)
        return f"EXISTS (SELECT {self.pick('1', '*')} FROM {sql} WHERE {self.predicate(inner, depth)})"

    # FROM

    def named(self, table: Table) -> tuple[Source, str]:
        """The table in a FROM clause, mostly with an alias."""
        if self.chance(30) and not self._aliases:
            self._aliases += 1
            return Source(table.name, table.columns), table.name
        alias = self.alias(table.name)
        return Source(alias, table.columns), f"{table.name} {alias}"

    def item(self, parent: Scope | None, depth: int) -> tuple[Source, str]:
        """A table or a derived table."""
        if depth > 0 and self.chance(25):
            query = self.query(parent if self.world.postgres else None, depth - 1)
            alias = self.alias("derived")
            return Source(alias, query.columns), f"({query.sql}) {alias}"
        return self.named(self.table())

    def joined(self, parent: Scope | None = None, depth: int = 1, tables: Sequence[Table] = ()) -> tuple[Scope, str]:
        """A FROM clause of one to three sources; those of the given tables, if there are any."""
        wanted = list(tables)
        source, sql = self.named(wanted.pop(0)) if wanted else self.item(parent, depth)
        scope = Scope((source,), parent)
        while wanted or (not tables and len(scope.sources) < 3 and self.chance(35)):
            source, item = self.named(wanted.pop(0)) if wanted else self.item(parent, depth)
            scope, sql = self.join(scope, sql, source, item)
        return scope, sql

    def join(self, scope: Scope, sql: str, source: Source, item: str) -> tuple[Scope, str]:
        """One more source, in any kind of join that is valid."""
        grown = Scope((*scope.sources, source), scope.parent, scope.merged)
        kinds = ["on", "on", "left", "comma"]
        shared = _shared(scope, source)
        if shared is not None:
            kinds += ["natural"] + ["using"] * bool(shared)
        kind = self.pick(*kinds)
        if kind == "comma":
            return Scope(grown.sources, grown.parent, grown.merged), f"{sql} CROSS JOIN {item}"
        if kind in ("on", "left"):
            word = "LEFT JOIN" if kind == "left" else "JOIN"
            inside = Scope(grown.sources, scope.parent, scope.merged)
            return grown, f"{sql} {word} {item} ON {self.predicate(inside, 0)}"
        assert shared is not None
        if kind == "natural":
            return Scope(grown.sources, grown.parent, scope.merged | set(shared)), f"{sql} NATURAL JOIN {item}"
        key = self.pick(*sorted(shared))
        return (
            Scope(grown.sources, grown.parent, scope.merged | {key}),
            f"{sql} JOIN {item} USING ({key})",
        )

    # SELECT

    def query(self, parent: Scope | None = None, depth: int = 1, tables: Sequence[Table] = ()) -> Query:
        """Any SELECT, with a star or without."""
        scope, sql = self.joined(parent, depth, tables)
        if self.chance(20):
            return self.grouped(scope, sql)
        columns, listed = self.select_list(scope, depth)
        distinct = "DISTINCT " if self.chance(12) else ""
        text = f"SELECT {distinct}{listed} FROM {sql}"
        if self.chance(60):
            text += f" WHERE {self.predicate(scope, depth)}"
        return Query(text, columns)

    def select_list(self, scope: Scope, depth: int = 0) -> tuple[tuple[Column, ...], str]:
        """A star, the star of one source and something beside it, or expressions."""
        plain = not scope.merged and all(source.columns for source in scope.sources)
        if plain and self.chance(30):
            return tuple(c for source in scope.sources for c in source.columns), "*"
        columns, parts = (), []
        if self.chance(25):
            source = self.pick(*scope.sources)
            columns, parts = source.columns, [f"{source.alias}.*"]
        more = self.draw(st.integers(0 if parts else 1, 2))
        for _ in range(more):
            type_ = self.pick(INTEGER, TEXT)
            column, part = self.output(scope, type_, depth)
            columns, parts = (*columns, column), [*parts, part]
        return columns, ", ".join(parts)

    def output(self, scope: Scope, type_: str, depth: int = 0) -> tuple[Column, str]:
        """One column of a SELECT list."""
        names = [r for r in scope.of_type(type_) if r.bare]
        if names and self.chance(60):
            name = self.pick(*names).sql
            return Column(name, type_), name
        alias = self.pick(*ALIASES, *(name for name, of in POOL.items() if of == type_))
        return Column(alias, type_), f"{self.expression(scope, type_, depth)} AS {alias}"

    def grouped(self, scope: Scope, sql: str) -> Query:
        """As in SELECT region, count(*) FROM orders GROUP BY region."""
        type_ = self.pick(INTEGER, TEXT)
        names = scope.of_type(type_)
        if not names:
            return Query(f"SELECT count(*) AS n FROM {sql}", (Column("n", INTEGER),))
        key = self.pick(*names).sql
        text = f"SELECT {key}, count(*) AS n FROM {sql} GROUP BY {key}"
        if self.chance(30):
            text += f" HAVING count(*) {self.pick('>= 1', '> 1')}"
        return Query(text, (Column(key.split(".")[-1], type_), Column("n", INTEGER)))

    def wrapped(self, query: Query) -> str:
        """The query by itself, or inside of something."""
        plain = f"{query.sql}"
        kind = self.pick(*["plain"] * 4, "derived", "cte", "exists", "count")
        names = [column.name for column in query.columns]
        unique = len(set(names)) == len(names)
        if kind == "plain" or not unique:
            return plain
        if kind == "exists":
            scope, sql = self.joined(None, 0)
            return f"SELECT {self.output(scope, INTEGER)[1]} FROM {sql} WHERE EXISTS ({plain})"
        chosen = self.pick("*", names[0], "count(*)") if kind != "count" else "count(*)"
        if kind == "cte":
            return f"WITH x AS ({plain}) SELECT {chosen} FROM x"
        return f"SELECT {chosen} FROM ({plain}) x"


def _call(inner: str, type_: str) -> str:
    return f"({inner} + 1)" if type_ == INTEGER else f"upper({inner})"


def _shared(scope: Scope, source: Source) -> set[str] | None:
    """The names that both sides have; None where one side has such a name twice."""
    left = [column.name for each in scope.sources for column in each.columns]
    right = [column.name for column in source.columns]
    shared = set(left) & set(right)
    single = all(right.count(name) == 1 and (left.count(name) == 1 or name in scope.merged) for name in shared)
    return shared if single else None
