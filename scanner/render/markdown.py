"""Report → Markdown, short, for the comment of a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.model import Certainty, Phase, Report
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

_PLACES = 5  # of a finding, written out; the rest are counted
_LIMIT = 20  # findings written out; the rest are counted
_SPECIAL = re.compile(r"([\\`*_{}\[\]>|~$])")
# What GitHub and GitLab make links of even when it is escaped: a comment takes the two halves apart.
_LINKED = re.compile(r"(?<=[@#!:])(?=[\w/])|(?<=www)(?=\.)")
_SQL_WIDTH = 160


def to_markdown(report: Report) -> str:
    """The verdict, the worst 20 findings, and what could not be checked."""
    blocks = [f"### {code(report.change.sql)}", prose(headline(report)), _verdict(report), _findings(report)]
    blocks += [_forecast(report), _hazards(report), _plan(report)]
    blocks += _lists(report)
    return "\n\n".join(filter(None, blocks)) + "\n"


def _verdict(report: Report) -> str:
    rows = [_tally(tally) for tally in tallies(report) if tally.subjects]
    head = ["| Effect | Subjects | Services | Calls |", "| --- | --- | --- | ---: |"]
    return "\n".join(head + rows) if rows else ""


def _tally(tally: Tally) -> str:
    services = ", ".join(map(code, tally.services)).replace("|", "\\|") or "–"
    calls = "–" if tally.calls is None else number(tally.calls)
    return f"| {EFFECT_WORDS[tally.effect]} | {tally.words} | {services} | {calls} |"


def _findings(report: Report) -> str:
    found = items(report)
    lines = [_item(item) for item in found[:_LIMIT]]
    if len(found) > _LIMIT:
        lines.append(f"- {count(len(found) - _LIMIT, 'more finding')}")
    return "\n".join(lines)


def _item(item: Item) -> str:
    finding = item.finding
    doubt = " (possibly)" if finding.certainty is Certainty.POSSIBLE else ""
    rule = f"{prose(finding.rule)} {prose(finding.name)}"
    return "  \n".join(
        (
            f"- **{EFFECT_WORDS[finding.effect]}**{doubt}: {prose(finding.message)} ({rule})",
            f"  {code(item.readable or finding.subject.name, _SQL_WIDTH)}",
            f"  {_where(item)}",
            f"  Fix: {prose(finding.help)}",
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


def _forecast(report: Report) -> str:
    if report.forecast is None:
        return ""
    rows = [f"- {prose(line)}" for line in forecast_lines(report.forecast)]
    return "\n".join([f"#### The table right now, at {code(report.forecast.place)}", "", *rows])


def _hazards(report: Report) -> str:
    rows = [
        f"- **{h.severity}** {h.kind}: {prose(h.message)}{prose(doubt_words(h))} ({prose(h.source)})"
        for h in report.hazards
    ]
    return "\n".join(["#### What the ALTER TABLE itself does", "", *rows]) if rows else ""


def _plan(report: Report) -> str:
    if report.plan is None:
        return ""
    rows = [f"- {prose(note)}" for note in report.plan.notes]
    for place, phase in enumerate(report.plan.phases, 1):
        rows += [f"**{place}. {phase.kind}: {prose(phase.title)}**", prose(phase.why), *_phase(phase, report)]
    body = "\n\n".join(rows)
    return f"<details><summary>The plan, {count(len(report.plan.phases), 'phase')}</summary>\n\n{body}\n\n</details>"


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


def _lists(report: Report) -> Iterator[str]:
    if report.unresolved:
        rows = [f"- {code(u.query.readable(), _SQL_WIDTH)}: {prose(why(u.why))}" for u in report.unresolved]
        yield _folded(f"{count(len(rows), 'query')} could not be checked", rows)
    if report.built:
        rows = [f"- {code(b.query.readable(), _SQL_WIDTH)}: {prose(built_words(b))}" for b in report.built]
        yield _folded(f"{count(len(rows), 'query')} built at run time, answered by what production ran", rows)
    if report.suppressed:
        rows = [
            f"- {prose(i.finding.name)}: {_where(i)}: {prose(suppressed_words(s))}" for i, s in suppressed_items(report)
        ]
        yield _folded(f"{count(len(rows), 'finding')} suppressed", rows)
    if report.consumers:
        rows = [f"- {code(c.name)}, {prose(c.kind)}: {prose(c.note)}" for c in report.consumers]
        yield _folded(f"{count(len(rows), 'declared consumer')} to tell", rows)
    if report.likely_places:
        rows = [f"- {code(str(p.location))}: {prose(p.text)}" for p in report.likely_places]
        yield _folded(f"{count(len(rows), 'more file')} likely to change with the table", rows)
    if report.mentions:
        rows = [f"- {code(str(m.location))}: {prose(m.text)}" for m in report.mentions]
        yield _folded(f"{count(len(rows), 'more file')} may hold a query or a model of the table", rows)
    rows = [f"- {code(u.place)}: {prose(u.reason)}" for u in report.unread]
    rows += [f"- {code(b.place)}: {prose(b.message)}" for b in report.blind_spots]
    if rows:
        yield _folded("What the scan could not see", rows)


def _folded(summary: str, rows: list[str]) -> str:
    more = [f"- {number(len(rows) - _LIMIT)} more"] if len(rows) > _LIMIT else []
    body = "\n".join(rows[:_LIMIT] + more)
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def prose(text: str) -> str:
    """Prose in which Markdown, HTML, mentions, issue numbers and addresses mean nothing."""
    plain = _SPECIAL.sub(r"\\\1", one_line(text).replace("&", "&amp;").replace("<", "&lt;"))
    return _LINKED.sub("<!-- -->", plain)


def code(text: str, width: int | None = None) -> str:
    """A code span, its fence longer than any run of backticks in it."""
    line = one_line(text)
    if width and len(line) > width:
        line = line[: width - 1] + "…"
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{pad}{line}{pad}{fence}"
