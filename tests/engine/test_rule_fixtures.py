"""The real engines are asked whether what fixtures/rules says is true."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scanner.model import Effect
from tests.engine.servers import Server, engines
from tests.engine.witness import Account, witness
from tests.rules.fixture import Example, Situation, examples
from tests.rules.test_rules import assess

SHOWN: dict[Effect, Callable[[Account], bool]] = {
    Effect.BREAKS: lambda seen: seen.breaks,
    Effect.CHANGES_RESULTS: lambda seen: seen.changes_results and not seen.breaks,
    Effect.CHANGES_SHAPE: lambda seen: seen.changes_shape and not seen.breaks,
    Effect.NEEDS_UPDATE: lambda seen: not seen.breaks,
}

SITUATIONS: dict[Situation, list[Example]] = {}
for example in examples():
    if example.situation.engine.name in engines():
        SITUATIONS.setdefault(example.situation, []).append(example)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_the_engine_does_what_the_fixture_says(situation: Situation, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(situation.engine.name)
    stated = SITUATIONS[situation]
    seen = witness(server, situation, [example.sql for example in stated])
    wrong = [pair for pair in zip(stated, seen, strict=True) if not _agrees(*pair)]
    assert not wrong, "\n".join(f"line {example.line}: {account}" for example, account in wrong)


def _agrees(example: Example, seen: Account) -> bool:
    """A "no" may still be hit by another rule: it is asked only when nothing was found at all."""
    if example.effect is not None:
        return seen.before.error is None and SHOWN[example.effect](seen)
    return assess(example.situation, example.sql).effect is not None or seen.unchanged
