"""Report → Markdown, short, for the comment of a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from scanner.model import Certainty, Phase, Report
from scanner.render.fitted import Block, fitted
from scanner.render.forecast import forecast_lines
from scanner.render.outline import Item, items, owners, suppressed_items
from scanner.render.plan import script
from scanner.render.verdict import Tally, headline, tallies
from scanner.render.words import (
    EFFECT_WORDS,
    built_words,
    calls_words,
    count,
    doubt_words,
    number,
    one_line,
    suppressed_words,
    visible,
    why,
)

LIMIT = 65_536  # characters that GitHub takes for a comment; a longer one is refused as a whole
_PLACES = 5  # of a finding, written out; the rest are counted
_OPEN = 20  # findings that are read without unfolding anything
_LISTED = 20  # rows of a list
_SERVICES = 10  # named in a row of the verdict
_SQL_WIDTH = 160
_WIDTH = 2_000  # of what is always shown
_SPECIAL = re.compile(r"([\\`*_{}\[\]>|~$])")
_BEGINS = re.compile(r"\A(\d*)([#+=.)-])")  # a heading, a list, a rule below the line before
# What GitHub and GitLab make links of even when it is escaped: a comment takes the two halves apart.
_LINKED = re.compile(r"(?<=[@#!:])(?=[\w/])|(?<=www)(?=\.)")


def to_markdown(report: Report, limit: int = LIMIT) -> str:
    """The verdict, every finding, the worst 20 of them unfolded, and what could not be checked.

    No more characters than the limit: rows of lists that find no room, and of findings the least bad, are counted.
    """
    heading = f"### {code(report.change.sql, _WIDTH)}"
    blocks = [Block(heading), Block(prose(headline(report), _WIDTH)), *_verdict(report)]
    blocks += [*_findings(report), *_forecast(report), *_hazards(report), *_plan(report), *_lists(report)]
    return fitted(blocks, limit - 1) + "\n"


def _verdict(report: Report) -> Iterator[Block]:
    rows = [_tally(tally) for tally in tallies(report) if tally.subjects]
    if rows:
        yield Block("\n".join(("| Effect | Subjects | Services | Calls |", "| --- | --- | --- | ---: |", *rows)))


def _tally(tally: Tally) -> str:
    # No code spans: what a backslash before a bar in one means in a table, readers of Markdown disagree on.
    more = f" and {number(len(tally.services) - _SERVICES)} more" if len(tally.services) > _SERVICES else ""
    services = ", ".join(prose(name, _SQL_WIDTH) for name in tally.services[:_SERVICES]) + more or "–"
    calls = "–" if tally.calls is None else number(tally.calls)
    return f"| {EFFECT_WORDS[tally.effect]} | {tally.words} | {services} | {calls} |"


def _findings(report: Report) -> Iterator[Block]:
    found = [_item(item) for item in items(report)]
    if found:
        yield Block("", found[:_OPEN], noun="finding")
    if found[_OPEN:]:
        yield replace(_folded(count(len(found) - _OPEN, "more finding"), found[_OPEN:], "finding"), last=True)


def _item(item: Item) -> str:
    finding = item.finding
    doubt = " (possibly)" if finding.certainty is Certainty.POSSIBLE else ""
    rule = f"{prose(finding.rule)} {prose(finding.name)}"
    return "  \n".join(
        (
            f"- **{EFFECT_WORDS[finding.effect]}**{doubt}: {prose(finding.message, _WIDTH)} ({rule})",
            f"  {code(item.readable or finding.subject.name, _SQL_WIDTH)}",
            f"  {_where(item)}",
            f"  Fix: {prose(finding.help, _WIDTH)}",
        )
    )


def _where(item: Item) -> str:
    services = ", ".join(map(code, item.services))
    spots = ", ".join(f"{'built at ' if p.built else ''}{code(str(p.location))}" for p in item.places[:_PLACES])
    spots += f" and {count(len(item.places) - _PLACES, 'more place')}" if len(item.places) > _PLACES else ""
    named = owners(item.places)
    owned = f"owner {', '.join(map(code, named))}" if named else ""
    if item.query is None:
        return " · ".join(filter(None, (services, spots, owned))) or item.finding.subject.kind
    spots = spots or "no source line found"
    return " · ".join(filter(None, (services, spots, owned, calls_words(item.calls))))


def _forecast(report: Report) -> Iterator[Block]:
    if report.forecast is not None:
        rows = [f"- {prose(line)}" for line in forecast_lines(report.forecast)]
        yield Block(f"#### The table right now, at {code(report.forecast.place, _SQL_WIDTH)}\n\n", rows, noun="line")


def _hazards(report: Report) -> Iterator[Block]:
    rows = [
        f"- **{h.severity}** {h.kind}: {prose(h.message + doubt_words(h))} ({prose(h.source)})" for h in report.hazards
    ]
    if rows:
        yield Block("#### What the ALTER TABLE itself does\n\n", rows, noun="hazard")


def _plan(report: Report) -> Iterator[Block]:
    if report.plan is None:
        return
    rows = [f"- {prose(note)}" for note in report.plan.notes]
    for place, phase in enumerate(report.plan.phases, 1):
        head = f"**{place}. {phase.kind}: {prose(phase.title)}**"
        rows.append("\n\n".join((head, prose(phase.why), *_phase(phase, report))))
    summary = f"The plan, {count(len(report.plan.phases), 'phase')}"
    yield replace(_folded(summary, rows, "phase"), between="\n\n")


def _phase(phase: Phase, report: Report) -> Iterator[str]:
    if phase.services:
        yield f"Services, in this order: {', '.join(map(code, phase.services))}"
    if phase.statements:
        yield _fenced(script(phase.statements, report.database.engine))
    for statement in phase.alternatives:
        yield f"Or: {code(statement.sql)}"
    for check in phase.verify:
        yield f"Verify: {code(check.query)} → {prose(check.expected)}"
    for query in phase.watch:
        yield f"Watch: {code(query)}"
    if phase.take_back:
        yield f"Take back:\n\n{_fenced(script(phase.take_back, report.database.engine))}"


def _fenced(sql: str) -> str:
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", sql)), default=0))
    return f"{fence}sql\n{visible(sql)}{fence}"


def _lists(report: Report) -> Iterator[Block]:
    if report.unresolved:
        rows = [f"- {code(u.query.readable(), _SQL_WIDTH)}: {prose(why(u.why))}" for u in report.unresolved]
        yield _list(f"{count(len(rows), 'query')} could not be checked", rows)
    if report.built:
        rows = [f"- {code(b.query.readable(), _SQL_WIDTH)}: {prose(built_words(b))}" for b in report.built]
        yield _list(f"{count(len(rows), 'query')} built at run time, answered by what production ran", rows)
    if report.suppressed:
        rows = [
            f"- {prose(i.finding.name)}: {_where(i)}: {prose(suppressed_words(s))}" for i, s in suppressed_items(report)
        ]
        yield _list(f"{count(len(rows), 'finding')} suppressed", rows)
    if report.consumers:
        rows = [f"- {code(c.name)}, {prose(c.kind)}: {prose(c.note)}" for c in report.consumers]
        yield _list(f"{count(len(rows), 'declared consumer')} to tell", rows)
    if report.likely_places:
        rows = [f"- {code(str(p.location))}: {prose(p.text)}" for p in report.likely_places]
        yield _list(f"{count(len(rows), 'more file')} likely to change with the table", rows)
    if report.mentions:
        rows = [f"- {code(str(m.location))}: {prose(m.text)}" for m in report.mentions]
        yield _list(f"{count(len(rows), 'more file')} may hold a query or a model of the table", rows)
    rows = [f"- {code(u.place)}: {prose(u.reason)}" for u in report.unread]
    rows += [f"- {code(b.place)}: {prose(b.message)}" for b in report.blind_spots]
    if rows:
        yield _list("What the scan could not see", rows)


def _list(summary: str, rows: list[str]) -> Block:
    return replace(_folded(summary, rows), most=_LISTED)


def _folded(summary: str, rows: list[str], noun: str = "row") -> Block:
    return Block(f"<details><summary>{summary}</summary>\n\n", rows, "\n\n</details>", noun)


def prose(text: str, width: int | None = None) -> str:
    """Prose in which Markdown, HTML, mentions, issue numbers and addresses mean nothing."""
    plain = _SPECIAL.sub(r"\\\1", _cut(text, width).replace("&", "&amp;").replace("<", "&lt;"))
    return _LINKED.sub("<!-- -->", _BEGINS.sub(r"\1\\\2", plain))


def code(text: str, width: int | None = None) -> str:
    """A code span, its fence longer than any run of backticks in it."""
    line = _cut(text, width)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _cut(text: str, width: int | None) -> str:
    line = one_line(text)
    return line if width is None or len(line) <= width else line[: width - 1] + "…"
