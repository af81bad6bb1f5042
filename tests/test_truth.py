"""fixtures/engine: its reader, its writer, and the verdict on every case."""

from __future__ import annotations

import pytest

from scanner.model import Effect, Engine
from tests.truth import UNCHANGED, Case, Difference, Told, cases, merged, parse, rewritten
from tests.verdicts import REFUSED, UNRESOLVED, agrees, is_unseen, said

CASES = cases()
JUDGED = [(case, told) for case in CASES for told in case.outcomes if told.judged]

TEXT = """\
-- About stars.

-- engines: postgres:13 mariadb:10.11
-- schema
CREATE TABLE t (i integer);
-- change: ALTER TABLE t ADD COLUMN j integer

-- case: a star
SELECT *
FROM t;
-- unseen: a reason
-- says unresolved mariadb: another
-- postgres:15.2 imported: changes-shape
-- mariadb:10.11.4 recorded: changes-results or unchanged once filled

-- case postgres: lines
COPY t FROM STDIN;
7
\\.


-- change: ALTER TABLE t ADD COLUMN k integer
-- case: nothing
SELECT 1;
"""
POSTGRES = Told(Engine.parse("postgres:15.2"), "imported", ("changes-shape",))
MARIADB = Told(Engine.parse("mariadb:10.11.4"), "recorded", ("changes-results", "unchanged"), once_filled=True)


@pytest.mark.parametrize(("case", "told"), JUDGED, ids=lambda value: str(getattr(value, "engine", value)))
def test_the_verdict_is_what_the_engine_did(case: Case, told: Told) -> None:
    difference = case.difference(told.engine)
    if difference is None:
        assert agrees(case, told) or is_unseen(case, told), said(case, told.engine)
    else:
        assert said(case, told.engine).outcome == difference.says


@pytest.mark.parametrize("case", [case for case in CASES if case.differences], ids=str)
def test_every_exception_is_still_one(case: Case) -> None:
    for difference in case.differences:
        told = [each for each in case.outcomes if case.difference(each.engine) is difference and each.judged]
        assert not all(agrees(case, each) for each in told), f"take the line away: {difference}"


@pytest.mark.parametrize("case", [case for case in CASES if case.unseen], ids=str)
def test_every_change_that_no_rows_show_is_still_said(case: Case) -> None:
    assert any(is_unseen(case, told) for told in case.outcomes), "take the line away"


def test_a_case_that_says_nothing_of_the_change_is_answered_too() -> None:
    answers = {said(case, told.engine).outcome for case in CASES for told in case.outcomes if not told.judged}
    assert answers <= {*map(str, Effect), UNCHANGED, UNRESOLVED, REFUSED}


def test_every_case_was_put_to_an_engine_and_stands_once() -> None:
    seen = [(case.block, case.text) for case in CASES if case.outcomes]
    assert len(set(seen)) == len(CASES)


def test_a_case_is_read() -> None:
    star, lines, nothing = parse("stars", TEXT)
    assert (star.title, star.line, star.statement) == ("a star", 8, "SELECT *\nFROM t")
    assert (star.outcomes, star.unseen) == ((POSTGRES, MARIADB), "a reason")
    assert star.differences == (Difference("unresolved", ("mariadb",), "another"),)
    assert (lines.statement, lines.text) == ("COPY t FROM STDIN", "COPY t FROM STDIN;\n7\n\\.")
    assert (nothing.block.change, nothing.outcomes) == ("ALTER TABLE t ADD COLUMN k integer", ())


def test_a_case_is_for_its_engines_from_a_version_on() -> None:
    star, lines, _ = parse("stars", TEXT)
    servers = [Engine.parse(text) for text in ("postgres:12.9", "postgres:13.1", "mariadb:11.4", "mysql:9.1")]
    assert [star.is_for(server) for server in servers] == [False, True, True, False]
    assert [lines.is_for(server) for server in servers] == [False, True, False, False]


def test_outcomes_that_are_written_are_read_again() -> None:
    outcomes = {case.line: case.outcomes for case in parse("stars", TEXT)}
    assert rewritten(TEXT, outcomes) == TEXT
    told = Told(Engine.parse("postgres:17.1"), "recorded", ("breaks",), ("42601",))
    star, lines, nothing = parse("stars", rewritten(TEXT, dict.fromkeys(outcomes, (told,))))
    assert star.outcomes == lines.outcomes == nothing.outcomes == (told,)
    assert lines.text == "COPY t FROM STDIN;\n7\n\\."


def test_a_recording_replaces_the_same_major_version_alone() -> None:
    newer = Told(Engine.parse("postgres:15.9"), "recorded", ("unchanged",))
    other = Told(Engine.parse("mariadb:11.4.1"), "recorded", ("unchanged",))
    assert merged((POSTGRES, MARIADB), newer) == (newer, MARIADB)
    assert merged((POSTGRES, MARIADB), other) == (POSTGRES, MARIADB, other)


@pytest.mark.parametrize(
    ("old", "new"),
    [("-- change: ALTER TABLE t ADD COLUMN j integer\n", ""), ("case: nothing", "case:"), ("SELECT 1;", "")],
)
def test_a_case_that_lacks_something_is_refused(old: str, new: str) -> None:
    with pytest.raises(ValueError, match=r"stars\.sql:\d+: needs"):
        list(parse("stars", TEXT.replace(old, new)))


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="other than breaks"):
        list(parse("stars", TEXT.replace("imported: changes-shape", "imported: fine")))
