"""What the scanner says of the cases of fixtures/engine, and whether the engines agree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import scanner
from scanner.errors import ChangeError
from scanner.model import Effect, Engine
from scanner.verdict import Prepared, prepare
from tests.truth import UNCHANGED, Case, Told

UNRESOLVED = "unresolved"
REFUSED = "refused"  # the change itself


@dataclass(frozen=True, slots=True)
class Said:
    """The verdict on a case."""

    outcome: str  # an effect, unchanged, unresolved or refused
    rules: tuple[str, ...] = ()  # codes of those that found something


@cache
def said(case: Case, engine: Engine) -> Said:
    """What the scanner says of the case on this engine."""
    try:
        found = _prepared(case.block.schema, case.block.change, engine).assess(case.statement, case.block.session)
    except ChangeError:
        return Said(REFUSED)
    if found.unresolved:
        return Said(UNRESOLVED)
    outcome = UNCHANGED if found.effect in (None, Effect.NEEDS_UPDATE) else str(found.effect)
    return Said(outcome, tuple(sorted({finding.rule for finding in found.findings})))


@cache
def _prepared(ddl: str, change: str, engine: Engine) -> Prepared:
    schema = scanner.Schema.from_ddl(ddl, engine=engine)
    return prepare(scanner.Change.parse(change, engine=engine), schema)


def agrees(case: Case, told: Told) -> bool:
    """Whether the verdict is one that the engine's behaviour allows."""
    return said(case, told.engine).outcome in told.accept


def is_unseen(case: Case, told: Told) -> bool:
    """Whether the verdict speaks of a change of results that no rows can show."""
    silent = bool(case.unseen) and told.accept == (UNCHANGED,)
    return silent and said(case, told.engine).outcome == Effect.CHANGES_RESULTS
