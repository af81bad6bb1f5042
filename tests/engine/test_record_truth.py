"""The recorder of fixtures/engine, and whether servers still do what was recorded."""

from __future__ import annotations

from itertools import groupby

import pytest

from scanner.model import Engine
from tests.engine.record_truth import batches, recorded, told
from tests.engine.servers import Server, engines
from tests.engine.witness import Account, Outcome
from tests.truth import Told, cases

COLUMNS = (("i", 23), ("c", 25))
WIDER = (("i", 23), ("j", 23), ("c", 25))
ROW = Outcome(None, COLUMNS, [(1, "x")], 1)
SERVER = Server(Engine.parse("postgres:15.2"), "postgresql://nowhere")

# A few of everything: each file's first cases. All of them are asked by `make record-truth`.
SAMPLE = [case for _, group in groupby(cases(), key=lambda case: case.block.rule) for case in [*group][:3]]


@pytest.mark.parametrize("name", engines())
def test_a_sample_is_recorded_as_it_stands(name: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(name)
    asked = [case for case in SAMPLE if case.is_for(server.engine)]
    seen = [pair for batch in batches(server, asked) for pair in recorded(server, batch)]
    assert len(seen) == len(asked) > 40
    changed = [
        (case, new, old) for case, new in seen for old in case.outcomes if new.replaces(old) and _differ(new, old)
    ]
    assert not changed, "\n".join(f"{case}: {new} instead of {old}" for case, new, old in changed)


def _differ(new: Told, old: Told) -> bool:
    """An error's number is not the same in every version; what was imported may allow more."""
    return not set(new.accept) <= set(old.accept)


@pytest.mark.parametrize(
    ("before", "after", "filled", "line"),
    [
        (ROW, ROW, ROW, "unchanged"),
        (ROW, ROW, Outcome(None, COLUMNS, [(2, "x")], 1), "changes-results once filled"),
        (ROW, Outcome(None, WIDER, [(1, None, "x")], 1), Outcome(None, WIDER, [(1, 7, "x")], 1), "changes-shape"),
        (ROW, Outcome(None, WIDER, [(1, None, "y")], 1), ROW, "changes-results"),
        (ROW, Outcome(None, COLUMNS, [(1, "x")], 2), ROW, "changes-results"),
        (ROW, ROW, Outcome("42601: no"), "breaks 42601 once filled"),
        (Outcome("42703: no"), Outcome("42703: not at all"), Outcome("42703: no"), "error-before 42703"),
        (Outcome("42703: no"), Outcome("42601: no"), Outcome("42601: no"), "error-changes 42703 42601"),
        (Outcome("42703: no"), ROW, ROW, "fixed 42703"),
    ],
)
def test_the_worst_that_was_seen_is_told(before: Outcome, after: Outcome, filled: Outcome, line: str) -> None:
    assert str(told(SERVER, Account(before, after, filled))) == f"-- postgres:15.2 recorded: {line}"


def test_rows_in_another_order_are_other_results() -> None:
    before, after = (Outcome(None, COLUMNS, rows, 2) for rows in ([(2, "x"), (1, "y")], [(1, "y"), (2, "x")]))
    assert told(SERVER, Account(before, after, after)).accept == ("changes-results",)


def test_what_a_statement_defines_is_compared() -> None:
    made = [Outcome(None, made={"n": (columns, [])}) for columns in (COLUMNS, WIDER)]
    assert told(SERVER, Account(made[0], made[1], made[1])).accept == ("changes-shape",)
    filled = Outcome(None, made={"n": (COLUMNS, [(1, "x")])})
    assert str(told(SERVER, Account(made[0], made[0], filled))).endswith("changes-results once filled")
