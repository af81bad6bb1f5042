"""Report → one HTML file that needs nothing else: no network, no other file."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scanner.model import Effect, Report
from scanner.render import words
from scanner.render.excerpt import marked
from scanner.render.forecast import forecast_lines
from scanner.render.outline import items, last_seen, measures, places, sections, sources, suppressed_items
from scanner.render.plan import script as sql_script
from scanner.render.verdict import headline, production_only, tallies

_TEMPLATES = Path(__file__).with_name("templates")
_IN_A_CELL = 10  # findings that a notebook shows
_FILTERS: dict[str, Callable[..., object]] = {
    "effect": words.EFFECT_WORDS.__getitem__,
    "count": words.count,
    "number": words.number,
    "duration": words.duration,
    "calls": words.calls_words,
    "subjects": words.subjects_words,
    "also": words.also_words,
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
    """The report as a page for the browser, complete in itself; its script only filters what is there."""
    found = sections(report)
    names = {section.service for section in found} | {s for query in report.queries for s in query.services}
    services = sorted(name for name in names if name is not None)
    return (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            headline=headline(report),
            tallies=tallies(report),
            sections=found,
            services=services,
            suppressed_items=suppressed_items(report),
            forecast=tuple(forecast_lines(report.forecast)) if report.forecast else (),
            production_only=production_only(report),
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
    style, script = _own("report.css"), _own("report.js")
    made.globals |= {
        "style": style,
        "script": script,
        "policy": _policy(style, script),
        "effects": tuple(Effect),
    }
    made.globals |= {"marked": marked, "sql_script": sql_script}
    made.filters |= _FILTERS
    return made


def _own(name: str) -> Markup:
    return Markup((_TEMPLATES / name).read_text("utf-8"))  # noqa: S704 - a file of this package


def _shown(value: object) -> str:
    """What every expression of a template passes through; autoescape comes after it."""
    return value if isinstance(value, Markup) else words.visible(str(value))


def _policy(style: str, script: str) -> str:
    """Only this very style and script may work: not even text that slipped through the escaping can run."""
    return f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'"


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
