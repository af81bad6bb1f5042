"""Values that mean the same in scanner.toml and on the command line."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner.errors import ConfigError, UsageError
from scanner.model import Engine
from scanner.remote import RemotePath, is_remote

# What stands before the first /, ? or #: there a sign of the password that is not encoded ends it.
_AUTHORITY = re.compile(r"(?P<account>[^/?#@]*@)?[^/?#@]*(?![^/?#])")
_ENCODED = re.compile(r"(?:[^%\s]|%[0-9A-Fa-f]{2})*+")
CODE_KINDS = ("python", "sql_files")
_AGO = re.compile(r"(\d{1,6})([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DSN = re.compile(r"[a-z][a-z0-9+.]+://|(host|hostaddr|port|dbname|user|service)\s*=", re.IGNORECASE)
_DURATION = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([smh])\s*")
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_LONGEST_S = 3600


def is_dsn(text: str) -> bool:
    """Whether a text is a URL or libpq's ``key=value`` form rather than a path."""
    return _DSN.match(text) is not None


def read_engine(text: str, at: str) -> Engine:
    """The engine; `at` names the entry in the message. Raises ConfigError."""
    try:
        return Engine.parse(text)
    except UsageError as error:
        raise ConfigError(f"{at}: {error}") from error


def read_schema(texts: Sequence[str], root: Path, at: str) -> tuple[str, ...]:
    """Absolute files, directories or globs of DDL, or one DSN. Raises ConfigError."""
    if not texts:
        raise ConfigError(
            f"{at} has no schema: give a file of DDL (pg_dump --schema-only, mysqldump --no-data), "
            "a directory, or the DSN of a server."
        )
    if len(texts) > 1 and any(map(is_dsn, texts)):
        raise ConfigError(f"{at} mixes a DSN with other schemas: give either files or one DSN.")
    return tuple(expand(text, at) if is_dsn(text) else str(absolute(text, root)) for text in texts)


def read_sql_mode(text: str | None) -> frozenset[str] | None:
    """``@@sql_mode`` as a set; None stays "not known"."""
    if text is None:
        return None
    return frozenset(mode.strip() for mode in text.upper().split(",") if mode.strip())


def read_duration(text: str | None, at: str) -> float:
    """Seconds, of a text as in 30s, 5m or 0.5h; None is none. Raises ConfigError."""
    match = _DURATION.fullmatch(text or "0s")
    seconds = float(match[1]) * _SECONDS[match[2]] if match else -1
    if not 0 <= seconds <= _LONGEST_S:
        raise ConfigError(f"{at} has the duration {text!r}: write seconds or minutes as in 30s or 5m, at most 1h.")
    return seconds


def read_moment(text: str | None, at: str, now: datetime) -> datetime | None:
    """UTC, of a time with its zone or of how long ago, as in 2026-11-01T08:00Z and 7d. Raises ConfigError."""
    if text is None:
        return None
    ago = _AGO.fullmatch(text)
    try:
        moment = now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}) if ago else datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ConfigError(
        f"{at} has the time {text!r}: write it with its zone as in 2026-11-01T08:00Z, "
        "or how long ago as in 90m, 12h, 7d or 2w."
    )


def read_path(text: str, root: Path, kind: str, at: str) -> Path:
    """Where a source of this kind lies. Raises ConfigError."""
    if is_remote(text) and kind in CODE_KINDS:
        raise ConfigError(f"{at}: sources of kind {kind} are read from folders of this machine, not from a URL.")
    return absolute(text, root)


def absolute(text: str, root: Path) -> Path:
    """A path that is relative to the root, without ``..`` and ``~``; that of a URL is its own."""
    if is_remote(text):
        return RemotePath.of(text)
    return Path(os.path.normpath(root / Path(text).expanduser()))


def expand(dsn: str, at: str) -> str:
    """A DSN with its ``${NAME}`` replaced from the environment.

    Raises ConfigError; also for a URL whose password is not encoded: a server's message would show a part of it.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] not in os.environ:
            raise ConfigError(f"{at} needs the environment variable {match[1]}, which is not set.")
        return os.environ[match[1]]

    found = re.sub(r"\$\{(\w+)\}", value, dsn)
    if not _is_encoded(found):
        raise ConfigError(
            f"{at} has a URL that cannot be told apart: percent-encode signs such as @ / : # ? % and blanks in its "
            "user name and password, as in p%40ss."
        )
    return found


def _is_encoded(dsn: str) -> bool:
    """Whether user name and password of a URL end where they seem to."""
    _, separator, rest = dsn.partition("://")
    authority = _AUTHORITY.match(rest)
    if not separator:
        return True
    settings = rest.partition("?")[2]
    if (
        authority is None
        or not _ENCODED.fullmatch(rest)
        or not all("=" in each for each in settings.split("&") if each)
    ):
        return False
    return authority["account"] is not None or "@" not in rest or ":" not in authority[0]
