"""What the evaluation of a project has come across, put together from the journals of its parts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from scanner.collect.python.journal import Journal
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.values import ClassValue, FunctionValue, Place, TextValue
from scanner.collect.python.written import Root, Written
from scanner.model import RowUse

if TYPE_CHECKING:
    from scanner.collect.python.orm.mapped import Mapped


@dataclass(slots=True)
class Record:
    """Statements and texts by the path of the file that they stand in, and what is told of the whole project."""

    files: defaultdict[str, Written] = field(default_factory=lambda: defaultdict(Written))
    entered: dict[FunctionValue, None] = field(default_factory=dict)  # called with arguments that were followed
    saturated: dict[FunctionValue, None] = field(default_factory=dict)  # called in more ways than were followed
    mapped: Tables = field(default_factory=lambda: Tables())

    def add(self, journal: Journal, added: set[Journal], root: Root | None = None) -> None:
        """What was noted there and in the calls that were followed from there; each is `added` only once.

        `root` is from where it was called. What runs in a call is told by its caller, as run from there.
        """
        for name, *given in journal.events:
            if name == "enter":
                function, inner, from_there = given
                self.entered[function] = None
                if inner not in added:
                    added.add(inner)
                    self.add(inner, added, root or from_there)
            elif name == "build":
                self.build(given[0], root or given[1])
            elif name != "run_from" or root is None:
                getattr(self, name)(*given)

    def of_place(self, place: Place | None) -> Written:
        """Where what stands there is noted; empty: it stands nowhere."""
        return self.files[place.path if place is not None else ""]

    def executed_by(self, text: TextValue, call: str) -> None:
        """The text is SQL that reaches this call."""
        statement = self.of_place(text.place).statement(text)
        statement.call = statement.call or call

    def run_from(self, text: TextValue, root: Root) -> None:
        """The statement runs in what was evaluated from there."""
        self.of_place(text.place).statement(text).roots[root] = None

    def ignore(self, text: TextValue) -> None:
        """No added column can matter to the statement."""
        self.of_place(text.place).ignored[text] = None

    def saturate(self, function: FunctionValue) -> None:
        """The function was called in more ways than were followed."""
        self.saturated[function] = None

    def use(self, text: TextValue, found: RowUse) -> None:
        """Something is done with the rows of the statement."""
        self.of_place(text.place).statement(text).uses[found] = None

    def in_transaction(self, text: TextValue) -> None:
        """The statement runs inside a transaction."""
        self.of_place(text.place).statement(text).in_transaction = True

    def driven(self, text: TextValue, driver: str) -> None:
        """An engine of SQLAlchemy runs the statement with this driver."""
        self.of_place(text.place).statement(text).drivers[driver] = None

    def write(self, text: TextValue) -> None:
        """A mapper writes the statement."""
        self.of_place(text.place).statement(text).mapper = True

    def send(self, model: ClassValue, found: RowUse) -> None:
        """All fields of a mapped class are taken."""
        self.mapped.sent.setdefault(model, {})[found] = None

    def table(self, table: Mapped) -> None:
        """A Table object of SQLAlchemy was made."""
        self.mapped.tables[table] = None

    def build(self, query: QueryValue, root: Root) -> None:
        """A mapper's query was built; it runs as it is, unless something more is made of it."""
        self.of_place(query.place).built.setdefault(query, {})[root] = None
        self._spend(*query.inside)

    def derive(self, query: QueryValue) -> None:
        """Something more was made of the query."""
        self._spend(query, *query.inside)

    def text(self, value: TextValue) -> None:
        """The text begins as a statement does."""
        self.of_place(value.place).text(value)

    def _spend(self, *queries: QueryValue) -> None:
        for each in queries:
            self.of_place(each.place).spent[each] = None


@dataclass(slots=True)
class Tables:
    """What of a project is mapped. Dicts without values are sets with an order."""

    # Mapped classes, with the calls that take all their fields.
    sent: dict[ClassValue, dict[RowUse, None]] = field(default_factory=dict)
    tables: dict[Mapped, None] = field(default_factory=dict)  # SQLAlchemy's Table objects
    models: dict[Mapped, None] = field(default_factory=dict)  # mapped classes, and the tables between them

    def merge(self, other: Tables) -> None:
        """All of another record."""
        for model, uses in other.sent.items():
            self.sent.setdefault(model, {}).update(uses)
        self.tables.update(other.tables)
        self.models.update(other.models)
