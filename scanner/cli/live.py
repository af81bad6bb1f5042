"""Reports with what the running server says of their tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scanner.model import Report


def with_forecast(reports: tuple[Report, ...], dsn: str) -> tuple[Report, ...]:
    """The reports with a forecast each. Raises ConfigError and SourceError for what is no URL of such a server."""
    from scanner.config import expand
    from scanner.forecast import forecast

    address = expand(dsn, "The DSN of --live")
    return tuple(replace(each, forecast=forecast(address, each.database, each.change.table)) for each in reports)
