"""A report as a picture: which services run what is hit, through what it reaches the table, worst first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from scanner.model import Effect, Report
from scanner.render.outline import Item, Section, items, owners, sections
from scanner.render.picture.picture import Box, Column, Line, Picture
from scanner.render.picture.svg import Drawing, draw
from scanner.render.verdict import headline
from scanner.render.words import EFFECT_WORDS, calls_words, count, number

_TABLE = "table"
_SERVICES, _SUBJECTS, _TABLES = Column("service", 210), Column("subject", 420), Column("table", 210)
_BETWEEN = Column("object", 230)


def draw_report(report: Report) -> Drawing:
    """Services, the queries and objects with findings, what these go through, and the table."""
    worst = _worst(report)
    depth = max((len(item.via) for item in worst), default=0)
    found = sections(report)
    boxes = [*map(_service, found), *map(_subject, worst), *_between(worst, depth), _table(report, depth)]
    lines = [*_runs(found), *(line for item in worst for line in _way(item))]
    effects = [effect for effect in Effect if any(item.finding.effect is effect for item in worst)]
    columns = (_SERVICES, _SUBJECTS, *(_BETWEEN,) * depth, _TABLES)
    title = f"Adding {', '.join(report.change.names)} to {report.change.table}"
    legend = {effect.value: EFFECT_WORDS[effect] for effect in effects}
    return draw(Picture(title, headline(report), columns, boxes, lines, "less bad", legend=legend))


def _worst(report: Report) -> list[Item]:
    """One item a subject, worst first."""
    first: dict[str, Item] = {}
    for item in items(report):
        first.setdefault(_id(item), item)
    return sorted(first.values(), key=lambda item: (item.finding.effect.rank, -(item.calls or 0)))


def _id(item: Item) -> str:
    return f"{item.finding.subject.kind}:{item.finding.subject.name}"


def _service(section: Section) -> Box:
    hit = ", ".join(f"{EFFECT_WORDS[effect]} {number(len(held))}" for effect, held in section.effects.items())
    worst, calls = section.worst, calls_words(section.calls)
    short = f"{EFFECT_WORDS[worst]} {number(len(section.effects[worst]))}"
    short += f" · {calls}" if section.calls is not None else ""
    return Box(f"service:{section.title}", 0, section.title, short, worst.value, f"{section.title}: {hit}, {calls}")


def _subject(item: Item) -> Box:
    finding, subject = item.finding, item.finding.subject
    place = str(item.places[0].location) if item.places else ""
    more = f" and {count(len(item.places) - 1, 'more place')}" if len(item.places) > 1 else ""
    calls = calls_words(item.calls) if item.query else subject.kind
    named = ", ".join(owners(item.places))
    owned = f"owner {named}" if named else ""
    hint = "\n".join(filter(None, (finding.message, item.readable, place + more, owned, f"Fix: {finding.help}")))
    title = item.readable or subject.name
    return Box(_id(item), 1, title, f"{finding.rule} {finding.name} · {calls}", finding.effect.value, hint, "sql")


def _between(worst: list[Item], depth: int) -> Iterator[Box]:
    nearest: dict[str, int] = {}  # → steps to the table
    for item in worst:
        for steps, name in enumerate(reversed(item.via), 1):
            nearest[name] = max(steps, nearest.get(name, 0))
    for name, steps in nearest.items():
        yield Box(f"via:{name}", 2 + depth - steps, name, "", "view", name)


def _table(report: Report, depth: int) -> Box:
    added = ", ".join(f"+ {each.column.name} {each.column.type}" for each in report.change.columns)
    return Box(_TABLE, 2 + depth, str(report.change.table), added, "table", report.change.sql)


def _runs(found: tuple[Section, ...]) -> Iterator[Line]:
    for section in found:
        for group in section.groups:
            for item in group.items:
                yield Line(f"service:{section.title}", _id(item), group.effect.value)


def _way(item: Item) -> Iterator[Line]:
    way = (_id(item), *(f"via:{name}" for name in item.via), _TABLE)
    for start, end in pairwise(way):
        yield Line(start, end, item.finding.effect.value)
