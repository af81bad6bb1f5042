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


PlanTool = Literal["flyway", "liquibase", "django", "alembic"]  # whose migrations a plan can be written as
PhaseKind = Literal["expand", "deploy", "backfill", "enforce", "clean up"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a plan, for one call of a driver."""

    sql: str  # without a semicolon at its end; a command of the shell when `tool` is set
    outside_transaction: bool = False  # it fails in a transaction, or commits by itself
    batch: bool = False  # runs long, in small committed steps; may be stopped and run again
    blanks: tuple[str, ...] = ()  # what stands in it as <<…>> and must be written first
    tool: bool = False  # a command of the shell


@dataclass(frozen=True, slots=True)
class Check:
    """A question with the answer that lets the plan go on."""

    query: str  # one row of one column; a command of the shell when `tool` is set
    expected: str  # "true", "1", or in words what the command does
    tool: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """What is run at once, is tried again as a whole, and can be taken back as a whole.

    Its statements form one transaction, unless one of them is `outside_transaction` or the engine has none for DDL.
    """

    kind: PhaseKind
    title: str
    why: str  # what it does to whom, in sentences
    statements: tuple[Statement, ...] = ()
    verify: tuple[Check, ...] = ()
    watch: tuple[str, ...] = ()  # queries to run meanwhile, or what to look at in words
    take_back: tuple[Statement, ...] = ()  # run when the later phases are taken back already
    services: tuple[str, ...] = ()  # of a deployment: which, in this order
    alternatives: tuple[Statement, ...] = ()  # other ways to the same state

    @property
    def in_transaction(self) -> bool:
        """All of it can be one transaction."""
        return bool(self.statements) and not any(each.outside_transaction for each in self.statements)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps in which a change goes out; without phases when it cannot go out at all."""

    phases: tuple[Phase, ...]
    notes: tuple[str, ...] = ()  # what no phase can do anything about


@dataclass(frozen=True, slots=True)
class TableUse:
    """A lock that a session holds on a table, or waits for."""

    session: str  # what the server calls it: a process, a connection
    mode: str  # "AccessShareLock", "SHARED_READ"
    held: bool  # else it waits
    application: str | None = None  # as it calls itself
    state: str | None = None  # "idle in transaction", "Sleep"
    age_s: float | None = None  # of its transaction; None: not known


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a running server said of the table when it was asked; None: it did not say."""

    place: str  # the server, without a password
    uses: tuple[TableUse, ...] | None = None  # those that wait first
    rows: int | None = None  # as the server estimates
    size_bytes: int | None = None  # of the table with its indexes, likewise
    reads: int | None = None  # scans of the table and its indexes (PostgreSQL), rows read (MySQL, MariaDB)
    writes: int | None = None  # rows
    since: str | None = None  # when that count began; None: not reset since it is kept
    transactions: int | None = None  # open in the database (PostgreSQL), on the server (MySQL, MariaDB)
    oldest_s: float | None = None  # of these
    replicas: tuple[tuple[str, float | None], ...] | None = None  # name → seconds behind
    publications: tuple[str, ...] = ()  # of PostgreSQL, that have the table
    unseen: tuple[str, ...] = ()  # what it did not say, and why


@dataclass(frozen=True, slots=True)
class RolloutSettings:
    """How a company rolls out: ``[rollout]`` of scanner.toml."""

    side_by_side: bool = True  # old and new code run at the same time for a while
    lock_timeout_ms: int = 2000  # how long a statement may wait, and others behind it
    batch_rows: int = 1000  # rows of one batch of a backfill
    max_lag_s: int = 10  # a backfill waits while a replica is further behind
    fill: tuple[tuple[str, str], ...] = ()  # "orders.status" → SQL of the value for rows that are there

    def value_for(self, table: str, column: str) -> str | None:
        """The SQL that rows that are there get for the column."""
        return dict(self.fill).get(f"{table}.{column}")
