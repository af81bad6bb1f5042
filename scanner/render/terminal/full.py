"""Everything that a report says, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from scanner.model import (
    BlindSpot,
    Certainty,
    Consumer,
    Effect,
    LikelyPlace,
    Mention,
    Query,
    Report,
    Suppressed,
    Unread,
)
from scanner.path_patterns import is_test
from scanner.render.chosen import Chosen
from scanner.render.excerpt import Excerpt, Span, marked
from scanner.render.outline import Cause, Group, Item, Place, Section, measures, sections, suppressed_items
from scanner.render.terminal.lines import EFFECT_STYLES, Lines, Link, heading, located, no_link, print_lines
from scanner.render.terminal.narrow import narrow
from scanner.render.terminal.rollout import rollout
from scanner.render.verdict import Tally, headline, production_only, tallies
from scanner.render.words import (
    EFFECT_WORDS,
    also_words,
    blind_spot_words,
    built_words,
    calls_words,
    count,
    coverage_words,
    number,
    one_line,
    scope_words,
    subjects_words,
    suppressed_words,
    why,
)

_PLACES = 5  # lines of source shown for one finding
_MOST = 1_000  # of each list: so long that only a bound against floods is left


def print_report(
    report: Report, console: Console, *, limit: int | None = _MOST, link: Link = no_link, chosen: Chosen | None = None
) -> None:
    """Prints the report, worst first. `limit` is the most that is written out of each list; None is all.

    What is left out is counted, with how to see it. Of what is `chosen` everything is printed, and nothing else.
    `link` gives the URL that a place in the source leads to. Colour and width are the console's affair.
    """
    width = console.width
    if chosen is None or not chosen.words:
        print_lines(_lines(report, width, limit, link), console)
    else:
        print_lines(_chosen(report, width, chosen, link), console)


def _lines(report: Report, width: int, limit: int | None, link: Link) -> Lines:
    yield from _verdict(report)
    yield from _sections(report, sections(report), width, limit, link)
    yield from rollout(report, width)
    for title, entries in _lists(report, width):
        if entries:
            yield from heading(f"{title} ({number(len(entries))})", width)
        yield from chain.from_iterable(entries[:limit])
        yield from _more(len(entries) - len(entries[:limit]), "entry", how="-o report.html has them all")
    yield from _coverage(report, width)
    yield from _advice(report)


def _chosen(report: Report, width: int, chosen: Chosen, link: Link) -> Lines:
    yield 0, Text(one_line(report.change.sql), "bold")
    yield from _sections(report, sections(report, only=chosen.item), width, None, link)
    unchecked = [each for each in report.unresolved if chosen.query(each.query)]
    if unchecked:
        yield from heading(f"Could not be checked ({number(len(unchecked))})", width)
    for each in unchecked:
        yield from _query(each.query, one_line(why(each.why)), width)


def _lists(report: Report, width: int) -> Iterator[tuple[str, list[Lines]]]:
    alone = [_query(query, answer, width) for query, answer in production_only(report)]
    yield "Declared consumers, to be told", [_consumer(c) for c in report.consumers]
    yield "Could not be checked", [_query(u.query, one_line(why(u.why)), width) for u in report.unresolved]
    yield (
        "Built at run time, answered by what production ran",
        [_query(b.query, built_words(b), width) for b in report.built],
    )
    yield "Production runs it, no source line was found", alone
    yield "Likely places to change, beside the findings", [_mention(p) for p in report.likely_places]
    yield "Names the table, gave no query", [_mention(m) for m in report.mentions]
    yield "Suppressed", [_suppressed(item, each) for item, each in suppressed_items(report)]
    yield "Could not be read", [_unread(u) for u in report.unread]
    yield "Blind spots", [_blind_spot(b) for b in report.blind_spots]


def _verdict(report: Report) -> Lines:
    yield 0, Text(one_line(report.change.sql), "bold")
    yield 0, Text(f"{one_line(report.database.name)}, {report.database.engine}", "dim")
    for other in report.change.other_operations:
        yield 0, Text(f"Not analysed: {one_line(other)}", "yellow")
    yield 0, Text("")
    yield 0, Text(headline(report))
    yield 0, Text("")
    for tally in tallies(report):
        if tally.subjects:
            yield 2, _row(tally)


def _row(tally: Tally) -> Text:
    services = count(len(tally.services), "service") if tally.services else ""
    calls = count(tally.calls, "call") if tally.calls is not None else ""
    effect = (f"{EFFECT_WORDS[tally.effect]:<17}", EFFECT_STYLES[tally.effect])
    return Text.assemble(effect, f"{tally.words:<28}{services:<14}{calls:>16}")


def _sections(report: Report, found: Iterable[Section], width: int, limit: int | None, link: Link) -> Lines:
    left: dict[Effect, int | None] = dict.fromkeys(
        Effect, limit
    )  # each effect has a limit of its own: none pushes another out
    for section in found:
        yield from _heading(section, width)
        for group in section.groups:
            now = left[group.effect]
            yield from _group(group, now, width, report, link)
            left[group.effect] = None if now is None else max(now - len(group.items), 0)


def _heading(section: Section, width: int) -> Lines:
    yield from heading(one_line(section.title), width)
    parts = [f"{EFFECT_WORDS[effect]} {subjects_words(hit)}" for effect, hit in section.effects.items()]
    if section.calls is not None:
        parts.append(calls_words(section.calls))
    yield 0, Text(", ".join(parts), "dim")


def _group(group: Group, left: int | None, width: int, report: Report, link: Link) -> Lines:
    title = f"  {one_line(group.rule)} {one_line(group.name)}, {group.subjects}"
    yield 0, Text("")
    yield 0, Text.assemble((EFFECT_WORDS[group.effect].upper(), EFFECT_STYLES[group.effect]), title)
    for cause in group.causes:
        yield from _cause(cause, left, width, report, link)
        left = None if left is None else max(left - len(cause.items), 0)


def _cause(cause: Cause, left: int | None, width: int, report: Report, link: Link) -> Lines:
    shown = cause.items[:left]
    if shown:
        yield 2, Text(one_line(cause.message))
    looks = Counter(str(_excerpt(item, width)) for item in shown)
    for item in shown:
        yield from _item(item, width, report, link, twin=looks[str(_excerpt(item, width))] > 1)
    if shown:
        yield 2, Text.assemble(("Fix: ", "green"), one_line(cause.help))
    hidden = len(cause.items) - len(shown)
    yield from _more(hidden, "finding", how=f"--explain {one_line(cause.items[0].finding.rule)} shows them all")


def _item(item: Item, width: int, report: Report, link: Link, *, twin: bool) -> Lines:
    """One finding; a `twin` is of a statement that looks like another one as far as it is shown."""
    finding = item.finding
    if item.sql is not None:
        yield from _sql(item.sql, finding.span, item.query, width)
    if item.query is None and not item.places:
        yield 4, Text(f"{finding.subject.kind} {one_line(finding.subject.name)}")
    if finding.certainty is Certainty.POSSIBLE:
        reason = f": {one_line(finding.reason)}" if finding.reason else ""
        yield 6, Text.assemble(("only possible", "italic"), reason)
    for place in item.places[:_PLACES]:
        yield 6, _place(place, link)
    yield from _more(len(item.places) - _PLACES, "place", 6)
    if item.query is not None:
        yield 6, Text(_measure(item, item.query, report, twin=twin), "dim")
    if finding.folded:
        yield 6, Text(f"also: {one_line(also_words(finding.folded))}", "dim")


def _excerpt(item: Item, width: int) -> Excerpt | None:
    return narrow(marked(item.sql, item.finding.span, item.query), width - 4) if item.sql is not None else None


def _sql(sql: str, span: Span | None, query: Query | None, width: int) -> Lines:
    excerpt = narrow(marked(sql, span, query), width - 4)
    yield 4, Text.assemble(excerpt.before, (excerpt.marked, "bold underline"), excerpt.after, overflow="fold")
    if excerpt.marked:
        caret = " " * cell_len(excerpt.before) + "^" * cell_len(excerpt.marked)
        yield 4, Text(caret, "bold", no_wrap=True, overflow="crop")


def _place(place: Place, link: Link) -> Text:
    function = f"  {one_line(place.location.function)}" if place.location.function else ""
    owned = f"  owner {one_line(', '.join(place.location.owners))}" if place.location.owners else ""
    origin = "built at " if place.built else ""
    told = f"{function}{owned}{'  test code' if is_test(place.location.path) else ''}"
    return Text.assemble((origin, "dim"), located(place.location, link), (told, "dim"), overflow="fold")


def _measure(item: Item, query: Query, report: Report, *, twin: bool) -> str:
    parts = [measures(query, item.calls, item.total_time_ms)]
    if item.via:
        parts.append(f"through {one_line(', '.join(item.via))}")
    if not item.places and report.read_source:
        parts.append("no source line found")
    return ", ".join([*parts, f"query {query.fingerprint}"] if twin else parts)


def _consumer(consumer: Consumer) -> Lines:
    note = f", {one_line(consumer.note)}" if consumer.note else ""
    yield 2, Text.assemble((one_line(consumer.name), "bold"), f": {one_line(consumer.kind)}{note}")


def _query(query: Query, said: str, width: int) -> Lines:
    services = ", ".join(map(one_line, query.services)) or "service not known"
    spots = ", ".join(one_line(str(o.location)) for o in query.located[:1])
    yield from _sql(query.sql, None, query, width)
    yield 6, Text(", ".join(filter(None, (f"{said}; {services}", calls_words(query.calls), spots))), "dim")


def _suppressed(item: Item, suppressed: Suppressed) -> Lines:
    finding = item.finding
    where = ", ".join(one_line(str(place.location)) for place in item.places) or finding.subject.name
    yield 2, Text(f"{EFFECT_WORDS[finding.effect]} {finding.rule} {finding.name}: {where}")
    yield 6, Text(one_line(suppressed_words(suppressed)), "dim")


def _mention(mention: Mention | LikelyPlace) -> Lines:
    yield 2, Text(f"{one_line(str(mention.location))}  {one_line(mention.text)}")


def _unread(unread: Unread) -> Lines:
    times = f" ({count(unread.count, 'entry')})" if unread.count > 1 else ""
    yield 2, Text(f"{one_line(unread.place)}: {one_line(unread.reason)}{times}")


def _blind_spot(spot: BlindSpot) -> Lines:
    yield 2, Text(blind_spot_words(spot))


def _coverage(report: Report, width: int) -> Lines:
    yield from heading("What was read", width)
    for coverage in report.coverage:
        yield 2, Text(coverage_words(coverage))
    if not report.read_source:
        yield 2, Text("No source code was read: where the queries stand is not known.")
    yield 2, Text(scope_words(report))


def _advice(report: Report) -> Lines:
    too = ", the unaffected queries too" if report.unaffected else ""
    yield 0, Text("")
    yield 0, Text(f"-o report.html or -o report.csv has everything{too}.")
    worst = next((tally.effect for tally in tallies(report) if tally.subjects), None)
    if worst:
        yield 0, Text(f"In CI, --fail-on {worst} makes this exit with 1.")


def _more(hidden: int, noun: str, indent: int = 2, *, how: str = "") -> Lines:
    if hidden > 0:
        yield indent, Text(f"and {count(hidden, f'more {noun}')}{f': {how}' if how else ''}", "italic")
