"""Generated statements and changes: does the scanner say what the engines do?

SCANNER_FUZZ_SEED chooses other statements than the usual ones, SCANNER_FUZZ_EXAMPLES how many are made for each rule.
`make fuzz` goes on with fresh seeds for SECONDS.
"""

from __future__ import annotations

import os

import pytest

from tests.conftest import NOTES
from tests.engine.differential.aims import aims
from tests.engine.differential.search import EXAMPLES, WANTED, search
from tests.engine.servers import Server, engines

SEED = int(os.environ.get("SCANNER_FUZZ_SEED", "1"))
LEAST = 500  # statements an engine that ran before the change


@pytest.mark.parametrize("engine", engines())
def test_the_scanner_says_what_the_engine_does(engine: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(engine)
    tally, disagreements = search(server, aims(server.engine.family), SEED, EXAMPLES)
    request.config.stash[NOTES].extend(tally.lines())
    assert tally.died is None, tally.died
    assert disagreements == [], f"{len(disagreements)} disagreements, the first:\n\n" + "\n\n".join(disagreements[:3])
    assert tally.examples >= LEAST
    assert tally.rare() == [], f"under a tenth of the statements come to these: {tally.lines()[1]}"
    rules = [rule for rule in aims(server.engine.family) if rule != "anything"]
    assert [rule for rule in rules if min(tally.fired[rule], tally.near[rule]) < WANTED] == []
