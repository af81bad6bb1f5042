"""Normalising loses no evidence: the verdict on the normalised text is the verdict on the statement."""

from __future__ import annotations

import pytest

from scanner import Change, Schema, assess
from scanner.fingerprint import normalise
from scanner.model import Certainty, Effect, Engine
from scanner.resolve import read_session
from scanner.verdict import Verdict
from tests.rules.fixture import Example, examples


def verdict_unnormalised(example: Example, monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """The verdict on the text as it is written, literals and all."""
    with monkeypatch.context() as patch:
        patch.setattr("scanner.verdict.normalise", _as_written)
        return verdict(example, example.sql)


def _as_written(sql: str, _engine: Engine, *, sql_mode: frozenset[str] | None = None) -> str:
    """The text itself; its names in the quotes that need no sql_mode."""
    return sql.replace('"', "`") if "ANSI_QUOTES" in (sql_mode or ()) else sql


def modes(example: Example) -> frozenset[str] | None:
    """The sql_mode that the example's session leaves."""
    situation = example.situation
    return read_session(situation.session, Schema.from_ddl("", engine=situation.engine).database).sql_mode


def verdict(example: Example, sql: str) -> Verdict:
    situation = example.situation
    change = Change.parse(situation.change, engine=situation.engine)
    schema = Schema.from_ddl(situation.schema, engine=situation.engine)
    return assess(sql, change, schema, situation.session)


@pytest.mark.parametrize("example", examples(), ids=str)
def test_a_verdict_needs_no_literal(example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    written = verdict_unnormalised(example, monkeypatch)
    normalised = verdict(example, normalise(example.sql, example.situation.engine, sql_mode=modes(example)))
    assert normalised.unresolved == written.unresolved
    assert [(f.rule, f.effect, f.certainty) for f in normalised.findings] == [
        (f.rule, f.effect, f.certainty) for f in written.findings
    ]


ORDERS = "CREATE TABLE orders (id int PRIMARY KEY, total int); CREATE TABLE archive (id int, total int);"


@pytest.mark.parametrize(
    "digest",
    [
        "INSERT INTO `orders` VALUES (...)",
        "INSERT INTO `orders` VALUES (...) /* , ... */",
        "REPLACE INTO `orders` VALUES ( ?, ... , DEFAULT )",
        "INSERT INTO `orders` SELECT ?, ... ",
        "INSERT INTO `orders` VALUES (...) AS NEW ON DUPLICATE KEY UPDATE `total` = `new` . `total`",
    ],
)
def test_values_that_a_digest_leaves_out_fitted_before_the_change_and_fit_no_more(digest: str) -> None:
    verdict = assessed(digest)
    assert verdict.effect is Effect.BREAKS
    assert verdict.findings[0].certainty is Certainty.POSSIBLE


def test_a_digest_with_a_column_list_is_unaffected() -> None:
    assert assessed("INSERT INTO `orders` ( `id` , `total` ) VALUES (...)") == Verdict()


def assessed(sql: str) -> Verdict:
    engine = Engine.parse("mysql:9.7")
    change = Change.parse("ALTER TABLE orders ADD COLUMN status varchar(20)", engine=engine)
    return assess(sql, change, Schema.from_ddl(ORDERS, engine=engine))
