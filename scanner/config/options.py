"""The command line's options that stand for a scanner.toml."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.config.model import SERVER_KINDS, Config, DatabaseConfig, SourceConfig, SourceKind
from scanner.config.values import absolute, expand, is_dsn, read_engine, read_schema, read_sql_mode
from scanner.model import Database


def config_from_options(
    *,
    engine: str,
    schema: Sequence[str],
    name: str = "default",
    search_path: Sequence[str] = (),
    sql_mode: str | None = None,
    python: Sequence[str] = (),
    slow_log: Sequence[str] = (),
    pg_stat_statements: Sequence[str] = (),
    sql: Sequence[str] = (),
    root: Path | None = None,
) -> Config:
    """The same without a file: one database, its sources given as paths or DSNs. Raises ConfigError."""
    root = (root or Path.cwd()).absolute()
    database = Database(name, read_engine(engine, "--engine"), tuple(search_path), read_sql_mode(sql_mode))
    given: tuple[tuple[SourceKind, Sequence[str]], ...] = (
        ("python", python),
        ("sql_files", sql),
        ("mysql_slow_log", slow_log),
        ("pg_stat_statements", pg_stat_statements),
    )
    sources = (source_from_text(kind, text, name, root) for kind, texts in given for text in texts)
    return Config(root, (DatabaseConfig(database, read_schema(schema, root, "The command line")),), tuple(sources))


def source_from_text(kind: SourceKind, text: str, database: str, root: Path) -> SourceConfig:
    """The source at a path or, where the kind can be asked of a server, at a DSN."""
    if kind in SERVER_KINDS and is_dsn(text):
        return SourceConfig(kind, database, dsn=expand(text, "The DSN"))
    return SourceConfig(kind, database, path=absolute(text, root))
