"""Scopes: which sources a query level has, and which of their columns a bare name can mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from scanner.model import Column, Table, TableName
from scanner.resolve.resolution import Meaning, Meanings, Output


class Field(NamedTuple):
    """A column that a source offers."""

    name: str
    meaning: Meaning
    type: str | None = None
    source: str = ""  # its alias
    node: int = 0  # the source's tree node
    table: TableName | None = None  # the base table it is a column of
    column: str | None = None
    hidden: bool = False  # left out by stars (INVISIBLE)
    unset: bool = False  # see Output.unset


class Source:
    """One item of FROM under its alias."""

    def __init__(
        self, alias: str, node: int, rows: Meaning, *, open_: bool = False, relation: TableName | None = None
    ) -> None:
        self.alias = alias
        self.node = node  # identity of the tree node: the same source in two resolutions
        self.rows = rows  # which rows it yields
        self.open = open_  # it may have columns that nobody told us of
        self.relation = relation
        self.table: Table | None = None
        self.behind: Table | None = None  # of a view that is written through

    def find(self, key: str) -> Sequence[Field]:
        """The columns of this name (in the engine's comparison form); more than one in a derived table."""
        raise NotImplementedError

    def fields(self) -> Sequence[Field]:
        """All columns in order."""
        raise NotImplementedError


class TableSource(Source):
    """A base table. Its fields are made on demand: most queries name a few of many columns."""

    def __init__(
        self,
        alias: str,
        node: int,
        table: Table,
        index: Mapping[str, Column],
        meanings: Meanings,
        renamed: Sequence[str] = (),
    ) -> None:
        super().__init__(alias, node, meanings.of("table", node, table.name), relation=table.name)
        self.table = table
        self.unset = False  # a row variable that no query has filled: a field nobody assigned is NULL
        self._index = index
        self._meanings = meanings
        self._renamed = dict(zip((c.name for c in table.columns), renamed, strict=False))
        self._made: dict[str, Field] = {}

    def named(self, alias: str) -> TableSource:
        """The same rows under another alias: `old` and `new` in RETURNING."""
        assert self.table is not None
        return TableSource(alias, self.node, self.table, self._index, self._meanings)

    def find(self, key: str) -> Sequence[Field]:
        """See Source. Renamed columns (an alias list) are known by their new names only."""
        if self._renamed:
            return [f for f in self.fields() if f.name == key]
        column = self._index.get(key)
        return (self._field(column),) if column else ()

    def fields(self) -> Sequence[Field]:
        """See Source."""
        assert self.table is not None
        return [self._field(column) for column in self.table.columns]

    def _field(self, column: Column) -> Field:
        known = self._made.get(column.name)
        if known is not None and known.unset == self.unset:
            return known
        assert self.table is not None
        meaning = self._meanings.of("column", self.node, column.name)
        name = self._renamed.get(column.name, column.name)
        made = self._made[column.name] = Field(
            name,
            meaning,
            column.type,
            self.alias,
            self.node,
            self.table.name,
            column.name,
            column.invisible,
            self.unset,
        )
        return made


class DerivedSource(Source):
    """A subquery, CTE, view, function or VALUES list."""

    def __init__(
        self,
        alias: str,
        node: int,
        rows: Meaning,
        outputs: Iterable[Output],
        key: Callable[[str], str],
        meanings: Meanings,
        *,
        open_: bool = False,
        relation: TableName | None = None,
    ) -> None:
        super().__init__(alias, node, rows, open_=open_, relation=relation)
        self._fields = [self._made(o, meanings) for o in outputs]
        self._index: dict[str, list[Field]] = {}
        for made in self._fields:
            self._index.setdefault(key(made.name), []).append(made)

    def _made(self, output: Output, meanings: Meanings) -> Field:
        meaning = meanings.of("derived", self.node, output.meaning)
        if output.meaning in meanings.rows:
            meanings.rows[meaning] = meanings.rows[output.meaning]
        name = output.name if output.name is not None else ""
        return Field(name, meaning, output.type, self.alias, self.node, unset=output.unset)

    def find(self, key: str) -> Sequence[Field]:
        """See Source."""
        return self._index.get(key, ()) if key else ()

    def fields(self) -> Sequence[Field]:
        """See Source."""
        return self._fields


@dataclass(frozen=True, slots=True)
class Joined:
    """Two sides of a join; keys of USING and NATURAL stand once, before the rest."""

    left: Tree
    right: Tree
    rows: Meaning
    keys: Mapping[str, Field] = field(default_factory=dict)


Tree = Source | Joined


def find(tree: Tree, key: str) -> Sequence[Field]:
    """The columns a bare name can mean in this part of FROM."""
    if isinstance(tree, Source):
        return tree.find(key)
    merged = tree.keys.get(key)
    if merged is not None:
        return (merged,)
    left, right = find(tree.left, key), find(tree.right, key)
    return (*left, *right) if left and right else left or right


def fields(tree: Tree, key: Callable[[str], str]) -> list[Field]:
    """The columns a star stands for, hidden ones left out."""
    if isinstance(tree, Source):
        return [f for f in tree.fields() if not f.hidden]
    sides = (f for side in (tree.left, tree.right) for f in fields(side, key) if key(f.name) not in tree.keys)
    return [*tree.keys.values(), *sides]


def sources(tree: Tree) -> Iterator[Source]:
    """The sources of this part of FROM, left to right."""
    if isinstance(tree, Source):
        yield tree
    else:
        yield from sources(tree.left)
        yield from sources(tree.right)


@dataclass(frozen=True, slots=True)
class CommonTable:
    """A CTE: what it yields, wherever it is read."""

    outputs: tuple[Output, ...]
    rows: Meaning
    open: bool = False


@dataclass(slots=True)
class Scope:
    """One query level."""

    parent: Scope | None = None
    items: list[Tree] = field(default_factory=list)  # FROM items, each a source or a join
    by_alias: dict[str, Source] = field(default_factory=dict)
    ctes: dict[str, CommonTable] = field(default_factory=dict)
    outputs: tuple[Output, ...] = ()
    output_nodes: tuple[int, ...] = ()  # tree node behind each output
    grouped: tuple[Output, ...] = ()  # the columns that GROUP BY names
    variables: Mapping[str, str] = field(default_factory=dict)  # parameter or variable → type

    def add(self, item: Tree, fold: Callable[[str], str]) -> None:
        """Makes a FROM item visible to bare and qualified names."""
        self.items.append(item)
        for source in sources(item):
            self.by_alias.setdefault(fold(source.alias), source)

    def find(self, key: str) -> list[Field]:
        """The columns a bare name can mean at this level."""
        if len(self.items) == 1:
            return list(find(self.items[0], key))
        return [f for item in self.items for f in find(item, key)]

    def sources(self) -> Iterator[Source]:
        """All sources of this level."""
        for item in self.items:
            yield from sources(item)

    def cte(self, name: str) -> CommonTable | None:
        """The CTE of this name that is visible here."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.parent
        return None
