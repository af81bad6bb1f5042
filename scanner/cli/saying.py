"""What commands say beside their answer, on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from scanner.cli.codes import DONE, UNREAD

if TYPE_CHECKING:
    from scanner.model import Unread
    from scanner.scanning import Progress

_UNREAD_SHOWN = 5


@contextmanager
def progress_line() -> Iterator[Progress | None]:
    """A line on the terminal that says what is being read; nothing when standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape

    with Console(stderr=True).status("Starting …") as status:
        yield lambda step, count: status.update(f"{escape(step)}: {count:,}" if count else escape(step))


def say_unread(unread: Sequence[Unread]) -> int:
    """Says what was not read, which is why the exit code is not 0."""
    for each in unread[:_UNREAD_SHOWN]:
        click.echo(
            f"scanner: {each.reason if each.place in each.reason else f'{each.place}: {each.reason}'}",
            err=True,
        )
    if len(unread) > _UNREAD_SHOWN:
        click.echo(
            f"scanner: {len(unread) - _UNREAD_SHOWN:,} more could not be read: the report names them.",
            err=True,
        )
    return UNREAD if unread else DONE
