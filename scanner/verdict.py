"""One statement and one change → a verdict. Pure: no input, no output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import UnionType

from scanner.change import Change
from scanner.compare import Comparison
from scanner.errors import UsageError
from scanner.fingerprint import normalise
from scanner.model import Driver, Effect, Finding, RowUse, Table, TableName, Unresolved
from scanner.reasons import NOT_TODAY
from scanner.resolve import (
    ErrorKind,
    Meanings,
    Memo,
    Parsed,
    Resolution,
    Session,
    Settings,
    SqlError,
    in_session,
    parse,
    read_session,
    resolve,
    settings,
)
from scanner.rules import judge
from scanner.schema import Schema
from scanner.schema.after import changed_table


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a change does to one statement."""

    findings: tuple[Finding, ...] = ()  # worst first
    unresolved: Unresolved | None = None  # why there is no answer; excludes findings
    waits: bool = False  # it fails today and runs once the column is there: code that is ahead of the schema

    @property
    def effect(self) -> Effect | None:
        """The worst finding's effect; None when unaffected or unresolved."""
        return self.findings[0].effect if self.findings else None


def assess(statement: str, change: Change | str, schema: Schema, session: Sequence[str] = ()) -> Verdict:
    """What the change does to the statement, on this schema.

    The statement is as its source has it, in any placeholder style; `session` is the SQL run before it in the same
    session; a change that is a text is read in the dialect of the schema's engine. Raises ChangeError when the change
    does not fit the schema, and UsageError for what is none of these.
    """
    for given, (wanted, what) in zip((statement, change, schema), _WANTED, strict=True):
        if not isinstance(given, wanted):
            raise UsageError(f"assess() got {given!r} where it wants {what}.")
    read = Change.parse(change, schema.engine) if isinstance(change, str) else change
    return prepare(read, schema).assess(statement, session)


_WANTED: tuple[tuple[type | UnionType, str], ...] = (
    (str, "the SQL of a statement"),
    (Change | str, "scanner.Change.parse(…) or the text of an ALTER TABLE"),
    (Schema, "scanner.Schema.from_ddl(…)"),
)


@dataclass(frozen=True)
class Prepared:
    """A change on a schema, ready to be asked about many statements."""

    change: Change
    schema: Schema
    after: Schema
    table: Table

    @cached_property
    def grown(self) -> tuple[TableName, ...]:
        """The tables that get the new columns: the changed one first, then its children."""
        names = [n for n, r in self.after.relations.items() if r is not self.schema.relations.get(n)]
        return tuple(sorted(names, key=lambda name: name != self.table.name))

    def assess(
        self,
        statement: str,
        session: Sequence[str] = (),
        *,
        default_schema: str | None = None,
        row_uses: tuple[RowUse, ...] = (),
        driver: Driver | None = None,
        in_transaction: bool = False,
        by_hand: bool = True,
        no_stars: frozenset[str] = frozenset(),
    ) -> Verdict:
        """See `assess`; default_schema is MySQL's database in use, row_uses what the code does with the rows.

        `driver` is what sends it; `in_transaction`: it is seen to run inside one; `by_hand`: no mapper wrote it.
        `no_stars` are the markers of parts built at run time that stand for no star.
        """
        known = read_session(session, self.schema.database)
        parsed = self._read(statement, known)
        if parsed is None:
            return Verdict()
        if isinstance(parsed, Unresolved):
            return Verdict(unresolved=parsed)
        how = settings(self.schema.database, known, default_schema)
        compared = self._in_session(known).compare(parsed, how)
        if isinstance(compared, Unresolved):
            return Verdict(unresolved=compared)
        asked = replace(
            compared,
            row_uses=row_uses,
            driver=driver,
            in_transaction=in_transaction,
            by_hand=by_hand,
            no_stars=no_stars,
            planned_before=_is_execute(statement),
        )
        return self.judged(asked)

    def judged(self, compared: Comparison) -> Verdict:
        """What the rules say of a statement that has been compared."""
        if _blocking(compared.before):  # nobody has results today that could become others
            return Verdict(unresolved=self._not_checked(compared), waits=not compared.after.errors)
        findings = tuple(judge(compared))
        return Verdict(findings) if findings else Verdict(unresolved=self._not_checked(compared))

    def _in_session(self, known: Session) -> Prepared:
        """The same change, where the session has a search path or temporary tables of its own."""
        if not known.own_catalogue:
            return self
        before = in_session(self.schema, known)
        after = replace(in_session(self.after, known, before), before=before)
        return Prepared(self.change, before, after, self.table)

    def _not_checked(self, compared: Comparison) -> Unresolved | None:
        """Why a statement without findings is not simply unaffected: it does not run today, or hides a part."""
        blocking = _blocking(compared.before)
        if blocking and compared.after.errors:
            return Unresolved(NOT_TODAY, blocking[0].message)
        for gap in compared.after.gaps:
            if not gap.text or self.mentioned_in(gap.text):
                return Unresolved("runs what could not be read", gap.reason)
        return self._unknown(compared)

    def _unknown(self, compared: Comparison) -> Unresolved | None:
        """A relation that the schema lacks may be a view over the table, or be too narrow for what is written to it."""
        after = compared.after
        unknown = after.unknown_relations
        named = after.reads | after.behind | {write.table for write in after.writes}
        filled = compared.grown_stars and any(write.table in unknown for write in after.writes)
        if not unknown or (not filled and any(map(compared.is_grown, named))):
            return None
        names = ", ".join(sorted(map(str, unknown)))
        return Unresolved("unknown relation", f"the schema has no {names}")

    def mentioned_in(self, text: str) -> bool:
        """Whether the text names a table that gets the column; quoted or not, in any case."""
        return bool(self.grown) and self._names.search(text) is not None

    @cached_property
    def _names(self) -> re.Pattern[str]:
        names = "|".join(re.escape(name.name) for name in self.grown)
        return re.compile(rf"(?<![\w$])(?:{names})(?![\w$])", re.I)

    def _read(self, statement: str, session: Session) -> Parsed | Unresolved | None:
        """The statement that runs; None for an open cursor, which goes on with what it began with."""
        engine = self.schema.engine
        modes = session.sql_mode if session.sql_mode is not None else self.schema.database.sql_mode
        parsed = parse(normalise(statement, engine, sql_mode=modes), engine.family)
        if isinstance(parsed, Unresolved) or parsed.wrapper.kind not in ("execute", "fetch"):
            return parsed
        name = parsed.wrapper.name.strip('"`').lower()
        if parsed.wrapper.kind == "fetch":
            return (
                None
                if name in session.cursors
                else Unresolved("unknown cursor", f"the session declares no cursor {name}")
            )
        if name not in session.prepared:
            return Unresolved("unknown prepared statement", f"the session prepares no statement {name}")
        return parse(normalise(session.prepared[name], engine, sql_mode=modes), engine.family)

    def compare(self, parsed: Parsed, how: Settings) -> Comparison | Unresolved:
        """The statement resolved before and after the change."""
        meanings, memos = self._shared.take()
        before = resolve(parsed, self.schema, meanings, how, memos.setdefault((False, how), {}))
        if not isinstance(before, Resolution):
            return before
        after = resolve(parsed, self.after, meanings, how, memos.setdefault((True, how), {}))
        if not isinstance(after, Resolution):
            return after
        return Comparison(before, after, self.change, self.schema, self.after, self.table)

    @cached_property
    def _shared(self) -> _Shared:
        return _Shared()


class _Shared:
    """What one statement leaves for the next: interned meanings, and what the bodies of routines do."""

    _LIMIT = 1_000_000  # interned structures, about 200 MB; then both begin anew

    def __init__(self) -> None:
        self._meanings = Meanings()
        self._memos: dict[tuple[bool, Settings], Memo] = {}

    def take(self) -> tuple[Meanings, dict[tuple[bool, Settings], Memo]]:
        """The meanings and memos in force. Meanings keep trees alive: they end with a statement that left no memo."""
        if len(self._meanings) > self._LIMIT or not any(self._memos.values()):
            self._meanings, self._memos = Meanings(), {}
        return self._meanings, self._memos


def _blocking(resolution: Resolution) -> list[SqlError]:
    return [error for error in resolution.errors if error.kind not in _TOLERATED and error.possible is None]


def _is_execute(statement: str) -> bool:
    return statement.lstrip()[:7].upper() == "EXECUTE"


@lru_cache(maxsize=64)
def _prepared(change: Change, schema: _Identity) -> Prepared:
    return Prepared(change, schema.schema, schema.schema.after(change), changed_table(schema.schema, change))


def prepare(change: Change, schema: Schema) -> Prepared:
    """A change on a schema; the last ones asked for are kept. Raises ChangeError."""
    return _prepared(change, _Identity(schema))


class _Identity:
    """A schema compared by identity: it is too large to be compared by value at every call."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.schema is self.schema

    def __hash__(self) -> int:
        return id(self.schema)


# Errors that depend on more than the schema says: data, triggers, functional dependencies.
_TOLERATED = frozenset(
    {
        ErrorKind.REQUIRED_COLUMN,
        ErrorKind.UNGROUPED_COLUMN,
        ErrorKind.GENERATED_COLUMN,
        ErrorKind.TYPE_MISMATCH,
    }
)

__all__ = ["Prepared", "Verdict", "assess", "prepare"]
