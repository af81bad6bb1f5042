from dataclasses import replace

import pandas as pd

from scanner.render.tables import FINDINGS, SERVICES, findings_frame, services_frame


def test_columns_have_their_types(report, empty):
    for made in (report, empty):
        assert {name: str(dtype) for name, dtype in findings_frame(made).dtypes.items()} == FINDINGS
        assert {name: str(dtype) for name, dtype in services_frame(made).dtypes.items()} == SERVICES


def test_one_row_a_finding_and_one_a_query_without(report):
    frame = findings_frame(report)
    assert len(frame) == len(report.findings) + len(report.unaffected) + len(report.unresolved)
    assert frame["effect"].value_counts().to_dict() == {
        "breaks": 4,
        "changes-results": 2,
        "changes-shape": 2,
        "needs-update": 2,
        "unaffected": 2,
        "unresolved": 2,
    }
    assert set(frame["fingerprint"].dropna()) == {q.fingerprint for q in report.queries}


def test_a_row_holds_what_is_known(report):
    row = findings_frame(report).iloc[2]
    assert row["name"] == "ambiguous-column"
    assert row["services"] == "analytics; fulfilment"
    assert row["locations"] == "analytics/late.py:12; fulfilment/board.py:77"
    assert (row["path"], row["line"], row["function"]) == ("analytics/late.py", 12, "late_orders")
    assert (row["calls"], row["total_time_ms"], row["rows"]) == (3_120, 95_400.0, 61_234)
    assert row["last_seen"] == pd.Timestamp("2025-03-14T01:58:07.25Z")
    assert row["sources"] == "pg_stat_statements; python"


def test_unknown_is_missing_and_never_zero(report):
    frame = findings_frame(report).set_index("name")
    assert pd.isna(frame.loc["insert-select-width", "calls"])
    assert pd.isna(frame.loc["mapped-model", "fingerprint"])


def test_an_unresolved_query_says_why(report):
    frame = findings_frame(report)
    reasons = frame.loc[frame["effect"] == "unresolved", "reason"]
    assert list(reasons) == [
        "opaque statement: the body of close_orders was not found",
        "hole: the select list is built at run time from columns",
    ]


def test_services_worst_first(report):
    frame = services_frame(report).set_index("service")
    assert list(frame.index) == ["checkout", "billing", "fulfilment", "analytics", "catalog"]
    assert frame.loc["fulfilment", "breaks"] == 2
    assert frame.loc["catalog", ["worst", "needs_update", "unaffected", "unresolved"]].tolist() == [
        "needs-update",
        1,
        1,
        1,
    ]


def test_services_without_calls_stand_by_the_number_of_subjects(report):
    silent = [replace(q, observations=tuple(replace(o, calls=None) for o in q.observations)) for q in report.queries]
    made = replace(report, queries=tuple(silent))
    assert list(services_frame(made)["service"]) == [
        "fulfilment",
        "analytics",
        "billing",
        "checkout",
        "catalog",
    ]


def test_services_without_findings_come_last_the_unresolved_first(report):
    quiet = replace(
        report,
        findings=(),
        unaffected=tuple(q for q in report.queries if q not in [u.query for u in report.unresolved]),
    )
    frame = services_frame(quiet)
    assert list(frame["service"]) == ["catalog", "analytics", "billing", "checkout", "fulfilment"]
    assert list(frame["worst"]) == ["unresolved", *["unaffected"] * 4]


def test_calls_that_production_attributes_to_nobody_count_for_each_service(report):
    frame = services_frame(report).set_index("service")
    assert frame.loc["checkout", "calls"] == 12_400 + 120_450
    assert frame.loc["billing", "calls"] == 120_450 + 1
