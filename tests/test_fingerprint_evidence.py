"""Normalising loses no evidence: the verdict on the normalised text is the verdict on the statement."""

from __future__ import annotations

import pytest

from scanner import Change, Schema, assess
from scanner.fingerprint import normalise
from scanner.model import Engine
from scanner.verdict import Verdict
from tests.rules.fixture import Example, examples


def verdict_unnormalised(example: Example, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """The verdict on the text as it is written, literals and all."""
    with monkeypatch.context() as patch:
        patch.setattr("scanner.verdict.normalise", _as_written)
        return verdict(example, example.sql)


def _as_written(sql: str, _engine: Engine) -> str:
    return sql


def verdict(example: Example, sql: str) -> Verdict:
    situation = example.situation
    change = Change.parse(situation.change, engine=situation.engine)
    schema = Schema.from_ddl(situation.schema, engine=situation.engine)
    return assess(sql, change, schema, situation.session)


@pytest.mark.parametrize("example", examples(), ids=str)
def test_a_verdict_needs_no_literal(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    written = verdict_unnormalised(example, monkeypatch)
    normalised = verdict(example, normalise(example.sql, example.situation.engine))
    assert normalised.unresolved == written.unresolved
    assert [(f.rule, f.effect, f.certainty) for f in normalised.findings] == [
        (f.rule, f.effect, f.certainty) for f in written.findings
    ]
