"""Rows of the table mysql.slow_log → events."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from scanner.collect.mysql_slow_log.events import Event, account_of

_TIME = re.compile(r"(\d+):(\d\d):(\d\d)(\.\d{1,6})?")
# What stands there instead of a statement for a command of the protocol; files mark them.
_COMMANDS = frozenset(
    (
        *("Binlog Dump", "Change user", "Close stmt", "Connect", "Connect Out", "Create DB", "Daemon", "Debug"),
        *("Drop DB", "Execute", "Fetch", "Field List", "Init DB", "Kill", "Long Data", "Ping", "Prepare"),
        *("Processlist", "Quit", "Refresh", "Register Replica", "Register Slave", "Reset connection", "Reset stmt"),
        *("Set option", "Shutdown", "Sleep", "Statistics", "Table Dump"),
    )
)


class NoEntryError(ValueError):
    """A row is no entry; the message says why."""


def read_row(line: int, values: Mapping[str, object]) -> Event:
    """The entry that a row of the table is, its times in UTC; `line` is where it stands in a file.

    Raises NoEntryError.
    """
    sql = str(values.get("sql_text", "")).rstrip("; \t\r\n\0")
    if not sql:
        raise NoEntryError("it has no sql_text")
    user, host, _ = account_of(str(values.get("user_host", "")).encode("utf-8", "surrogatepass"))
    return Event(
        sql=sql,
        offset=line,
        time=_moment(values),
        user=user,
        host=host,
        thread_id=_number(values, "thread_id"),
        database=str(values.get("db", "")) or None,
        query_time_s=_seconds(values, "query_time"),
        lock_time_s=_seconds(values, "lock_time"),
        rows_sent=_number(values, "rows_sent"),
        rows_examined=_number(values, "rows_examined"),
        rows_affected=_number(values, "rows_affected"),
        administrator_command=sql in _COMMANDS,
    )


def _moment(values: Mapping[str, object]) -> datetime | None:
    text = str(values.get("start_time", ""))
    if not text or text.startswith("0000-"):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoEntryError("its start_time is no time") from None


def _seconds(values: Mapping[str, object], name: str) -> float | None:
    """A TIME in seconds, as the server writes it, or a number of them."""
    text = str(values.get(name, ""))
    if not text:
        return None
    found = _TIME.fullmatch(text)
    try:
        if found is None:
            return float(text) if len(text) < 20 and float(text) >= 0 else _fail(name)
        hours, minutes, seconds, fraction = found.groups()
        whole = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return (whole * 1_000_000 + int((fraction or ".0")[1:].ljust(6, "0"))) / 1_000_000
    except ValueError:
        return _fail(name)


def _number(values: Mapping[str, object], name: str) -> int | None:
    text = str(values.get(name, ""))
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) < 20 else _fail(name)


def _fail(name: str) -> int:
    raise NoEntryError(f"its {name} is no number")
