"""The command line's options that stand for a scanner.toml, or add to one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from scanner.config.discover import sources_at
from scanner.config.model import SERVER_KINDS, Config, DatabaseConfig, SourceConfig, SourceKind
from scanner.config.toml import FILE_NAME, find_config, load_config
from scanner.config.values import (
    CODE_KINDS,
    absolute,
    expand,
    is_dsn,
    read_duration,
    read_engine,
    read_moment,
    read_path,
    read_schema,
    read_sql_mode,
)
from scanner.errors import ConfigError
from scanner.model import Database, Period
from scanner.remote import is_remote
from scanner.text_files import STDIN


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a command that say what is to be scanned; each field is the option of its name."""

    config: str | None = None
    database: str | None = None
    engine: str | None = None
    schema: tuple[str, ...] = ()
    search_path: str | None = None  # names, with commas between them
    sql_mode: str | None = None
    python: tuple[str, ...] = ()
    sql: tuple[str, ...] = ()
    slow_log: tuple[str, ...] = ()
    slow_log_table: tuple[str, ...] = ()
    mysql_digests: tuple[str, ...] = ()
    pg_stat_statements: tuple[str, ...] = ()
    sample_activity: str | None = None  # how long, as in 30s
    since: str | None = None  # a time with its zone, or how long ago as in 7d
    until: str | None = None  # the same

    def config_for(self, paths: Sequence[str] = ()) -> Config:
        """What these options and further paths ask for: a scanner.toml, or what stands for one.

        Raises ConfigError.
        """
        alone = self.engine or self.schema
        config = self._within(self._sampled(self._without_file(paths) if alone else self._with_file(paths)))
        if not config.sources:
            raise ConfigError(
                "There is nothing to scan: give --python, --sql, --slow-log, --slow-log-table, --mysql-digests, "
                f"--pg-stat-statements or paths, or name sources in {FILE_NAME}."
            )
        return config

    @property
    def given(self) -> tuple[str, ...]:
        """The options that were given, as they are written; `--database` also names what changes."""
        names = (field.name for field in fields(self) if getattr(self, field.name))
        return tuple(f"--{name.replace('_', '-')}" for name in names if name != "database")

    def _within(self, config: Config) -> Config:
        """The configuration with production asked for no more than the period."""
        now = datetime.now(UTC).replace(microsecond=0)
        since, until = read_moment(self.since, "--since", now), read_moment(self.until, "--until", now)
        if since is None and until is None:
            return config
        period = Period(since, until)
        if since is not None and until is not None and since >= until:
            raise ConfigError(f"The period is empty: {period}.")
        sources = (s if s.kind in CODE_KINDS else replace(s, period=period) for s in config.sources)
        return replace(config, sources=tuple(sources))

    def _sampled(self, config: Config) -> Config:
        """The configuration with the sessions of its servers looked at for as long as is asked."""
        if self.sample_activity is None:
            return config
        seconds = read_duration(self.sample_activity, "--sample-activity")
        if not any(map(_has_sessions, config.sources)):
            raise ConfigError(
                "--sample-activity looks at the sessions of a server: give the DSN of pg_stat_statements."
            )
        sources = (replace(s, sample_s=seconds) if _has_sessions(s) else s for s in config.sources)
        return replace(config, sources=tuple(sources))

    def _with_file(self, paths: Sequence[str]) -> Config:
        path = self.config or find_config(Path.cwd())
        if path is None:
            raise ConfigError(
                f"There is no {FILE_NAME} here or above: scanner init writes one, or give --engine and --schema."
            )
        return with_options(load_config(path), self.database, sources=self._sources(), paths=paths)

    def _without_file(self, paths: Sequence[str]) -> Config:
        if self.config:
            raise ConfigError("Give either --config or --engine and --schema: the file names both.")
        if not (self.engine and self.schema):
            raise ConfigError("Give --engine and --schema together, as in --engine postgres:16 --schema schema.sql.")
        return config_from_options(
            self.engine,
            self.schema,
            sources=self._sources(),
            paths=paths,
            name=self.database or "default",
            search_path=[name.strip() for name in (self.search_path or "").split(",") if name.strip()],
            sql_mode=self.sql_mode,
        )

    def _sources(self) -> list[tuple[SourceKind, str]]:
        return [
            *(("python", text) for text in self.python),
            *(("sql_files", text) for text in self.sql),
            *(("mysql_slow_log", text) for text in self.slow_log),
            *(("mysql_slow_log_table", text) for text in self.slow_log_table),
            *(("mysql_digests", text) for text in self.mysql_digests),
            *(("pg_stat_statements", text) for text in self.pg_stat_statements),
        ]


def config_from_options(
    engine: str,
    schema: Sequence[str],
    *,
    sources: Iterable[tuple[SourceKind, str]] = (),
    paths: Iterable[str] = (),
    name: str = "default",
    search_path: Sequence[str] = (),
    sql_mode: str | None = None,
    base: Path | None = None,
) -> Config:
    """A configuration of one database, with sources as `(kind, path or DSN)` and paths to look into.

    Texts are relative to `base`, the working directory unless given; locations are shown relative to the
    nearest folder that holds all the source code. Raises ConfigError.
    """
    base = absolute(str(base or ""), Path.cwd())
    database = Database(name, read_engine(engine, "--engine"), tuple(search_path), read_sql_mode(sql_mode))
    ddl = read_schema(schema, base, "The command line")
    config = Config(base, (DatabaseConfig(database, ddl, root=base),))
    config = with_options(config, name, sources=sources, paths=paths, base=base)
    return Config(_root(config.sources, base), config.databases, config.sources)


def with_options(
    config: Config,
    database: str | None,
    *,
    sources: Iterable[tuple[SourceKind, str]] = (),
    paths: Iterable[str] = (),
    base: Path | None = None,
) -> Config:
    """The configuration with further sources of one database. Raises ConfigError."""
    base = absolute(str(base or ""), Path.cwd())
    found = [_source(kind, text, base) for kind, text in sources]
    found += [source for text in paths for source in sources_at(absolute(text, base))]
    if not found:
        return config
    name = config.database(database).name
    return config.with_sources(SourceConfig(s.kind, name, s.path, s.dsn) for s in found)


def _source(kind: SourceKind, text: str, base: Path) -> SourceConfig:
    if kind in SERVER_KINDS and is_dsn(text) and not is_remote(text):
        return SourceConfig(kind, dsn=expand(text, "The DSN"))
    if kind == "mysql_slow_log" and text == str(STDIN):
        return SourceConfig(kind, path=STDIN)
    return SourceConfig(kind, path=read_path(text, base, kind, "The command line"))


def _has_sessions(source: SourceConfig) -> bool:
    return source.kind == "pg_stat_statements" and source.dsn is not None


def _root(sources: Iterable[SourceConfig], base: Path) -> Path:
    paths = [s.path for s in sources if s.path and s.path.exists() and s.kind in CODE_KINDS]
    code = [path if path.is_dir() else path.parent for path in paths]
    return Path(os.path.commonpath(code)) if code else base
