"""Reports on the terminal: one screen each, everything with --explain, the verdict alone with --quiet."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from scanner.cli.links import linker, shows_links
from scanner.cli.loudness import is_quiet
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.model import Report

_Command = TypeVar("_Command", bound=Callable[..., object])
_LINES = 50  # of an answer that goes to no terminal
_SAID = 6  # lines at most that a command adds about what it could not read


@dataclass(frozen=True, slots=True)
class Manner:
    """How reports are shown."""

    explain: bool = False
    chosen: tuple[str, ...] = ()  # what of them alone: rules, fingerprints, places
    root: Path | None = None  # what places are relative to; None: not known


class _WithWords(click.Option):
    """A flag that gives further arguments another meaning: its help names them as a value that may be left out."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        return record and (f"{record[0]} {self.metavar}", record[1])


explain_option: Callable[[_Command], _Command] = click.option(
    "--explain",
    cls=_WithWords,
    is_flag=True,
    metavar="[WHAT]",
    help="Show everything: SQL, fixes, the plan; with SC103, a query's fingerprint or file:line, that alone.",
)


def take_chosen(words: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What of these arguments says what is to be explained, and the others."""
    from scanner.render.chosen import Chosen

    words = tuple(words)
    chosen = tuple(word for word in words if Chosen.names(word) and not Path(word).exists())
    return chosen, tuple(word for word in words if word not in chosen)


def show(reports: Sequence[Report], manner: Manner) -> None:
    """Prints each report."""
    for place, report in enumerate(reports):
        if is_quiet():
            from scanner.render.verdict import headline

            click.echo(headline(report))
            continue
        if place:
            click.echo()
        _print(report, manner)


def _print(report: Report, manner: Manner) -> None:
    from scanner.cli.console import Output
    from scanner.render.chosen import Chosen
    from scanner.render.terminal import no_link, print_report, print_screen

    width, height = shutil.get_terminal_size((80, _LINES))
    # By itself it takes every terminal that calls itself dumb for one of 80 columns.
    console, terminal = Output(width=width, height=height), sys.stdout.isatty()
    root = manner.root or Path.cwd()
    link = linker(root, os.environ) if shows_links(os.environ, terminal) else no_link
    if manner.explain:
        print_report(report, console, link=link, chosen=Chosen(manner.chosen))
    else:
        # The shell's next prompt, and what is said of unread sources, is to fit on the screen too.
        taken = 1 + min(len(report.unread), _SAID) if terminal else 0
        print_screen(report, console, height=height - taken, link=link)


def check_chosen(reports: Sequence[Report], manner: Manner) -> None:
    """Says what is to be explained and was not found. Raises UsageError."""
    from scanner.render.chosen import missing

    for word in manner.chosen:
        why = missing(word, reports)
        if why is not None:
            raise UsageError(why)
