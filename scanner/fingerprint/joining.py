"""Statements that the source builds with holes ← the whole statements that production ran."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scanner.fingerprint.identity import folded
from scanner.fingerprint.templates import Template, read_template
from scanner.model import Database, Observation, Query

_LONGEST = 2_000  # tokens; a longer statement is not compared with templates
_MOST = 1_000_000  # comparisons in one database; what is beyond stays unjoined


def join_templates(queries: Sequence[Query], databases: Mapping[str, Database]) -> list[Query]:
    """The queries, each that production ran and no line of source shows with the places that may have built it.

    Such a place is an observation of the query too, with `built_by` the fingerprint of the template that stands
    there. Of several templates that fit, those of the services that ran the query are taken, else all of them.
    """
    made: dict[tuple[str, str], list[Query]] = defaultdict(list)
    for name, database in databases.items():
        own = [query for query in queries if query.database == name]
        for template, query in _matches(own, database):
            made[name, query.fingerprint].append(template)
    return [_with_places(query, made.get((query.database, query.fingerprint), ())) for query in queries]


def _matches(queries: Iterable[Query], database: Database) -> Iterator[tuple[Query, Query]]:
    templates = [(query, template) for query in queries if (template := _template(query, database)) is not None]
    if not templates:
        return
    words = frozenset().union(*(template.names for _, template in templates))
    ran = _Ran.of([query for query in queries if query.calls is not None and not query.located], words, database)
    left = _MOST
    for query, template in templates:
        for candidate in ran.with_names(template.names):
            left -= 1
            if left < 0:
                return
            if template.matches(ran.tokens[candidate]):
                yield query, ran.queries[candidate]


def _template(query: Query, database: Database) -> Template | None:
    if "__hole_" not in query.sql or not query.located:
        return None
    holes = {hole.marker: hole for observation in query.observations for hole in observation.holes}
    return read_template(folded(query.sql, database.engine), holes.values(), database.engine)


@dataclass(slots=True)
class _Ran:
    """Statements that production ran, found by the words in them."""

    queries: list[Query]
    tokens: list[list[str]]
    by_token: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, queries: list[Query], words: frozenset[str], database: Database) -> _Ran:
        """Only these words are looked for later."""
        tokens = [folded(query.sql, database.engine) for query in queries]
        made = cls(queries, tokens)
        for number, found in enumerate(tokens):
            if len(found) <= _LONGEST:
                for word in words.intersection(found):
                    made.by_token[word].add(number)
        return made

    def with_names(self, names: Iterable[str]) -> Iterable[int]:
        """The numbers of the statements that have all these words, the rarest word first."""
        found = sorted((self.by_token.get(name, set()) for name in names), key=len)
        return sorted(found[0].intersection(*found[1:])) if found else ()


def _with_places(query: Query, templates: Sequence[Query]) -> Query:
    if not templates:
        return query
    found = [_built(o, query, template) for template in templates for o in template.located]
    ran_by = set(query.services)
    of_these = [observation for observation in found if observation.service in ran_by]
    return replace(query, observations=(*query.observations, *(of_these or found)))


def _built(observation: Observation, query: Query, template: Query) -> Observation:
    return replace(observation, sql=query.sql, holes=(), built_by=template.fingerprint)
