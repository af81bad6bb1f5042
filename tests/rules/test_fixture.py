"""The reader of fixtures/rules."""

from __future__ import annotations

import pytest

from scanner.model import Effect, RowUse
from tests.rules.fixture import parse

TEXT = """\
-- What this is about: a comment that is no directive.
-- engines: postgres:15 mariadb:10.11
-- schema
CREATE TABLE t (
    i integer -- a comment
);
-- rows
INSERT INTO t VALUES (1);
-- change: ALTER TABLE t ADD COLUMN c text
-- filled
UPDATE t SET c = 'x';
-- session: SET a = 1
-- session: SET b = 2
-- reads: indexed 0 -1
-- yes breaks mariadb: the number of values
INSERT INTO t VALUES (2);
-- no: names its columns
INSERT INTO t (i)
VALUES (2);
-- change: ALTER TABLE t ADD COLUMN d text
-- no: nothing of d
SELECT i FROM t;
"""


def test_a_statement_is_an_example_for_each_engine_it_is_true_of() -> None:
    found = [(str(e.situation.engine), e.effect, e.why, e.sql) for e in parse("r", TEXT)]
    assert found == [
        ("mariadb:10.11", Effect.BREAKS, "the number of values", "INSERT INTO t VALUES (2)"),
        ("postgres:15", None, "names its columns", "INSERT INTO t (i)\nVALUES (2)"),
        ("mariadb:10.11", None, "names its columns", "INSERT INTO t (i)\nVALUES (2)"),
        ("postgres:15", None, "nothing of d", "SELECT i FROM t"),
        ("mariadb:10.11", None, "nothing of d", "SELECT i FROM t"),
    ]


def test_a_situation_holds_what_stands_above_it() -> None:
    situation = next(parse("r", TEXT)).situation
    assert situation.schema == "CREATE TABLE t (\n    i integer -- a comment\n);"
    assert situation.rows == "INSERT INTO t VALUES (1);"
    assert situation.change == "ALTER TABLE t ADD COLUMN c text"
    assert situation.filled == "UPDATE t SET c = 'x';"
    assert situation.session == ("SET a = 1", "SET b = 2")
    assert situation.reads == RowUse("indexed", indexes=(0, -1))


def test_another_change_starts_without_session_and_filling() -> None:
    *_, last = parse("r", TEXT)
    assert last.situation.change == "ALTER TABLE t ADD COLUMN d text"
    assert (last.situation.session, last.situation.filled) == ((), "")
    assert last.situation.reads is None


@pytest.mark.parametrize(
    "text",
    [
        "-- yes breaks: no block above\nSELECT 1;",
        "-- engines: postgres:15\n-- schema\nCREATE TABLE t (i int);\n-- no: no change above\nSELECT 1;",
        TEXT + "-- no:\nSELECT 1;",
        TEXT + "-- no: no statement\n",
        TEXT + "-- no mysql: no engine of the block\nSELECT 1;",
        TEXT + "-- yes: no effect\nSELECT 1;",
        TEXT + "-- yes shatters: no such effect\nSELECT 1;",
    ],
)
def test_a_fixture_that_says_too_little_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r":\d+: needs|is not a valid"):
        list(parse("r", text))
