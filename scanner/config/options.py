"""The command line's options that stand for a scanner.toml, or add to one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from scanner.config.discover import sources_at
from scanner.config.model import SERVER_KINDS, Config, DatabaseConfig, SourceConfig, SourceKind
from scanner.config.values import absolute, expand, is_dsn, read_engine, read_schema, read_sql_mode
from scanner.model import Database

_CODE_KINDS = ("python", "sql_files")


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
    base = (base or Path.cwd()).absolute()
    database = Database(name, read_engine(engine, "--engine"), tuple(search_path), read_sql_mode(sql_mode))
    ddl = read_schema(schema, base, "The command line")
    config = Config(base, (DatabaseConfig(database, ddl),))
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
    base = (base or Path.cwd()).absolute()
    found = [_source(kind, text, base) for kind, text in sources]
    found += [source for text in paths for source in sources_at(absolute(text, base))]
    if not found:
        return config
    name = config.database(database).name
    return config.with_sources(SourceConfig(s.kind, name, s.path, s.dsn) for s in found)


def _source(kind: SourceKind, text: str, base: Path) -> SourceConfig:
    if kind in SERVER_KINDS and is_dsn(text):
        return SourceConfig(kind, dsn=expand(text, "The DSN"))
    return SourceConfig(kind, path=absolute(text, base))


def _root(sources: Iterable[SourceConfig], base: Path) -> Path:
    code = [s.path if s.path.is_dir() else s.path.parent for s in sources if s.path and s.kind in _CODE_KINDS]
    return Path(os.path.commonpath(code)) if code else base
