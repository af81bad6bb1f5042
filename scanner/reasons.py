"""Why a query has no answer, in the words of its source, and what of the source may be the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from scanner.model import Location, Observation, Query, Unresolved

NOT_TODAY = "does not run today"
Fork = tuple[Location | None, str | None]


def forked(queries: Iterable[Query]) -> frozenset[Fork]:
    """The places that run several statements: what they run is put together in branches."""
    at: dict[Fork, set[str]] = defaultdict(set)
    for query in queries:
        for observation in query.located:
            at[_place(observation)].add(query.fingerprint)
    return frozenset(place for place, found in at.items() if len(found) > 1)


def told(unresolved: Unresolved, query: Query, forks: frozenset[Fork]) -> Unresolved:
    """The reason as a reader of the source understands it."""
    readable = replace(unresolved, detail=query.readable(unresolved.detail))
    engines = {o.other_engine for o in query.observations}
    engine = engines.pop() if len(engines) == 1 else None
    if engine is not None and unresolved.reason == "does not parse":
        said = "it does not parse, and its file imports no other driver"
        return Unresolved(f"looks like a statement for {engine}", said)
    if unresolved.reason == NOT_TODAY and all(_place(each) in forks for each in query.observations):
        doubt = "; one of several statements put together there: perhaps no run puts its parts together so"
        return replace(readable, detail=readable.detail + doubt)
    return readable


def _place(observation: Observation) -> Fork:
    return observation.location, observation.executes
