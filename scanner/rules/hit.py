"""What a rule yields."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.model import Effect, RowUse


@dataclass(frozen=True, slots=True)
class Hit:
    """One mechanism at one place of a statement."""

    effect: Effect
    message: str  # the thing, the consequence, whom it hits
    help: str  # the fix, filled in with the user's table and column
    span: tuple[int, int] | None = None  # offsets into the statement
    possible: str | None = None  # why it may not happen all the same


def listed(names: tuple[str, ...] | list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def place(use: RowUse) -> str:
    """The place that uses the rows, as the beginning of a sentence."""
    return str(use.location) if use.location else "The code"
