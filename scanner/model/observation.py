"""What collectors yield: sightings of queries, and what they could not see."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# The name that stands in a statement's text where the source builds a part that is not known.
HOLE_PATTERN = r"__hole_\d+__"
_HOLE = re.compile(HOLE_PATTERN)

# The source of an observation that is a mapped class: the SELECT of its columns, which nothing runs by itself.
MODEL_SOURCE = "python_model"
# The source of a blind spot: the code before this one, which is not there to be read.
EARLIER_CODE = "earlier code"

RowUseKind = Literal[
    "unpacked",  # into a fixed number of names: a, b = row
    "splatted",  # handed on as arguments: Order(*row)
    "keywords",  # handed on as arguments by name: Order(**row), psycopg's class_row(Order)
    "filled",  # into placeholders: execute("INSERT … VALUES (%s, %s)", row), "%s: %s" % row
    "labelled",  # its columns are given names in their order: frame.columns = ["id", "total"]
    "required",  # the code raises unless it has so many values: assert len(row) == 3
    "compared",  # with a tuple: row == (1, 2), row in …, case (a, b); with other rows: set(rows) - set(others)
    "measured",  # its length is compared: if len(row) == 3
    "folded",  # all its values become one: sum(row), ",".join(row), all(row), None in row
    "indexed",  # read by number: row[3]
    "zipped",  # with names in their order: dict(zip(NAMES, row))
    "serialised",  # sent out as a whole: jsonify(row), writer.writerow(row)
    "copied",  # made a dict or list as a whole: dict(row)
    "dataframe",
    "by-name",
    "tested",  # only whether there is a row
    "returned",  # handed on to a caller that is not known
    "unknown",
]

# Of two columns of one name, what a row that is read by name has: the last (a dict), the first (PyMySQL's and
# mysqlclient's, which name the other one `t.status`), or both (a data frame). A named tuple is refused. Of data frames
# that were merged neither has the name: they are `status_x` and `status_y`.
Namesakes = Literal["last", "first", "both", "refused", "suffixed"]

# Those whose way with prepared statements matters; "sqlalchemy+" where it stands before the driver.
Driver = Literal["asyncpg", "psycopg", "sqlalchemy+asyncpg", "sqlalchemy+psycopg"]
# Other engines than those that are analysed, whose drivers the file of a statement imports, and no others.
OtherEngine = Literal["SQLite", "DuckDB", "ClickHouse", "BigQuery", "Snowflake", "Oracle", "Trino", "SQL Server"]


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. Paths are relative to the scanned root."""

    path: str
    line: int  # 1-based
    column: int = 0  # 0-based
    function: str | None = None  # dotted name of what encloses it: "OrderStore.load"
    owners: tuple[str, ...] = ()  # as CODEOWNERS or the catalogue names them: "@org/team"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class RowUse:
    """What the code does with the rows of a query, at one place."""

    kind: RowUseKind
    count: int | None = None  # values of the row that find a place, at most; None: any number, or not known
    indexes: tuple[int, ...] = ()  # positions read by number; negative ones count from the end
    location: Location | None = None
    # Values that there must be; None: as many as `count`, or not known. Of a length that is compared: the comparison
    # comes out otherwise for lengths from `least` to `count` than for all others.
    least: int | None = None
    names: tuple[str, ...] | None = None  # of keywords: the names that are accepted; None: not known
    into: str | None = None  # what takes the row: "Order", "jsonify"
    fields: tuple[str, ...] = ()  # of the class that the row becomes an instance of
    declared: Location | None = None  # where that class stands
    keys: tuple[str, ...] = ()  # the names that are read
    namesakes: Namesakes | None = None  # None: it has no names, or it is not known


def is_hole(name: str) -> bool:
    """Whether a name in a statement stands for a part of it that is known only at run time."""
    return _HOLE.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a statement that the source builds at run time."""

    marker: str  # as it stands in the text, matches HOLE_PATTERN
    expression: str  # the source's expression, shortened
    kind: Literal["identifier", "list", "value", "clause", "unknown"] = "unknown"

    @property
    def may_be_star(self) -> bool:
        """Whether it may stand for all columns: no value does, nor what is joined name by name."""
        return self.kind not in ("value", "list") and ".join(" not in self.expression


@dataclass(frozen=True, slots=True)
class Observation:
    """One sighting of a query: a row of pg_stat_statements, an entry of a log, a place in the source."""

    source: str  # the collector: pg_stat_statements, mysql_slow_log, python, sql_file
    sql: str  # as the source has it, placeholders in its own style
    database: str | None = None  # name of the configured Database
    services: tuple[str, ...] = ()  # those that run it, sorted; several: it is not known which of them made a call
    default_schema: str | None = None  # MySQL: the database in use
    calls: int | None = None  # None: the source does not know
    total_time_ms: float | None = None
    rows: int | None = None
    last_seen: datetime | None = None  # UTC
    location: Location | None = None
    server_query_id: str | None = None
    user: str | None = None  # role or user that ran it
    hosts: tuple[str, ...] = ()  # names or addresses of its clients, as far as was seen
    application_names: tuple[str, ...] = ()  # what its clients call themselves, as far as was seen
    executes: str | None = None  # the call the text flows to: "cursor.execute"
    row_uses: tuple[RowUse, ...] = ()  # what is known of them, worst first
    driver: Driver | None = None  # what sends it to the server
    other_engine: OtherEngine | None = None  # where it goes instead, as far as its file tells
    mapper: bool = False  # it is what an object-relational mapper writes for the code
    in_transaction: bool = False  # it is seen to run inside one; False: not seen
    truncated: bool = False
    digest: bool = False  # the text is what MySQL makes of it: no lengths of lists, no ordinals, names in one case
    holes: tuple[Hole, ...] = ()
    # The fingerprint of a statement with holes that stands here and may have become this one: a possible origin.
    built_by: str | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Something of a source that could not be read. The rest of it was."""

    source: str
    place: str  # file, file:line, or the DSN without its password
    reason: str  # one sentence
    count: int = 1


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What a source cannot know by its nature or its settings."""

    source: str
    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read of a source."""

    source: str
    place: str
    entries: int  # observations yielded
    files: int = 0
    lines: int = 0
    bytes: int = 0
    administrator_commands: int = 0  # of a slow log: Quit, Ping …; not observations
    ignored: int = 0  # entries that are no statements to assess: SET, COMMIT, other programs' own


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a file has been read: all that stands before `position` has been yielded before this.

    Whoever keeps what was yielded up to here can go on later: the collector, given this, yields what has come since,
    and then Unread, BlindSpot and Coverage as if it had read the file from its start. What is yielded after a file's
    last checkpoint is the end of something that may still be being written: it is yielded again, whole, next time.
    Before anything else of a file comes a checkpoint of where its reading begins.
    """

    source: str
    place: str  # the file
    position: int  # bytes of its (decompressed) content
    state: str  # what the collector needs to go on, as it likes; no part of a statement is in it


Collected = Observation | Unread | BlindSpot | Coverage | Checkpoint


def counted(observations: Collection[Observation]) -> Collection[Observation]:
    """The observations whose counts stand for all: those of the kind of source that saw most calls.

    A slow log and digests of one server count the same executions, so what two kinds count is never added.
    """
    calls: Counter[str] = Counter()
    for observation in observations:
        if observation.calls is not None:
            calls[observation.source] += observation.calls
    if len(calls) < 2:
        return observations
    most = max(calls, key=lambda source: (calls[source], source))
    return [observation for observation in observations if observation.source == most]


@dataclass(frozen=True, slots=True)
class Query:
    """All observations of one normalised statement in one database."""

    fingerprint: str  # 16 hex digits
    database: str
    sql: str  # normalised: no literal left
    observations: tuple[Observation, ...]

    def readable(self, text: str | None = None) -> str:
        """The SQL, or another text about it, with each hole as the expression that fills it: ``{columns}``."""
        text = self.sql if text is None else text
        if "__hole_" not in text:
            return text
        filled_by = {hole.marker: hole.expression for o in self.observations for hole in o.holes}
        return re.sub(HOLE_PATTERN, lambda hole: "{" + filled_by.get(hole[0], "…") + "}", text)

    @property
    def services(self) -> tuple[str, ...]:
        """The services seen running it, sorted."""
        return tuple(sorted({service for o in self.observations for service in o.services}))

    @property
    def calls(self) -> int | None:
        """Calls counted by production; None when only source code was seen."""
        known = [o.calls for o in counted(self.observations) if o.calls is not None]
        return sum(known) if known else None

    @property
    def total_time_ms(self) -> float | None:
        """Time spent in it as production counted, in milliseconds."""
        known = [o.total_time_ms for o in counted(self.observations) if o.total_time_ms is not None]
        return sum(known) if known else None

    @property
    def rows(self) -> int | None:
        """Rows returned or changed as production counted."""
        known = [o.rows for o in counted(self.observations) if o.rows is not None]
        return sum(known) if known else None

    @property
    def located(self) -> tuple[Observation, ...]:
        """The observations that have a place in the source."""
        return tuple(o for o in self.observations if o.location is not None)
