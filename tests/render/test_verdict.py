from dataclasses import replace

from scanner.change import AddedColumn
from scanner.model import Certainty, Column, Effect, Suppressed
from scanner.render.verdict import answers, headline, production_only, tallies


def test_the_headline_counts_what_is_hit_and_what_is_not_known(report):
    assert headline(report) == (
        "Adding orders.status breaks 3 queries and possibly 1 more in 4 services, 135,970 calls; "
        "it changes the results of 2 queries in 1 service, 32 calls; "
        "it changes the shape of 1 query in 1 service; "
        "it leaves 1 model and 1 view to be updated. "
        "2 queries could not be checked. 2 queries are unaffected. 1 entry could not be read."
    )


def test_one_of_each_is_singular(report):
    one = replace(
        report,
        queries=(report.queries[0], report.unaffected[0], report.unresolved[0].query),
        findings=(report.findings[3],),
        unaffected=report.unaffected[:1],
        unresolved=report.unresolved[:1],
        unread=(),
    )
    assert headline(one) == (
        "Adding orders.status breaks 1 query in 1 service, 120,450 calls. "
        "1 query could not be checked. 1 query is unaffected."
    )


def test_several_columns_are_named(report):
    change = replace(report.change, columns=(*report.change.columns, AddedColumn(Column("note", "text"))))
    assert headline(replace(report, change=change)).startswith("Adding status and note to orders breaks 3 queries")


def test_what_is_only_possible_says_so(report):
    doubtful = tuple(replace(f, certainty=Certainty.POSSIBLE) for f in report.findings)
    assert "possibly changes the results of 2 queries in 1 service" in headline(replace(report, findings=doubtful))


def test_no_harm_found_is_not_the_same_as_nothing_found(report, empty):
    quiet = replace(report, queries=report.unaffected, findings=(), unresolved=(), unread=())
    assert headline(quiet) == "Adding orders.status affects nothing that was found. 2 queries are unaffected."
    assert headline(empty) == "No query that reaches orders was found."
    only_a_view = replace(empty, findings=(report.findings[8],))
    assert headline(only_a_view) == (
        "Adding orders.status leaves 1 view to be updated. No query that reaches orders was found."
    )


def test_what_is_set_apart_is_said(report):
    apart = tuple(Suppressed(finding, "known", "known.json") for finding in report.findings)
    queries = tuple(q for q in report.queries if q not in [u.query for u in report.unresolved])
    quiet = replace(report, queries=queries, findings=(), suppressed=apart, unresolved=(), unread=())
    said = "Adding orders.status affects nothing that was not known or suppressed before: "
    rest = f"{len(apart)} findings are set apart. 2 queries are unaffected."
    assert headline(quiet) == f"{said}{rest}"
    assert headline(quiet, brief=True) == f"{said}{rest}"
    one = replace(report, findings=report.findings[:-1], suppressed=apart[-1:])
    assert "1 finding is set apart." in headline(one)
    assert "set apart" not in headline(one, brief=True)  # the screen counts it in its remarks


def test_a_subject_is_counted_once_under_its_worst_effect(report):
    counted = {tally.effect: len(tally.subjects) for tally in tallies(report)}
    assert counted == {
        Effect.BREAKS: 4,
        Effect.CHANGES_RESULTS: 2,
        Effect.CHANGES_SHAPE: 1,
        Effect.NEEDS_UPDATE: 2,
    }


def test_every_query_has_one_answer(report):
    found = answers(report)
    assert set(found) == {q.fingerprint for q in report.queries}
    assert list(found.values()) == [
        *["breaks"] * 4,
        *["changes results"] * 2,
        "changes shape",
        *["could not be checked"] * 2,
        *["unaffected"] * 2,
    ]


def test_what_production_alone_runs_stands_worst_first(report):
    assert [(q.fingerprint, answer) for q, answer in production_only(report)] == [
        ("e80b5cf3a6174d29", "changes results"),
        ("f53b08d7e2a94c16", "could not be checked"),
    ]
