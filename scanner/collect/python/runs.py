"""Which of the texts of a file are statements that run, and where the program says which they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator

from scanner.collect.python.holes import marked
from scanner.collect.python.journal import Journal
from scanner.collect.python.light import dataclass, replace
from scanner.collect.python.mismatches import is_mismatched
from scanner.collect.python.record import Record
from scanner.collect.python.statements import is_statement
from scanner.collect.python.values import FunctionValue, Gap, Place, TextValue
from scanner.collect.python.written import Root, Written, places
from scanner.model import RowUse

Roots = dict[Place | None, dict[TextValue, dict["Root", None]]]


@dataclass(frozen=True, slots=True)
class Run:
    """A text that reaches a call which executes it."""

    text: TextValue
    executes: str | None  # the call as written, without arguments: "cursor.execute"
    uses: tuple[RowUse, ...] = ()
    place: Place | None = None  # where the program says which statement it is
    in_transaction: bool = False
    mapper: bool = False  # an object-relational mapper writes it
    driver: str | None = None  # of the engine of SQLAlchemy that runs it, empty if not known; None: no engine is known


def together(path: str, parts: Iterable[Written]) -> Written:
    """What stands in one file, with the statements of the queries that run as they are."""
    known = list(parts)
    if len(known) == 1 and not known[0].unspent:
        return known[0]
    found = Written()
    for each in known:
        found.merge(each)
    record = Record()
    for query in found.unspent:
        journal = Journal()
        for root in found.built[query]:
            journal.query(query, root)
        record.add(journal, set())
    found.merge(record.files[path])
    return found


def runs(written: Written, entered: Container[FunctionValue | None]) -> Iterator[Run]:
    """Every distinct statement that is executed, once a place.

    A function that was `entered` from its callers runs what they make of it: what it runs by itself, with
    gaps where its parameters stand, is left out.
    """
    roots: Roots = defaultdict(dict)
    for text, statement in written.statements.items():
        roots[text.place][text] = statement.roots
    for text, found in written.statements.items():
        here = roots[text.place]
        if len(here) > 1 and (is_mismatched(text, here) or _is_filled(text, here, entered)):
            continue
        driver = None if not found.drivers else min(found.drivers) if len(found.drivers) == 1 else ""
        run = Run(text, found.call, tuple(found.uses), None, found.in_transaction, found.mapper, driver)
        yield from _placed(run, found.roots, written.functions)


def parts(written: Written) -> set[Place]:
    """The places of all that is a part of its statements and of its other texts: no statements by themselves."""
    built = [max(texts, key=_extent) for texts in written.texts.values()]
    inside = (text.places - {text.place} for text in built if len(text.pieces) > 1)
    return places(written.statements).union(places(written.ignored), *inside)


def not_run(written: Written, among: Container[Place]) -> Iterator[Run]:
    """The texts that only look like statements, unless they stand `among` the parts of others."""
    for place, texts in written.texts.items():
        if place not in among:
            most = max(map(_extent, texts))
            whole = (text for text in texts if _extent(text) == most)
            yield from (Run(text, None) for text in whole if is_statement(marked(text)[0]))


def _is_filled(
    text: TextValue, here: dict[TextValue, dict[Root, None]], entered: Container[FunctionValue | None]
) -> bool:
    if not any(isinstance(piece, Gap) for piece in text.pieces):
        return False
    if any(root.function not in entered for root in here[text]):
        return False
    return any(root.function not in entered for roots in here.values() for root in roots)


def _placed(run: Run, roots: Iterable[Root], functions: Container[FunctionValue]) -> Iterator[Run]:
    """At the calls that made the statement what it is, where a function made it of its arguments."""
    sites = {root.site: root.call for root in roots if root.site}
    if not sites or not _is_made_by_callers(run.text, roots, functions):
        yield run
    else:
        yield from (replace(run, executes=call, place=site) for site, call in sites.items())


def _is_made_by_callers(text: TextValue, roots: Iterable[Root], functions: Container[FunctionValue]) -> bool:
    place = text.place
    maker = FunctionValue(place.path, place.function) if place and place.function else None
    if maker is None or maker not in functions or len({(each.path, each.function) for each in text.places}) < 2:
        return False
    return not any(root.function is None or _is_within(root.function, maker) for root in roots)


def _is_within(one: FunctionValue, other: FunctionValue) -> bool:
    """Whether one function is written inside the other."""
    names = sorted((f"{one.name}.", f"{other.name}."), key=len)
    return one.path == other.path and names[1].startswith(names[0])


def _extent(text: TextValue) -> tuple[int, int]:
    return len(text.places), len(text.pieces)
