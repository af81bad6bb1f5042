"""What is configured: databases, the sources bound to them, and how services are recognised."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Literal

from scanner.config.wording import choice, listed
from scanner.errors import ConfigError
from scanner.model import Consumer, Database, Link, Period, RolloutSettings

SourceKind = Literal[
    "pg_stat_statements", "mysql_digests", "mysql_slow_log", "mysql_slow_log_table", "python", "sql_files"
]

# The kinds that can also be asked of a live server.
SERVER_KINDS = ("pg_stat_statements", "mysql_digests", "mysql_slow_log_table")
NAMED_BY = re.compile(r"\{(user|host|database|application_name|tags\.[^{}]+)\}")  # in the name of a service


@dataclass(frozen=True, slots=True)
class DatabaseConfig:
    """A database, where its schema is, and who reads it without running a query here."""

    database: Database
    schema: tuple[str, ...]  # files of DDL or migrations, directories or globs (absolute), or one DSN
    consumers: tuple[Consumer, ...] = ()
    without: frozenset[Path] = frozenset()  # migrations, resolved: of the schema's only those before them count
    rollout: RolloutSettings = field(default_factory=RolloutSettings)
    root: Path | None = None  # below which scripts of the schema may read others

    @property
    def name(self) -> str:
        """The name that sources and changes refer to."""
        return self.database.name


@dataclass(frozen=True, slots=True)
class SourceConfig:
    """One place to collect observations from; exactly one of path and dsn is set."""

    kind: SourceKind
    database: str = ""  # its name; empty only until the source is part of a Config
    path: Path | None = None  # absolute file or directory
    dsn: str | None = None
    service: str | None = None  # the service of everything found here
    # Of a server with several databases: its own name of this one (None: the one that the DSN names), and the names of
    # those that other entries stand for.
    server_database: str | None = None
    elsewhere: tuple[str, ...] = ()
    sample_s: float = 0  # how long the sessions of a server are looked at
    period: Period | None = None  # of production, the only one asked for


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """How a service is recognised. Patterns are shell patterns (``app_*``, ``10.0.3.*``).

    An observation is the service's when its path matches one of `paths`, or when it meets all `conditions`.
    """

    name: str  # may hold what matched, as in "{application_name}" and "{tags.application}": NAMED_BY
    users: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()  # relative to the root; a folder stands for everything below it
    databases: tuple[str, ...] = ()  # as configured, or the one in use
    application_names: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of comments: key, patterns of its value

    @property
    def conditions(self) -> dict[str, tuple[str, ...]]:
        """What a connection or statement must match, as NAMED_BY names it: of each, one of the patterns."""
        account = {
            "user": self.users,
            "host": self.hosts,
            "database": self.databases,
            "application_name": self.application_names,
        }
        given = {what: patterns for what, patterns in account.items() if patterns}
        return given | {f"tags.{key}": patterns for key, patterns in self.tags}


@dataclass(frozen=True, slots=True)
class SuppressionEntry:
    """Findings to set apart, as scanner.toml writes it."""

    rule: str  # code or name, not looked up yet
    reason: str
    place: str
    paths: tuple[str, ...] = ()  # empty: everywhere
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class Config:
    """What to scan. Names of databases are unique and every source's database is one of them."""

    root: Path  # locations are shown relative to it
    databases: tuple[DatabaseConfig, ...]
    sources: tuple[SourceConfig, ...] = ()
    services: tuple[ServiceRule, ...] = ()
    suppressions: tuple[SuppressionEntry, ...] = ()
    links: tuple[Link, ...] = ()  # of source files to where they can be read; the nearest folder first

    def database(self, name: str | None) -> DatabaseConfig:
        """The database of this name; None means the only one. Raises ConfigError."""
        return pick(self.databases, name, "The request")

    def before(self, migrations: Iterable[Path]) -> Config:
        """A copy in which schemas made of migrations have none of these, nor what comes after them."""
        without = frozenset(path.resolve() for path in migrations)
        return replace(self, databases=tuple(replace(entry, without=without) for entry in self.databases))

    def with_sources(self, sources: Iterable[SourceConfig]) -> Config:
        """A copy with further sources; one that is already there is not read twice."""
        return replace(self, sources=tuple(dict.fromkeys((*self.sources, *sources))))


def pick(databases: Sequence[DatabaseConfig], name: str | None, at: str) -> DatabaseConfig:
    """The database of this name; None means the only one. `at` names who asks. Raises ConfigError."""
    names = [entry.name for entry in databases]
    if name is None and len(databases) > 1:
        raise ConfigError(f"{at} must say which database it speaks to: {listed(names)}.")
    if name is not None and name not in names:
        raise ConfigError(f"{at} names the database {name!r}, which is not configured: {choice(name, names)}")
    return databases[0 if name is None else names.index(name)]
