"""What is known only when statements run: their table, the parts they are built of; and what waits for the column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.change import Change
from scanner.fingerprint import MOST_COMPARED, is_template
from scanner.graph import Parts
from scanner.model import EARLIER_CODE, BlindSpot, Location, Query, Unresolved, is_hole

_NAMED_PLACES = 5


def named_at_run_time(parts: Parts) -> Iterator[BlindSpot]:
    """Statements whose table is known only when they run: any table; and more built ones than were compared."""
    places: list[str] = []
    for query in parts.queries:
        named = parts.references.get(query.fingerprint)
        if (
            named is not None
            and not isinstance(named, Unresolved)
            and any(is_hole(each.name) for each in named.relations)
        ):
            places += [str(o.location) for o in query.located] or [o.source for o in query.observations]
    if places:
        some = _some(list(dict.fromkeys(places)))
        statements = "1 statement names" if len(places) == 1 else f"{len(places)} statements name"
        message = f"{statements} the table only at run time; whether it is this one is not known: {some}"
        yield BlindSpot("python", parts.schema.database.name, message)
    built = sum(map(is_template, parts.queries))
    if built > MOST_COMPARED:
        message = (
            f"{built:,} statements are built with parts that are known only at run time: each that production ran was "
            f"compared with {MOST_COMPARED:,} of them at most, and the place that built it may be missing."
        )
        yield BlindSpot("python", parts.schema.database.name, message)


def ahead(change: Change, parts: Parts, waiting: Iterable[Query]) -> Iterator[BlindSpot]:
    """Statements that name the new column already: code that must not be released before the change."""
    seen = sorted({o.location or Location(o.source, 0, 0) for query in waiting for o in query.observations}, key=_order)
    places = [str(each) if each.line else each.path for each in seen]
    if places:
        new = " and ".join(change.names)
        message = (
            f"The code knows {new} already: what runs until it is deployed is not judged (scanner check --base does)."
        )
        yield BlindSpot(EARLIER_CODE, parts.schema.database.name, message)
        statements = "1 statement fails" if len(places) == 1 else f"{len(places)} statements fail"
        message = f"{statements} until {new} is there, for the code names it already: {_some(places)}"
        yield BlindSpot("python", parts.schema.database.name, message)


def _order(place: Location) -> tuple[str, int, int]:
    return place.path, place.line, place.column


def _some(places: list[str]) -> str:
    return ", ".join(places[:_NAMED_PLACES]) + (", …" if len(places) > _NAMED_PLACES else "")
