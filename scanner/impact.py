"""Which queries to ask about, what the change does to each, and an account of every one of them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from scanner.change import Change
from scanner.fixes import with_fixes
from scanner.free_names import free_names
from scanner.graph import Arrows, Parts, arrows, queries_reaching, query_id, relation_id
from scanner.likely import likely_places
from scanner.mentions import unexplained
from scanner.model import (
    MODEL_SOURCE,
    BlindSpot,
    BuiltQuery,
    Certainty,
    Consumer,
    Coverage,
    Driver,
    Effect,
    Finding,
    LikelyPlace,
    Location,
    Mention,
    Observation,
    Query,
    Report,
    RolloutSettings,
    RowUse,
    Subject,
    TableName,
    Unread,
    Unresolved,
    UnresolvedQuery,
    fold,
)
from scanner.named_late import ahead, named_at_run_time
from scanner.objects import object_findings
from scanner.reasons import Fork, forked, told
from scanner.resolve import References
from scanner.rollout import Hit, Traffic, hazards, plan
from scanner.schema.after import present
from scanner.stored import stored_findings
from scanner.verdict import Prepared, prepare

# Sources in which a statement stands as somebody wrote it.
_SOURCE_CODE = ("python", "sql_file")


@dataclass(frozen=True, slots=True)
class Everything:
    """What a report says of all the queries of a database, whatever the change is."""

    queries: int
    made_at_run_time: tuple[BlindSpot, ...]

    @classmethod
    def of(cls, parts: Parts) -> Everything:
        """When the parts hold every query of the database."""
        return cls(len(parts.queries), tuple(named_at_run_time(parts)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the scan knows beside the queries, for the report to print."""

    consumers: tuple[Consumer, ...] = ()
    mentions: tuple[Mention, ...] = ()
    blind_spots: tuple[BlindSpot, ...] = ()
    unread: tuple[Unread, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    out_of_scope: int = 0  # queries bound to other databases
    everything: Everything | None = None  # None: the parts that are asked about hold every query
    likely_places: tuple[LikelyPlace, ...] = ()  # of every table, before it is known which files write its rows
    rollout: RolloutSettings = field(default_factory=RolloutSettings)


def impact(change: Change, parts: Parts, evidence: Evidence | None = None) -> Report:
    """The report on a change to one database. Raises ChangeError when the change does not fit its schema.

    The parts may leave out queries that do not reach the table, if the evidence says what there is of them.
    """
    there = present(parts.schema, change)
    change = replace(change, columns=tuple(c for c in change.columns if c.column.name not in there) or change.columns)
    prepared = prepare(change, parts.schema)
    known = evidence or Evidence()
    everything = known.everything or Everything.of(parts)
    via = _touching(prepared, parts, arrows(parts))
    reaching = [query for query in parts.queries if query.fingerprint in via]
    touching = [query for query in map(_as_run, reaching) if query.observations]
    forks = forked(touching)
    judged = [_Answer(query, *_judge(prepared, query, forks)) for query in touching]
    built = _seen_as_statements(judged)
    answers = [answer for answer in judged if answer.query.fingerprint not in built]
    waiting = [answer.query for answer in answers if answer.waits]
    writing = [query for query in touching if _writes(query, parts, prepared)]
    findings = list(with_fixes(prepared, (each for answer in answers for each in answer.findings), touching))
    findings += object_findings(prepared, reaching)
    of_stored, unread_bodies = stored_findings(prepared)
    findings += of_stored
    mentions = unexplained(known.mentions, prepared.grown, _files(reaching))
    named = _answered(findings, touching) | {mention.location.path for mention in mentions}
    return Report(
        replace(change, table=prepared.table.name),
        parts.schema.database,
        tuple(touching),
        tuple(sorted(findings, key=lambda f: f.effect.rank)),
        tuple(a.query for a in answers if not a.findings and a.unresolved is None),
        tuple(UnresolvedQuery(a.query, a.unresolved) for a in answers if a.unresolved is not None),
        mentions,
        (*known.blind_spots, *everything.made_at_run_time, *unread_bodies, *ahead(change, parts, waiting)),
        known.unread,
        known.coverage,
        tuple(_reading(known.consumers, prepared.table.name)),
        known.out_of_scope,
        everything.queries,
        {query.fingerprint: via[query.fingerprint] for query in touching if via[query.fingerprint]},
        tuple(built.values()),
        likely_places(known.likely_places, prepared.grown, _files(writing), named),
        hazards(change, parts.schema, Traffic.of(touching, writing, findings)) if prepared.grown else (),
        plan(change, parts.schema, Hit.of(findings, touching), known.rollout) if prepared.grown else None,
        free_names=free_names(change, parts.schema, findings, touching) if prepared.grown else (),
        present=there,
    )


def _answered(findings: Iterable[Finding], queries: Iterable[Query]) -> frozenset[str]:
    """The files in which a finding says that something fails, is answered otherwise or has to learn the column."""
    placed = {query.fingerprint: tuple(o.location for o in query.located) for query in queries}
    told = (f.occurrences or placed.get(f.subject.name, ()) for f in findings if f.effect is not Effect.CHANGES_SHAPE)
    return frozenset(location.path for locations in told for location in locations if location is not None)


def _writes(query: Query, parts: Parts, prepared: Prepared) -> bool:
    """Whether it writes rows of the table."""
    named = parts.references.get(query.fingerprint)
    return isinstance(named, References) and not named.writes.isdisjoint(prepared.grown)


def _files(queries: Iterable[Query]) -> frozenset[str]:
    """The files in which queries and models stand."""
    return frozenset(o.location.path for query in queries for o in query.observations if o.location is not None)


def _as_run(query: Query) -> Query:
    """The query without the sightings of mapped models: a class that lists columns runs nothing by itself."""
    return replace(query, observations=tuple(o for o in query.observations if o.source != MODEL_SOURCE))


@dataclass(frozen=True, slots=True)
class _Answer:
    query: Query
    findings: tuple[Finding, ...]
    unresolved: Unresolved | None
    waits: bool  # it runs only once the column is there

    @property
    def effect(self) -> Effect | None:
        """The worst."""
        return min((finding.effect for finding in self.findings), key=lambda e: e.rank, default=None)


def _seen_as_statements(answers: Sequence[_Answer]) -> dict[str, BuiltQuery]:
    """The statements with holes that production's whole statements answer, by fingerprint.

    One that may do worse than all of them keeps its own answer.
    """
    seen: dict[str, dict[str, _Answer]] = {}
    for answer in answers:
        for observation in answer.query.observations:
            if observation.built_by is not None:
                seen.setdefault(observation.built_by, {})[answer.query.fingerprint] = answer
    built: dict[str, BuiltQuery] = {}
    for answer in answers:
        name, statements = answer.query.fingerprint, seen.get(answer.query.fingerprint, {})
        if statements and _rank(answer) >= min(map(_rank, statements.values())):
            built[name] = BuiltQuery(answer.query, tuple(statements), answer.effect, answer.unresolved)
    return built


def _rank(answer: _Answer) -> int:
    return len(Effect) if answer.effect is None else answer.effect.rank


def _touching(prepared: Prepared, parts: Parts, graph: Arrows) -> dict[str, tuple[str, ...]]:
    """Fingerprints of the queries that reach the table, with the objects between them."""
    database = parts.schema.database.name
    by_node = {query_id(query): query.fingerprint for query in parts.queries}
    found: dict[str, tuple[str, ...]] = {}
    for name in prepared.grown:
        node = relation_id(database, name)
        for reaching in queries_reaching(graph, node) if node in graph else ():
            if reaching.query in by_node:
                names = tuple(str(graph.nodes[each]["name"]) for each in reaching.via)
                found.setdefault(by_node[reaching.query], names)
    for query in parts.queries:
        if _may_mention(query, parts, prepared):
            found.setdefault(query.fingerprint, ())
    return found


def _may_mention(query: Query, parts: Parts, prepared: Prepared) -> bool:
    """A query that could not be read, and whose text has the table's name in it."""
    if not isinstance(parts.references.get(query.fingerprint, Unresolved("not asked")), Unresolved):
        return False
    return prepared.mentioned_in(query.sql)


def _judge(
    prepared: Prepared, query: Query, forks: frozenset[Fork]
) -> tuple[tuple[Finding, ...], Unresolved | None, bool]:
    """The findings for a query: those that hold everywhere once, those of single places with the places."""
    merged: dict[Finding, list[Location]] = {}
    own = replace(query, observations=tuple(o for o in query.observations if o.built_by is None))
    groups = _by_use(own.located or own.observations)
    unresolved: Unresolved | None = None
    waits = False
    for how, places in groups.items():
        verdict = prepared.assess(query.sql, **how._asdict())
        unresolved = unresolved or verdict.unresolved
        waits = waits or verdict.waits
        for finding in fold(verdict.findings):
            merged.setdefault(finding, []).extend(places)
    everywhere = sum(map(len, groups.values()))
    findings = tuple(
        replace(_about(f, query), occurrences=() if len(places) == everywhere else tuple(places))
        for f, places in merged.items()
    )
    findings += tuple(_about(finding, query) for finding in _where_built(prepared, query, merged))
    if unresolved is not None:
        unresolved = told(unresolved, query, forks)
    return findings, None if findings else unresolved, waits


def _where_built(prepared: Prepared, query: Query, known: Container[Finding]) -> Iterator[Finding]:
    """What places do with the rows that may have built the statement: only possible, and only what is new."""
    for how, places in _by_use(o for o in query.observations if o.built_by).items():
        verdict = prepared.assess(query.sql, **how._asdict())
        for finding in fold(verdict.findings):
            if finding not in known:
                doubt = finding.reason or "whether this code built the statement is not known"
                yield replace(finding, certainty=Certainty.POSSIBLE, reason=doubt, occurrences=tuple(places))


def _about(finding: Finding, query: Query) -> Finding:
    """The finding with the query as its subject, its texts with the source's expressions in place of holes."""
    message, help_ = query.readable(finding.message), query.readable(finding.help)
    reason = finding.reason and query.readable(finding.reason)
    beneath = tuple(_about(each, query) for each in finding.beneath)
    subject = Subject("query", query.fingerprint)
    return replace(finding, subject=subject, message=message, help=help_, reason=reason, beneath=beneath)


class _How(NamedTuple):
    """What beside its text decides what becomes of a statement at one place."""

    default_schema: str | None
    row_uses: tuple[RowUse, ...]
    driver: Driver | None
    in_transaction: bool
    by_hand: bool
    no_stars: frozenset[str]  # parts built at run time that stand for no star


def _by_use(observations: Iterable[Observation]) -> Mapping[_How, list[Location]]:
    groups: dict[_How, list[Location]] = {}
    for observation in observations:
        seen = observation
        by_hand = seen.source in _SOURCE_CODE and not seen.mapper
        no_stars = frozenset(hole.marker for hole in seen.holes if not hole.may_be_star)
        how = _How(seen.default_schema, seen.row_uses, seen.driver, seen.in_transaction, by_hand, no_stars)
        places = groups.setdefault(how, [])
        if observation.location is not None:
            places.append(observation.location)
    return groups


def _reading(consumers: Sequence[Consumer], table: TableName) -> Iterator[Consumer]:
    for consumer in consumers:
        if any(fnmatchcase(table.name, pattern) or fnmatchcase(str(table), pattern) for pattern in consumer.tables):
            yield consumer


__all__ = ["Effect", "Everything", "Evidence", "impact"]
