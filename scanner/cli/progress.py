"""What a long command is doing, on a terminal: a bar with rate and remaining time where the work is known."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import Task

    from scanner.progress import Progress

_Command = TypeVar("_Command", bound=Callable[..., object])
_QUIET = f"{__name__}.quiet"


def quiet_option(command: _Command) -> _Command:
    """Gives a command the option --quiet, which `shown` minds."""
    return click.option(
        "-q", "--quiet", is_flag=True, expose_value=False, callback=_keep, help="Show no progress on the terminal."
    )(command)


def _keep(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[_QUIET] = value


@contextmanager
def shown() -> Iterator[Progress | None]:
    """Shows what it is told as long as it lasts; nothing when standard error is no terminal, or with --quiet."""
    if not sys.stderr.isatty() or click.get_current_context().meta.get(_QUIET):
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
