"""Whether the scanner says what the engine did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from scanner import Change, Schema
from scanner.model import Certainty, Effect, Engine, Finding
from scanner.verdict import Verdict, prepare
from tests.engine.differential.alter import Trial
from tests.engine.witness import Account


class Outcomes(StrEnum):
    """What the engine did, worst first."""

    ERROR_BEFORE = "error before"
    BREAKS = "breaks"
    RESULTS = "results"
    SHAPE = "shape"
    UNCHANGED = "unchanged"


class Judgement(StrEnum):
    """How the scanner did."""

    AGREES = "agrees"
    NOT_SEEN = "predicted, not seen"  # of results that may differ with other data
    UNRESOLVED = "unresolved"
    DISAGREES = "disagrees"


PREDICTED = {
    Effect.BREAKS: Outcomes.BREAKS,
    Effect.CHANGES_RESULTS: Outcomes.RESULTS,
    Effect.CHANGES_SHAPE: Outcomes.SHAPE,
    Effect.NEEDS_UPDATE: Outcomes.UNCHANGED,
    None: Outcomes.UNCHANGED,
}


@dataclass(frozen=True, slots=True)
class Result:
    """A trial, what happened and what was said."""

    trial: Trial
    outcome: Outcomes
    verdict: Verdict
    account: Account

    @property
    def judgement(self) -> Judgement:
        """Whether both fit."""
        if self.verdict.unresolved is not None:
            return Judgement.UNRESOLVED
        if self._is(self.verdict.findings):
            return Judgement.AGREES
        others = [finding for finding in self.verdict.findings if not _depends_on_data(finding)]
        if self._may_be(self.verdict.findings) or (
            len(others) < len(self.verdict.findings) and (self._is(others) or self._may_be(others))
        ):
            return Judgement.NOT_SEEN
        return Judgement.DISAGREES

    def _is(self, findings: Sequence[Finding]) -> bool:
        """Whether this is what the engine did. An error that depends on data has to be the one that was named."""
        said = PREDICTED[findings[0].effect if findings else None]
        if said != self.outcome or said is not Outcomes.BREAKS:
            return said == self.outcome
        worst = [finding for finding in findings if finding.effect is Effect.BREAKS]
        codes = {self.account.after.code, self.account.filled.code} - {""}
        return any(not _depends_on_data(f) or any(f" {code}" in f.message for code in codes) for f in worst)

    def _may_be(self, findings: Sequence[Finding]) -> bool:
        """Whether it might be, of rows that differ with other data."""
        unseen = self.outcome in (Outcomes.SHAPE, Outcomes.UNCHANGED) or self._has_too_many_rows
        return unseen and bool(findings) and findings[0].effect is Effect.CHANGES_RESULTS

    @property
    def rules(self) -> set[str]:
        """The rules that found something."""
        return {finding.name.replace("-", "_") for finding in self.verdict.findings}

    @property
    def _has_too_many_rows(self) -> bool:
        """Other rows than before, as predicted, and more than one where one can be: with other data there is one."""
        return bool({self.account.after.code, self.account.filled.code} & {"1242", "21000"})

    def __str__(self) -> str:
        before, after, filled = self.account.before, self.account.after, self.account.filled
        said = [f"{f.name} {f.effect} {f.certainty}: {f.message}" for f in self.verdict.findings]
        lines = [str(self.trial), "", f"engine:  {self.outcome}", f"  before {before}", f"  after  {after}"]
        lines += [f"  filled {filled}"] * (filled != after)
        return "\n".join([*lines, f"scanner: {self.verdict.unresolved or said or 'unaffected'}"])


def _depends_on_data(finding: Finding) -> bool:
    """Whether it speaks of what happens with other rows than those that are there."""
    return finding.certainty is Certainty.POSSIBLE and finding.name in _OF_DATA


_OF_DATA = ("unique-default", "referenced-table", "type-mismatch")


def judge(trial: Trial, account: Account) -> Result:
    """Compares the engine's account with the scanner's verdict."""
    situation = trial.situation
    schema = _schema(situation.schema, situation.engine)
    change = Change.parse(situation.change, engine=situation.engine)
    verdict = prepare(change, schema).assess(trial.statement, situation.session, row_uses=situation.row_uses)
    return Result(trial, outcome(trial, account), verdict, account)


def outcome(trial: Trial, account: Account) -> Outcomes:
    """The worst that happened to the statement."""
    before = account.before
    if before.error is not None:
        return Outcomes.ERROR_BEFORE
    if account.breaks:
        return Outcomes.BREAKS
    changed = account.changes_values if trial.situation.reads is None else account.changes_results
    if changed:
        return Outcomes.RESULTS
    return Outcomes.SHAPE if account.changes_shape else Outcomes.UNCHANGED


@lru_cache(maxsize=16)
def _schema(ddl: str, engine: Engine) -> Schema:
    return Schema.from_ddl(ddl, engine=engine)
