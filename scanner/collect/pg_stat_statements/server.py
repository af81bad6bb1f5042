"""What a server says of its statistics, and what they therefore cannot show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# A server that is full evicts a twentieth of the statements, and these at least (entry_dealloc in its source).
_EVICTED_AT_LEAST = 10


@dataclass(frozen=True, slots=True)
class Override:
    """A setting that ALTER ROLE or ALTER DATABASE changed for some."""

    setting: str  # as in pg_stat_statements.track=none
    role: str | None  # None: every role
    database: str | None  # None: every database

    def __str__(self) -> str:
        role = f"the role {self.role}" if self.role else "all roles"
        return f"{self.setting} for {role}" + (f" in {self.database}" if self.database else "")


@dataclass(frozen=True, slots=True)
class Server:
    """A server and its settings. None: not known, or not there in its version."""

    database: str | None = None  # the one that was connected to
    role: str | None = None  # that reads, quoted where it must be
    standby: bool = False
    standbys: int = 0  # receivers of its log
    started: str | None = None  # ISO 8601, as are all times here
    track: str | None = None
    track_utility: str | None = None
    max: int | None = None  # statements
    save: str | None = None
    compute_query_id: str | None = None
    evicting: int | None = None  # times
    reset: str | None = None
    overrides: tuple[Override, ...] = ()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Server:
        """From the JSON object that `sql.SERVER` makes; what is not there or of another type is not known."""
        info = _object(said.get("info"))
        overrides = said.get("overrides")
        return cls(
            database=_text(said.get("database")),
            role=_text(said.get("role")),
            standby=said.get("standby") is True,
            standbys=_number(said.get("standbys")) or 0,
            started=_text(said.get("started")),
            track=_text(said.get("track")),
            track_utility=_text(said.get("track_utility")),
            max=_number(said.get("max")),
            save=_text(said.get("save")),
            compute_query_id=_text(said.get("compute_query_id")),
            evicting=_number(info.get("dealloc")),
            reset=_text(info.get("stats_reset")),
            overrides=tuple(map(_override, overrides)) if isinstance(overrides, list) else (),
        )

    def why_empty(self) -> str | None:
        """What keeps the view empty, with what to do; None when it is no setting."""
        for name, value in (("pg_stat_statements.track", self.track), ("compute_query_id", self.compute_query_id)):
            if value in ("none", "off"):
                better = "top or all" if value == "none" else "auto"
                return f"{name} is {value}: set it to {better} and let the server work for a while"
        return None

    def limits(self, rows: int) -> Iterator[str]:
        """What the view, which has this many rows of all databases, cannot show."""
        yield from self._not_recorded()
        yield from self._forgotten(rows)
        yield from self._elsewhere()

    def _not_recorded(self) -> Iterator[str]:
        if self.track == "top":
            yield (
                "Statements inside functions and procedures are not counted (pg_stat_statements.track = top): "
                "set it to all."
            )
        if reason := self.why_empty():
            yield f"Nothing is recorded any more, and what is here is old: {reason}."
        if self.track_utility == "off":
            yield (
                "COPY, CREATE … AS, CALL and EXPLAIN are not recorded (pg_stat_statements.track_utility = off): "
                "set it to on."
            )
        if self.overrides:
            listed = "; ".join(map(str, self.overrides))
            yield f"Some sessions are recorded by other settings than the server's: {listed}."

    def _forgotten(self, rows: int) -> Iterator[str]:
        size = "" if self.max is None else f" ({self.max})"
        if self.evicting:
            yield (
                f"Rare queries were evicted {self.evicting} times since {_day(self.reset)}: "
                f"raise pg_stat_statements.max{size}."
            )
        elif self.evicting is None and self._is_full(rows):
            yield f"The view is full, so rare queries have been evicted: raise pg_stat_statements.max{size}."
        elif self.evicting is None:
            yield "This server does not tell whether rare queries were evicted (PostgreSQL 14 does)."
        if self.reset:
            yield f"Queries that have not run since {_day(self.reset)}, when the statistics were reset, are unknown."
        if self.save == "off":
            yield (
                "The statistics are lost when the server stops (pg_stat_statements.save = off), and began anew on "
                f"{_day(self.started)}: set it to on."
            )

    def _is_full(self, rows: int) -> bool:
        return self.max is not None and rows >= self.max - max(self.max // 20, _EVICTED_AT_LEAST)

    def _elsewhere(self) -> Iterator[str]:
        if self.standby:
            yield "This server is a standby and counts what it ran itself: make its primary a source too."
        if self.standbys:
            yield (
                f"{self.standbys} standbys or other receivers follow this server; what they are asked is counted by "
                "them: make those that answer queries sources too."
            )


def _override(said: object) -> Override:
    of = _object(said)
    return Override(_text(of.get("setting")) or "?", _text(of.get("role")), _text(of.get("database")))


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: object) -> int | None:
    try:
        return int(value) if isinstance(value, int | str) else None
    except ValueError:
        return None


def _day(time: str | None) -> str:
    return time[:10] if time else "a day that is not known"
