"""What the ALTER TABLE itself does to the running server, and the steps in which it goes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from scanner.model.names import TableName


class Work(StrEnum):
    """What the engine has to do with the rows that are there, least first."""

    CATALOGUE = "catalogue"  # nothing: the definition changes, the rows stay as they are
    SCAN = "scan"  # every row is read
    REWRITE = "rewrite"  # every row is written anew, and the indexes with it

    @property
    def rank(self) -> int:
        """0 for the least."""
        return list(Work).index(self)


@dataclass(frozen=True, slots=True)
class TableLock:
    """A lock of PostgreSQL on a table, held to the end of the transaction."""

    table: TableName
    mode: str  # as the manual names it: "ACCESS EXCLUSIVE"


@dataclass(frozen=True, slots=True)
class Method:
    """A way of MySQL and MariaDB to carry out an ALTER TABLE, with the least LOCK that it accepts."""

    algorithm: str  # "INSTANT", "NOCOPY", "INPLACE", "COPY"
    lock: str  # "NONE", "SHARED"; "DEFAULT" where LOCK must not be written beside the algorithm


@dataclass(frozen=True, slots=True)
class Execution:
    """How the engine carries out the ALTER TABLE as one statement."""

    work: Work
    locks: tuple[TableLock, ...] = ()  # PostgreSQL: the strongest on each table
    methods: tuple[Method, ...] = ()  # MySQL and MariaDB: all that are accepted, the best first
    refused: str | None = None  # the error that it ends with, whatever rows there are


class Severity(StrEnum):
    """What a hazard comes to, worst first."""

    FAILS = "fails"  # the ALTER does not go through
    BLOCKS = "blocks"  # statements wait, or replication stops
    COSTS = "costs"  # time, space or work, while everything goes on
    NOTE = "note"  # worth knowing

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


HazardKind = Literal[
    "refused", "existing rows", "lock", "queue", "rewrite", "scan", "method", "sequence", "replication", "limit",
    "filled", "running cost",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hazard:
    """One thing that the ALTER TABLE does to the server, its data or those who use it."""

    kind: HazardKind
    severity: Severity
    message: str  # the thing, the consequence, whom it hits
    source: str  # where the fact comes from: a page of the manual, a measured case
    reason: str | None = None  # why it is only possible
