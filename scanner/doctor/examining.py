"""Each database and each source of a configuration, read as far as tells what it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from scanner.config import Config, DatabaseConfig, SourceConfig, is_dsn
from scanner.doctor.remedies import Account, account_of, remedies
from scanner.doctor.sampling import Sample, sampled
from scanner.dsn import place
from scanner.masking import mask
from scanner.model import BlindSpot, Collected, Coverage, Database, Observation, Unread
from scanner.progress import Progress, silent
from scanner.scanning import observed, schema_of
from scanner.schema import Schema
from scanner.text_files import STDIN
from scanner.workers import workers

_SESSIONS_S = 1  # how long the sessions of a server are looked at here
_GROWING_MIN = 15  # a log that was written to in so many minutes is taken for one that grows
_CODE = ("python", "sql_files")


class Verdict(StrEnum):
    """What came of it, worst first."""

    UNREADABLE = "not readable"
    PARTLY = "partly readable"
    BLIND = "blind in part"
    FINE = "fine"


@dataclass(frozen=True, slots=True)
class Finding:
    """A schema or a source, and what is known of it."""

    kind: str  # "schema", or the kind of the source
    place: str  # path, or the address without its password
    database: str
    verdict: Verdict
    facts: tuple[str, ...] = ()  # what was read
    unread: tuple[str, ...] = ()  # what could not be read, a sentence each
    blind: tuple[str, ...] = ()  # what it cannot show, a sentence each
    remedies: tuple[str, ...] = ()  # SQL and settings that mend some of it, to be run by an administrator


def examine(config: Config, progress: Progress | None = None) -> Iterator[Finding]:
    """A finding for each schema and each source, in the order of the configuration.

    Servers are asked in read-only transactions with time limits; of large logs a sample is read. What cannot be read
    is a finding too: nothing is raised for it.
    """
    tell = progress or silent
    databases: dict[str, Database] = {}
    for entry in config.databases:
        schema, finding = _schema(entry, config.root, tell)
        databases[entry.name] = schema.database
        yield finding
    for source in config.sources:
        yield _source(source, databases[source.database], config, tell)


def _schema(entry: DatabaseConfig, root: Path, tell: Progress) -> tuple[Schema, Finding]:
    schema, notes = schema_of(entry, tell)
    live = is_dsn(entry.schema[0])
    shown = _address(entry.schema[0]) if live else ", ".join(_relative(Path(path), root) for path in entry.schema)
    unread = tuple(note.reason for note in notes if isinstance(note, Unread))
    blind = tuple(_said(note, root) for note in notes if isinstance(note, BlindSpot))
    if not (unread or schema.tables):
        unread = ("No table was found in it.",)
    counts = (
        (len(schema.tables), "table"),
        (len(schema.views), "view"),
        (len(schema.routines), "routine"),
        (len(schema.triggers), "trigger"),
        (sum(each.count for each in schema.skipped), "statement not understood", "statements not understood"),
    )
    facts = (", ".join(_count(*each) for each in counts if each[0]),) if not unread else ()
    account = account_of(entry.schema[0]) if live else None
    return schema, _finding("schema", shown, entry.name, facts, unread, blind, account)


def _source(source: SourceConfig, database: Database, config: Config, tell: Progress) -> Finding:
    shown = _address(source.dsn) if source.dsn else _relative(source.path, config.root) if source.path else ""
    looked = replace(source, sample_s=min(source.sample_s, _SESSIONS_S))
    if source.path == STDIN:
        return _finding(source.kind, "-", source.database, ("Standard input is not read here.",), (), (), None)
    with sampled(looked) as (read, sample), workers(None) as found_by:
        found = list(_kept(observed(read, database, config, found_by, tell), sample))
    said = [(item, sample.named(_said(item, config.root))) for item in found if isinstance(item, Unread | BlindSpot)]
    unread = tuple(dict.fromkeys(text for item, text in said if isinstance(item, Unread)))
    blind = tuple(dict.fromkeys(text for item, text in said if isinstance(item, BlindSpot)))
    facts = tuple(_facts(source, found, sample))
    entries = any(isinstance(item, Coverage) and item.entries for item in found)
    account = account_of(source.dsn) if source.dsn else None
    return _finding(source.kind, shown, source.database, facts, unread, blind, account, whole=not entries)


def _kept(found: Iterable[Collected], sample: Sample) -> Iterator[Collected]:
    """What is told beside observations, of which only the times are kept."""
    for item in found:
        if isinstance(item, Observation):
            sample.seen(item)
        elif isinstance(item, Unread | BlindSpot | Coverage):
            yield item


def _finding(
    kind: str,
    shown: str,
    database: str,
    facts: tuple[str, ...],
    unread: tuple[str, ...],
    blind: tuple[str, ...],
    account: Account | None,
    *,
    whole: bool = True,
) -> Finding:
    verdict = Verdict.FINE
    if unread:
        verdict = Verdict.UNREADABLE if whole else Verdict.PARTLY
    elif blind:
        verdict = Verdict.BLIND
    return Finding(kind, shown, database, verdict, facts, unread, blind, remedies((*unread, *blind), account))


def _facts(source: SourceConfig, found: Iterable[Collected], sample: Sample) -> Iterator[str]:
    for item in found:
        if isinstance(item, Coverage):
            counts = ((item.files, "file"), (item.lines, "line"), (item.entries, "query sighting"))
            read = ", ".join(_count(*each) for each in counts if each[0] or each[1] == "query sighting")
            yield f"{read}{sample.share}"
            break
    if sample.first and sample.last and source.kind not in _CODE:
        yield f"last runs between {_moment(sample.first)} and {_moment(sample.last)}"
    if sample.written is not None:
        minutes = round((datetime.now(UTC) - sample.written).total_seconds() / 60)
        recently = f"last written to {minutes} min ago: it seems to grow"
        yield recently if minutes < _GROWING_MIN else f"last written to {_moment(sample.written)}"


def _said(item: Unread | BlindSpot, root: Path) -> str:
    said = item.reason if isinstance(item, Unread) else item.message
    where = _relative(Path(item.place), root) if item.place.startswith("/") else item.place
    # A server is named by the line that this stands below.
    known = where in said or item.place in said or item.place.startswith("the server of ")
    named = isinstance(item, Unread) and not known
    count = f" ({item.count:,} times)" if isinstance(item, Unread) and item.count > 1 else ""
    return mask((f"{where}: {said}" if named else said) + count).replace(f"{root}/", "")


def _relative(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return str(path)


def _address(dsn: str) -> str:
    return place(dsn) if "://" in dsn else mask(dsn)


def _moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _count(value: int, noun: str, plural: str = "") -> str:
    many = plural or (f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s")
    return f"{value:,} {noun if value == 1 else many}"
