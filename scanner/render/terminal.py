"""Report → a terminal of 80 columns or more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from rich.cells import cell_len
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from scanner.model import Certainty, Coverage, Effect, Query, Report
from scanner.render.excerpt import Span, marked, narrow
from scanner.render.outline import Group, Item, Place, Section, sections, shared
from scanner.render.verdict import headline, tallies
from scanner.render.words import (
    EFFECT_WORDS,
    calls_words,
    count,
    coverage_words,
    duration,
    one_line,
    scope_words,
    subjects_words,
    why,
)

_STYLES = {
    Effect.BREAKS: "bold red",
    Effect.CHANGES_RESULTS: "bold magenta",
    Effect.CHANGES_SHAPE: "yellow",
    Effect.NEEDS_UPDATE: "cyan",
}
_HARM = (Effect.BREAKS, Effect.CHANGES_RESULTS, Effect.CHANGES_SHAPE)
_PLACES = 5  # lines of source shown for one finding

Lines = Iterator[RenderableType]


def print_report(report: Report, console: Console, *, limit: int | None = 20) -> None:
    """Prints the report, worst first. `limit` is the most that is written out of each list; None is all.

    What is left out is counted. Colour and width are the console's affair.
    """
    for line in _lines(report, console.width, limit):
        console.print(line)


def _lines(report: Report, width: int, limit: int | None) -> Lines:
    yield from _verdict(report)
    yield from _sections(sections(report, _HARM), width, limit)
    yield from _sections(sections(report, (Effect.NEEDS_UPDATE,)), width, limit)
    yield from _consumers(report, limit)
    yield from _unresolved(report, width, limit)
    yield from _production_only(report, width, limit)
    yield from _mentions(report, limit)
    yield from _blind_spots(report, limit)
    yield from _coverage(report)
    yield from _advice(report)


def _verdict(report: Report) -> Lines:
    yield Text.assemble((one_line(report.change.sql), "bold"))
    yield Text(f"{one_line(report.database.name)}, {report.database.engine}", "dim")
    yield Text("")
    yield Text(headline(report))
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for tally in tallies(report):
        if tally.subjects:
            table.add_row(
                Text(EFFECT_WORDS[tally.effect], _STYLES[tally.effect]),
                subjects_words(tally.subjects),
                count(len(tally.services), "service") if tally.services else "",
                count(tally.calls, "call") if tally.calls is not None else "",
            )
    if table.row_count:
        yield Text("")
        yield Padding(table, (0, 0, 0, 2))


def _sections(found: Iterable[Section], width: int, limit: int | None) -> Lines:
    left = limit
    for section in found:
        yield from _heading(section)
        for group in section.groups:
            shown = group.items if left is None else group.items[:left]
            left = None if left is None else left - len(shown)
            yield from _group(group, shown, width)


def _heading(section: Section) -> Lines:
    yield Text("")
    yield Rule(Text(one_line(section.title), "bold"), align="left", style="dim")
    parts = [f"{EFFECT_WORDS[effect]} {subjects_words(hit)}" for effect, hit in section.effects.items()]
    if section.calls is not None:
        parts.append(calls_words(section.calls))
    yield Text(", ".join(parts), "dim")


def _group(group: Group, shown: tuple[Item, ...], width: int) -> Lines:
    yield Text("")
    title = f"  {one_line(group.rule)} {one_line(group.name)}, {group.subjects}"
    yield Text.assemble((EFFECT_WORDS[group.effect].upper(), _STYLES[group.effect]), title)
    for item in shown:
        yield from _item(item, width)
    if shown and len({item.finding.help for item in shown}) == 1:
        yield _fix(shown[0])
    yield from _more(len(group.items) - len(shown), "finding")


def _item(item: Item, width: int) -> Lines:
    finding = item.finding
    yield _in(2, Text(one_line(finding.message)))
    if item.sql is not None:
        yield from _sql(item.sql, finding.span, item.query, width)
    else:
        yield _in(4, Text(f"{finding.subject.kind} {one_line(finding.subject.name)}"))
    if finding.certainty is Certainty.POSSIBLE:
        yield _in(
            4,
            Text.assemble(("possibly", "italic"), f": {one_line(finding.reason)}" if finding.reason else ""),
        )
    yield from _places(item)
    if item.query is not None:
        yield _in(4, Text(_measure(item, item.query), "dim"))


def _sql(sql: str, span: Span | None, query: Query | None, width: int) -> Lines:
    excerpt = narrow(marked(sql, span, query), width - 5)
    text = Text.assemble(excerpt.before, (excerpt.marked, "bold underline"), excerpt.after)
    yield _in(4, Text(text.plain, spans=text.spans, no_wrap=True, overflow="ellipsis"))
    if excerpt.marked:
        caret = "^" * min(cell_len(excerpt.marked), width - 5)
        yield _in(4, Text(" " * cell_len(excerpt.before) + caret, "bold", no_wrap=True, overflow="ellipsis"))


def _places(item: Item) -> Lines:
    for place in item.places[:_PLACES]:
        yield _in(4, _place(place))
    yield from _more(len(item.places) - _PLACES, "place")


def _place(place: Place) -> Text:
    function = f"  {one_line(place.location.function)}" if place.location.function else ""
    return Text.assemble((one_line(str(place.location)), "blue"), (function, "dim"), overflow="fold")


def _measure(item: Item, query: Query) -> str:
    parts = [calls_words(item.calls)]
    if item.total_time_ms is not None:
        parts.append(f"{duration(item.total_time_ms)} in all")
    if shared(query):
        parts.append(f"shared by {count(len(query.services), 'service')}")
    if item.via:
        parts.append(f"through {one_line(', '.join(item.via))}")
    return ", ".join(parts if item.places else [*parts, "no source line found"])


def _fix(item: Item) -> RenderableType:
    return _in(2, Text.assemble(("Fix: ", "green"), one_line(item.finding.help)))


def _consumers(report: Report, limit: int | None) -> Lines:
    if report.consumers:
        yield from _title("Declared consumers, to be told", len(report.consumers))
    for consumer in islice(report.consumers, limit):
        note = f", {one_line(consumer.note)}" if consumer.note else ""
        yield _in(2, Text.assemble((one_line(consumer.name), "bold"), f": {one_line(consumer.kind)}{note}"))
    yield from _more(len(report.consumers) - len(report.consumers[:limit]), "consumer")


def _unresolved(report: Report, width: int, limit: int | None) -> Lines:
    if report.unresolved:
        yield from _title("Could not be checked", len(report.unresolved))
    for unresolved in islice(report.unresolved, limit):
        yield from _sql(unresolved.query.sql, None, unresolved.query, width)
        yield _in(6, Text(f"{one_line(why(unresolved.why))}; {_seen(unresolved.query)}", "dim"))
    yield from _more(len(report.unresolved) - len(report.unresolved[:limit]), "query")


def _production_only(report: Report, width: int, limit: int | None) -> Lines:
    found = report.production_only
    if found:
        yield from _title("Production runs it, no source line was found", len(found))
    for query in islice(found, limit):
        yield from _sql(query.sql, None, query, width)
        yield _in(6, Text(_seen(query), "dim"))
    yield from _more(len(found) - len(found[:limit]), "query")


def _seen(query: Query) -> str:
    services = ", ".join(map(one_line, query.services)) or "service not known"
    places = ", ".join(one_line(str(o.location)) for o in query.located[:1])
    return ", ".join(filter(None, (services, calls_words(query.calls), places)))


def _mentions(report: Report, limit: int | None) -> Lines:
    if report.mentions:
        yield from _title("Names the table, gave no query", len(report.mentions))
    for mention in islice(report.mentions, limit):
        yield _in(2, Text(f"{one_line(str(mention.location))}  {one_line(mention.text)}"))
    yield from _more(len(report.mentions) - len(report.mentions[:limit]), "mention")


def _blind_spots(report: Report, limit: int | None) -> Lines:
    if report.unread:
        yield from _title("Could not be read", sum(unread.count for unread in report.unread))
    for unread in islice(report.unread, limit):
        times = f" ({count(unread.count, 'entry')})" if unread.count > 1 else ""
        yield _in(2, Text(f"{one_line(unread.place)}: {one_line(unread.reason)}{times}"))
    yield from _more(len(report.unread) - len(report.unread[:limit]), "place")
    if report.blind_spots:
        yield from _title("Blind spots", len(report.blind_spots))
    for spot in report.blind_spots:
        yield _in(2, Text(f"{one_line(spot.place)}: {one_line(spot.message)}"))


def _coverage(report: Report) -> Lines:
    yield from _title("What was read", None)
    for coverage in report.coverage:
        yield _in(2, Text(coverage_words(coverage)))
    yield _in(2, Text(scope_words(report)))


def _advice(report: Report) -> Lines:
    yield Text("")
    if report.unaffected:
        yield Text(
            f"{count(len(report.unaffected), 'query')} unaffected: -o report.html or -o report.csv lists them."
        )
    worst = next((tally.effect for tally in tallies(report) if tally.subjects), None)
    if worst:
        yield Text(f"In CI, --fail-on {worst} makes this exit with 1.")


def _title(title: str, total: int | None) -> Lines:
    yield Text("")
    yield Rule(Text(title if total is None else f"{title} ({total:,})", "bold"), align="left", style="dim")


def _more(hidden: int, noun: str) -> Lines:
    if hidden > 0:
        yield _in(2, Text(f"and {count(hidden, f'more {noun}')}", "italic"))


def _in(indent: int, text: Text) -> Padding:
    return Padding(text, (0, 0, 0, indent))
