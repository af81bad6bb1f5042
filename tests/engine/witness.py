"""What a real engine does with statements before a change, right after it, and once the column holds data.

Each phase has a database of its own, made alike, so that sequences stand where they stood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from tests.engine.outcome import ERRORS, Columns, Outcome, Rows, code_of, comparable, in_any_order, outcome, tables
from tests.engine.servers import Database, Server
from tests.fixture import Situation

__all__ = ["ERRORS", "Account", "Outcome", "RefusedError", "Rows", "comparable", "outcome", "tables", "witness"]


class RefusedError(Exception):
    """The server refuses the change itself; the message is the SQLSTATE or errno."""


@dataclass(frozen=True, slots=True)
class Account:
    """The outcomes of one statement in the three phases."""

    before: Outcome
    after: Outcome
    filled: Outcome

    @property
    def breaks(self) -> bool:
        """It worked, and then it raises."""
        return self.before.error is None and bool(self.after.error or self.filled.error)

    @property
    def changes_shape(self) -> bool:
        """It returns other columns, or gives other columns to what it defines."""
        return any(_shape(later) != _shape(self.before) for later in (self.after, self.filled))

    @property
    def changes_results(self) -> bool:
        """It returns or writes something else."""
        seen = [(o.rows, o.row_count, o.tables) for o in (self.before, self.after, self.filled)]
        return any(later != seen[0] for later in seen[1:])

    @property
    def changes_values(self) -> bool:
        """It returns or writes something else in the columns that it had before."""
        return any(_differ(self.before, later) for later in (self.after, self.filled))

    @property
    def unchanged(self) -> bool:
        """Nothing at all is different."""
        return self.before == self.after == self.filled


def _shape(seen: Outcome) -> object:
    return seen.columns, {name: columns for name, (columns, _) in seen.made.items()}


def _differ(before: Outcome, later: Outcome) -> bool:
    """Whether values differ, be there more columns or not."""
    if (before.row_count, before.tables, before.made.keys()) != (later.row_count, later.tables, later.made.keys()):
        return True
    pairs = [((before.columns, before.rows or []), (later.columns, later.rows or []))]
    pairs += [(before.made[name], later.made[name]) for name in before.made]
    return not all(_holds(*then, *now) for then, now in pairs)


def _holds(columns: Columns, rows: Rows, more: Columns, wider: Rows) -> bool:
    """Whether the wider rows are these rows with columns more, wherever those stand."""
    names = [name for name, _ in columns]
    ordered = any(each != in_any_order(each) for each in (rows, wider))
    for places in combinations(range(len(more)), len(columns)):
        if [more[place][0] for place in places] == names:
            narrowed = [tuple(row[place] for place in places) for row in wider]
            if (narrowed if ordered else in_any_order(narrowed)) == rows:
                return True
    return False


def witness(server: Server, situation: Situation, statements: Sequence[str]) -> list[Account]:
    """Runs the statements, each on its own, in all three phases; nothing they do stays.

    Raises RefusedError when the server does not carry the change out.
    """
    before = _phase(server, situation, statements, ())
    after = filled = _phase(server, situation, statements, (situation.change,))
    if situation.filled:
        filled = _phase(server, situation, statements, (situation.change, situation.filled))
    return [Account(*outcomes) for outcomes in zip(before, after, filled, strict=True)]


def _phase(server: Server, situation: Situation, statements: Sequence[str], then: Sequence[str]) -> list[Outcome]:
    """The statements' outcomes, in sessions that were there when `then` happened."""
    with server.fresh_database() as database, ExitStack() as stack:
        for script in filter(None, (situation.schema, situation.rows)):
            database.run(script)
        with closing(database.connect()) as connection:
            known = tables(connection, database.engine)
        connections = [stack.enter_context(_session(database, situation.session)) for _ in statements]
        _carry_out(database, then)
        pairs = zip(connections, statements, strict=True)
        return [outcome(*pair, known, situation.reads) for pair in pairs]


def _carry_out(database: Database, scripts: Sequence[str]) -> None:
    """Raises RefusedError for the first, which is the change."""
    patience = "" if database.engine.family == "postgres" else "SET lock_wait_timeout = 1; "
    for number, script in enumerate(scripts):
        try:
            database.run(patience + script)
        except ERRORS as error:
            if number:
                raise
            raise RefusedError(code_of(error)) from error


@contextmanager
def _session(database: Database, statements: Sequence[str]) -> Iterator[Any]:
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        for sql in statements:
            cursor.execute(sql)
        yield connection
