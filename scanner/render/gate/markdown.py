"""The comment of a pull request: each migration with its reports."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.model import Report
from scanner.render.markdown import code, prose, to_markdown


def to_comment(migrations: Iterable[tuple[str, Iterable[Report], str | None]]) -> str:
    """Each migration: its path, its reports, and why it could not be checked where it could not."""
    blocks = []
    for path, reports, unread in migrations:
        blocks.append(f"## {code(path)}\n")
        blocks += [to_markdown(report) for report in reports]
        if unread is not None:
            blocks.append(f"**Could not be checked:** {prose(unread)}\n")
        elif not any(True for _ in reports):
            blocks.append("Adds no column to a table that is there before it.\n")
    return "\n".join(blocks) if blocks else "No new migrations.\n"
