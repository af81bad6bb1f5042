"""The table mysql.slow_log of a running server, or of an export → observations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.collect.mysql_slow_log.reading import SOURCE, Tally
from scanner.collect.mysql_slow_log.settings import limits, nothing
from scanner.collect.mysql_slow_log.sums import Alike, Statements, Sums
from scanner.collect.mysql_slow_log.table import NoEntryError, read_row
from scanner.collect.mysql_slow_log.table_sql import VARIABLES, entries
from scanner.dsn import place
from scanner.errors import SourceError
from scanner.model import BlindSpot, Collected, Coverage, Observation, Period, Unread
from scanner.records import MYSQL_TABLES, read_records
from scanner.text_files import READ_ERRORS, open_text


def collect_live(
    dsn: str,
    *,
    database: str | None = None,
    alike: Alike | None = None,
    period: Period | None = None,
    timeout_s: float = 300,
) -> Iterator[Collected]:
    """Yields an observation an entry of the table, as `collect` does of a file.

    Reads in one read-only transaction, in constant memory; no statement of it may take longer than `timeout_s`
    seconds. Raises SourceError when the server cannot be read or the table is empty.
    """
    from scanner.mysql_server import asked

    table = _Table(place(dsn), Statements(alike, database, period=period))
    try:
        with asked(dsn, timeout_s) as server:
            for statement in (VARIABLES, entries(server.engine)):
                for values in server.rows(statement):
                    yield from table.take(0, values)
    except SourceError as error:
        reason = f"mysql.slow_log of {table.place} could not be read{{}}: {error}"
        if not table.seen:
            raise SourceError(reason.format("")) from None
        yield Unread(SOURCE, table.place, reason.format(" to its end"))
    yield from table.told()


def collect_export(
    path: Path, *, database: str | None = None, alike: Alike | None = None, period: Period | None = None
) -> Iterator[Collected]:
    """Yields what `collect_live` would, from a file that the mysql client wrote with the script of ``export-sql``.

    Or from any CSV, tab-separated or JSON file of the table that has user_host and sql_text. Raises SourceError when
    the file cannot be read or holds no entry.
    """
    table, lines = _Table(str(path), Statements(alike, database, period=period)), 0
    try:
        with open_text(path) as stream:
            for record in read_records(stream, MYSQL_TABLES):
                lines = record.line
                yield from table.take(record.line, record.values)
    except READ_ERRORS as error:
        if not table.seen:
            raise SourceError(f"The export {path} of mysql.slow_log cannot be read: {error}.") from error
        yield Unread(SOURCE, str(path), f"Reading stopped after line {lines}: {error}.")
    yield from table.told(files=1, lines=lines, bytes=path.stat().st_size)


@dataclass(slots=True)
class _Table:
    """Takes the rows of one server while they pass, and keeps what they tell of the server."""

    place: str
    statements: Statements
    sums: Sums = field(init=False)
    tally: Tally = field(default_factory=Tally)
    variables: dict[str, str] = field(default_factory=dict)  # by lower-case name; none: not known
    seen: int = 0  # entries of all kinds
    problems: dict[str, list[int]] = field(default_factory=dict)  # reason → lines

    def __post_init__(self) -> None:
        self.sums = Sums(self.statements)

    def take(self, line: int, values: Mapping[str, object] | None) -> Iterator[Observation]:
        """The observations that are due with a row; `line` is where it stands in a file."""
        if values is None:
            self._note(line, "it has more or fewer values than the header, or is no JSON object")
        elif "variable_name" in values:
            name = str(values["variable_name"]).lower()
            self.variables[name] = str(values.get("value", values.get("variable_value", "")))
        elif "sql_text" in values or "user_host" in values:
            try:
                event = read_row(line, values)
            except NoEntryError as error:
                self._note(line, str(error))
                return
            self.seen += 1
            self.sums.add_event(event, self.tally)
            if self.sums.full:
                yield from self.sums.take(self.tally)

    def told(self, **counts: int) -> Iterator[Collected]:
        """What is left, what could not be read, and what the table cannot know."""
        yield from self.sums.take(self.tally)
        for reason, lines in self.problems.items():
            place = f"{self.place}:{lines[0]}"
            yield Unread(SOURCE, place, f"A row cannot be read as it should be: {reason}.", len(lines))
        if not self.seen and not self.problems:
            raise SourceError(f"There is no entry of mysql.slow_log in {self.place}. {nothing(self.variables)}")
        for message in (*self.tally.beside(self.statements.period), *limits(self.variables)):
            yield BlindSpot(SOURCE, self.place, message)
        yield Coverage(
            SOURCE,
            self.place,
            entries=self.tally.entries,
            administrator_commands=self.tally.administrator_commands,
            ignored=self.tally.ignored,
            **counts,
        )

    def _note(self, line: int, reason: str) -> None:
        self.problems.setdefault(reason, []).append(line)
