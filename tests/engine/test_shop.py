"""What the scanner says of the demo shop is what the servers do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import scanner
from fixtures.shop.servers import HERE
from scanner.model import Effect, Finding, Report, Subject
from tests.engine.servers import Server
from tests.engine.shop_truth import Truth, truths
from tests.engine.shop_witness import Place, Sent

# What a user would ask. On the filled tables the servers are brought to the same end state.
CHANGES = {
    "shop": "ALTER TABLE orders ADD COLUMN status text NOT NULL",
    "warehouse": "ALTER TABLE orders ADD COLUMN priority int NOT NULL DEFAULT 0",
}
OF_NO_CONSEQUENCE = (None, Effect.NEEDS_UPDATE)

pytestmark = pytest.mark.parametrize("database", CHANGES)


@pytest.fixture(scope="module")
def all_truths(postgres: Server, mariadb: Server) -> dict[str, Truth]:
    """The truth about each database's change."""
    if mariadb.engine.name != "mariadb":
        pytest.skip("the warehouse is a MariaDB database")
    return truths(postgres, mariadb)


@pytest.fixture
def truth(all_truths: dict[str, Truth], database: str) -> Truth:
    """What the change really does."""
    return all_truths[database]


@pytest.fixture(scope="module")
def scan() -> scanner.Scan:
    """The company as it was recorded."""
    return scanner.scan(HERE / "scanner.toml")


@pytest.fixture
def report(scan: scanner.Scan, database: str) -> Report:
    """What the scanner says of the change."""
    return scan.impact(CHANGES[database], database).report


def test_everything_is_read(report: Report) -> None:
    assert report.unread == ()
    assert report.coverage


def test_the_day_holds_what_production_was_seen_running(report: Report, truth: Truth) -> None:
    """Otherwise the comparison below would pass over queries."""
    lived = {sent.fingerprint for sent in truth.statements}
    missing = [query.sql for query in report.queries if query.calls and query.fingerprint not in lived]
    # The recorded day is longer than the one lived here, and a search is put together in many ways.
    missing = [sql for sql in missing if "c.email" not in sql]
    assert not missing, "\n".join(missing)


def test_the_recording_is_of_this_code(scan: scanner.Scan, database: str, truth: Truth) -> None:
    """A service that was changed has to be recorded anew: `make record`."""
    (recorded,) = (found.queries for found in scan.databases if found.name == database)
    seen = {query.fingerprint for query in recorded if query.calls}
    missing = [fate.text for sent, fate in truth.statements.items() if sent.fingerprint not in seen]
    # What only sets or shows something of the session is no query to the scanner.
    missing = [text for text in missing if not text.upper().startswith(("SET ", "SHOW "))]
    assert not missing, "\n".join(missing)


def test_every_statement_is_judged_as_the_server_judges_it(report: Report, truth: Truth) -> None:
    wrong = []
    for sent, fate in truth.statements.items():
        said = _said(report, sent)
        if said not in _answers_to(fate.effect, sent, truth):
            wrong.append(f"{sent.service}: {said}, and not {fate.effect}: {' '.join(fate.text.split())}")
    assert not wrong, "\n".join(wrong)


def test_every_affected_service_is_named_and_no_other(report: Report, truth: Truth) -> None:
    queries = {
        f.subject.name: report.query(f.subject.name) for f in report.findings if f.subject.kind == "query"
    }
    named = {Sent(service, name) for name, query in queries.items() for service in query.services}
    assert {sent.service for sent in named if _said(report, sent) not in OF_NO_CONSEQUENCE} == truth.services


def test_no_query_is_left_unresolved(report: Report) -> None:
    assert [(unresolved.query.sql, unresolved.why) for unresolved in report.unresolved] == []


def test_code_that_raises_is_found_and_only_that(report: Report, truth: Truth) -> None:
    """Where the server is content with a statement and the code with its rows is not."""
    content = {
        sent.fingerprint for sent, fate in truth.statements.items() if fate.effect is Effect.CHANGES_SHAPE
    }
    breaking = [f for f in report.findings if f.effect is Effect.BREAKS and f.subject.name in content]
    said = {place for finding in breaking for place in _places(finding, report)}
    assert said == {place for place, what in truth.code.items() if what == "raises"}


def test_production_and_source_meet(report: Report) -> None:
    """The queries of hand-written SQL were seen running and have a line of source."""
    met = [query for query in report.queries if query.calls and query.located]
    assert len(met) > len(report.queries) / 2


def _said(report: Report, sent: Sent) -> Effect | None:
    """The worst that is said of a statement in a service."""
    found = [f for f in report.findings if f.subject == Subject("query", sent.fingerprint)]
    here = [f.effect for f in found if not f.occurrences or _in_service(f, sent.service)]
    return min(here, key=lambda effect: effect.rank, default=None)


def _in_service(finding: Finding, service: str) -> bool:
    return any(location.path.startswith(f"services/{service}/") for location in finding.occurrences)


def _answers_to(effect: Effect | None, sent: Sent, truth: Truth) -> tuple[Effect | None, ...]:
    """What may be said of a statement that the server does this to.

    Of rows that only grow, their reader decides: it may raise, or take another value.
    """
    if effect is None:
        return OF_NO_CONSEQUENCE
    if effect is not Effect.CHANGES_SHAPE:
        return (effect,)
    outcomes = {what for place, what in truth.code.items() if place.service == sent.service}
    harder = {"raises": Effect.BREAKS, "differs": Effect.CHANGES_RESULTS}
    return (effect, *(harder[what] for what in outcomes))


def _places(finding: Finding, report: Report) -> Iterator[Place]:
    """The functions that a finding speaks of."""
    query = report.query(finding.subject.name)
    located = [o.location for o in query.located if o.location]
    for location in finding.occurrences or located:
        yield Place(location.path, location.function or "")
