"""What the evaluation of a project has come across, put together from the journals of its parts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

from scanner.collect.python.holes import marked
from scanner.collect.python.journal import Journal
from scanner.collect.python.light import dataclass, replace
from scanner.collect.python.mismatches import is_mismatched
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.statements import is_statement
from scanner.collect.python.values import ClassValue, FunctionValue, Gap, Literal, Place, TextValue
from scanner.model import RowUse

if TYPE_CHECKING:
    from scanner.collect.python.orm.mapped import Mapped

Roots = dict[Place | None, dict[TextValue, dict["Root", None]]]
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


@dataclass(frozen=False, slots=True)
class Statement:
    """What is known of one text that is run."""

    call: str  # the first that runs it, as written
    roots: dict[Root, None] = field(default_factory=dict)
    uses: dict[RowUse, None] = field(default_factory=dict)
    drivers: set[str] = field(default_factory=set)  # of engines that run it: `Run`
    in_transaction: bool = False
    mapper: bool = False


@dataclass(frozen=False, slots=True)
class Record:
    """Statements and texts by what they say and where; `runs` is asked for when everything is added."""

    ignored: dict[TextValue, None] = field(default_factory=dict)
    entered: set[FunctionValue] = field(default_factory=set)  # called with arguments that were followed
    saturated: set[FunctionValue] = field(default_factory=set)  # called in more ways than were followed
    # Mapped classes, with the calls that take all their fields; a dict for its order.
    sent: dict[ClassValue, dict[RowUse, None]] = field(default_factory=dict)
    tables: dict[Mapped, None] = field(default_factory=dict)  # SQLAlchemy's Table objects
    functions: set[FunctionValue] = field(default_factory=set)  # evaluated by themselves
    models: dict[Mapped, None] = field(default_factory=dict)  # mapped classes, and the tables between them
    _statements: dict[TextValue, Statement] = field(default_factory=dict)
    _texts: dict[Place, dict[TextValue, None]] = field(default_factory=dict)
    _built: dict[QueryValue, dict[Root, None]] = field(default_factory=dict)
    _spent: dict[QueryValue, None] = field(default_factory=dict)

    def add(self, journal: Journal, added: set[Journal], root: Root | None = None) -> None:
        """What was noted there and in the calls that were followed from there; each is `added` only once.

        `root` is from where it was called. What runs in a call is told by its caller, as run from there.
        """
        for name, *given in journal.events:
            if name == "enter":
                function, inner, from_there = given
                self.entered.add(function)
                if inner not in added:
                    added.add(inner)
                    self.add(inner, added, root or from_there)
            elif name == "build":
                self.build(given[0], root or given[1])
            elif name != "run_from" or root is None:
                getattr(self, name)(*given)

    def merge(self, other: Record) -> None:
        """All of another record."""
        for text, theirs in other._statements.items():
            ours = self._of(text)
            ours.call = ours.call or theirs.call
            ours.roots.update(theirs.roots)
            ours.uses.update(theirs.uses)
            ours.drivers |= theirs.drivers
            ours.in_transaction |= theirs.in_transaction
            ours.mapper |= theirs.mapper
        for texts in other._texts.values():
            for text in texts:
                self.text(text)
        for model, uses in other.sent.items():
            self.sent.setdefault(model, {}).update(uses)
        for query, roots in other._built.items():
            for root in roots:
                self.build(query, root)
        self.ignored.update(other.ignored)
        self.entered |= other.entered
        self.saturated |= other.saturated
        self.tables.update(other.tables)
        self.models.update(other.models)
        self.functions |= other.functions
        self._spent.update(other._spent)

    def _of(self, text: TextValue) -> Statement:
        found = self._statements.get(text)
        if found is None:
            found = self._statements[text] = Statement("")
        return found

    def executed_by(self, text: TextValue, call: str) -> None:
        """The text is SQL that reaches this call."""
        statement = self._of(text)
        statement.call = statement.call or call

    def run_from(self, text: TextValue, root: Root) -> None:
        """The statement runs in what was evaluated from there."""
        self._of(text).roots[root] = None

    def ignore(self, text: TextValue) -> None:
        """No added column can matter to the statement."""
        self.ignored[text] = None

    def saturate(self, function: FunctionValue) -> None:
        """The function was called in more ways than were followed."""
        self.saturated.add(function)

    def use(self, text: TextValue, found: RowUse) -> None:
        """Something is done with the rows of the statement."""
        self._of(text).uses[found] = None

    def in_transaction(self, text: TextValue) -> None:
        """The statement runs inside a transaction."""
        self._of(text).in_transaction = True

    def driven(self, text: TextValue, driver: str) -> None:
        """An engine of SQLAlchemy runs the statement with this driver."""
        self._of(text).drivers.add(driver)

    def write(self, text: TextValue) -> None:
        """A mapper writes the statement."""
        self._of(text).mapper = True

    def send(self, model: ClassValue, found: RowUse) -> None:
        """All fields of a mapped class are taken."""
        self.sent.setdefault(model, {})[found] = None

    def table(self, table: Mapped) -> None:
        """A Table object of SQLAlchemy was made."""
        self.tables[table] = None

    def build(self, query: QueryValue, root: Root) -> None:
        """A mapper's query was built; it runs as it is, unless something more is made of it."""
        self._built.setdefault(query, {})[root] = None

    def derive(self, query: QueryValue) -> None:
        """Something more was made of the query."""
        self._spent[query] = None
        self._spent.update(dict.fromkeys(query.inside))

    def text(self, value: TextValue) -> None:
        """The text begins as a statement does."""
        assert value.place is not None
        grown = self._texts.setdefault(value.place, {})
        if value not in grown and len(grown) >= _MAX_GROWTH:
            del grown[min(grown, key=lambda each: len(each.pieces))]
        grown[value] = None

    def runs(self) -> Iterator[Run]:
        """Every distinct statement once a place: those executed, then those that only look like statements.

        A function that was entered from its callers runs what they make of it: what it runs by itself, with
        gaps where its parameters stand, is left out.
        """
        self._run_unspent()
        entered = self.entered - self.saturated
        roots: Roots = defaultdict(dict)
        for text, statement in self._statements.items():
            roots[text.place][text] = statement.roots
        for text, found in self._statements.items():
            here = roots[text.place]
            if len(here) > 1 and (is_mismatched(text, here) or _is_filled(text, here, entered)):
                continue
            driver = None if not found.drivers else min(found.drivers) if len(found.drivers) == 1 else ""
            run = Run(text, found.call, tuple(found.uses), None, found.in_transaction, found.mapper, driver)
            yield from _placed(run, found.roots, self.functions)
        yield from (Run(text, None) for text in self._unexecuted(_places(self._statements)))

    def _run_unspent(self) -> None:
        """Queries that were built, and of which nothing more was made, run as they are."""
        for query in [query for query in self._built if query not in self._spent]:
            self._spent.update(dict.fromkeys(query.inside))
        for query, roots in [(query, roots) for query, roots in self._built.items() if query not in self._spent]:
            journal = Journal()
            for root in roots:
                journal.query(query, root)
            self.add(journal, set())

    def _unexecuted(self, seen: set[Place]) -> Iterator[TextValue]:
        built = [max(texts, key=_extent) for texts in self._texts.values()]
        parts = (text.places - {text.place} for text in built)
        seen = seen.union(_places(self.ignored), *parts)
        for place, texts in self._texts.items():
            if place not in seen:
                most = max(map(_extent, texts))
                whole = (text for text in texts if _extent(text) == most)
                yield from (text for text in whole if is_statement(marked(text)[0]))


def _places(texts: Iterable[TextValue]) -> set[Place]:
    return {each.place for text in texts for each in text.pieces if isinstance(each, Literal) and each.place}


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
