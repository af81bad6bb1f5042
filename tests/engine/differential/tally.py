"""What the trials of a run came to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from tests.engine.differential.agreement import Judgement, Outcomes, Result


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
    seconds: float = 0.0

    def add(self, result: Result) -> None:
        """Counts one trial."""
        self.outcomes[result.outcome] += 1
        if result.outcome is Outcomes.ERROR_BEFORE:
            return
        self.judgements[result.judgement] += 1
        aim = result.trial.situation.rule
        self.fired.update(result.rules)
        self.near[aim] += aim not in result.rules

    @property
    def examples(self) -> int:
        """Statements that ran before the change."""
        return sum(self.judgements.values())

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
