"""What a running server said of the table, in sentences; what blocks right now first."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model import Forecast, TableUse
from scanner.render.words import count, listing, number

_SCAN = (200, 2000)  # megabytes in a second, from slow disks to memory: taken, not measured there
_REWRITE = (20, 200)
_MEGABYTE = 1_000_000


def forecast_lines(forecast: Forecast) -> Iterator[str]:
    """One sentence a line; plain text that the formats escape."""
    yield from map(_use, forecast.uses or ())
    if forecast.uses == ():
        yield "Nobody holds or waits for a lock on the table right now."
    if forecast.transactions is not None:
        oldest = f", the oldest for {_seconds(forecast.oldest_s)}" if forecast.oldest_s is not None else ""
        yield f"{count(forecast.transactions, 'transaction')} open{oldest}."
    if forecast.size_bytes is not None and forecast.rows is not None:
        size = forecast.size_bytes / _MEGABYTE
        yield f"About {count(forecast.rows, 'row')}, {number(round(size))} MB with the indexes."
        yield f"A scan takes {_range(size, _SCAN)}; a rewrite {_range(size, _REWRITE)}."
    if forecast.reads is not None and forecast.writes is not None:
        since = f" since {forecast.since}" if forecast.since else " since the statistics began"
        yield f"{count(forecast.reads, 'read')} and {count(forecast.writes, 'row')} written{since}."
    if forecast.replicas is not None:
        said = [f"{name} ({_seconds(lag) if lag is not None else 'no lag known'})" for name, lag in forecast.replicas]
        yield f"Replicas: {listing(said)}." if said else "No replica is connected."
    if forecast.publications:
        yield f"Published by {listing(forecast.publications)}: subscribers need the column first."
    yield from (f"Not known: {each}" for each in forecast.unseen)


def _use(use: TableUse) -> str:
    what = f"{'holds' if use.held else 'waits for'} {use.mode} on the table"
    who = ", ".join(filter(None, (use.application, use.state)))
    age = f", its transaction open for {_seconds(use.age_s)}" if use.age_s is not None else ""
    return f"Right now session {use.session}{f' ({who})' if who else ''} {what}{age}."


def _range(size: float, rates: tuple[int, int]) -> str:
    low, high = rates
    return f"{_seconds(size / high)} to {_seconds(size / low)} at {number(high)} to {number(low)} MB/s"


def _seconds(seconds: float) -> str:
    if seconds < 1:
        return "under 1 s"
    return f"{number(round(seconds))} s" if seconds < 180 else f"{number(round(seconds / 60))} min"
