"""What the evaluation of a project has come across: texts, the calls they flow to, the use of their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace

from scanner.collect.python.holes import marked
from scanner.collect.python.orm.eager import sent
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.statements import is_ignored, is_lopsided, is_run, is_statement, may_begin
from scanner.collect.python.values import ClassValue, FunctionValue, Gap, Literal, Place, TextValue
from scanner.model import RowUse

# A text that grows in a loop is met at every length; the longest few say it all.
_MAX_GROWTH = 12


@dataclass(frozen=True, slots=True)
class Root:
    """From where a program was evaluated to the point it is at."""

    function: FunctionValue | None = None  # evaluated without its callers; None: a module's top level
    site: Place | None = None  # the call in it that led here
    call: str | None = None  # what is called there, as written


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


Roots = dict[Place | None, dict[TextValue, dict[Root, None]]]


@dataclass(slots=True)
class Record:
    """Collects while programs are evaluated; `runs` is asked for when all are."""

    executed: list[tuple[TextValue, str]] = field(default_factory=list)
    uses: dict[int, list[RowUse]] = field(default_factory=lambda: defaultdict(list))
    ignored: set[TextValue] = field(default_factory=set)
    trail: list[int] = field(default_factory=list)  # the numbers of what was run, in order
    mapped: set[int] = field(default_factory=set)  # numbers of those that a mapper writes
    # Mapped classes, with the calls that take all their fields; a dict for its order.
    sent: dict[ClassValue, dict[RowUse, None]] = field(default_factory=lambda: defaultdict(dict))
    in_transactions: set[int] = field(default_factory=set)  # numbers of those seen to run inside one
    drivers: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))  # of engines that run it: `Run`
    _roots: dict[int, dict[Root, None]] = field(default_factory=lambda: defaultdict(dict))
    _built: dict[QueryValue, Root] = field(default_factory=dict)
    _spent: set[QueryValue] = field(default_factory=set)
    _texts: dict[Place, dict[TextValue, None]] = field(default_factory=lambda: defaultdict(dict))

    def text(self, value: TextValue) -> None:
        """A text was written or built; whether it is SQL, and a whole statement, is seen later."""
        if not begins_as_sql(value) or (place := value.place) is None:
            return
        grown = self._texts[place]
        if len(grown) >= _MAX_GROWTH:
            del grown[min(grown, key=lambda each: len(each.pieces))]
        grown[value] = None

    def execute(self, value: TextValue, call: str, root: Root, *, certain: bool) -> int | None:
        """The text reached a call; certain: one that does nothing but run SQL. Gives its number if it is SQL."""
        sql, _ = marked(value)
        if certain and is_ignored(sql):
            self.ignored.add(value)
            return None
        if not (is_run(sql) if certain else is_statement(sql)):
            return None
        self.executed.append((value, call))
        self.again((len(self.executed) - 1,), root)
        return len(self.executed) - 1

    def again(self, numbers: Iterable[int], root: Root) -> None:
        """What has these numbers runs from here too."""
        for number in numbers:
            self.trail.append(number)
            self._roots[number][root] = None

    def built(self, query: QueryValue, root: Root) -> None:
        """A mapper's query was built; unless something more is made of it, it runs as it is."""
        self._built.setdefault(query, root)

    def derived(self, query: QueryValue) -> None:
        """Something more was made of the query."""
        self._spent.add(query)
        self._spent.update(query.inside)

    def query(self, query: QueryValue, root: Root) -> int | None:
        """A mapper's query runs. Gives its number."""
        self.derived(query)
        if not query.tables:  # of nothing that is known
            return None
        return self.mapper(sent(query), query.call, root)

    def mapper(self, text: TextValue, call: str, root: Root) -> int | None:
        """A mapper writes the statement and runs it. Gives its number."""
        number = self.execute(text, call, root, certain=True)
        if number is not None:
            self.mapped.add(number)
        return number

    def runs(self, entered: Container[FunctionValue | None], functions: Container[FunctionValue]) -> Iterator[Run]:
        """Every distinct statement once a place: those executed, then those that only look like statements.

        A function that was `entered` from its callers runs what they make of it: what it runs by itself, with
        gaps where its parameters stand, is left out. `functions` are those of the project.
        """
        for query in [query for query in self._built if query not in self._spent]:
            self._spent.update(query.inside)
        for query, root in [(q, root) for q, root in self._built.items() if q not in self._spent]:
            self.query(query, root)
        numbers: dict[TextValue, list[int]] = defaultdict(list)
        roots: Roots = defaultdict(lambda: defaultdict(dict))
        for number, (text, _) in enumerate(self.executed):
            numbers[text].append(number)
            roots[text.place][text].update(self._roots[number])
        for text, same in numbers.items():
            if _is_mismatched(text, roots[text.place]):
                continue
            if not _is_filled(text, roots[text.place], entered):
                uses = tuple(use for n in same for use in self.uses.get(n, ()))
                inside = not self.in_transactions.isdisjoint(same)
                run = Run(text, self.executed[same[0]][1], uses, in_transaction=inside, mapper=same[0] in self.mapped)
                drivers = set().union(*(self.drivers.get(n, ()) for n in same))
                run = replace(run, driver=min(drivers) if len(drivers) < 2 else "") if drivers else run
                yield from _placed(run, roots[text.place][text], functions)
        yield from (Run(text, None) for text in self._unexecuted(frozenset().union(*(t.places for t in numbers))))

    def _unexecuted(self, seen: frozenset[Place]) -> Iterator[TextValue]:
        built = [max(texts, key=_extent) for texts in self._texts.values()]
        parts = (text.places - {text.place} for text in built)
        seen = seen.union(*(text.places for text in self.ignored), *parts)
        for place, texts in self._texts.items():
            if place not in seen:
                most = max(map(_extent, texts))
                whole = (text for text in texts if _extent(text) == most)
                yield from (text for text in whole if is_statement(marked(text)[0]))


def _is_filled(
    text: TextValue, here: dict[TextValue, dict[Root, None]], entered: Container[FunctionValue | None]
) -> bool:
    if not any(isinstance(piece, Gap) for piece in text.pieces):
        return False
    if any(root.function not in entered for root in here[text]):
        return False
    return any(root.function not in entered for roots in here.values() for root in roots)


def _is_mismatched(text: TextValue, here: Iterable[TextValue]) -> bool:
    """Whether columns and values are from different ways through the program, where others fit."""
    if len(text.places) < 2 or not is_lopsided(marked(text)[0]):
        return False
    return any(not is_lopsided(marked(other)[0]) for other in here)


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


def begins_as_sql(value: TextValue) -> bool:
    """Whether the first known piece begins as a statement does."""
    for piece in value.pieces:
        if isinstance(piece, Literal) and piece.text.strip():
            return may_begin(piece.text)
    return may_begin("")
