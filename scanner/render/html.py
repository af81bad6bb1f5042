"""Report → one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from itertools import count
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scanner.model import Effect, Report
from scanner.render import words
from scanner.render.anchors import Anchors
from scanner.render.excerpt import changed
from scanner.render.forecast import forecast_lines
from scanner.render.highlight import highlighted
from scanner.render.made import made_lines
from scanner.render.outline import (
    items,
    last_seen,
    measures,
    places,
    sections,
    sources,
    suppressed_items,
    total,
)
from scanner.render.plan import script as sql_script
from scanner.render.verdict import headline, production_only, tallies

_TEMPLATES = Path(__file__).with_name("templates")
_IN_A_CELL = 10  # findings that a notebook shows
_SCRIPTS = ("d3-zoom.min.js", "graph.js", "report.js")  # in this order: the last one tells the others what to show
_FILTERS: dict[str, Callable[..., object]] = {
    "effect": words.EFFECT_WORDS.__getitem__,
    "count": words.count,
    "number": words.number,
    "duration": words.duration,
    "calls": words.calls_words,
    "subjects": words.subjects_words,
    "also": words.also_words,
    "coded": words.coded,
    "why": words.why,
    "built": words.built_words,
    "coverage": words.coverage_words,
    "suppression": words.suppressed_words,
    "doubt": words.doubt_words,
    "scope": words.scope_words,
    "measures": measures,
    "sources": sources,
    "places": places,
    "last_seen": last_seen,
}


def to_html(report: Report) -> str:
    """The report as a page for the browser, complete in itself; its scripts only filter and draw what is there."""
    found = sections(report)
    anchors = Anchors()
    services = sorted({section.title for section in found} | {s for query in report.queries for s in query.services})
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            engine=report.database.engine,
            anchors=anchors,
            ids={section.title: anchors.of("service", section.title) for section in found},
            rules=sorted(_rules(report)),
            counter=count(),
            made=made_lines(report),
            headline=headline(report),
            tallies=tallies(report),
            sections=found,
            services=services,
            suppressed_items=suppressed_items(report),
            forecast=tuple(forecast_lines(report.forecast)) if report.forecast else (),
            production_only=production_only(report),
            hit_services=len({section.service for section in found if section.service}),
            hit_calls=total(item.calls for item in {i.finding.subject: i for i in items(report)}.values()),
            numbers={name: index for index, name in enumerate(services)},
        )
    )


def to_notebook(report: Report) -> str:
    """The verdict and the worst ten findings as an HTML fragment for a notebook's cell, in the notebook's own style."""
    return (
        _environment()
        .get_template("notebook.html")
        .render(report=report, headline=headline(report), sections=sections(report), worst=items(report)[:_IN_A_CELL])
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, scripts = _own("report.css"), [_own(name) for name in _SCRIPTS]
    made.globals |= {"style": style, "scripts": scripts, "policy": _policy(style, scripts), "effects": tuple(Effect)}
    made.globals |= {"changed": changed, "highlighted": highlighted, "sql_script": sql_script, "next": next}
    made.filters |= _FILTERS
    return made


def _rules(report: Report) -> set[tuple[str, str]]:
    """Code and name of each that found something, also of those whose findings are folded into others."""
    folded = words.coded(name for finding in report.findings for name in finding.folded)
    return {(finding.rule, finding.name) for finding in report.findings} | {(folded[name], name) for name in folded}


def _own(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text("utf-8"))  # noqa: S704 - a file of this package


def _shown(value: object) -> str:
    """What every expression of a template passes through; autoescape comes after it."""
    return value if isinstance(value, Markup) else words.visible(str(value))


def _policy(style: str, scripts: Iterable[str]) -> str:
    """Only this very style and these scripts may work: not even text that slipped through the escaping can run."""
    return f"default-src 'none'; style-src {_hash(style)}; script-src {' '.join(map(_hash, scripts))}"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
