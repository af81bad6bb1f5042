"""Which services have to go out before the column is there, and which after: from the findings."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanner.change import Change
from scanner.model import Check, Effect, Finding, Phase, Query
from scanner.rollout.steps import Ground

# What fails for want of a value, which the plan does not ask for before the code gives one.
_WANT_A_VALUE = frozenset(("required-column", "unique-default", "violated-check"))
_ADDS = re.compile(r"(ALTER TABLE .* ADD COLUMN .*?)(?:, ALGORITHM=\w+)?(?:, LOCK=\w+)?")
_UNKNOWN = dict.fromkeys(("query", "model"), ("code whose service is not known",))  # views are no service's


@dataclass(frozen=True, slots=True)
class Hit:
    """A finding with the services that it concerns, and the calls that production counted."""

    finding: Finding
    services: tuple[str, ...]
    calls: int = 0

    @classmethod
    def of(cls, findings: Iterable[Finding], queries: Iterable[Query]) -> tuple[Hit, ...]:
        """What was found, with the services of the places where it holds."""
        known = {query.fingerprint: query for query in queries}
        return tuple(_hit(finding, known.get(finding.subject.name)) for finding in findings)


def _hit(finding: Finding, query: Query | None) -> Hit:
    if query is None:
        return Hit(finding, finding.services)
    places = set(finding.occurrences)
    services = {name for o in query.located if o.location in places for name in o.services}
    return Hit(finding, tuple(sorted(services)) or query.services, query.calls or 0)


def preparation(hits: Iterable[Hit], ground: Ground, change: Change, expanding: Sequence[Phase]) -> Iterator[Phase]:
    """What must run before the column is there, for it fails or answers otherwise as soon as it is."""
    if not ground.settings.side_by_side:
        return
    found = [hit for hit in hits if _harmed(hit.finding)]
    if found:
        why = (
            f"{_counted(found)} would fail or answer otherwise as soon as {_names(change)} is there: deploy code that "
        )
        why += "works with and without the column, the service with the most calls first."
        yield Phase(
            "deploy",
            "code that works with the column",
            why,
            # Not about the change: no code can write the column before it is there, as NOT NULL asks for.
            verify=(_scanned(_adding(expanding) or change.sql, "changes-results"),),
            services=_services(found),
        )


def deployment(hits: Sequence[Hit], ground: Ground, change: Change, later: Sequence[Phase]) -> Iterator[Phase]:
    """What goes out once the column is there: code that writes it and has learned it."""
    writing = [hit for hit in hits if hit.finding.name in _WANT_A_VALUE]
    found = writing + [hit for hit in hits if hit.finding.effect is Effect.NEEDS_UPDATE]
    if not ground.settings.side_by_side:
        found += [hit for hit in hits if _harmed(hit.finding)]
    lacking = any(statement.blanks for phase in later for statement in phase.statements)
    asked = bool(writing) or lacking or any(phase.kind == "clean up" for phase in later)  # a default goes at the end
    if not (found or asked):
        return
    names = _names(change)
    does = f"writes {names} in every new row" if asked else f"has learned {names}"
    why = f"Deploy code that {does}" + (f" ({_counted(found)})." if found else ".")
    if not ground.settings.side_by_side:
        why += " The code of before is stopped before the column is added: old and new do not run side by side."
    filled = any(phase.kind == "backfill" for phase in later)
    if filled and (writing or lacking):
        verify = tuple(_no_more_nulls(name, ground) for name in change.names)
    else:  # without a backfill no row is ever NULL
        verify = (_scanned(change.sql, "changes-results" if asked else None),)
    yield Phase("deploy", f"code that knows {names}", why, verify=verify, services=_services(found))


def _harmed(finding: Finding) -> bool:
    return finding.effect in (Effect.BREAKS, Effect.CHANGES_RESULTS) and finding.name not in _WANT_A_VALUE


def _services(hits: Iterable[Hit]) -> tuple[str, ...]:
    calls: dict[str, int] = {}
    for hit in hits:
        for service in hit.services or _UNKNOWN.get(hit.finding.subject.kind, ()):
            calls[service] = calls.get(service, 0) + hit.calls
    return tuple(sorted(calls, key=lambda name: (-calls[name], name)))


def _counted(hits: Sequence[Hit]) -> str:
    subjects = len({hit.finding.subject for hit in hits})
    return "1 query or object" if subjects == 1 else f"{subjects:,} queries and objects"


def _names(change: Change) -> str:
    return ", ".join(change.names)


def _adding(phases: Iterable[Phase]) -> str:
    """The statements that add the columns, without how the server goes about it."""
    statements = (_ADDS.fullmatch(" ".join(each.sql.split())) for phase in phases for each in phase.statements)
    return "; ".join(found[1] for found in statements if found)


def _scanned(sql: str, effect: str | None) -> Check:
    command = f"scanner impact {shlex.quote(' '.join(sql.split()))}"
    if effect is None:  # much of it may stay: reads that need not know the column, views
        return Check(command, "lists as to be updated only what is to stay so, when the new code is scanned", tool=True)
    expected = "exits with 0 when the new code is scanned: what production counted before it is to be left out"
    return Check(f"{command} --fail-on {effect}", expected, tool=True)


def _no_more_nulls(name: str, ground: Ground) -> Check:
    query = f"SELECT count(*) FROM {ground.name} WHERE {ground.quoted(name)} IS NULL"
    return Check(query, "the same when it is asked again a while later: no new row is without a value")
