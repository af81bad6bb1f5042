"""What a look at a repository finds, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.config import SourceKind
from scanner.model import Engine


@dataclass(frozen=True, slots=True)
class Hint:
    """Something that tells of an engine."""

    name: str  # postgres, mysql or mariadb
    version: str  # as in "16"; empty where it does not say
    weight: int
    said: str  # what says so, and where: "compose.yaml runs postgres:16"


@dataclass(frozen=True, slots=True)
class SchemaFiles:
    """Where the tables of one database are written down. Paths are relative to the root."""

    path: str
    made_of: str  # "a dump", "Django's migrations"
    engine: Hint | None = None  # of the files themselves
    name: str = ""  # what the database is called there; empty where it does not say
    others: tuple[str, ...] = ()  # paths that could be it instead, or belong to it
    beside: tuple[str, ...] = ()  # whole schemas of other tables of the same database
    since: tuple[str, ...] = ()  # what changed them since, in its order
    past: tuple[str, ...] = ()  # scripts whose changes they have already
    unread: tuple[str, ...] = ()  # programs beside what changed them since

    @property
    def paths(self) -> tuple[str, ...]:
        """All of it, in the order in which it is read."""
        return (self.path, *self.beside, *self.since)


@dataclass(frozen=True, slots=True)
class FoundDatabase:
    """A database that the repository speaks to."""

    name: str
    engine: Engine
    why: str  # what tells the engine
    schema: SchemaFiles | None  # None: not found
    tables: frozenset[str] = frozenset()
    doubt: str = ""  # what is wrong with the schema; empty: nothing that is known


@dataclass(frozen=True, slots=True)
class FoundSource:
    """A source of queries."""

    kind: SourceKind
    path: str  # relative to the root
    database: str  # its name; empty: not known
    why: str


@dataclass(frozen=True, slots=True)
class Survey:
    """What a repository holds."""

    root: str  # its name
    databases: tuple[FoundDatabase, ...]
    sources: tuple[FoundSource, ...] = ()
    seeds: tuple[str, ...] = ()  # scripts of rows to begin with, which are no sources
    services: tuple[str, ...] = ()  # as they are recognised without an entry
    owners: str | None = None  # the CODEOWNERS file
    hints: tuple[Hint, ...] = field(default=())  # of engines, the weightiest first
