"""What a long command is doing: on a terminal a bar with rate and remaining time, with --verbose a line a step."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import click

from scanner.cli.loudness import is_quiet, is_verbose

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import Task

    from scanner.progress import Progress


@contextmanager
def shown() -> Iterator[Progress | None]:
    """Shows what it is told as long as it lasts; nothing when standard error is no terminal, or with --quiet."""
    if is_verbose():
        with _timed() as told:
            yield told
        return
    if not sys.stderr.isatty() or is_quiet():
        yield None
        return
    with _bar() as bar:
        bar.add_task("Starting …", total=None, seen=0)

        def tell(step: str, count: int, read: tuple[int, int] | None = None) -> None:
            (task,) = bar.tasks
            if task.description != step:
                bar.remove_task(task.id)
                bar.add_task(step, total=None, seen=0)
                (task,) = bar.tasks
            done, total = read or (task.completed, task.total)
            bar.update(task.id, completed=done, total=total, seen=count)

        yield tell


@contextmanager
def _timed() -> Iterator[Progress]:
    """Says of each step how long it took and what it found, and at the end how long all of them took."""
    began = monotonic()
    step, since, found = "", began, 0

    def tell(now: str, count: int, _: tuple[int, int] | None = None) -> None:
        nonlocal step, since, found
        if now != step:
            finish()
            step, since = now, monotonic()
        found = count

    def finish() -> None:
        if step:
            _say_time(monotonic() - since, f"{step}: {found:,} found" if found else step)

    yield tell
    finish()
    _say_time(monotonic() - began, "in all")


def _say_time(seconds: float, what: str) -> None:
    click.echo(f"{seconds:8.2f} s  {what}", err=True)


def _bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
    from rich.text import Text

    class Described(TextColumn):
        def render(self, task: Task) -> Text:
            return Text.assemble(task.description, "  ", (_facts(task), "dim"), overflow="ellipsis", no_wrap=True)

    columns = SpinnerColumn(), BarColumn(bar_width=20), Described("")
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _facts(task: Task) -> str:
    """How far it is, how fast, and how long it will go on, as far as that is known."""
    from rich.filesize import decimal

    found = f"{task.fields['seen']:,} found" if task.fields["seen"] else ""
    if task.total is None:
        elapsed = f"{task.elapsed:.0f} s" if task.elapsed and task.elapsed >= 1 else ""
        return ", ".join(filter(None, (found, elapsed)))
    rate = f"{decimal(round(task.speed))}/s" if task.speed else ""
    left = f"{_duration(task.time_remaining)} left" if task.time_remaining is not None else ""
    return ", ".join(filter(None, (f"{task.percentage:.0f} %", rate, left, found)))


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
