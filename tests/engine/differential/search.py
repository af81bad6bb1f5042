"""Draws trials for each rule, asks the server and the scanner, and keeps what they disagree on."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from random import SystemRandom

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.engine.differential.agreement import Judgement, Outcomes, Result, judge
from tests.engine.differential.aims import aims, trials
from tests.engine.differential.alter import Trial
from tests.engine.differential.run import ChangeFailsError, Runner, ServerDiedError, ask, runner
from tests.engine.differential.tally import Tally
from tests.engine.servers import Server, engines, started

EXAMPLES = int(os.environ.get("SCANNER_FUZZ_EXAMPLES", "40"))  # for each rule
WANTED = 20  # statements that a rule hits, and as many that it just does not
_ROUNDS = 8  # of EXAMPLES each, until there are so many
_AGAIN = 5  # times that other rows are tried where a predicted change was not seen
_SETTINGS = settings(
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def search(server: Server, rules: Sequence[str], number: int, examples: int) -> tuple[Tally, list[str]]:
    """Asks about so many statements near each rule; the counts, and each disagreement as text."""
    tally, found = Tally(server.title, number), []
    start = time.monotonic()
    with runner(server) as asked:
        for rule in rules:
            found += _near(asked, server, rule, number, examples, tally)
        for round_ in range(_ROUNDS):
            for outcome in tally.rare() if tally.died is None else ():
                rule = tally.shows(outcome)
                found += _round(asked, server, rule, number + (_ROUNDS + round_) * 1_000, examples, tally)
    tally.seconds = time.monotonic() - start
    return tally, found


def _near(asked: Runner, server: Server, rule: str, number: int, examples: int, tally: Tally) -> list[str]:
    """Statements near one rule, until it was hit and missed often enough."""
    disagreements: list[str] = []
    for round_ in range(_ROUNDS):
        disagreements += _round(asked, server, rule, number + round_ * 1_000, examples, tally)
        if tally.died is not None or rule == "anything" or min(tally.fired[rule], tally.near[rule]) >= WANTED:
            break
    return disagreements


def _round(asked: Runner, server: Server, rule: str, number: int, examples: int, tally: Tally) -> list[str]:
    disagreements: list[str] = []

    @settings(_SETTINGS, max_examples=examples)
    @given(trials(rule, server.engine))
    def one(trial: object) -> None:
        if tally.died is not None:
            return
        try:
            result = _result(asked, trial)  # type: ignore[arg-type]
        except ChangeFailsError:
            tally.refused += 1
            return
        except ServerDiedError as died:
            tally.died = str(died)
            return
        tally.add(result)
        if result.outcome is not Outcomes.ERROR_BEFORE and result.judgement is Judgement.DISAGREES:
            disagreements.append(str(result))

    seed(number)(one)()
    return disagreements


def _result(asked: Runner, trial: Trial) -> Result:
    """What came of it, with rows that show it if there are some. Raises ChangeFailsError."""
    result = judge(trial, ask(asked, trial))
    for number in range(1, _AGAIN + 1):
        if result.judgement is not Judgement.NOT_SEEN or result.outcome is Outcomes.ERROR_BEFORE:
            break
        other = trial.again(number)
        with suppress(ChangeFailsError):
            another = judge(other, ask(asked, other))
            result = result if another.outcome is Outcomes.ERROR_BEFORE else another
    return result


def main() -> int:
    """python -m tests.engine.differential.search SECONDS: fresh seeds until the time is over."""
    end = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 600)
    wrong = 0
    with ExitStack() as stack:
        servers = [stack.enter_context(started(engine)) for engine in engines()]
        while time.monotonic() < end:
            number = SystemRandom().randrange(1_000_000)
            for server in servers:
                tally, found = search(server, aims(server.engine.family), number, EXAMPLES)
                print("\n\n".join([*found, *tally.lines(), *filter(None, [tally.died])]), flush=True)
                wrong += len(found)
                if tally.died is not None:
                    return 1
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
