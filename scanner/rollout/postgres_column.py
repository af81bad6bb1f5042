"""What becomes of one new column in a plan for PostgreSQL: what goes in at once, and what is left for later."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from scanner.change import AddedColumn
from scanner.model import Clause, ClauseKind
from scanner.rollout.definition import definition, of_kind, without_not_valid
from scanner.rollout.names import literal
from scanner.rollout.postgres_alter import column_work, default_of, domain_of, is_volatile
from scanner.rollout.steps import Ground
from scanner.schema.parse.naming import made_name

_NULLS = re.compile(r"NULLS\s+NOT\s+DISTINCT", re.IGNORECASE)
_INCLUDE = re.compile(r"INCLUDE\s*\([^)]*\)", re.IGNORECASE)
_DEFERRED = re.compile(r"(?:NOT\s+)?DEFERRABLE.*|INITIALLY.*", re.IGNORECASE | re.DOTALL)
_OPTIONS = re.compile(r"\((.*)\)", re.DOTALL)
_WHOLE: tuple[ClauseKind, ...] = ("identity", "unique", "primary key", "check", "references")
_INLINE: tuple[ClauseKind, ...] = ("attribute", "generated", "references")
_SERIALS = {"integer": "serial", "bigint": "bigserial", "smallint": "smallserial"}
_FAST_DEFAULT, _NOT_VALID_ON_PARTITIONED = (11,), (18,)


@dataclass(frozen=True, slots=True)
class PostgresColumn:
    """A new column on its way."""

    ground: Ground
    added: AddedColumn

    @property
    def name(self) -> str:
        """As statements write it."""
        return self.ground.quoted(self.added.column.name)

    @property
    def rewritten(self) -> str | None:
        """Why nothing but a rewrite does it."""
        column, domain = self.added.column, domain_of(self.added.column, self.ground.schema)
        constrained = domain is not None and (domain.check or domain.not_null)
        whole = column.generated == "stored" or constrained
        return column_work(self.added, self.ground.schema).why if whole else None

    @property
    def constant(self) -> bool:
        """A default that the catalogue holds for the rows that are there."""
        default = default_of(self.added, self.ground.schema)
        fast = self.ground.engine.version >= _FAST_DEFAULT and not is_volatile(self.added, self.ground.schema)
        checked_now = self.added.column.references is not None and not self.can_validate_key
        return default is not None and fast and not checked_now

    @property
    def can_validate_key(self) -> bool:
        """Whether a foreign key may be added NOT VALID."""
        return not self.ground.table.partitioned or self.ground.engine.version >= _NOT_VALID_ON_PARTITIONED

    def expand(self) -> str:
        """ADD COLUMN with what costs nothing."""
        keep: list[ClauseKind] = [] if self.constant else ["references"]
        written = replace(self.added, clauses=tuple(replace(c, apart=False) for c in of_kind(self.added, *_INLINE)))
        unasked = "NULL" if self._own_default else None
        default = self.added.filled_with if self.constant else unasked
        required = self.constant and not self.added.column.nullable
        return f"ADD COLUMN {definition(written, self.ground.engine, keep, default=default, required=required)}"

    def whole(self) -> str:
        """ADD COLUMN as it is written, in one."""
        column, keep = self.added.column, _WHOLE
        written = replace(self.added, column=replace(column, type=_SERIALS.get(column.type, column.type)))
        own = written if column.serial else self.added
        default = None if column.generated else self.added.filled_with
        required = not (column.nullable or column.serial or column.identity)
        return f"ADD COLUMN {definition(own, self.ground.engine, keep, default=default, required=required)}"

    @property
    def links(self) -> bool:
        """A foreign key goes in with the column, for all its values are NULL."""
        return not self.constant and self.added.column.references is not None

    @property
    def _own_default(self) -> bool:
        """The type brings a default of its own that must not be asked for each row."""
        domain = domain_of(self.added.column, self.ground.schema)
        return domain is not None and domain.default is not None

    def defaults(self) -> list[str]:
        """Statements that give new rows their value, behind ADD COLUMN."""
        column, table = self.added.column, self.ground.name
        if column.serial or column.identity:
            made = f"CREATE SEQUENCE {self.sequence} AS {column.type}{self._sequence_options}"
            return [f"{made} OWNED BY {table}.{self.name}", self._set_default(f"nextval({literal(self.sequence)})")]
        if self.constant or column.generated:
            return []
        if self.added.filled_with:
            return [self._set_default(self.added.filled_with)]
        if self._own_default:
            return [f"ALTER TABLE {table} ALTER COLUMN {self.name} DROP DEFAULT"]
        return [self._set_default(column.default)] if column.default else []

    def _set_default(self, value: str) -> str:
        return f"ALTER TABLE {self.ground.name} ALTER COLUMN {self.name} SET DEFAULT {value}"

    @property
    def sequence(self) -> str:
        """The sequence that numbers the rows; of an identity column one for the time until it is an identity."""
        suffix = "backfill_seq" if self.added.column.identity else "seq"
        return self._beside(made_name(self.ground.table.name, self.added.column.name, suffix))

    def _beside(self, name: str) -> str:
        schema = self.ground.table.name.schema
        other = schema not in (None, "public") and schema
        return f"{self.ground.quoted(other)}.{self.ground.quoted(name)}" if other else self.ground.quoted(name)

    @property
    def _sequence_options(self) -> str:
        written = next(of_kind(self.added, "identity"), None)
        options = _OPTIONS.search(written.text) if written else None
        return f" {options[1].strip()}" if options else ""

    def become_identity(self) -> list[str]:
        """Statements that make the numbered column an identity which goes on where the numbers end."""
        alter, table = f"ALTER TABLE {self.ground.name} ALTER COLUMN {self.name}", literal(self.ground.name)
        kind = f"GENERATED {(self.added.column.identity or '').upper()} AS IDENTITY"
        written = next((clause.text for clause in of_kind(self.added, "identity")), kind)
        own = f"pg_get_serial_sequence({table}, {literal(self.added.column.name)})"
        return [
            f"{alter} DROP DEFAULT",
            f"ALTER SEQUENCE {self.sequence} OWNED BY NONE",  # or it would be taken for the identity's own
            f"{alter} ADD {written}",
            f"SELECT setval({own}, last_value, is_called) FROM {self.sequence}",
            f"DROP SEQUENCE {self.sequence}",
        ]

    def no_identity(self) -> list[str]:
        """Statements that take `become_identity` back."""
        made, *default = self.defaults()
        own = self._beside(made_name(self.ground.table.name, self.added.column.name, "seq"))
        return [
            made,
            f"SELECT setval({literal(self.sequence)}, last_value, is_called) FROM {own}",
            f"ALTER TABLE {self.ground.name} ALTER COLUMN {self.name} DROP IDENTITY",
            *default,
        ]

    @property
    def value(self) -> tuple[str, tuple[str, ...]] | None:
        """What the rows that are there must be filled with; None when nothing is left to fill."""
        column, default = self.added.column, default_of(self.added, self.ground.schema)
        if self.constant or column.generated:
            return None
        if column.serial or column.identity:
            return f"nextval({literal(self.sequence)})", ()
        if default is not None:
            return default, ()
        return None if column.nullable else self.ground.fill(self.added)

    @property
    def required_later(self) -> bool:
        """NOT NULL is set once the rows have values."""
        return not self.added.column.nullable and not self.constant

    @property
    def guard(self) -> str:
        """The name of what keeps NULL out until the column itself does."""
        newer = self.ground.engine.version >= (18,)
        suffix = "not_null" if newer else "not_null_check"
        return self.ground.quoted(made_name(self.ground.table.name, self.added.column.name, suffix))

    @property
    def checks(self) -> list[tuple[str, str]]:
        """Its CHECKs: name, and text behind ADD."""
        return [pair for pair, _ in self._constraints("check", "check", "")]

    @property
    def foreign_keys(self) -> list[tuple[str, str]]:
        """Its foreign keys that are not added with it: name, and text behind ADD."""
        found = self._constraints("references", "fkey", f"FOREIGN KEY ({self.name}) ")
        return [pair for pair, _ in found] if self.constant else []

    def _constraints(self, kind: ClauseKind, suffix: str, head: str) -> list[tuple[tuple[str, str], Clause]]:
        found = []
        unnamed = 0
        for clause in of_kind(self.added, kind):
            own = made_name(self.ground.table.name, self.added.column.name, f"{suffix}{unnamed or ''}")
            unnamed += clause.name is None
            name = self.ground.quoted(clause.name or own)
            found.append(((name, f"CONSTRAINT {name} {head}{without_not_valid(clause)}"), clause))
        return found

    @property
    def settles(self) -> str | None:
        """The statement that gives the column the default it has in the end, where that is another one than before."""
        column, alter = self.added.column, f"ALTER TABLE {self.ground.name} ALTER COLUMN {self.name}"
        if column.serial or column.identity or column.generated or column.default == self.added.filled_with:
            return None
        if not self.added.filled_with:
            return None  # it was set at once
        return f"{alter} SET DEFAULT {column.default}" if column.default else f"{alter} DROP DEFAULT"

    def indexes(self) -> list[tuple[str, str, str | None]]:
        """Its unique indexes: name, CREATE … CONCURRENTLY, and what makes a constraint of it, behind ADD."""
        return [self._index(clause) for clause in of_kind(self.added, "unique", "unique index", "primary key")]

    def _index(self, clause: Clause) -> tuple[str, str, str | None]:
        table, column, ground = self.ground.table.name, self.added.column.name, self.ground
        suffix = {"primary key": "pkey", "unique": "key"}.get(clause.kind, "idx")
        own = f"{table.name}_pkey" if suffix == "pkey" else made_name(table, column, suffix)
        name = ground.quoted(clause.name or own)
        if clause.kind == "unique index":
            words = re.sub(r"\bINDEX\b(?:\s+CONCURRENTLY)?", "INDEX CONCURRENTLY", clause.text, count=1, flags=re.I)
            return self._beside(clause.name or own), words.rstrip("; \n"), None
        more = " ".join(found[0] for found in (_INCLUDE.search(clause.text), _NULLS.search(clause.text)) if found)
        create = f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON {ground.name} ({self.name}){' ' + more if more else ''}"
        deferred = _DEFERRED.search(clause.text)
        kind = "PRIMARY KEY" if suffix == "pkey" else "UNIQUE"
        attach = f"CONSTRAINT {name} {kind} USING INDEX {name}{' ' + deferred[0] if deferred else ''}"
        return self._beside(clause.name or own), create, attach
