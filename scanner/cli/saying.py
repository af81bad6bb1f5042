"""What commands say beside their answer, on standard error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from scanner.cli.codes import DONE, UNREAD

if TYPE_CHECKING:
    from scanner.model import Unread

_UNREAD_SHOWN = 5


def say_unread(unread: Sequence[Unread]) -> int:
    """Says what was not read, which is why the exit code is not 0."""
    from scanner.render.words import visible

    for each in unread[:_UNREAD_SHOWN]:
        said = each.reason if each.place in each.reason else f"{each.place}: {each.reason}"
        click.echo(f"scanner: {visible(said)}", err=True)
    if len(unread) > _UNREAD_SHOWN:
        click.echo(
            f"scanner: {len(unread) - _UNREAD_SHOWN:,} more could not be read: the report names them.",
            err=True,
        )
    return UNREAD if unread else DONE
