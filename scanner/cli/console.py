"""The console of reports. A module of its own, for only what prints a report loads rich."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console


class Output(Console):
    """Standard output; a reader that has gone is a BrokenPipeError.

    By itself rich would exit with 1, which is the code of --fail-on.
    """

    def on_broken_pipe(self) -> NoReturn:
        """Raises again what rich handles when it calls this."""
        raise
