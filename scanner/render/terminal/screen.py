"""The whole answer on one screen: the verdict, the services, the findings worst first, and every gap."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from scanner.model import Effect, Report
from scanner.render.outline import Section, sections
from scanner.render.terminal.lines import EFFECT_STYLES, Lines, Link, bounded, cut, no_link, print_lines, wrapped
from scanner.render.terminal.remarks import remarks
from scanner.render.terminal.rows import Layout, Row, rows_of
from scanner.render.verdict import Tally, headline, tallies
from scanner.render.words import EFFECT_WORDS, calls_words, count, number, one_line

_TIGHT = 34  # a screen of fewer lines shows the services in words
_ROOMY = 48  # and one of fewer shows a remark on one line
_FEWEST = 3  # findings and services that are shown on the smallest screen
_COLUMNS = {
    Effect.BREAKS: "breaks",
    Effect.CHANGES_RESULTS: "results",
    Effect.CHANGES_SHAPE: "shape",
    Effect.NEEDS_UPDATE: "update",
}


def print_screen(report: Report, console: Console, *, height: int, link: Link = no_link) -> None:
    """Prints the answer on about so many lines, 20 at least.

    What does not fit is counted, and what could not be checked or read is always named. `link` gives the URL that
    a place in the source leads to.
    """
    tight = height < _TIGHT
    rows, counted = rows_of(report), [tally for tally in tallies(report) if tally.subjects]
    above = [*_head(report, counted, console, tight), *_services(report, console, height)]
    below = [*_remarks(report, console, height), *_advice(rows, console, tight)]
    room = height - sum(len(wrapped(text, console, indent)) for indent, text in (*above, *below))
    print_lines([*above, *_findings(rows, counted, console, room, link, tight), *below], console)


def _head(report: Report, counted: Sequence[Tally], console: Console, tight: bool) -> Lines:
    others = report.change.other_operations
    where = f"{one_line(report.database.name)}, {report.database.engine}"
    sql = Text(one_line(report.change.sql), "bold")
    if sql.cell_len + 2 + cell_len(where) <= console.width:
        yield 0, Text.assemble(sql, "  ", (where, "dim"))
    else:
        yield 0, bounded(sql, console, 2)
        yield 0, Text(where, "dim")
    if others:
        yield 0, bounded(Text(f"Not analysed: {one_line('; '.join(others))}", "yellow"), console, 2)
    if not tight:
        yield 0, Text("")
    said = Text(headline(report, brief=True))
    if counted:
        said.stylize(EFFECT_STYLES[counted[0].effect], 0, said.plain.find(". ") + 1 or len(said))
    yield 0, bounded(said, console, 3)


def _services(report: Report, console: Console, height: int) -> Lines:
    """How many subjects have which worst effect in each service."""
    found = sections(report)
    if len(found) < 2:
        return
    if height < _TIGHT or console.width < 60:
        said = (f"{one_line(s.title)} ({EFFECT_WORDS[s.worst]} {number(len(s.effects[s.worst]))})" for s in found)
        yield 0, bounded(Text(", ".join(said), "dim"), console, 2)
        return
    shown = found[: max(height // 5, _FEWEST)]
    yield 0, Text("")
    yield from _table(shown, [effect for effect in Effect if any(effect in s.effects for s in found)], console.width)
    if len(found) > len(shown):
        yield 2, Text(f"and {count(len(found) - len(shown), 'more service')}", "italic")


def _table(found: Sequence[Section], effects: Sequence[Effect], width: int) -> Lines:
    titles = [one_line(section.title) for section in found]
    name = min(max(map(cell_len, titles)), width - 2 - 8 * len(effects) - 10)
    heads = ((f"{_COLUMNS[effect]:>8}", EFFECT_STYLES[effect]) for effect in effects)
    yield 2, Text.assemble(" " * name, *heads, f"{'calls':>10}")
    for section, title in zip(found, titles, strict=True):
        cells = (f"{number(len(section.effects[e])) if e in section.effects else '·':>8}" for e in effects)
        calls = "" if section.calls is None else number(section.calls)
        shown = cut(title, name)
        yield 2, Text.assemble((shown, "bold"), " " * (name - cell_len(shown)), *cells, f"{calls:>10}")


def _findings(
    found: Mapping[Effect, Sequence[Row]],
    counted: Sequence[Tally],
    console: Console,
    room: int,
    link: Link,
    tight: bool,
) -> Lines:
    """Each effect with its numbers and as many findings as there is room for, the worst first."""
    rows = [row for held in found.values() for row in held]
    layout = Layout.of(rows, console.width, room - len(found) - 1, terse=tight)
    everything = sum(map(layout.height, rows))
    spaced = everything + 2 * len(found) <= room
    shown = _shares(found, room - len(found) - 1, layout, tight)
    tallied = {tally.effect: tally for tally in counted}
    for place, (effect, held) in enumerate(found.items()):
        if spaced or not place:
            yield 0, Text("")
        yield 0, bounded(_title(effect, tallied.get(effect)), console, 1)
        for row in held[: shown[effect]]:
            yield from layout.lines(row, link)
        if 0 < shown[effect] < len(held):
            yield 2, Text(f"and {number(len(held) - shown[effect])} more", "italic")


def _shares(found: Mapping[Effect, Sequence[Row]], room: int, layout: Layout, tight: bool) -> dict[Effect, int]:
    """How many rows of each effect fit: the worst take what they need, but leave two lines to each of the others."""
    shares: dict[Effect, int] = {}
    for effect, rows in found.items():
        others = 0 if tight else 2 * (len(found) - len(shares) - 1)
        ends = list(accumulate(map(layout.height, rows)))
        fit = len(rows) if ends[-1] <= room - others else bisect_right(ends, room - others - 1)
        shares[effect] = max(fit, 0 if shares else min(_FEWEST, len(rows)))
        room -= ends[shares[effect] - 1] + (shares[effect] < len(rows)) if shares[effect] else 0
    return shares


def _title(effect: Effect, tally: Tally | None) -> Text:
    said = "also what is named above"
    if tally is not None:
        services = f" in {count(len(tally.services), 'service')}" if tally.services else ""
        calls = f", {calls_words(tally.calls)}" if tally.calls is not None else ""
        said = f"{tally.words}{services}{calls}"
    return Text.assemble((EFFECT_WORDS[effect].upper(), EFFECT_STYLES[effect]), f"  {said}")


def _remarks(report: Report, console: Console, height: int) -> Lines:
    yield 0, Text("")
    for text in remarks(report, terse=height < _TIGHT):
        yield 0, bounded(text, console, 1 if height < _ROOMY else 2)


def _advice(found: Mapping[Effect, Sequence[Row]], console: Console, tight: bool) -> Lines:
    for worst, *_ in list(found.values())[:1]:
        said = f"--explain [{one_line(worst.rule)}] shows SQL and fixes, -o report.html everything."
        yield 0, bounded(Text(said, "dim"), console, 1 if tight else 2)
