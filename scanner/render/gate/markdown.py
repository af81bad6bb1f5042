"""The comment of a pull request: each migration with its reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scanner.model import Report
from scanner.render.fitted import Block, fitted
from scanner.render.markdown import LIMIT, code, prose, to_markdown

_WIDTH = 2_000  # of a path, and of why it could not be checked


def to_comment(migrations: Iterable[tuple[str, Iterable[Report], str | None]], limit: int = LIMIT) -> str:
    """Each migration: its path, its reports, and why it could not be checked where it could not.

    The reports share the characters of the limit alike; migrations that find no room at all are counted.
    """
    found = [(path, tuple(reports), unread) for path, reports, unread in migrations]
    if not found:
        return "No new migrations.\n"
    several = max(1, sum(len(reports) for _, reports, _ in found))
    share = (limit - sum(len("\n".join(_around(*each))) + 2 for each in found)) // several
    rows = ["\n".join(_told(*each, share)).rstrip("\n") for each in found]
    return fitted([Block("", rows, noun="migration", between="\n\n")], limit - 1) + "\n"


def _told(path: str, reports: Sequence[Report], unread: str | None, share: int) -> Iterator[str]:
    head, *rest = _around(path, reports, unread)
    yield head
    yield from (to_markdown(report, share) for report in reports)
    yield from rest


def _around(path: str, reports: Sequence[Report], unread: str | None) -> Iterator[str]:
    yield f"## {code(path, _WIDTH)}\n"
    if unread is not None:
        yield f"**Could not be checked:** {prose(unread, _WIDTH)}\n"
    elif not reports:
        yield "Adds no column to a table that is there before it.\n"
