"""What becomes of one new column in a plan for MySQL or MariaDB: what goes in at once, and what is left for later."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from scanner.change import AddedColumn
from scanner.model import Clause, ClauseKind
from scanner.rollout.definition import definition, of_kind, position
from scanner.rollout.mysql_alter import Way, column_way, honours_references, is_expression
from scanner.rollout.steps import Ground


@dataclass(frozen=True, slots=True)
class MysqlColumn:
    """A new column on its way."""

    ground: Ground
    added: AddedColumn

    @property
    def name(self) -> str:
        """As statements write it."""
        return self.ground.quoted(self.added.column.name)

    @property
    def way(self) -> Way:
        """What the column takes when it goes in as it is written."""
        return column_way(self.added, self.ground.engine, self.ground.table)[0]

    @property
    def lacks_value(self) -> bool:
        """It is NOT NULL, and nothing but '' or 0 is there for rows of code that does not know it."""
        return not self.added.column.nullable and not self.added.column.has_default and not self.added.filled_with

    @property
    def per_row(self) -> bool:
        """Its default has to be asked for each row that is there."""
        column, default = self.added.column, self.added.filled_with
        if column.generated or default is None:
            return False
        alone = replace(self.added, column=replace(column, unique=False, check=None, references=None), clauses=())
        return column_way(alone, self.ground.engine, self.ground.table)[0] is Way.COPY and is_expression(default)

    @property
    def light(self) -> AddedColumn:
        """The column with what costs something left for later."""
        column, later = self.added.column, ("unique", "primary key", "references")
        return replace(
            self.added,
            column=replace(column, unique=False, primary_key=False, references=None),
            filled_with=None if self.per_row else self.added.filled_with,
            clauses=tuple(c for c in self.added.clauses if c.kind not in later or not self._kept(c)),
        )

    def _kept(self, clause: Clause) -> bool:
        """A clause that the engine does not read over."""
        return clause.kind != "references" or clause.apart or honours_references(self.ground.engine)

    def whole(self) -> list[str]:
        """The actions that add it as it is written."""
        keep: list[ClauseKind] = ["unique", "primary key", "check", "references"]
        written = self._defined(keep, self.added.filled_with, required=not self.added.column.nullable)
        apart = [c for c in self.added.clauses if c.apart]
        return [f"ADD COLUMN {written}{position(self.added, self.ground.engine)}", *map(self._added_apart, apart)]

    def expand(self) -> str:
        """ADD COLUMN with what costs nothing."""
        default = self.light.filled_with
        required = not self.added.column.nullable and (default is not None or self.added.column.generated is not None)
        written = self._defined(["check"], default, required=required)
        return f"ADD COLUMN {written}{position(self.added, self.ground.engine)}"

    def modified(self, *, required: bool) -> str:
        """MODIFY COLUMN to what it is in the end, with NOT NULL or still without."""
        return f"MODIFY COLUMN {self._defined(['check'], self._default, required=required)}"

    @property
    def _default(self) -> str | None:
        default = self.added.filled_with
        wrapped = default and is_expression(default) and not default.startswith("(")
        return f"({default})" if wrapped else default

    def _defined(self, keep: list[ClauseKind], default: str | None, *, required: bool) -> str:
        own = replace(self.added, clauses=tuple(c for c in self.added.clauses if self._kept(c)))
        written = None if self.added.column.generated else default
        return definition(own, self.ground.engine, keep, default=written, required=required)

    def set_default(self) -> str:
        """The action that gives new rows their default."""
        return f"ALTER COLUMN {self.name} SET DEFAULT {self._default}"

    @property
    def value(self) -> tuple[str, tuple[str, ...]] | None:
        """What the rows that are there must be filled with; None when nothing is left to fill."""
        if self.per_row:
            return self._default or "", ()
        return self.ground.fill(self.added) if self.lacks_value else None

    @property
    def required_later(self) -> bool:
        """NOT NULL is set once the rows have values."""
        return not self.added.column.nullable and self.value is not None

    @property
    def required_by_copy(self) -> bool:
        """MariaDB makes a timestamp NOT NULL by a copy alone (measured)."""
        return self.ground.engine.name == "mariadb" and self.added.column.type.startswith("timestamp")

    def keys(self) -> list[tuple[str, str]]:
        """Its unique keys: the actions that add them and that drop them."""
        return [self._key(clause) for clause in of_kind(self.added, "unique", "unique index", "primary key")]

    def _key(self, clause: Clause) -> tuple[str, str]:
        if clause.kind == "primary key":
            return f"ADD PRIMARY KEY ({self.name})", "DROP PRIMARY KEY"
        name = self.ground.quoted(clause.name) if clause.name else self.name
        return f"ADD UNIQUE INDEX {name} ({self.name})", f"DROP INDEX {name}"

    def foreign_keys(self) -> list[tuple[str, str]]:
        """Its foreign keys: the actions that add them, with the index of the engine's choice, and that drop them."""
        found = [clause for clause in of_kind(self.added, "references") if self._kept(clause)]
        return [self._foreign_key(clause) for clause in found]

    def _foreign_key(self, clause: Clause) -> tuple[str, str]:
        number = len(self.ground.table.foreign_keys) + 1
        name = self.ground.quoted(clause.name or f"{self.ground.table.name.name}_ibfk_{number}")
        index = self.ground.quoted(clause.name) if clause.name else self.name
        add, drop = f"ADD CONSTRAINT {name} FOREIGN KEY ({self.name}) {clause.text}", f"DROP FOREIGN KEY {name}"
        if self.added.column.unique:
            return add, drop
        return f"ADD INDEX {index} ({self.name}), {add}", f"{drop}, DROP INDEX {index}"

    def _added_apart(self, clause: Clause) -> str:
        if clause.kind == "references":
            name = f"CONSTRAINT {self.ground.quoted(clause.name)} " if clause.name else ""
            return f"ADD {name}FOREIGN KEY ({self.name}) {clause.text}"
        if clause.kind == "check":
            name = f"CONSTRAINT {self.ground.quoted(clause.name)} " if clause.name else ""
            return f"ADD {name}{clause.text}"
        return self._key(clause)[0]

    @property
    def settles(self) -> str | None:
        """The action that gives the column the default it has in the end, where that is another one than before."""
        column = self.added.column
        if column.generated or column.default == self.added.filled_with:
            return None
        return (
            f"ALTER COLUMN {self.name} SET DEFAULT {column.default}"
            if column.default
            else f"ALTER COLUMN {self.name} DROP DEFAULT"
        )

    def orphans(self) -> str | None:
        """A query that counts the rows whose foreign key leads nowhere."""
        clause = next((c for c in of_kind(self.added, "references") if self._kept(c)), None)
        if clause is None or self.added.column.references is None:
            return None
        other = self.ground.referenced(self.added.column.references)
        columns = re.search(r"\(([^)]*)\)", clause.text)
        relation = self.ground.schema.find(self.added.column.references)
        key = getattr(relation, "primary_key", ()) or ("id",)
        column = columns[1].strip() if columns else self.ground.quoted(key[0])
        joined = f"LEFT JOIN {other} AS parent ON parent.{column} = child.{self.name}"
        missing = f"child.{self.name} IS NOT NULL AND parent.{column} IS NULL"
        return f"SELECT count(*) FROM {self.ground.name} AS child {joined} WHERE {missing}"
