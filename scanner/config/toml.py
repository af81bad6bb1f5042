"""scanner.toml → Config."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

from scanner.config.links import read_link
from scanner.config.model import (
    NAMED_BY,
    SERVER_KINDS,
    Config,
    DatabaseConfig,
    ServiceRule,
    SourceConfig,
    SourceKind,
    SuppressionEntry,
    pick,
)
from scanner.config.values import absolute, expand, read_duration, read_engine, read_path, read_schema, read_sql_mode
from scanner.config.wording import choice, listed
from scanner.errors import ConfigError, reason_of
from scanner.model import Consumer, Database, Link, RolloutSettings
from scanner.remote import is_remote

FILE_NAME = "scanner.toml"

_SECTIONS = ("databases", "sources", "services", "consumers", "suppress", "links", "rollout")
_DATABASE_KEYS = ("name", "engine", "schema", "search_path", "sql_mode")
_SOURCE_KEYS = ("kind", "path", "dsn", "database", "databases", "service", "sample_activity")
_SERVICE_KEYS = ("name", "paths", "users", "hosts", "databases", "application_names", "tags")
_SUPPRESS_KEYS = ("rule", "reason", "paths", "expires")
_LINK_KEYS = ("template", "path")
_CONSUMER_KEYS = ("name", "kind", "database", "tables", "note")
_ROLLOUT_NUMBERS = ("lock_timeout_ms", "batch_rows", "max_lag_s")


def find_config(start: Path) -> Path | None:
    """The scanner.toml of this directory or of the nearest one above it."""
    candidates = (folder / FILE_NAME for folder in (start, *start.parents))
    return next((path for path in candidates if path.is_file()), None)


def load_config(path: str | Path) -> Config:
    """Reads a scanner.toml. Raises ConfigError."""
    path = absolute(str(path), Path.cwd())
    document = _read_toml(path)
    root = path.parent
    where = path.name
    _check_keys(document, _SECTIONS, where)
    databases = _databases(document, root, where)
    consumers, rollout = _consumers(document, databases, where), _rollout(document, where)
    return Config(
        root,
        tuple(replace(entry, consumers=consumers.get(entry.name, ()), rollout=rollout) for entry in databases),
        tuple(
            source
            for entry, at in _entries(document, "sources", where)
            for source in _for_each_database(_source(entry, databases, root, at), entry, databases, at)
        ),
        tuple(_service(entry, at) for entry, at in _entries(document, "services", where)),
        tuple(_suppression(entry, at, where) for entry, at in _entries(document, "suppress", where)),
        tuple(sorted(map(_link, _entries(document, "links", where)), key=lambda link: -len(link.folder))),
    )


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {reason_of(error)}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not valid TOML: {error}.") from error


def _databases(document: Mapping[str, Any], root: Path, where: str) -> tuple[DatabaseConfig, ...]:
    databases = tuple(_database(entry, root, at) for entry, at in _entries(document, "databases", where))
    if not databases:
        raise ConfigError(f"{where} names no database: add a [[databases]] entry with its name, engine and schema.")
    names = [entry.name for entry in databases]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigError(f"{where} names the database {twice!r} twice: every name must be its own.")
    return databases


def _database(entry: Mapping[str, Any], root: Path, at: str) -> DatabaseConfig:
    _check_keys(entry, _DATABASE_KEYS, at)
    database = Database(
        _required(entry, "name", at),
        read_engine(_required(entry, "engine", at), at),
        _texts(entry, "search_path", at),
        read_sql_mode(_text(entry, "sql_mode", at)),
    )
    return DatabaseConfig(database, read_schema(_texts(entry, "schema", at), root, at), root=root)


def _source(entry: Mapping[str, Any], databases: Sequence[DatabaseConfig], root: Path, at: str) -> SourceConfig:
    _check_keys(entry, _SOURCE_KEYS, at)
    kind = _kind(_required(entry, "kind", at), at)
    path, dsn = _text(entry, "path", at), _text(entry, "dsn", at)
    if (path is None) == (dsn is None):
        raise ConfigError(f"{at} needs one of path and dsn.")
    if dsn is not None and kind not in SERVER_KINDS:
        raise ConfigError(f"{at} of kind {kind} is read from files: give a path instead of a dsn.")
    return SourceConfig(
        kind,
        "" if "databases" in entry else pick(databases, _text(entry, "database", at), at).name,
        read_path(expand(path, at) if is_remote(path) else path, root, kind, at) if path is not None else None,
        expand(dsn, at) if dsn is not None else None,
        _text(entry, "service", at),
        sample_s=_sampled(entry, kind, at),
    )


def _sampled(entry: Mapping[str, Any], kind: SourceKind, at: str) -> float:
    """How long the sessions are looked at, which only a server has."""
    text = _text(entry, "sample_activity", at)
    if text is not None and (kind != "pg_stat_statements" or "dsn" not in entry):
        raise ConfigError(f"{at}: sample_activity needs a dsn of kind pg_stat_statements, whose sessions it looks at.")
    return read_duration(text, at)


def _for_each_database(
    source: SourceConfig, entry: Mapping[str, Any], databases: Sequence[DatabaseConfig], at: str
) -> Iterator[SourceConfig]:
    """The source for each database of its server: `databases` says what the server calls them, and what we do."""
    names = entry.get("databases")
    if names is None:
        yield source
        return
    if source.kind not in SERVER_KINDS:
        raise ConfigError(f"{at} of kind {source.kind} shows no databases of a server: give it one database.")
    if "database" in entry or not _is_table_of_texts(names):
        raise ConfigError(f'{at}: instead of database, write databases = {{ shop_production = "shop" }}.')
    for server_database, name in names.items():
        others = tuple(other for other in names if other != server_database)
        database = pick(databases, name, at).name
        yield replace(source, database=database, server_database=server_database, elsewhere=others)


def _is_table_of_texts(value: object) -> bool:
    return isinstance(value, dict) and bool(value) and all(isinstance(text, str) for text in value.values())


def _service(entry: Mapping[str, Any], at: str) -> ServiceRule:
    _check_keys(entry, _SERVICE_KEYS, at)
    rule = ServiceRule(
        _required(entry, "name", at),
        tags=_tags(entry, at),
        **{key: _texts(entry, key, at) for key in _SERVICE_KEYS[1:-1]},
    )
    if not (rule.paths or rule.conditions):
        raise ConfigError(f"{at} recognises nothing: give it {listed(_SERVICE_KEYS[1:])}.")
    for key in NAMED_BY.findall(rule.name):
        if rule.paths or key not in rule.conditions:
            needed = "leave out paths, which do not say it" if rule.paths else "say which values it may have"
            raise ConfigError(f"{at} takes its name from {{{key}}}: {needed}.")
    return rule


def _tags(entry: Mapping[str, Any], at: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    tags = entry.get("tags", {})
    if not isinstance(tags, dict) or not all(tags.values()):
        raise ConfigError(f'{at}: write tags with what they must be, as in tags = {{ application = "shop" }}.')
    return tuple((key, _texts(tags, key, f"{at}: tags")) for key in tags)


def _consumers(
    document: Mapping[str, Any], databases: Sequence[DatabaseConfig], where: str
) -> dict[str, tuple[Consumer, ...]]:
    consumers: dict[str, tuple[Consumer, ...]] = {}
    for entry, at in _entries(document, "consumers", where):
        _check_keys(entry, _CONSUMER_KEYS, at)
        consumer = Consumer(
            _required(entry, "name", at),
            _required(entry, "kind", at),
            _texts(entry, "tables", at) or ("*",),
            _text(entry, "note", at) or "",
        )
        database = pick(databases, _text(entry, "database", at), at).name
        consumers[database] = (*consumers.get(database, ()), consumer)
    return consumers


def _rollout(document: Mapping[str, Any], where: str) -> RolloutSettings:
    entry, at = document.get("rollout", {}), f"{where}: [rollout]"
    if not isinstance(entry, dict):
        raise ConfigError(f"{where}: write rollout as one [rollout] table.")
    _check_keys(entry, (*_ROLLOUT_NUMBERS, "side_by_side", "fill"), at)
    side_by_side, fill = entry.get("side_by_side", True), entry.get("fill", {})
    if not isinstance(side_by_side, bool):
        raise ConfigError(f"{at}: side_by_side must be true or false.")
    if not isinstance(fill, dict) or not all(isinstance(value, str) for value in fill.values()):
        raise ConfigError(f'{at}: fill must be a table of texts, as in "orders.status" = "\'placed\'".')
    numbers = {key: entry[key] for key in _ROLLOUT_NUMBERS if key in entry}
    wrong = next((key for key, value in numbers.items() if type(value) is not int or value < 1), None)
    if wrong is not None:
        raise ConfigError(f"{at}: {wrong} must be a whole number from 1.")
    return RolloutSettings(side_by_side, fill=tuple(fill.items()), **numbers)


def _suppression(entry: Mapping[str, Any], at: str, where: str) -> SuppressionEntry:
    _check_keys(entry, _SUPPRESS_KEYS, at)
    expires = entry.get("expires")
    if expires is not None and type(expires) is not date:
        raise ConfigError(f"{at}: expires must be a date without quotes, as in 2027-01-31.")
    rule, reason = _required(entry, "rule", at), _required(entry, "reason", at)
    return SuppressionEntry(rule, reason, where, _texts(entry, "paths", at), expires)


def _link(found: tuple[Mapping[str, Any], str]) -> Link:
    entry, at = found
    _check_keys(entry, _LINK_KEYS, at)
    return read_link(_required(entry, "template", at), _text(entry, "path", at) or "", at)


def _entries(document: Mapping[str, Any], section: str, where: str) -> list[tuple[Mapping[str, Any], str]]:
    entries = document.get(section, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(f"{where}: write {section} as [[{section}]] entries, one for each.")
    return [
        (entry, f"{where}: [[{section}]] {entry.get('name') or f'entry {number}'}")
        for number, entry in enumerate(entries, 1)
    ]


def _kind(text: str, at: str) -> SourceKind:
    kinds: tuple[SourceKind, ...] = get_args(SourceKind)
    for kind in kinds:
        if kind == text:
            return kind
    raise ConfigError(f"{at} has the kind {text!r}, which there is not: {choice(text, kinds)}")


def _check_keys(entry: Mapping[str, Any], allowed: Sequence[str], at: str) -> None:
    for key in entry:
        if key not in allowed:
            raise ConfigError(f"{at} has the key {key!r}, which means nothing here: {choice(key, allowed)}")


def _required(entry: Mapping[str, Any], key: str, at: str) -> str:
    text = _text(entry, key, at)
    if not text:
        raise ConfigError(f"{at} has no {key}.")
    return text


def _text(entry: Mapping[str, Any], key: str, at: str) -> str | None:
    value = entry.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{at}: {key} must be a text in quotes.")
    return value


def _texts(entry: Mapping[str, Any], key: str, at: str) -> tuple[str, ...]:
    value = entry.get(key, [])
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ConfigError(f"{at}: {key} must be a text or a list of texts.")
    return tuple(texts)
