"""Which names a statement can use where: what keeps generated statements valid before the change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tests.engine.differential.world import Column


class Source(NamedTuple):
    """One item of a FROM clause."""

    alias: str
    columns: tuple[Column, ...]


class Reference(NamedTuple):
    """A column as a statement can write it."""

    sql: str
    type: str
    bare: bool
    outer: bool  # it belongs to a query further out


@dataclass(frozen=True, slots=True)
class Scope:
    """The sources of one query, and the query it stands in."""

    sources: tuple[Source, ...]
    parent: Scope | None = None
    merged: frozenset[str] = frozenset()  # join keys of NATURAL and USING: never ambiguous

    def references(self) -> list[Reference]:
        """Every name that is valid here."""
        return [*self._qualified(), *self._bare()]

    def of_type(self, type_: str) -> list[Reference]:
        """Those of one type."""
        return [reference for reference in self.references() if reference.type == type_]

    def _levels(self) -> Iterator[Scope]:
        level: Scope | None = self
        while level is not None:
            yield level
            level = level.parent

    def _qualified(self) -> Iterator[Reference]:
        hidden: set[str] = set()
        for level in self._levels():
            for source in level.sources:
                if source.alias not in hidden and _names_are_unique(source):
                    for column in source.columns:
                        yield Reference(f"{source.alias}.{column.name}", column.type, False, level is not self)
            hidden |= {source.alias for source in level.sources}

    def _bare(self) -> Iterator[Reference]:
        hidden: set[str] = set()
        for level in self._levels():
            columns = [column for source in level.sources for column in source.columns]
            names = [column.name for column in columns]
            for column in dict.fromkeys(columns):
                once = names.count(column.name) == 1 or column.name in level.merged
                if once and column.name not in hidden:
                    yield Reference(column.name, column.type, True, level is not self)
            hidden |= set(names)


def _names_are_unique(source: Source) -> bool:
    names = [column.name for column in source.columns]
    return len(set(names)) == len(names)
