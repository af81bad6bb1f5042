"""What the scanner says of the demo shop is what the servers do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import scanner
from fixtures.shop.servers import HERE
from scanner.model import Certainty, Effect, Finding, Report, Subject
from tests.engine.servers import Server
from tests.engine.shop_migrations import MIGRATIONS, Migration
from tests.engine.shop_truth import Truth, truths
from tests.engine.shop_witness import Place, Sent

HARDER = {"raises": Effect.BREAKS, "differs": Effect.CHANGES_RESULTS}
# A search whose conditions depend on what is asked for, and a call that the driver writes.
PUT_TOGETHER = ("c.email", "close_wave")

pytestmark = pytest.mark.parametrize("migration", MIGRATIONS, ids=str)


@pytest.fixture(scope="module")
def all_truths(postgres: Server, mariadb: Server) -> dict[Migration, Truth]:
    """The truth about each migration."""
    if mariadb.engine.name != "mariadb":
        pytest.skip("the warehouse is a MariaDB database")
    return truths(postgres, mariadb, MIGRATIONS)


@pytest.fixture
def truth(all_truths: dict[Migration, Truth], migration: Migration) -> Truth:
    """What the migration really does."""
    return all_truths[migration]


@pytest.fixture(scope="module")
def scan() -> scanner.Scan:
    """The company as it was recorded."""
    return scanner.scan(HERE / "scanner.toml")


@pytest.fixture
def report(scan: scanner.Scan, migration: Migration) -> Report:
    """What the scanner says of the migration."""
    return scan.impact(migration.sql, migration.database).report


def test_everything_is_read(report: Report) -> None:
    assert report.unread == ()
    assert report.coverage


def test_the_day_holds_what_production_was_seen_running(report: Report, truth: Truth) -> None:
    """Otherwise the comparison below would pass over queries."""
    lived = {sent.fingerprint for sent in truth.statements}
    missing = [query.sql for query in report.queries if query.calls and query.fingerprint not in lived]
    # The recorded day is longer than the one that is lived here.
    missing = [sql for sql in missing if not _put_together(sql)]
    assert not missing, "\n".join(missing)


def test_the_recording_is_of_this_code(scan: scanner.Scan, migration: Migration, truth: Truth) -> None:
    """A service that was changed has to be recorded anew: `make record`."""
    (recorded,) = (found.queries for found in scan.databases if found.name == migration.database)
    seen = {query.fingerprint for query in recorded if query.calls}
    missing = [fate.text for sent, fate in truth.statements.items() if sent.fingerprint not in seen]
    # What only sets or shows something of the session is no query to the scanner.
    missing = [text for text in missing if not text.upper().startswith(("SET ", "SHOW "))]
    assert not missing, "\n".join(missing)


def test_every_statement_is_judged_as_the_server_judges_it(report: Report, truth: Truth) -> None:
    wrong = []
    for sent, fate in truth.statements.items():
        said = _said(report, sent)
        if not _agrees(said, fate.effect, sent, truth):
            wrong.append(f"{sent.service}: {said}, and not {fate.effect}: {' '.join(fate.text.split())}")
    assert not wrong, "\n".join(wrong)


def test_every_affected_service_is_named_and_no_other(report: Report, truth: Truth) -> None:
    queries = {f.subject.name: report.query(f.subject.name) for f in report.findings if f.subject.kind == "query"}
    named = {Sent(service, name) for name, query in queries.items() for service in query.services}
    assert {sent.service for sent in named if _effect(_said(report, sent))} == truth.services


def test_no_query_is_left_unresolved(report: Report) -> None:
    assert not report.unresolved


def test_code_that_raises_is_found_and_only_that(report: Report, truth: Truth) -> None:
    """Where the server is content with a statement and the code with its rows is not."""
    content = {sent.fingerprint for sent, fate in truth.statements.items() if fate.effect is Effect.CHANGES_SHAPE}
    breaking = [f for f in report.findings if f.effect is Effect.BREAKS and f.subject.name in content]
    said = {place for finding in breaking for place in _places(finding, report)}
    assert said == {place for place, what in truth.code.items() if what == "raises"}


def test_production_and_source_meet(report: Report) -> None:
    """What a service wrote by hand has its calls and its line of source in one query."""
    by_hand = [q.sql for q in report.production_only if set(q.services) & {"checkout", "fulfilment"}]
    apart = [sql for sql in by_hand if not _put_together(sql)]
    assert not apart, "\n".join(apart)


def _put_together(sql: str) -> bool:
    return any(part in sql for part in PUT_TOGETHER)


def _said(report: Report, sent: Sent) -> Finding | None:
    """The worst that is said of a statement in a service."""
    found = [f for f in report.findings if f.subject == Subject("query", sent.fingerprint)]
    here = [f for f in found if not f.occurrences or _in_service(f, sent.service)]
    return min(here, key=lambda finding: finding.effect.rank, default=None)


def _in_service(finding: Finding, service: str) -> bool:
    return any(location.path.startswith(f"services/{service}/") for location in finding.occurrences)


def _agrees(said: Finding | None, seen: Effect | None, sent: Sent, truth: Truth) -> bool:
    """Whether it is right to say this of a statement that the server does that to."""
    effect = _effect(said)
    if effect is seen:
        return True
    if said is None or effect is None or seen is None or effect.rank > seen.rank:
        return False
    if said.certainty is Certainty.POSSIBLE:
        return True  # it was said that it may come worse
    # Of rows that only grow, their reader decides: it may raise, or take another value.
    outcomes = {what for place, what in truth.code.items() if place.service == sent.service}
    return seen is Effect.CHANGES_SHAPE and effect in {HARDER[what] for what in outcomes}


def _effect(finding: Finding | None) -> Effect | None:
    """What becomes of a statement that goes on as it is: nothing."""
    return None if finding is None or finding.effect is Effect.NEEDS_UPDATE else finding.effect


def _places(finding: Finding, report: Report) -> Iterator[Place]:
    """The functions that a finding speaks of."""
    query = report.query(finding.subject.name)
    located = [o.location for o in query.located if o.location]
    for location in finding.occurrences or located:
        yield Place(location.path, location.function or "")
