"""What an engine makes of one statement on an empty schema."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """None stands for what the engine was not asked or could not say."""

    error: str | None = None  # SQLSTATE or errno and message, from reading and binding the statement
    columns: tuple[tuple[str, str], ...] = ()  # of the result: names and types
    bound: str | None = None  # the statement as the engine writes it back, each name with what it is bound to
    run_error: str | None = None  # from running it with made-up values
    rows: int | None = None  # that it read or wrote when it ran

    @property
    def code(self) -> str | None:
        """The SQLSTATE or errno of whichever error there is."""
        said = self.error or self.run_error
        return said.partition(":")[0] if said else None
