"""The catalogue of one database as a pure value, with the engine's way of finding a name in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from scanner.model import (
    Column,
    Database,
    Engine,
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

if TYPE_CHECKING:
    from scanner.change import Change

Relation = Table | View | SequenceGenerator


@dataclass(frozen=True)
class Schema:
    """Relations, routines, triggers and types of one database.

    Build it with `from_ddl` or `scanner.schema.catalogue`. A name is looked up with `find`, as the engine does.
    """

    database: Database
    relations: Mapping[TableName, Relation] = field(default_factory=dict)
    routines: tuple[Routine, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    types: Mapping[TableName, UserType] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    before: Schema | None = field(default=None, compare=False, repr=False)  # of a schema made by `after`
    _indexes: dict[TableName, dict[str, Column]] = field(default_factory=dict, init=False, compare=False, repr=False)

    @classmethod
    def from_ddl(
        cls,
        ddl: str,
        engine: str | Engine,
        *,
        name: str = "default",
        search_path: Iterable[str] = (),
        sql_mode: str | None = None,
    ) -> Schema:
        """Reads a script of DDL: hand-written, pg_dump or mysqldump.

        Never raises on part of a script: what could not be read is listed in `skipped`.
        Raises UsageError for an engine that is not known.
        """
        from scanner.schema.parse import parse_ddl

        modes = None if sql_mode is None else frozenset(filter(None, sql_mode.upper().split(",")))
        return parse_ddl(ddl, Database(name, Engine.parse(engine), tuple(search_path), modes))

    def after(self, change: Change) -> Schema:
        """The catalogue the engine would have once the change has run. Raises ChangeError."""
        from scanner.schema.after import apply

        return apply(self, change)

    @property
    def engine(self) -> Engine:
        """The engine of the database."""
        return self.database.engine

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables, in the order of their names."""
        return tuple(r for _, r in sorted(self.relations.items(), key=_by_name) if isinstance(r, Table))

    @property
    def views(self) -> tuple[View, ...]:
        """The views, in the order of their names."""
        return tuple(r for _, r in sorted(self.relations.items(), key=_by_name) if isinstance(r, View))

    def triggers_on(self, table: TableName) -> tuple[Trigger, ...]:
        """The triggers of a table."""
        return self._triggers.get(table, ())

    def routine(self, name: str, arguments: int | None = None) -> Routine | None:
        """The routine that a bare call means; names are compared without case.

        Of several of one name it is the first that takes so many arguments.
        """
        named = self.routines_named(name)
        fitting = (each for each in named if arguments is not None and each.takes(arguments))
        return next(fitting, named[0] if named else None)

    def routines_named(self, name: str) -> tuple[Routine, ...]:
        """All routines of one name."""
        return self._routines.get(name.lower(), ())

    @cached_property
    def _triggers(self) -> dict[TableName, tuple[Trigger, ...]]:
        found: dict[TableName, tuple[Trigger, ...]] = {}
        for trigger in self.triggers:
            found[trigger.table] = (*found.get(trigger.table, ()), trigger)
        return found

    @cached_property
    def _routines(self) -> dict[str, tuple[Routine, ...]]:
        found: dict[str, tuple[Routine, ...]] = {}
        for routine in self.routines:
            name = routine.name.name.lower()
            found[name] = (*found.get(name, ()), routine)
        return found

    def index(self, table: Table) -> Mapping[str, Column]:
        """The table's columns by the form in which names are compared (Engine.column_key)."""
        found = self._indexes.get(table.name)
        if found is None:
            found = self._indexes[table.name] = {self.engine.column_key(c.name): c for c in table.columns}
        return found

    def find(self, name: TableName, default_schema: str | None = None) -> Relation | None:
        """The relation a reference of this (folded) name means, or None.

        PostgreSQL walks the search path. MySQL looks in the default database; a qualifier that is one of the
        database's own names means the same as none, and where no own name is known any qualifier does.
        """
        if self.database.engine.family == "postgres":
            return self._find_postgres(name)
        return self._find_mysql(name, default_schema)

    def _find_postgres(self, name: TableName) -> Relation | None:
        schemas = (name.schema,) if name.schema else self.database.schemas
        for schema in schemas:
            found = self.relations.get(TableName(schema, name.name))
            if found is not None:
                return found
        return None

    def _find_mysql(self, name: TableName, default_schema: str | None) -> Relation | None:
        own = self.database.search_path
        if name.schema:
            exact = self.relations.get(name)
            if exact is not None:
                return exact
            if own and name.schema not in (*own, self.database.name, default_schema):
                return None
            return self._named(TableName(None, name.name))
        if own and default_schema is not None and default_schema not in (*own, self.database.name):
            return None
        for schema in (default_schema, None, *own):
            found = self.relations.get(TableName(schema, name.name))
            if found is not None:
                return found
        return self._named(TableName(None, name.name))

    def _named(self, name: TableName) -> Relation | None:
        """By its name, or the only one of that name in another case: digests and some systems do not keep the case."""
        exact = self.relations.get(name)
        if exact is not None:
            return exact
        alike = self._in_any_case.get((name.schema, name.name.lower()), ())
        return alike[0] if len(alike) == 1 else None

    @cached_property
    def _in_any_case(self) -> dict[tuple[str | None, str], tuple[Relation, ...]]:
        found: dict[tuple[str | None, str], tuple[Relation, ...]] = {}
        for name, relation in self.relations.items():
            key = (name.schema, name.name.lower())
            found[key] = (*found.get(key, ()), relation)
        return found

    def with_relation(self, relation: Relation) -> Schema:
        """A copy in which this relation stands in place of the one of its name."""
        return replace(self, relations={**self.relations, relation.name: relation})


def _by_name(item: tuple[TableName, Relation]) -> tuple[str, str]:
    return item[0].schema or "", item[0].name
