"""The catalogue while a script is being read: what the statements so far have made."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from scanner.model import (
    Column,
    Database,
    Engine,
    ForeignKey,
    Grant,
    Routine,
    Rule,
    SequenceGenerator,
    Skipped,
    Table,
    TableName,
    Trigger,
    UserType,
    View,
)
from scanner.schema.parse.columns import decorated
from scanner.schema.parse.constraints import Constraint
from scanner.schema.parse.cursor import UnreadableError
from scanner.schema.parse.naming import constraint_name, renamed_columns

_NEXT_VALUE = re.compile(r"nextval\('([^']+)'(?:::regclass)?\)")
_WORDS = re.compile(r"[^\W\d][\w$]*")


@dataclass(slots=True)
class TableDraft:
    """A table that statements still change."""

    name: TableName
    engine: Engine
    columns: list[Column] = field(default_factory=list)
    constraints: list[Constraint] = field(default_factory=list)
    parents: list[TableName] = field(default_factory=list)
    partition_of: TableName | None = None
    of_type: TableName | None = None
    grants: list[Grant] = field(default_factory=list)
    foreign: bool = False
    partitioned: bool = False
    storage: str = "innodb"
    row_format: str | None = None
    versioned: bool = False
    sequences: dict[TableName, str] = field(default_factory=dict)  # those that it owns, each with its column
    of_identity: set[TableName] = field(default_factory=set)  # of these, those that go with an identity

    def named(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """Columns by the names they have in the table: MySQL's constraints may write them in another case."""
        places = (self.index(column) for column in columns)
        return tuple(
            column if place is None else self.columns[place].name for column, place in zip(columns, places, strict=True)
        )

    def index(self, column: str) -> int | None:
        """The place of a column, or None."""
        key = self.engine.column_key(column)
        return next((i for i, c in enumerate(self.columns) if self.engine.column_key(c.name) == key), None)

    def require(self, column: str) -> int:
        """The place of a column. Raises UnreadableError."""
        index = self.index(column)
        if index is None:
            raise UnreadableError(f"table {self.name} has no column {column}")
        return index

    def add_constraint(self, constraint: Constraint) -> Constraint:
        """Adds a key or a condition and gives it as it is kept: with the name the engine would choose."""
        if constraint.kind == "not null":
            index = self.require(constraint.columns[0])
            self.columns[index] = replace(self.columns[index], nullable=False)
        if constraint.index:
            constraint = self._from_index(constraint)
        columns, key = self.named(constraint.columns), constraint.foreign_key
        kept = replace(constraint, columns=columns, foreign_key=replace(key, columns=columns) if key else None)
        if kept.name is None:
            kept = replace(kept, name=self._default_name(kept))
        elif kept.kind == "check" and any((c.kind, c.name) == ("check", kept.name) for c in self.constraints):
            return kept  # a parent's condition of that name, merged
        self.constraints.append(kept)
        return kept

    def _from_index(self, constraint: Constraint) -> Constraint:
        """The constraint that USING INDEX makes of a unique index."""
        found = [c for c in self.constraints if c.name == constraint.index]
        self.constraints = [c for c in self.constraints if c not in found]
        return replace(constraint, columns=found[0].columns if found else ())

    def _default_name(self, constraint: Constraint) -> str:
        columns = constraint.columns
        if constraint.kind == "check" and not columns:
            words = set(_WORDS.findall(constraint.expression or ""))
            columns = tuple(c.name for c in self.columns if c.name in words)
        return constraint_name(self.name.name, replace(constraint, columns=columns), self.constraints, self.engine)

    def drop_constraint(self, name: str | None) -> list[Constraint]:
        """Drops by name, None the primary key; gives what was dropped."""
        before = self.constraints
        if name is None or (name.upper() == "PRIMARY" and self.engine.family == "mysql"):
            self.constraints = [c for c in self.constraints if c.kind != "primary key"]
        else:
            key = self.engine.column_key
            self.constraints = [c for c in self.constraints if c.name is None or key(c.name) != key(name)]
        return [c for c in before if c not in self.constraints]

    def drop_copies(self, originals: list[Constraint]) -> None:
        """Drops what a parent no longer has."""
        gone = {c.what for c in originals}
        self.constraints = [c for c in self.constraints if c.what not in gone]

    def rename_constraint(self, old: str, new: str) -> None:
        """Renames a key or a condition."""
        self.constraints = [replace(c, name=new) if c.name == old else c for c in self.constraints]

    def drop_column(self, column: str) -> None:
        """Drops a column with the keys that hold it."""
        dropped = self.columns.pop(self.require(column)).name
        self.constraints = [c for c in self.constraints if dropped not in c.columns]

    def rename_column(self, old: str, new: str) -> None:
        """Renames a column, in the keys too."""
        index = self.require(old)
        old = self.columns[index].name
        self.columns[index] = replace(self.columns[index], name=new)
        self.constraints = [renamed_columns(c, old, new) for c in self.constraints]
        self.sequences = {name: new if column == old else column for name, column in self.sequences.items()}

    def copy_constraint(self, constraint: Constraint) -> None:
        """Adds a parent's constraint unless an equal one is there; only conditions keep its name."""
        if constraint.what not in {c.what for c in self.constraints}:
            self.add_constraint(constraint if constraint.kind == "check" else replace(constraint, name=None))

    def inheritable(self) -> list[Column]:
        """Its columns as copies get them: the primary key's stay required, sequences stay the original's."""
        required = {column for c in self.constraints if c.kind == "primary key" for column in c.columns}
        columns = [replace(c, nullable=c.nullable and c.name not in required) for c in self.columns]
        return [self._without_sequence(c) if c.serial else c for c in columns]

    def _without_sequence(self, column: Column) -> Column:
        made = TableName(self.name.schema, f"{self.name.name}_{column.name}_seq")
        sequence = next((name for name, owner in self.sequences.items() if owner == column.name), made)
        qualifier = f"{sequence.schema}." if sequence.schema else ""
        return replace(column, serial=False, default=f"nextval('{qualifier}{sequence.name}'::regclass)")

    def build(self) -> Table:
        """The table as a value."""
        by_kind: dict[str, list[Constraint]] = {}
        for constraint in self.constraints:
            by_kind.setdefault(constraint.kind, []).append(constraint)
        primary = by_kind.get("primary key", [])
        return Table(
            name=self.name,
            columns=tuple(decorated(self._as_serial(column), self.constraints) for column in self.columns),
            primary_key=primary[-1].columns if primary else (),
            unique_keys=tuple(c.columns for c in by_kind.get("unique", ())),
            checks=tuple(c.expression for c in by_kind.get("check", ()) if c.expression),
            foreign_keys=tuple(c.foreign_key for c in by_kind.get("foreign key", ()) if c.foreign_key),
            parents=tuple(self.parents),
            partition_of=self.partition_of,
            of_type=self.of_type,
            grants=self._merged_grants(),
            foreign=self.foreign,
            partitioned=self.partitioned,
            storage=self.storage,
            row_format=self.row_format,
            fulltext="fulltext" in by_kind,
            versioned=self.versioned,
        )

    def _merged_grants(self) -> tuple[Grant, ...]:
        """One grant for each role and privilege, whether its columns were granted together or apart."""
        columns: dict[tuple[str, str], tuple[str, ...]] = {}
        whole: set[tuple[str, str]] = set()
        for grant in self.grants:
            key = grant.role, grant.privilege
            columns[key] = tuple(dict.fromkeys((*columns.get(key, ()), *grant.columns)))
            whole |= set() if grant.columns else {key}
        return tuple(Grant(*key, () if key in whole else names) for key, names in columns.items())

    def _as_serial(self, column: Column) -> Column:
        """A default of the next value of the column's own sequence is what ``serial`` stands for."""
        found = next_value(column)
        own = (name.name for name, owner in self.sequences.items() if owner == column.name)
        return replace(column, serial=True, default=None) if found is not None and found in own else column


def next_value(column: Column) -> str | None:
    """The sequence whose next value is the column's default, without its schema."""
    found = _NEXT_VALUE.fullmatch(column.default or "")
    return found[1].split(".")[-1].strip('"') if found else None


@dataclass(slots=True)
class Draft:
    """The catalogue so far, and where the script's names lead at this point."""

    database: Database
    path: list[str] = field(default_factory=list)  # PostgreSQL's search path
    in_use: str | None = None  # MySQL's default database
    used: list[str] = field(default_factory=list)  # every database a USE named
    stored_views: bool = False
    relations: dict[TableName, TableDraft | View | SequenceGenerator] = field(default_factory=dict)
    routines: list[Routine] = field(default_factory=list)
    triggers: dict[tuple[TableName, str], Trigger] = field(default_factory=dict)
    types: dict[TableName, UserType] = field(default_factory=dict)
    rules: dict[tuple[TableName, str], Rule] = field(default_factory=dict)
    heirs: dict[TableName, list[TableDraft]] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        """The engine that would run the script."""
        return self.database.engine

    def created(self, name: TableName) -> TableName:
        """The name a CREATE of this name makes."""
        if name.schema:
            return name
        if self.engine.family == "mysql":
            return TableName(self.in_use, name.name)
        return TableName(self.path[0] if self.path else self.database.schemas[0], name.name)

    def resolved(self, name: TableName) -> TableName:
        """The relation a reference means; what is not there yet is taken for where it would be created."""
        if name.schema is None:
            for schema in self.path:
                if TableName(schema, name.name) in self.relations:
                    return TableName(schema, name.name)
        return self.created(name)

    def table(self, name: TableName) -> TableDraft:
        """The table a reference means. Raises UnreadableError."""
        found = self.relations.get(self.resolved(name))
        if isinstance(found, TableDraft):
            return found
        what = "is not created by this script"
        if found is not None:
            what = "is a view" if isinstance(found, View) else "is a sequence"
        raise UnreadableError(f"relation {name} {what}")

    def resolved_type(self, name: TableName) -> TableName:
        """The type a reference means."""
        candidates = [TableName(schema, name.name) for schema in self.path] if name.schema is None else [name]
        return next((c for c in candidates if c in self.types), self.created(name))

    def resolved_key(self, key: ForeignKey) -> ForeignKey:
        """A foreign key whose table has the name the catalogue holds."""
        return replace(key, table=self.resolved(key.table))

    def resolved_constraint(self, constraint: Constraint) -> Constraint:
        """A constraint whose foreign key leads to a name of the catalogue."""
        if constraint.foreign_key is None:
            return constraint
        return replace(constraint, foreign_key=self.resolved_key(constraint.foreign_key))

    def adopt(self, child: TableDraft, parent: TableName) -> None:
        """Makes a table a child of another. Raises UnreadableError where that would be a circle."""
        if parent == child.name or any(below.name == parent for below in self.descendants(child.name)):
            raise UnreadableError(f"table {parent} would be a parent of itself")
        if parent not in child.parents:
            child.parents.append(parent)
            self.heirs.setdefault(parent, []).append(child)

    def disown(self, child: TableDraft, parent: TableName) -> None:
        """Ends an inheritance; the columns stay."""
        if parent in child.parents:
            child.parents.remove(parent)
            self.heirs[parent].remove(child)
        if child.partition_of == parent:
            child.partition_of = None

    def descendants(self, name: TableName) -> list[TableDraft]:
        """Every table below this one: children, partitions and theirs."""
        found: dict[TableName, TableDraft] = {}
        for child in self.heirs.get(name, []):
            found[child.name] = child
            found |= {below.name: below for below in self.descendants(child.name)}
        return list(found.values())
