"""Resolve twice, compare: what a change does to one statement, in facts that rules can read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from scanner.change import Change
from scanner.model import Column, Driver, Engine, RowUse, Table, TableName
from scanner.resolve import Binding, ErrorKind, JoinKeys, Output, Resolution, SqlError, Star, WholeRow, Write
from scanner.schema import Schema

# Uses that fail, or find nothing, today already when rows have another width than theirs.
_OF_FIXED_WIDTH = frozenset(("unpacked", "filled", "labelled", "compared"))


@dataclass(frozen=True)
class Comparison:
    """One statement before and after the change."""

    before: Resolution
    after: Resolution
    change: Change
    schema: Schema  # before the change
    schema_after: Schema
    table: Table  # the changed one, as it was
    planned_before: bool = False  # a prepared statement whose plan is from before the change
    driver: Driver | None = None  # what sends the statement, where that is known
    in_transaction: bool = False
    by_hand: bool = True  # somebody wrote the statement; False: a mapper did, or nobody knows
    no_stars: frozenset[str] = frozenset()  # names of parts built at run time that stand for no star
    row_uses: tuple[RowUse, ...] = ()  # what the code does with the rows, as far as it is known

    @property
    def engine(self) -> Engine:
        """The engine of the database."""
        return self.schema.engine

    @property
    def postgres(self) -> bool:
        """Whether the engine is PostgreSQL (else MySQL or MariaDB)."""
        return self.schema.engine.family == "postgres"

    @property
    def columns(self) -> tuple[Column, ...]:
        """The new columns."""
        return tuple(added.column for added in self.change.columns)

    def new_errors(self, *kinds: ErrorKind) -> list[SqlError]:
        """Errors of these kinds that the engine raises after the change and not before."""
        if not self.after.errors:
            return []
        known = {(e.kind, e.node, e.column) for e in self.before.errors}
        return [e for e in self.after.errors if e.kind in kinds and (e.kind, e.node, e.column) not in known]

    @cached_property
    def rebound(self) -> list[tuple[Binding, Binding]]:
        """Names that mean something else than before: (before, after)."""
        pairs = ((self.before.bindings.get(node), binding) for node, binding in self.after.bindings.items())
        return [(old, new) for old, new in pairs if old is not None and _place(old) != _place(new)]

    @cached_property
    def grown_keys(self) -> list[tuple[JoinKeys, JoinKeys]]:
        """Joins whose keys are other ones than before: (before, after)."""
        pairs = ((self.before.join_keys.get(node), keys) for node, keys in self.after.join_keys.items())
        return [(old, new) for old, new in pairs if old is not None and old.names != new.names]

    @cached_property
    def grown_rows(self) -> list[WholeRow]:
        """Whole rows used as values that have more columns than before."""
        pairs = ((self.before.whole_rows.get(node), row) for node, row in self.after.whole_rows.items())
        return [row for old, row in pairs if old is not None and old.columns != row.columns]

    @cached_property
    def grown_stars(self) -> list[Star]:
        """Stars that stand for another number of columns than before."""
        pairs = ((self.before.stars.get(node), star) for node, star in self.after.stars.items())
        return [star for old, star in pairs if old is not None and old.width != star.width]

    def narrowed(self, span: tuple[int, int] | None) -> tuple[int, int] | None:
        """The first star inside the span that grew, or the span itself: what a reader has to look at."""
        for star in self.grown_stars:
            if span is not None and star.span is not None and span[0] <= star.span[0] and star.span[1] <= span[1]:
                return star.span
        return span

    @cached_property
    def new_outputs(self) -> tuple[Output, ...]:
        """Outermost columns that were not there before."""
        known = {(o.name, o.meaning) for o in self.before.outputs}
        return tuple(o for o in self.after.outputs if (o.name, o.meaning) not in known)

    @property
    def outputs_grew(self) -> bool:
        """The result has other columns: more, in another place, or under another name."""
        return [o.name for o in self.before.outputs] != [o.name for o in self.after.outputs]

    @cached_property
    def outputs_changed(self) -> bool:
        """A column that was there before has another value, or stands before one it stood behind."""
        remaining = iter([o.meaning for o in self.after.outputs])
        return not all(any(o.meaning == each for each in remaining) for o in self.before.outputs)

    @property
    def rows_changed(self) -> bool:
        """Other rows are read, returned or changed."""
        return self.before.rows != self.after.rows

    @cached_property
    def changed_writes(self) -> list[tuple[Write, Write]]:
        """Writes that put another value into a column that was there before: (before, after)."""
        pairs = zip(self.before.writes, self.after.writes, strict=False)
        return [(old, new) for old, new in pairs if not self._kept(old, new)]

    def _kept(self, old: Write, new: Write) -> bool:
        """Every column gets what it got; only the new columns may get something beside."""
        before, after = dict(old.values), dict(new.values)
        beside = after.keys() - before.keys()
        return all(after.get(column) == meaning for column, meaning in before.items()) and (
            old.kind == "load" or not beside or (self.is_grown(old.table) and beside <= set(self.change.names))
        )

    @cached_property
    def as_stars(self) -> Comparison | None:
        """The same with stars for the parts of the select list that are built at run time; None where they are none."""
        sides = (self.before, self.after)
        before, after = ([each for output in side.outputs for each in self._spread(output)] for side in sides)
        fixed = {use.count for use in self.row_uses if use.kind in _OF_FIXED_WIDTH} - {None}
        if len(before) == len(after) or fixed - {len(before)}:
            return None
        return replace(
            self, before=replace(self.before, outputs=tuple(before)), after=replace(self.after, outputs=tuple(after))
        )

    def _spread(self, output: Output) -> tuple[Output, ...]:
        return output.spread if output.spread and output.name not in self.no_stars else (output,)

    @property
    def meaning_changed(self) -> bool:
        """Values, rows or written rows are others than before."""
        return self.rows_changed or self.outputs_changed or bool(self.changed_writes or self.changed_bodies)

    @property
    def explained(self) -> bool:
        """Names, join keys, row values, written values or bodies account for a change of meaning."""
        return bool(self.rebound or self.grown_keys or self.grown_rows or self.changed_writes or self.changed_bodies)

    @cached_property
    def changed_bodies(self) -> list[str]:
        """Routines and triggers set off that read or write other values than before."""
        changed = [name for name, m in self.after.bodies.items() if self.before.bodies.get(name, m) != m]
        written = [new.via for _, new in self.changed_writes if new.via]
        return list(dict.fromkeys([*changed, *written]))

    def writes_to_changed(self) -> list[Write]:
        """Writes to the changed table or one that grows with it."""
        return [w for w in self.after.writes if self.is_grown(w.table)]

    def is_grown(self, name: TableName) -> bool:
        """Whether the change gave this table new columns."""
        old, new = self.schema.relations.get(name), self.schema_after.relations.get(name)
        return isinstance(old, Table) and isinstance(new, Table) and len(old.columns) != len(new.columns)


def _place(binding: Binding) -> tuple[object, ...]:
    output = binding.meaning if binding.kind == "output" else None
    return (binding.kind, binding.origin, binding.column, output)
