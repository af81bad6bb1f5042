"""The options that say what is to be scanned, shared by commands."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from scanner.cli.completing import type_for
from scanner.cli.loudness import loudness
from scanner.errors import UsageError

Command = Callable[..., int]

_NAME = re.compile(r'\s*(?:[\w$]+|"[^"]*"|`[^`]*`)(?:\.(?:[\w$]+|"[^"]*"|`[^`]*`))?\s*')


def asked_for(command: Command) -> Command:
    """Gives a command the options that say what is to be scanned, and their values as `asked`."""

    @wraps(command)
    def with_request(**options: object) -> int:
        from dataclasses import fields

        from scanner.config import Request

        values: dict[str, Any] = {field.name: options.pop(field.name) for field in fields(Request)}
        return command(asked=Request(**values), **options)

    with_request = loudness(with_request)
    for name, metavar, help_text, several in reversed(_OPTIONS):
        with_request = click.option(
            f"--{name}", type=type_for(metavar), metavar=metavar, help=help_text, multiple=several
        )(with_request)
    return with_request


_OPTIONS = (
    ("config", "FILE", "A scanner.toml; without it the nearest one upward.", False),
    ("database", "NAME", "The database that is changed.", False),
    ("engine", "ENGINE", "Without a file: the engine, as in postgres:16.", False),
    ("schema", "FILE|DSN", "Without a file: DDL, or a live server.", True),
    ("search-path", "NAMES", "With --engine: schemas in lookup order, a,b.", False),
    ("sql-mode", "MODES", "With --engine: the sql_mode of MySQL.", False),
    ("python", "DIR", "Python source.", True),
    ("sql", "DIR", "Files of SQL.", True),
    ("slow-log", "FILE|DIR|URL|-", "Slow query logs of MySQL or MariaDB; a pattern, - for standard input.", True),
    ("slow-log-table", "DSN|FILE|URL", "The table mysql.slow_log of a live server, or an export.", True),
    ("mysql-digests", "DSN|FILE|URL", "Statement digests of MySQL or MariaDB: a live server, or an export.", True),
    ("pg-stat-statements", "DSN|FILE|URL", "A live server, or an export of its view.", True),
    ("since", "TIME", "Of production, only what ran since: 7d, 12h, or 2026-11-01T08:00Z.", False),
    ("until", "TIME", "Of production, only what ran before.", False),
    ("sample-activity", "TIME", "How long to look who runs what on live PostgreSQL, as in 30s.", False),
)

# The same as names of parameters, and what goes with them.
SHARED_OPTIONS = frozenset(name.replace("-", "_") for name, *_ in _OPTIONS)


def change_of(change: str | None, rest: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The statement, and the paths that follow it."""
    if change is None:
        raise UsageError('Name the change, as in "ALTER TABLE orders ADD COLUMN status text", or a --migration.')
    if change.strip().upper() == "ALTER":
        raise UsageError(f'Put the whole change in quotes: scanner impact "{" ".join((change, *rest))}".')
    if not _NAME.fullmatch(change):
        return change, rest
    if rest and _NAME.fullmatch(rest[0]) and (len(rest) == 1 or Path(rest[1]).exists()):
        raise UsageError(f'Which type has {rest[0]}? Write it behind the name, in quotes: {change} "{rest[0]} text".')
    if rest and _NAME.fullmatch(rest[0]):
        raise UsageError(f'Put name and type of the column in quotes: {change} "{" ".join(rest[:2])} …".')
    if not rest:
        raise UsageError(f'What is added to {change}? Write the column behind it: {change} "status text NOT NULL".')
    return f"ALTER TABLE {change} ADD COLUMN {rest[0]}", rest[1:]


def is_file(change: str) -> bool:
    """Whether the change is given as the path of a migration."""
    return _NAME.fullmatch(change) is None and not re.search(r"\s", change) and Path(change).is_file()
