"""Statements that the source builds with holes ← the whole statements that production ran."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from operator import itemgetter

from scanner.fingerprint.identity import folded
from scanner.fingerprint.templates import Template, read_template
from scanner.model import Database, Observation, Query

_LONGEST = 2_000  # tokens; a longer statement is not compared with templates
MOST_COMPARED = 10_000  # templates that a statement is compared with; those beyond stay unjoined


def join_templates(queries: Sequence[Query], databases: Mapping[str, Database]) -> list[Query]:
    """The queries, each that production ran and no line of source shows with the places that may have built it.

    Such a place is an observation of the query too, with `built_by` the fingerprint of the template that stands
    there. Of several templates that fit, those of the services that ran the query are taken, else all of them.
    """
    templates = {
        name: Templates((query for query in queries if query.database == name), database)
        for name, database in databases.items()
    }
    return [with_places(query, templates[query.database].of(query)) for query in queries]


class Templates:
    """The statements of one database that the source builds with holes, each found by a word that few of them have."""

    def __init__(self, queries: Iterable[Query], database: Database) -> None:
        read = ((query, _template(query, database)) for query in queries)
        known = [(query, template) for query, template in read if template is not None and template.names]
        counts = Counter(name for _, template in known for name in template.names)
        self._engine = database.engine
        self._by_word: dict[str, list[tuple[int, Query, Template]]] = defaultdict(list)
        for number, (query, template) in enumerate(known):
            rarest = min(template.names, key=lambda name: (counts[name], name))
            self._by_word[rarest].append((number, query, template))

    def of(self, query: Query) -> list[Query]:
        """Those that may have become this query, which production ran and no line of source shows."""
        if not self._by_word or query.calls is None or query.located:
            return []
        tokens = folded(query.sql, self._engine)
        words = set(tokens) if len(tokens) <= _LONGEST else set()
        near = sorted(
            (each for word in words & self._by_word.keys() for each in self._by_word[word]), key=itemgetter(0)
        )
        alike = (each for each in near if each[2].names <= words)
        return [each[1] for each in islice(alike, MOST_COMPARED) if each[2].matches(tokens)]


def is_template(query: Query) -> bool:
    """Whether a line of source builds it with holes."""
    return "__hole_" in query.sql and bool(query.located)


def _template(query: Query, database: Database) -> Template | None:
    if not is_template(query):
        return None
    holes = {hole.marker: hole for observation in query.observations for hole in observation.holes}
    return read_template(folded(query.sql, database.engine), holes.values(), database.engine)


def with_places(query: Query, templates: Sequence[Query]) -> Query:
    """The query with the places of the templates that may have become it."""
    if not templates:
        return query
    found = [_built(o, query, template) for template in templates for o in template.located]
    ran_by = set(query.services)
    of_these = [observation for observation in found if not ran_by.isdisjoint(observation.services)]
    return replace(query, observations=(*query.observations, *(of_these or found)))


def _built(observation: Observation, query: Query, template: Query) -> Observation:
    return replace(observation, sql=query.sql, holes=(), built_by=template.fingerprint)
