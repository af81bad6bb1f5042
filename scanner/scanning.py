"""A configuration → what is known of each database: its schema and the queries that were seen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from scanner.change import Change
from scanner.config import Config, DatabaseConfig, SourceConfig
from scanner.dependencies import dependencies
from scanner.errors import SourceError
from scanner.fingerprint import gather, join_templates
from scanner.graph import Parts
from scanner.impact import Evidence, impact
from scanner.masking import mask
from scanner.mentions import Named, find_named
from scanner.model import (
    BlindSpot,
    Checkpoint,
    Collected,
    Coverage,
    Database,
    Observation,
    Period,
    Query,
    Report,
    Unread,
    Unresolved,
)
from scanner.progress import Progress, counted, silent
from scanner.resolve import References, references
from scanner.schema import Schema
from scanner.services import Services, owned_by_role, tag_keys
from scanner.sources import collect, read_schema, schema_files
from scanner.workers import Workers

# What a source says beside its observations.
Note = Unread | BlindSpot | Coverage

SCHEMA = "schema"  # the source that an unread schema is named under

_TIMED = ("mysql_slow_log", "mysql_slow_log_table")  # the sources whose every entry says its time


@dataclass(frozen=True)
class DatabaseScan:
    """One database: its schema, the queries seen, and what could not be seen."""

    schema: Schema
    queries: tuple[Query, ...]  # most called first
    evidence: Evidence

    @property
    def name(self) -> str:
        """The name of the database."""
        return self.schema.database.name

    @property
    def count(self) -> int:
        """How many queries were seen."""
        return len(self.queries)

    @cached_property
    def parts(self) -> Parts:
        """The queries with what each of them names."""
        named = {query.fingerprint: named_by(query, self.schema) for query in self.queries}
        return Parts(self.schema, self.queries, named, dependencies(self.schema))

    def impact(self, change: Change) -> Report:
        """The report on a change to this database. Raises ChangeError when it does not fit the schema."""
        return impact(change, self.parts, self.evidence)


def scan_databases(
    config: Config, progress: Progress | None = None, workers: Workers | None = None
) -> tuple[DatabaseScan, ...]:
    """Reads every schema and every source. What cannot be read is an Unread, and the rest goes on."""
    tell = progress or silent
    read = {entry.name: schema_of(entry, tell) for entry in config.databases}
    schemas = {name: schema for name, (schema, _) in read.items()}
    found: dict[str, list[Note]] = {name: list(notes) for name, (_, notes) in read.items()}
    databases = {name: schema.database for name, schema in schemas.items()}
    queries = join_templates(gather(_observations(config, databases, workers, found, tell), databases), databases)
    tell("Looking for other places that name tables", 0)
    named = find_named(config, schemas, queries)
    tell("Putting the queries together", 0)
    return tuple(_database(entry, schemas, queries, found, named, config.root) for entry in config.databases)


def named_by(query: Query, schema: Schema) -> References | Unresolved:
    """What the query names in any default database it was seen in; unresolved only if it is in all."""
    defaults = dict.fromkeys(o.default_schema for o in query.observations)
    found = [references(query.sql, schema, default) for default in defaults]
    resolved = [each for each in found if not isinstance(each, Unresolved)]
    if len(found) == 1 or not resolved:
        return found[0]
    return References(
        frozenset().union(*(each.reads for each in resolved)),
        frozenset().union(*(each.writes for each in resolved)),
        frozenset().union(*(each.routines for each in resolved)),
        frozenset().union(*(each.columns for each in resolved)),
    )


def schema_of(entry: DatabaseConfig, tell: Progress) -> tuple[Schema, tuple[Note, ...]]:
    """The schema of a database, and what of it could not be read or understood."""
    tell(f"Reading the schema of {entry.name}", 0)
    try:
        return read_schema(entry)
    except SourceError as error:
        return Schema(entry.database), (Unread(SCHEMA, entry.name, str(error)),)


def observed(
    source: SourceConfig,
    database: Database,
    config: Config,
    workers: Workers | None,
    tell: Progress,
    since: Collection[Checkpoint] = (),
) -> Iterator[Collected]:
    """What a source says, with the services of its observations; a source that cannot be read is an Unread."""
    services = Services(source, config.services, config.root, database.engine.family)
    ddl = _ddl_of(source, config)
    try:
        found = collect(source, database, workers, since, tag_keys(config.services))
        step = mask(f"Reading {_place(source)} ({source.kind})")
        for item in counted(_of_period(source, found), source, step, tell):
            if not isinstance(item, Observation):
                yield _masked(services.place(item))
            elif item.location is None or item.location.path not in ddl:
                yield services.assign(item)
        yield from services.blind_spots
    except SourceError as error:
        yield _masked(Unread(source.kind, _place(source), str(error)))


def _of_period(source: SourceConfig, found: Iterable[Collected]) -> Iterator[Collected]:
    """What was seen in the period that is asked for, as far as the source says when."""
    if source.period is None or source.kind in _TIMED:
        yield from found
        return
    before = 0
    for item in found:
        if isinstance(item, Observation) and _ended(item, source.period):
            before += 1
        else:
            yield item
    left_out = f"; {before:,} that were last seen before were left out" if before else ""
    message = f"Asked for was what ran {source.period}: counts go back to when they were reset{left_out}."
    yield BlindSpot(source.kind, _place(source), message)


def _ended(observation: Observation, period: Period) -> bool:
    """Whether it was last seen before the period."""
    seen, since = observation.last_seen, period.since
    return seen is not None and since is not None and seen < since


def _masked(item: Collected) -> Collected:
    """The item without passwords in what it says, be it of a path that is none."""
    if isinstance(item, Unread):
        return replace(item, place=mask(item.place), reason=mask(item.reason))
    if isinstance(item, BlindSpot):
        return replace(item, place=mask(item.place), message=mask(item.message))
    return item if isinstance(item, Observation) else replace(item, place=mask(item.place))


def _observations(
    config: Config,
    databases: Mapping[str, Database],
    workers: Workers | None,
    found: Mapping[str, list[Note]],
    tell: Progress,
) -> Iterator[Observation]:
    for source in config.sources:
        for item in observed(source, databases[source.database], config, workers, tell):
            if isinstance(item, Observation):
                yield item
            elif not isinstance(item, Checkpoint):
                found[source.database].append(item)


def _place(source: SourceConfig) -> str:
    # A DSN is not shown: it may hold a password.
    return str(source.path) if source.path else f"the server of {source.database}"


def _ddl_of(source: SourceConfig, config: Config) -> frozenset[str]:
    """Locations in files of the schema: their statements are what is scanned against, and no sightings."""
    if source.kind != "sql_files" or source.path is None:
        return frozenset()
    folder = source.path if source.path.is_dir() else source.path.parent
    files = (file for entry in config.databases for file in schema_files(entry))
    return frozenset(file.relative_to(folder).as_posix() for file in files if file.is_relative_to(folder))


def _database(
    entry: DatabaseConfig,
    schemas: Mapping[str, Schema],
    queries: list[Query],
    found: Mapping[str, list[Note]],
    named: Mapping[str, Named],
    root: Path,
) -> DatabaseScan:
    own = tuple(owned_by_role(query) for query in queries if query.database == entry.name)
    others = len(queries) - len(own)
    evidence = evidence_of(entry, found[entry.name], named[entry.name], others, root)
    return DatabaseScan(schemas[entry.name], own, evidence)


def evidence_of(entry: DatabaseConfig, found: Iterable[Note], named: Named, out_of_scope: int, root: Path) -> Evidence:
    """What is known of a database beside its queries, with places relative to the root."""
    items = [_shown(item, root) for item in found]
    return Evidence(
        consumers=entry.consumers,
        rollout=entry.rollout,
        mentions=named.mentions,
        likely_places=named.likely_places,
        blind_spots=tuple(dict.fromkeys(item for item in items if isinstance(item, BlindSpot))),
        unread=tuple(item for item in items if isinstance(item, Unread)),
        coverage=tuple(item for item in items if isinstance(item, Coverage)),
        out_of_scope=out_of_scope,
    )


def _shown(item: Note, root: Path) -> Note:
    """The item with places relative to the root, as locations are."""
    place = _relative(item.place, root)
    if isinstance(item, Unread):
        return replace(item, place=place, reason=_relative(item.reason, root))
    if isinstance(item, BlindSpot):
        return replace(item, place=place, message=_relative(item.message, root))
    return replace(item, place=place)


def _relative(text: str, root: Path) -> str:
    """The text with its paths relative to the root, or else to the working directory."""
    for folder in (root, Path.cwd()):
        if text == str(folder):
            return "."
        if folder != folder.parent:
            text = text.replace(f"{folder}/", "")
    return text
