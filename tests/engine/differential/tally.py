"""What the trials of a run came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.engine.differential.agreement import Judgement, Outcomes, Result

LEAST_SHARE = 0.1  # of the statements, for every outcome


@dataclass
class Tally:
    """Counts of one engine."""

    engine: str
    seed: int
    refused: int = 0  # changes that the engine did not accept
    outcomes: Counter[Outcomes] = field(default_factory=Counter)
    judgements: Counter[Judgement] = field(default_factory=Counter)
    fired: Counter[str] = field(default_factory=Counter)
    near: Counter[str] = field(default_factory=Counter)
    shown: Counter[tuple[Outcomes, str]] = field(default_factory=Counter)  # by which aim
    seconds: float = 0.0
    died: str | None = None  # what the server was asked when it went away: nothing is asked after that

    def add(self, result: Result) -> None:
        """Counts one trial."""
        self.outcomes[result.outcome] += 1
        if result.outcome is Outcomes.ERROR_BEFORE:
            return
        self.judgements[result.judgement] += 1
        aim = result.trial.situation.rule
        self.shown[result.outcome, aim] += 1
        self.fired.update(result.rules)
        self.near[aim] += aim not in result.rules

    @property
    def examples(self) -> int:
        """Statements that ran before the change."""
        return sum(self.judgements.values())

    def share(self, outcome: Outcomes) -> float:
        """How much of the statements that ran before the change came to this."""
        return self.outcomes[outcome] / self.examples if self.examples else 0.0

    def rare(self) -> list[Outcomes]:
        """The outcomes that there are too few of."""
        return [each for each in Outcomes if each is not Outcomes.ERROR_BEFORE and self.share(each) < LEAST_SHARE]

    def shows(self, outcome: Outcomes) -> str:
        """The aim that comes to this outcome most often, for its statements."""
        aims = {aim for each, aim in self.shown if each is outcome}
        return max(sorted(aims), key=lambda aim: self.shown[outcome, aim] / self.tried(aim))

    def tried(self, aim: str) -> int:
        """How many statements the aim has made."""
        return sum(count for (_, each), count in self.shown.items() if each == aim)

    def lines(self) -> list[str]:
        """A few lines for the end of a run."""
        discarded = f"{self.outcomes[Outcomes.ERROR_BEFORE]} failed before, {self.refused} changes refused"
        outcomes = ", ".join(f"{o} {self.outcomes[o]}" for o in Outcomes if o is not Outcomes.ERROR_BEFORE)
        judged = ", ".join(f"{j} {self.judgements[j]}" for j in Judgement)
        rules = ", ".join(f"{rule} {self.fired[rule]}/{self.near[rule]}" for rule in sorted(self.near | self.fired))
        return [
            f"Differential test, {self.engine}, SCANNER_FUZZ_SEED={self.seed}, {self.seconds:.0f} s: "
            f"{self.examples} statements ({discarded})",
            f"  engine: {outcomes}",
            f"  scanner: {judged}",
            f"  fired/near misses: {rules}",
        ]
