"""--quiet and --verbose: how much is said beside the answer, and of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

_Command = TypeVar("_Command", bound=Callable[..., object])
_QUIET, _VERBOSE = f"{__name__}.quiet", f"{__name__}.verbose"


def loudness(command: _Command) -> _Command:
    """Gives a command the options --quiet and --verbose, for `is_quiet` and `is_verbose`."""
    command = click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, callback=_keep(_VERBOSE), help="Say what took how long."
    )(command)
    return click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_keep(_QUIET),
        help="Show no progress, and of a report on the terminal the verdict alone.",
    )(command)


def is_quiet() -> bool:
    """Whether --quiet was given to the command that runs."""
    return bool(click.get_current_context().meta.get(_QUIET))


def is_verbose() -> bool:
    """Whether --verbose was given to the command that runs."""
    return bool(click.get_current_context().meta.get(_VERBOSE))


def _keep(key: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def keep(context: click.Context, _: click.Parameter, value: bool) -> None:
        context.meta[key] = value

    return keep
