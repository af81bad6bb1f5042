"""What an answer on one screen says beside the findings: what the ALTER TABLE does, whom to tell, every gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice

from rich.text import Text

from scanner.model import FreeNames, Hazard, Report, Severity, UnresolvedQuery
from scanner.render.forecast import forecast_lines
from scanner.render.terminal.lines import SEVERITY_STYLES
from scanner.render.verdict import production_only
from scanner.render.words import blind_spot_words, count, doubt_words, listing, number, one_line, scope_words, why

_NAMED = 12  # entries of one kind that are put into words: no screen holds more


def remarks(report: Report, *, terse: bool) -> Iterator[Text]:
    """Each for a line or two; `terse` has fewer of them."""
    yield from _hazards(report, terse)
    for line in forecast_lines(report.forecast) if report.forecast else ():
        yield Text(one_line(line))
    if report.consumers:
        told = (f"{each.name} ({each.kind})" for each in report.consumers)
        yield _named("To be told", len(report.consumers), told, "bold")
    yield from _gaps(report)
    others = list(_others(report))
    if others:
        yield Text(f"Also: {listing(others)}.")
    yield Text(_read(report), "dim")


def _hazards(report: Report, terse: bool) -> Iterator[Text]:
    """The worst thing that the ALTER TABLE itself does in a sentence, and the others by name."""
    found = [hazard for hazard in report.hazards if hazard.severity is not Severity.NOTE]
    if found and not terse:
        worst, *found = found
        said = f" {worst.kind}: {one_line(worst.message + doubt_words(worst))}"
        yield Text.assemble((worst.severity.upper(), SEVERITY_STYLES[worst.severity]), said)
    if found:
        yield Text.assemble("The ALTER TABLE itself ", *_kinds(found), ".")


def _kinds(others: Sequence[Hazard]) -> Iterator[str | tuple[str, str]]:
    for place, (severity, found) in enumerate(groupby(others, key=lambda hazard: hazard.severity)):
        yield "; " if place else ""
        yield str(severity), SEVERITY_STYLES[severity]
        yield f" ({', '.join(dict.fromkeys(hazard.kind for hazard in found))})"


def _gaps(report: Report) -> Iterator[Text]:
    """What could not be checked or read, and what a source cannot know: none is ever left out."""
    if report.unresolved:
        yield _named("Could not be checked", len(report.unresolved), map(_unresolved, report.unresolved))
    if report.unread:
        reasons = (u.reason if u.place in u.reason else f"{u.place}: {u.reason}" for u in report.unread)
        yield _named("Could not be read", sum(u.count for u in report.unread), reasons)
    if report.built:
        yield _named("Built at run time", len(report.built), ["known only as far as production ran it"])
    if report.blind_spots:
        yield _named("Blind spots", len(report.blind_spots), map(blind_spot_words, report.blind_spots))


def _unresolved(unresolved: UnresolvedQuery) -> str:
    query = unresolved.query
    place = next((str(o.location) for o in query.located), f"query {query.fingerprint}")
    return f"{place} {why(unresolved.why)}"


def _named(title: str, found: int, entries: Iterable[str], style: str = "bold yellow") -> Text:
    said = "; ".join(one_line(entry).rstrip(".") for entry in islice(entries, _NAMED))
    return Text.assemble((f"{title} ({number(found)})", style), f": {said}.")


def _better(free: FreeNames) -> str:
    names = ", ".join(map(one_line, free.names)) or "none that was tried"
    return f"free names instead of {one_line(free.column)} ({names})"


def _others(report: Report) -> Iterator[str]:
    yield from map(_better, report.free_names)
    if report.likely_places:
        yield f"{count(len(report.likely_places), 'likely place')} to change"
    if alone := production_only(report):
        yield f"{count(len(alone), 'query')} of production without a source line"
    if report.mentions:
        name = "names" if len(report.mentions) == 1 else "name"
        yield f"{count(len(report.mentions), 'place')} that {name} the table and gave no query"
    if report.suppressed:
        yield count(len(report.suppressed), "suppressed finding")
    if report.plan and report.plan.phases:
        yield f"a plan in {count(len(report.plan.phases), 'phase')}"


def _read(report: Report) -> str:
    sources = Counter(one_line(coverage.source) for coverage in report.coverage)
    named = [f"{name} ({times})" if times > 1 else name for name, times in sources.items()]
    read = f" Read: {', '.join(named)}." if named else ""
    return f"{scope_words(report)}{read}" + ("" if report.read_source else " No source code was read.")
