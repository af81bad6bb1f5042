"""A span of time that production's statements are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Period:
    """From one moment, up to another; None is no bound."""

    since: datetime | None = None  # UTC
    until: datetime | None = None  # UTC, not in it

    def __contains__(self, moment: datetime) -> bool:
        return (self.since is None or moment >= self.since) and (self.until is None or moment < self.until)

    def __str__(self) -> str:
        bounds = (("since", self.since), ("until", self.until))
        return " ".join(f"{word} {moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for word, moment in bounds if moment)
