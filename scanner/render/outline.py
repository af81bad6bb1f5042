"""A report laid out for reading: services worst first, in them rules worst first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from scanner.model import Effect, Finding, Location, Query, Report, Subject, Suppressed, counted, worst_effects
from scanner.path_patterns import is_beside_the_program
from scanner.render.words import calls_words, count, duration, subjects_words

Number = TypeVar("Number", int, float)

UNKNOWN_SERVICE = "Service not known"
IN_DATABASE = "In the database itself"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the source, and what owns it."""

    location: Location
    service: str | None
    built: bool = False  # only a possible origin: what stands here has parts that are built at run time


@dataclass(frozen=True, slots=True)
class Item:
    """One finding with what is known of its subject, in one service or in all."""

    finding: Finding
    query: Query | None  # None: the subject is no query
    places: tuple[Place, ...]
    services: tuple[str, ...]
    calls: int | None
    total_time_ms: float | None
    via: tuple[str, ...]  # views, routines and triggers on the way to the table

    @property
    def sql(self) -> str | None:
        """The text that the finding's span refers to."""
        return self.query.sql if self.query else self.finding.sql

    @property
    def readable(self) -> str | None:
        """Its text for people and programs: each hole as the expression that fills it."""
        return self.query.readable() if self.query else self.finding.sql


@dataclass(frozen=True, slots=True)
class Cause:
    """Findings of one group that say the same and are mended in the same way, most called first."""

    message: str
    help: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule with one effect in one section, most called first."""

    rule: str
    name: str
    effect: Effect
    causes: tuple[Cause, ...]

    @property
    def items(self) -> tuple[Item, ...]:
        """Its findings."""
        return tuple(item for cause in self.causes for item in cause.items)

    @property
    def subjects(self) -> str:
        """What it hits, counted: ``2 queries``."""
        return subjects_words({i.finding.subject for i in self.items})


@dataclass(frozen=True, slots=True)
class Section:
    """What is found in one service, or in what belongs to none."""

    title: str
    service: str | None
    groups: tuple[Group, ...]  # worst first
    effects: dict[Effect, tuple[Subject, ...]]  # worst first, each subject under its worst; none is empty
    calls: int | None
    total_time_ms: float | None

    @property
    def worst(self) -> Effect:
        """The worst effect in it."""
        return next(iter(self.effects))


def items(report: Report, findings: Iterable[Finding] | None = None) -> tuple[Item, ...]:
    """Every finding of the report, or each of these, with its subject, in order."""
    queries = {q.fingerprint: q for q in report.queries}
    return tuple(_item(report, queries, finding) for finding in (report.findings if findings is None else findings))


def suppressed_items(report: Report) -> tuple[tuple[Item, Suppressed], ...]:
    """Every finding that is set apart, with why."""
    found = items(report, (each.finding for each in report.suppressed))
    return tuple(zip(found, report.suppressed, strict=True))


def sections(
    report: Report, effects: Iterable[Effect] = Effect, only: Callable[[Item], bool] | None = None
) -> tuple[Section, ...]:
    """The findings of these effects by service: worst effect first, then most calls, then most subjects.

    `only` says of a finding whether it is wanted.
    """
    wanted = frozenset(effects)
    owned: dict[tuple[str, str | None], list[Item]] = {}
    for item in items(report):
        if item.finding.effect in wanted and (only is None or only(item)):
            for owner in _owners(item):
                owned.setdefault(owner, []).append(_within(item, owner[1]))
    made = (_section(title, service, held) for (title, service), held in owned.items())
    return tuple(sorted(made, key=_section_key))


def places(query: Query) -> tuple[Place, ...]:
    """Where the query stands in the source, each place once: the program first, its tests and migrations last."""
    found: dict[tuple[Location, str | None], bool] = {}
    for o in query.observations:
        if o.location is not None:
            for service in o.services or (None,):
                key = (o.location, service)
                found[key] = o.built_by is not None and found.get(key, True)
    known = (Place(location, service, built) for (location, service), built in found.items())
    return tuple(sorted(known, key=_place_key))


def owners(found: Iterable[Place]) -> tuple[str, ...]:
    """Who owns the files of the places, each once, in order."""
    return tuple(dict.fromkeys(owner for place in found for owner in place.location.owners))


def measured(query: Query, service: str | None) -> tuple[int | None, float | None]:
    """Calls and milliseconds of the query in one service; None for in all.

    Calls that production attributes to no service count for each service that is known to run the query.
    """
    if service is None:
        return query.calls, query.total_time_ms
    own = counted([o for o in query.observations if not o.services or service in o.services])
    return total(o.calls for o in own), total(o.total_time_ms for o in own)


def shared(query: Query) -> bool:
    """Several services run it, and production does not say which of them made some of the calls."""
    return len(query.services) > 1 and any(len(o.services) != 1 and o.calls for o in query.observations)


def measures(query: Query, calls: int | None, total_time_ms: float | None) -> str:
    """Calls and time of the query, as `measured` gives them, in words."""
    elsewhere = calls is None and query.calls is not None
    parts = ["production saw other services run it" if elsewhere else calls_words(calls)]
    if total_time_ms is not None:
        parts.append(f"{duration(total_time_ms)} in all")
    if shared(query):
        parts.append(f"shared by {count(len(query.services), 'service')}")
    return ", ".join(parts)


def total(values: Iterable[Number | None]) -> Number | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known[1:], known[0]) if known else None


def sources(query: Query) -> tuple[str, ...]:
    """The collectors that saw the query, sorted."""
    return tuple(sorted({o.source for o in query.observations if o.built_by is None}))


def last_seen(query: Query) -> datetime | None:
    """When production last ran it, in UTC, where a source says so."""
    return max((o.last_seen for o in query.observations if o.last_seen is not None), default=None)


def _item(report: Report, queries: dict[str, Query], finding: Finding) -> Item:
    subject = finding.subject
    query = queries[subject.name] if subject.kind == "query" else None
    if query is None:
        found = tuple(Place(o, _only(finding.services)) for o in finding.occurrences)
        return Item(finding, None, found, finding.services, None, None, ())
    found, services = places(query), query.services
    if finding.occurrences:
        found = tuple(p for p in found if p.location in finding.occurrences) or _bare(finding)
        services = tuple(sorted({p.service for p in found if p.service})) or services
    via = report.via.get(query.fingerprint, ())
    return Item(finding, query, found, services, query.calls, query.total_time_ms, via)


def _bare(finding: Finding) -> tuple[Place, ...]:
    return tuple(Place(location, None) for location in finding.occurrences)


def _only(services: tuple[str, ...]) -> str | None:
    return services[0] if len(services) == 1 else None


def _owners(item: Item) -> tuple[tuple[str, str | None], ...]:
    if item.services:
        return tuple((service, service) for service in item.services)
    outside = item.query is not None or item.finding.subject.kind in ("model", "consumer")
    return ((UNKNOWN_SERVICE if outside else IN_DATABASE, None),)


def _within(item: Item, service: str | None) -> Item:
    if service is None or item.query is None:
        return item
    calls, time = measured(item.query, service)
    here = tuple(p for p in item.places if p.service in (service, None))
    return Item(item.finding, item.query, here or item.places, item.services, calls, time, item.via)


def _section(title: str, service: str | None, held: list[Item]) -> Section:
    worst = worst_effects(i.finding for i in held)
    effects = {e: tuple(s for s, w in worst.items() if w is e) for e in Effect if e in worst.values()}
    once = {i.finding.subject: i for i in held}.values()
    calls, time = total(i.calls for i in once), total(i.total_time_ms for i in once)
    return Section(title, service, _groups(held), effects, calls, time)


def _section_key(section: Section) -> tuple[int, int, int, str]:
    worst = section.worst
    return worst.rank, -(section.calls or 0), -len(section.effects[worst]), section.title


def _groups(held: list[Item]) -> tuple[Group, ...]:
    groups: dict[tuple[Effect, str, str], list[Item]] = {}
    for item in sorted(held, key=_calls, reverse=True):
        finding = item.finding
        groups.setdefault((finding.effect, finding.rule, finding.name), []).append(item)
    made = [Group(rule, name, effect, _causes(found)) for (effect, rule, name), found in groups.items()]
    return tuple(sorted(made, key=lambda g: (g.effect.rank, -sum(map(_calls, g.items)), g.rule)))


def _causes(found: list[Item]) -> tuple[Cause, ...]:
    causes: dict[tuple[str, str], list[Item]] = {}
    for item in found:
        causes.setdefault((item.finding.message, item.finding.help), []).append(item)
    return tuple(Cause(message, help_, tuple(same)) for (message, help_), same in causes.items())


def _calls(item: Item) -> int:
    return item.calls or 0


def _place_key(place: Place) -> tuple[bool, bool, str, int, int, str]:
    """What production runs first: a test of it is mended with it."""
    where = place.location
    beside = is_beside_the_program(where.path)
    return place.built, beside, where.path, where.line, where.column, place.service or ""
