"""What the resolution of one statement carries along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from scanner.bodies import Body, VariableRule
from scanner.model import Routine, TableName, View
from scanner.model.names import folded
from scanner.resolve.resolution import ErrorKind, Gap, Meaning, Meanings, Output, Resolution, SqlError
from scanner.resolve.wrapped import Wrapper

if TYPE_CHECKING:
    from scanner.resolve.running import Called
    from scanner.resolve.scope import Scope, Source
    from scanner.schema import Schema


# What the bodies of routines and triggers do on one schema under one Settings, resolved once for many statements.
Memo = dict[tuple[object, ...], tuple["Called", Resolution, Body]]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the session, the role and the surrounding routine decide."""

    default_schema: str | None = None
    strict: bool = True  # MySQL: STRICT_TRANS_TABLES or STRICT_ALL_TABLES
    full_group_by: bool = True  # ONLY_FULL_GROUP_BY; PostgreSQL always
    role: str | None = None  # None: the owner, who may do everything
    warmed: frozenset[str] = frozenset()  # routines called, tables written and "event table", lower case
    variables: VariableRule = "column"
    variable_conflict: VariableRule = "error"  # plpgsql.variable_conflict, for bodies that do not say
    via: str | None = None  # the routine or trigger whose body this is


@dataclass(slots=True)
class Context:
    """One resolution under way."""

    schema: Schema
    meanings: Meanings
    settings: Settings
    result: Resolution
    offset_known: bool = True  # spans are offsets of the statement, not of a view's or routine's text
    active: tuple[str, ...] = ()  # routines and triggers whose bodies this is in
    called: dict[str, Called] = field(default_factory=dict)
    wrapper: Wrapper = field(default_factory=lambda: Wrapper(""))  # what stood around the statement
    strict_write: bool = False  # inside a write of MySQL or MariaDB that makes an error of what a SELECT warns of
    frozen: bool = False  # inside a view: names are those of the day it was created
    meaning_of: dict[int, Meaning] = field(default_factory=dict)  # tree node → meaning, for the check of GROUP BY
    row_values: dict[Meaning, Source] = field(default_factory=dict)  # whole rows used as values
    scopes: dict[int, Scope] = field(default_factory=dict)  # tree node of a SELECT → its scope
    query_widths: dict[int, int] = field(default_factory=dict)  # tree node of a query → number of its columns
    aggregates: int = 0  # aggregate calls met so far
    postgres: bool = field(init=False)  # else MySQL or MariaDB
    memo: Memo = field(default_factory=dict)
    own: dict[str, tuple[Called, Resolution]] = field(default_factory=dict)  # what the bodies set off here do
    # Resolve a subquery, and a data-modifying statement in WITH: they and the expressions in them need each other.
    query: Callable[[exp.Expr, Scope | None], Relation] = field(init=False)
    write: Callable[[exp.Expr, Scope | None], Relation] = field(init=False)
    view: Callable[[View], Relation] = field(init=False)  # what a view yields
    call: Callable[[Routine], Called] = field(init=False)  # what a routine does
    fire: Callable[[TableName, str], None] = field(init=False)  # the triggers of a write
    inside: Callable[..., Context] = field(init=False)  # a context for the body of a routine

    def __post_init__(self) -> None:
        self.postgres = self.schema.engine.family == "postgres"

    @property
    def names_schema(self) -> Schema:
        """The schema whose columns names mean: inside a view the one it was created on."""
        return self.schema.before if self.frozen and self.schema.before is not None else self.schema

    def name(self, identifier: exp.Expr) -> str:
        """An identifier as the catalogue would hold it."""
        name = identifier.name
        return folded(name, bool(identifier.args.get("quoted"))) if self.postgres else name

    def key(self, name: str) -> str:
        """The form in which column names and aliases are compared."""
        return name if self.postgres else name.lower()

    def error(
        self,
        kind: ErrorKind,
        code: str,
        message: str,
        node: exp.Expr,
        *,
        column: str | None = None,
        table: TableName | None = None,
        possible: str | None = None,
        at: exp.Expr | None = None,
        within: str | None = None,
    ) -> None:
        """Notes an error the engine would raise; code is "SQLSTATE/errno", `at` the part to point at."""
        own = code.split("/")[0 if self.postgres else -1]
        span = self.span(at if at is not None else node)
        if self.settings.via:
            message = f"{message} (in {self.settings.via})"
        self.result.errors.append(
            SqlError(kind, own, message, id(node), span, column, table, possible, self.settings.via, within)
        )

    def doubt(self, reason: str) -> None:
        """Notes why the answer can be no more than possible."""
        if reason not in self.result.doubts:
            self.result.doubts.append(reason)

    def gap(self, reason: str, text: str) -> None:
        """Notes a text that the statement runs and that could not be read."""
        self.doubt(reason)
        self.result.gaps.append(Gap(reason, text))

    def span(self, node: exp.Expr) -> tuple[int, int] | None:
        """Where the node stands in the statement: offsets, end exclusive."""
        if not self.offset_known or self.settings.via:
            return None
        starts: list[int] = []
        ends: list[int] = []
        for part in (node, *node.find_all(exp.Identifier, exp.Star, exp.Literal)):
            if "start" in part.meta:
                starts.append(part.meta["start"])
                ends.append(part.meta["end"] + 1)
        return (min(starts), max(ends)) if starts else None


@dataclass(frozen=True, slots=True)
class Relation:
    """What a query yields: its columns, and which rows."""

    outputs: tuple[Output, ...]
    rows: Meaning
    open: bool = False  # it may have columns that are not known
    identity: tuple[object, ...] | None = None  # the table and key positions that tell its rows apart
    some: Meaning | None = None  # which rows, for EXISTS and IN: rows told apart or sorted do not matter to them
