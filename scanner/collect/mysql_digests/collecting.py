"""The digests of a running server, or of an export, with what they cannot know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.collect.mysql_digests.rows import SOURCE, Digests, Normalise
from scanner.collect.mysql_digests.sql import ASKED, DIGESTS, HAS_SAMPLE, SAMPLE
from scanner.dsn import place
from scanner.errors import SourceError
from scanner.model import BlindSpot, Collected, Unread
from scanner.records import MYSQL_TABLES, read_records
from scanner.text_files import READ_ERRORS, open_text

_SET = "UPDATE performance_schema.setup_consumers SET ENABLED = 'YES' WHERE NAME = '{}'"


def collect_live(
    dsn: str, *, normalise: Normalise, database: str | None = None, timeout_s: float = 30
) -> Iterator[Collected]:
    """Yields an observation a row of the table that has a text, of whatever schema of the server.

    Reads in one read-only transaction; no statement of it may take longer than `timeout_s` seconds. Raises
    SourceError when the server cannot be read or keeps no digests.
    """
    from scanner.mysql_server import asked

    digests = Digests(place(dsn), database, normalise)
    try:
        with asked(dsn, timeout_s) as server:
            sample = SAMPLE if list(server.rows(HAS_SAMPLE)) else ""
            for statement in (*ASKED, DIGESTS.format(sample=sample)):
                for values in server.rows(statement):
                    yield from digests.take(0, values)
    except SourceError as error:
        reason = f"The statement digests of {digests.place} could not be read{{}}: {error}"
        if digests.entries == 0:
            raise SourceError(reason.format("")) from None
        yield Unread(SOURCE, digests.place, reason.format(" to their end"))
    yield from _told(digests)
    yield digests.coverage()


def collect_export(path: Path, *, normalise: Normalise, database: str | None = None) -> Iterator[Collected]:
    """Yields what `collect_live` would, from a file that the mysql client wrote with the script of ``export-sql``.

    Or from any CSV, tab-separated or JSON file of the table that has DIGEST_TEXT. Raises SourceError when the file
    cannot be read or holds no digests.
    """
    digests, lines = Digests(str(path), database, normalise), 0
    try:
        with open_text(path) as stream:
            for record in read_records(stream, MYSQL_TABLES):
                lines = record.line
                yield from digests.take(record.line, record.values)
    except READ_ERRORS as error:
        if digests.entries == 0:
            raise SourceError(f"The export {path} of statement digests cannot be read: {error}.") from error
        yield Unread(SOURCE, str(path), f"Reading stopped after line {lines}: {error}.")
    yield from _told(digests)
    yield digests.coverage(files=1, lines=lines, bytes=path.stat().st_size)


def _told(digests: Digests) -> Iterator[Collected]:
    yield from digests.unread()
    for message in _blind_spots(digests):
        yield BlindSpot(SOURCE, digests.place, message)


def _blind_spots(digests: Digests) -> Iterator[str]:
    yield from _switched_off(digests)
    yield from _evictions(digests)
    if digests.cut:
        yield (
            f"{digests.cut} digests may be cut: what the server kept of them fills max_digest_length, and what follows "
            "is not known. Raise max_digest_length and performance_schema_max_digest_length."
        )
    if digests.first_seen is not None:
        since = f"{digests.first_seen:%Y-%m-%d %H:%M} UTC"
        yield f"Queries that have not run since {since} (a start of the server, or TRUNCATE of the table) are unknown."
    yield (
        "Digests do not tell user, host or comment of a query, and count no statement inside a routine; MariaDB counts "
        "none that a driver prepares on the server either. A slow log has these, but for statements inside routines "
        "where log_slow_disabled_statements has sp."
    )


def _switched_off(digests: Digests) -> Iterator[str]:
    """Why the table may hold nothing, or nothing new. Raises SourceError when it holds nothing."""
    found = [*_settings_off(digests.variables), *_consumers_off(digests.consumers)]
    if digests.entries == 0 and digests.ignored == 0 and digests.evicted == 0:
        why = " ".join(found) or (
            "It holds no row with DIGEST_TEXT and COUNT_STAR: let the server work for a while, or write the table "
            "again with the script of scanner export-sql mysql."
        )
        raise SourceError(f"There are no statement digests in {digests.place}. {why}")
    yield from found
    if not digests.variables:
        yield "The export does not tell settings, nor what the server lost: scanner export-sql mysql asks for them."


def _settings_off(variables: dict[str, str]) -> Iterator[str]:
    if variables.get("performance_schema", "ON").upper() in ("OFF", "0"):
        yield (
            "performance_schema is OFF (MariaDB's default): set performance_schema = ON in the server's configuration "
            "and start it again."
        )
    for name in ("performance_schema_digests_size", "max_digest_length"):
        if variables.get(name) == "0":
            yield f"{name} is 0, so that no digests are made: remove the setting and start the server again."


def _consumers_off(consumers: dict[str, str]) -> Iterator[str]:
    for name, enabled in consumers.items():
        if enabled.upper() == "NO":
            yield f"The consumer {name} is off, so that nothing new is counted: {_SET.format(name)}."


def _evictions(digests: Digests) -> Iterator[str]:
    size = digests.variables.get("performance_schema_digests_size")
    more = "raise performance_schema_digests_size" + (f", now {size}" if size else "")
    lost = digests.variables.get("performance_schema_digest_lost", "0")
    if digests.evicted:
        share = f"{digests.evicted / digests.calls:.1%}"
        yield (
            f"{digests.evicted:,} calls ({share} of all) are of statements that found no room in the table and are not "
            f"known: {more}."
        )
    elif lost.strip("0"):
        yield f"{lost} calls found no room in the table since the server started: {more}."
