"""Report → terminal, HTML, CSV, JSON, Markdown, SVG. Nothing here reads anything but the report."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.model import Report

__all__ = ["FORMATS", "render", "write"]


def write(report: Report, path: str | Path, suffix: str | None = None) -> None:
    """Writes the report in the format of this suffix, or of the path's own.

    What was there stays whole until the new report is.

    Raises UsageError for a suffix that is not in FORMATS and for a place that cannot be written.
    """
    target = Path(path)
    text = render(report, suffix or target.suffix, str(path))
    try:
        _replace(target, text)
    except OSError as error:
        raise UsageError(f"The report could not be written to {path}: {error.strerror}.") from error


def render(report: Report, suffix: str, asked: str | None = None) -> str:
    """The report as text in the format of this suffix, as in ``.html``. Raises UsageError."""
    renderer = FORMATS.get(suffix.lower())
    if renderer is None:
        known = ", ".join(FORMATS)
        raise UsageError(f"{asked or suffix} names no format of a report: end it in one of {known}.")
    return renderer(report)


def _html(report: Report) -> str:
    from scanner.render.html import to_html

    return to_html(report)


def _csv(report: Report) -> str:
    from scanner.render.csv_file import to_csv

    return to_csv(report)


def _json(report: Report) -> str:
    from scanner.render.impact_json import to_json

    return to_json(report)


def _markdown(report: Report) -> str:
    from scanner.render.markdown import to_markdown

    return to_markdown(report)


def _svg(report: Report) -> str:
    from scanner.render.picture import draw_report

    return draw_report(report).svg


# pandas and jinja2 are slow to load: only the format that is asked for loads what it needs.
FORMATS: dict[str, Callable[[Report], str]] = {
    ".html": _html,
    ".csv": _csv,
    ".json": _json,
    ".md": _markdown,
    ".svg": _svg,
}


def _replace(target: Path, text: str) -> None:
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
