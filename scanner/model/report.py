"""The answer: findings, and an account of every query that touches the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from scanner.model.observation import BlindSpot, Coverage, Location, Query, Unread

if TYPE_CHECKING:
    from scanner.change import Change
    from scanner.model.links import Link
    from scanner.model.names import Database
    from scanner.model.rollout import Forecast, Hazard, Plan

_NAMED_COLUMNS = 4  # of a likely place, in words
_SOURCE_CODE = ("python", "sql_file")


class Effect(StrEnum):
    """What the change does to a subject, worst first."""

    BREAKS = "breaks"
    CHANGES_RESULTS = "changes-results"
    CHANGES_SHAPE = "changes-shape"
    NEEDS_UPDATE = "needs-update"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Effect).index(self)


class Certainty(StrEnum):
    """Whether the schema and the text were whole enough to be sure."""

    CERTAIN = "certain"
    POSSIBLE = "possible"


SubjectKind = Literal["query", "model", "view", "routine", "trigger", "consumer"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about."""

    kind: SubjectKind
    name: str  # a query's fingerprint, else the object's name


@dataclass(frozen=True, slots=True)
class Finding:
    """One mechanism that hits one subject."""

    rule: str  # "SC101": for ever, the key of suppressions
    name: str  # "star-projection"
    effect: Effect
    certainty: Certainty
    message: str  # the thing, the consequence, whom it hits
    help: str  # the fix, filled in with the user's table and column
    subject: Subject = Subject("query", "")
    span: tuple[int, int] | None = None  # offsets into the subject's normalised SQL: start, end (exclusive)
    fixed: str | None = None  # the subject's SQL mended, where that is known exactly and was tried
    # Where it holds when that differs from one place of the query to the next; empty: at every place of the subject.
    occurrences: tuple[Location, ...] = ()
    reason: str | None = None  # why it is only possible
    folded: tuple[str, ...] = ()  # names of other rules that hit the same subject for the same cause
    beneath: tuple[Finding, ...] = ()  # what these say; it stands for itself where this finding is set apart
    # Of a subject that is no query (a query has its own):
    services: tuple[str, ...] = ()  # what owns it: a model's service
    sql: str | None = None  # its text, without literals; span refers to it


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why no answer could be given for a query: "could not check" is never "ok"."""

    reason: str  # short and countable: "does not parse", "unknown relation", "opaque statement"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class UnresolvedQuery:
    """A query that names or may reach the table and could not be resolved."""

    query: Query
    why: Unresolved


@dataclass(frozen=True, slots=True)
class BuiltQuery:
    """A statement with parts built at run time, answered by the whole statements that production ran of it.

    What else the code may build of it was not seen; `effect` and `unresolved` say what is known of it by itself.
    """

    query: Query
    statements: tuple[str, ...]  # fingerprints of touching queries that may have been built of it
    effect: Effect | None = None  # never worse than that of the worst of them
    unresolved: Unresolved | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that names the table in a way that could be a query or a model, yet gave none."""

    location: Location
    services: tuple[str, ...]
    text: str  # what kind of mention, without literals
    table: str = ""  # the table it names, as the schema has it
    rank: int = 0  # 0 for what most likely is a query or a model


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look through one file of source found, relative to its root."""

    path: str
    mentions: tuple[Mention, ...]
    # Of a program's file: words that are columns of some table → the line of the first, from 1.
    columns: Mapping[str, int] = field(default_factory=dict)
    tables: Mapping[str, int] = field(default_factory=dict)  # tables that it names, or a row of: the first line, from 1


@dataclass(frozen=True, slots=True)
class LikelyPlace:
    """A file that most likely has to change with the table, by the columns that its code speaks of."""

    location: Location  # where it first speaks of the column that the fewest files speak of
    services: tuple[str, ...]
    table: str  # as the schema has it
    columns: tuple[str, ...]  # of the table, those that the file names; the rarest first
    weight: float  # how closely these and its name tie the file to the table: `scanner.likely`
    writes: bool = False  # it holds a statement that writes rows of the table
    names: bool = False  # it names the table, or one row of it, as a mapped class is called

    @property
    def text(self) -> str:
        """Why, in words."""
        some = ", ".join(self.columns[:_NAMED_COLUMNS]) + (", …" if len(self.columns) > _NAMED_COLUMNS else "")
        columns = f"{len(self.columns)} column{'' if len(self.columns) == 1 else 's'} of {self.table}"
        named = f"{'writes rows and ' if self.writes else ''}names {columns}"
        return f"{named}{', and the table itself' if self.names else ''}: {some}"


@dataclass(frozen=True, slots=True)
class Consumer:
    """A declared reader that runs no query here: change data capture, dbt, BI, a foreign table."""

    name: str
    kind: str
    tables: tuple[str, ...]  # patterns, "*" for all
    note: str = ""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding, or some places of it, that somebody has decided to live with."""

    finding: Finding
    reason: str
    place: str  # where that is written: "scanner.toml", "services/app.py:12"
    expires: date | None = None  # the last day on which it holds


@dataclass(frozen=True, slots=True)
class FreeNames:
    """Other names for a new column whose own one collides; a collision means that something else has the name."""

    column: str  # the name that collides
    names: tuple[str, ...]  # that collide with nothing, each asked about; the plainest first
    reserved: bool = False  # the name is a word that the engine reserves


@dataclass(frozen=True, slots=True)
class Report:
    """Everything `scanner impact` has to say, as a pure value.

    Every query that touches the table is in exactly one of findings (or, with nothing left of these, suppressed),
    unaffected, unresolved, built; a violation is a ValueError, for a report that loses a query must not be shown.
    """

    change: Change
    database: Database
    queries: tuple[Query, ...]  # all that touch the table, most called first
    findings: tuple[Finding, ...]  # worst first
    unaffected: tuple[Query, ...]
    unresolved: tuple[UnresolvedQuery, ...]
    mentions: tuple[Mention, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    unread: tuple[Unread, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    consumers: tuple[Consumer, ...] = ()
    out_of_scope: int = 0  # queries bound to other databases
    total_queries: int = 0  # of this database, touching the table or not
    via: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # fingerprint → views, routines, triggers it goes through
    built: tuple[BuiltQuery, ...] = ()
    likely_places: tuple[LikelyPlace, ...] = ()  # likeliest first; none that a finding or a mention names
    hazards: tuple[Hazard, ...] = ()  # of the ALTER TABLE itself, run as one statement; worst first
    plan: Plan | None = None  # the steps in which it goes out; None: not asked for
    suppressed: tuple[Suppressed, ...] = ()  # worst first
    forecast: Forecast | None = None  # what the server says of the table now; None: it was not asked
    free_names: tuple[FreeNames, ...] = ()  # for each new column whose name collides

    # Columns that the table has already, so that ADD COLUMN IF NOT EXISTS does nothing.
    present: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()  # of places to where they can be read; the nearest folder first
    made: datetime | None = field(default=None, compare=False)  # when, UTC; None: not told

    def __post_init__(self) -> None:
        told = (*self.findings, *(each.finding for each in self.suppressed))
        found = {f.subject.name for f in told if f.subject.kind == "query"}
        plain = {q.fingerprint for q in self.unaffected}
        groups = (found, plain, *({each.query.fingerprint for each in held} for held in (self.unresolved, self.built)))
        everything = {q.fingerprint for q in self.queries}
        if sum(map(len, groups)) != len(everything) or set().union(*groups) != everything:
            raise ValueError(
                "A report must hold every touching query exactly once: findings, unaffected, unresolved or built."
            )

    def query(self, fingerprint: str) -> Query:
        """The touching query of this fingerprint. Raises KeyError."""
        for query in self.queries:
            if query.fingerprint == fingerprint:
                return query
        raise KeyError(fingerprint)

    def url(self, location: Location) -> str | None:
        """Where the place can be read in a browser; None when scanner.toml does not say."""
        return next((url for link in self.links if (url := link.url(location))), None)

    @property
    def effects(self) -> dict[Effect, int]:
        """Subjects counted under the worst effect that hits them."""
        counts = dict.fromkeys(Effect, 0)
        for effect in worst_effects(self.findings).values():
            counts[effect] += 1
        return counts

    @property
    def read_source(self) -> bool:
        """Whether source code was read, in which queries may stand."""
        return any(coverage.source in _SOURCE_CODE for coverage in self.coverage)

    @property
    def production_only(self) -> tuple[Query, ...]:
        """Touching queries that production runs and no source line was found for."""
        return tuple(q for q in self.queries if not q.located)


def fold(findings: Sequence[Finding]) -> Iterator[Finding]:
    """The worst findings on a subject, given worst first; the lesser ones go beneath the first of them.

    What is only possible hides nothing that surely changes results: beside it, that stands for itself.
    """
    if not findings:
        return
    worst = [f for f in findings if f.effect is findings[0].effect]
    # What is certain is said in full, and what is only possible beside it is named.
    certain = [f for f in worst if f.certainty is Certainty.CERTAIN]
    worst = certain or worst
    lesser = tuple(f for f in findings if f not in worst)
    if not certain and any(map(_surely_silent, lesser)):
        yield from worst
        yield from fold(lesser)
        return
    yield replace(worst[0], folded=tuple(dict.fromkeys(f.name for f in lesser)), beneath=lesser)
    yield from worst[1:]


def _surely_silent(finding: Finding) -> bool:
    """Whether it is certain, and nobody would be told of it by an error."""
    return finding.certainty is Certainty.CERTAIN and finding.effect is Effect.CHANGES_RESULTS


def worst_effects(findings: Iterable[Finding]) -> dict[Subject, Effect]:
    """The worst effect on each subject."""
    worst: dict[Subject, Effect] = {}
    for finding in findings:
        seen = worst.get(finding.subject)
        if seen is None or finding.effect.rank < seen.rank:
            worst[finding.subject] = finding.effect
    return worst
