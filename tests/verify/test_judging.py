"""How a finding stands after the engine was asked."""

from __future__ import annotations

import pytest

from scanner.model import Certainty, Effect, Finding, Query
from scanner.verify import Standing, judge, missed
from scanner.verify.seen import Seen

QUERY = Query("0" * 16, "shop", "SELECT 1", ())
TWO, THREE = (("a", "text"), ("b", "text")), (("a", "text"), ("b", "text"), ("c", "text"))


def finding(effect: Effect, name: str = "star-projection", message: str = "") -> Finding:
    return Finding("SC101", name, effect, Certainty.CERTAIN, message, "")


REQUIRED = finding(Effect.BREAKS, "required-column", "It fails with 23502: b is NOT NULL without a default.")


@pytest.mark.parametrize(
    ("said", "before", "after", "standing"),
    [
        (finding(Effect.BREAKS), Seen(), Seen("42702: ambiguous"), "confirmed"),
        (finding(Effect.BREAKS), Seen(), Seen(), "refuted"),
        (finding(Effect.BREAKS), Seen(), Seen(run_error="23502: null"), "confirmed"),
        (finding(Effect.BREAKS), Seen(run_error="23514: check"), Seen(run_error="23514: check"), "not shown"),
        (REQUIRED, Seen(rows=0), Seen(rows=0), "not shown"),
        (REQUIRED, Seen(rows=1), Seen(rows=1), "refuted"),
        (finding(Effect.BREAKS, message="It fails with 42702: b."), Seen(rows=0), Seen(rows=0), "refuted"),
        (finding(Effect.BREAKS), Seen(run_error="23514: check"), Seen(run_error="23502: null"), "confirmed"),
        (finding(Effect.BREAKS), Seen("42P01: no table"), Seen("42P01: no table"), "not shown"),
        (finding(Effect.BREAKS, "positional-rows"), Seen(columns=TWO), Seen(columns=THREE), "confirmed"),
        (finding(Effect.BREAKS, "positional-rows"), Seen(columns=TWO), Seen(columns=TWO), "refuted"),
        (finding(Effect.BREAKS, "cached-plan"), Seen(columns=TWO), Seen(columns=THREE), "confirmed"),
        (finding(Effect.CHANGES_SHAPE), Seen(columns=TWO), Seen(columns=THREE), "confirmed"),
        (finding(Effect.CHANGES_SHAPE), Seen(columns=TWO), Seen(columns=TWO), "refuted"),
        (finding(Effect.CHANGES_SHAPE), Seen(), Seen(), "not shown"),
        (finding(Effect.CHANGES_RESULTS, "captured-column"), Seen(bound="u.c"), Seen(bound="o.c"), "confirmed"),
        (finding(Effect.CHANGES_RESULTS, "captured-column"), Seen(bound="u.c"), Seen(bound="u.c"), "refuted"),
        (finding(Effect.CHANGES_RESULTS, "whole-row-use"), Seen(bound="o.*"), Seen(bound="o.*"), "not shown"),
        (finding(Effect.CHANGES_RESULTS, "captured-column"), Seen(), Seen(), "not shown"),
        (finding(Effect.NEEDS_UPDATE), Seen(), Seen(), "not shown"),
    ],
)
def test_a_finding(said, before, after, standing):
    checked = judge(said, QUERY, before, after)
    assert checked.standing == standing
    assert checked.note


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Seen(columns=TWO), Seen(columns=TWO), None),
        (Seen(columns=TWO), Seen(columns=THREE), "the engine returns 3 columns where it returned 2"),
        (Seen(), Seen("42702: ambiguous"), "fails: 42702: ambiguous"),
        (Seen(), Seen(run_error="23502: null"), "fails when it runs: 23502: null"),
        (Seen(run_error="23503: key"), Seen(run_error="23503: key"), None),
        (Seen("42P01: no table"), Seen(), None),
    ],
)
def test_a_query_that_is_said_to_be_unaffected(before, after, said):
    checked = missed(QUERY, before, after)
    assert (checked is None) == (said is None)
    if checked is not None and said is not None:
        assert checked.standing is Standing.REFUTED
        assert checked.note.endswith(said)
