"""The actions of ALTER TABLE, which a schema carries out and a change is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from scanner.model import Column, TableName
from scanner.schema.parse.columns import Definition
from scanner.schema.parse.constraints import Constraint

Position = Literal["last", "first", "after"]


@dataclass(frozen=True, slots=True)
class AddColumn:
    """ADD COLUMN; with `replaces` MySQL's MODIFY or CHANGE of the column of that name."""

    definition: Definition
    position: Position = "last"
    after: str | None = None
    if_not_exists: bool = False
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class AddConstraint:
    """ADD of a key or a condition."""

    constraint: Constraint


@dataclass(frozen=True, slots=True)
class EditColumn:
    """ALTER COLUMN."""

    column: str
    edit: Callable[[Column], Column]
    inherits: bool = True  # children get it too
    sequence: TableName | None = None  # the name that the sequence of a new identity is given


@dataclass(frozen=True, slots=True)
class DropColumn:
    """DROP COLUMN."""

    column: str
    cascade: bool = False  # CASCADE is written: what depends on the column goes too


@dataclass(frozen=True, slots=True)
class DropConstraint:
    """DROP CONSTRAINT, INDEX or FOREIGN KEY by name; name None is DROP PRIMARY KEY."""

    name: str | None


@dataclass(frozen=True, slots=True)
class RenameColumn:
    """RENAME COLUMN."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RenameConstraint:
    """RENAME CONSTRAINT and MySQL's RENAME INDEX."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RenameTable:
    """RENAME TO and SET SCHEMA."""

    name: str | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class Attach:
    """ATTACH and DETACH PARTITION of the other table, INHERIT and NO INHERIT from it."""

    other: TableName
    how: Literal["attach", "detach", "inherit", "no inherit"]


@dataclass(frozen=True, slots=True)
class SetType:
    """OF a composite type, and NOT OF."""

    type: TableName | None


@dataclass(frozen=True, slots=True)
class OtherAction:
    """An action that leaves the columns as they are."""


Action = (
    AddColumn
    | AddConstraint
    | EditColumn
    | DropColumn
    | DropConstraint
    | RenameColumn
    | RenameConstraint
    | RenameTable
    | Attach
    | SetType
    | OtherAction
)


@dataclass(frozen=True, slots=True)
class Alteration:
    """One ALTER TABLE statement; every action with its text."""

    table: TableName
    only: bool
    if_exists: bool
    actions: tuple[tuple[Action, str], ...]
