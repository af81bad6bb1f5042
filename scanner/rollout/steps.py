"""What the plans of all engines are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from scanner.change import AddedColumn, Change
from scanner.model import Engine, RolloutSettings, Statement, Table, TableName
from scanner.rollout.names import quoted, quoted_table
from scanner.schema import Schema


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is made for."""

    schema: Schema
    table: Table
    settings: RolloutSettings

    @property
    def engine(self) -> Engine:
        """The engine that runs it."""
        return self.schema.engine

    @property
    def name(self) -> str:
        """The table as statements name it."""
        return quoted_table(self.table.name, self.engine)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell rows apart, quoted: the primary key, or a unique key without NULL; or none."""
        required = {column.name for column in self.table.columns if not column.nullable}
        keys = [self.table.primary_key, *(key for key in self.table.unique_keys if required.issuperset(key))]
        return tuple(self.quoted(column) for column in next(filter(None, keys), ()))

    def quoted(self, name: str) -> str:
        """A name as statements write it."""
        return quoted(name, self.engine)

    def referenced(self, name: TableName) -> str:
        """Another table as statements name it."""
        relation = self.schema.find(name)
        return quoted_table(relation.name if relation else name, self.engine)

    def fill(self, added: AddedColumn) -> tuple[str, tuple[str, ...]]:
        """SQL of the value for rows that are there when the change has none, and what of it must be written first."""
        given = self.settings.value_for(self.table.name.name, added.column.name)
        if given is not None:
            return given, ()
        blank = f"value of {added.column.name} for the rows that are there"
        return f"<<{blank}>>", (blank,)


def new_columns(change: Change, schema: Schema, table: Table) -> Change:
    """The change without the columns that IF NOT EXISTS passes over."""
    there, key = schema.index(table), schema.engine.column_key
    return replace(change, columns=tuple(added for added in change.columns if key(added.column.name) not in there))


def plain(*texts: str) -> tuple[Statement, ...]:
    """Statements that may stand in a transaction."""
    return tuple(Statement(text) for text in texts)


def alone(*texts: str) -> tuple[Statement, ...]:
    """Statements that may not."""
    return tuple(Statement(text, outside_transaction=True) for text in texts)


def joined(values: Iterable[Mapping[str, tuple[str, tuple[str, ...]]]]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Values with their blanks, put together."""
    found = {column: each for mapping in values for column, each in mapping.items()}
    return {c: value for c, (value, _) in found.items()}, tuple(
        blank for _, blanks in found.values() for blank in blanks
    )
