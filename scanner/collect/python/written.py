"""The statements and texts that stand in one file, as evaluations have come across them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field

from scanner.collect.python.light import dataclass
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.values import FunctionValue, Literal, Place, TextValue
from scanner.model import RowUse

# A text that grows in a loop is met at every length; the longest few say it all.
_MAX_GROWTH = 12


@dataclass(frozen=True, slots=True)
class Root:
    """From where a program was evaluated to the point it is at."""

    function: FunctionValue | None = None  # evaluated without its callers; None: a module's top level
    site: Place | None = None  # the call in it that led here
    call: str | None = None  # what is called there, as written


@dataclass(frozen=False, slots=True)
class Statement:
    """What is known of one text that is run. Dicts are sets with an order."""

    call: str = ""  # the first that runs it, as written
    roots: dict[Root, None] = field(default_factory=dict)
    uses: dict[RowUse, None] = field(default_factory=dict)
    drivers: dict[str, None] = field(default_factory=dict)  # of engines of SQLAlchemy that run it, empty if not known
    in_transaction: bool = False
    mapper: bool = False


@dataclass(frozen=False, slots=True)
class Written:
    """Statements and texts of a file by what they say and where. Dicts without values are sets with an order."""

    ignored: dict[TextValue, None] = field(default_factory=dict)
    functions: dict[FunctionValue, None] = field(default_factory=dict)  # evaluated by themselves
    statements: dict[TextValue, Statement] = field(default_factory=dict)
    texts: dict[Place, dict[TextValue, None]] = field(default_factory=dict)  # that begin as a statement does
    built: dict[QueryValue, dict[Root, None]] = field(default_factory=dict)  # queries of a mapper
    spent: dict[QueryValue, None] = field(default_factory=dict)  # those of which something more was made

    def merge(self, other: Written) -> None:
        """All of another record of the same file."""
        for text, theirs in other.statements.items():
            ours = self.statement(text)
            ours.call = ours.call or theirs.call
            ours.roots.update(theirs.roots)
            ours.uses.update(theirs.uses)
            ours.drivers.update(theirs.drivers)
            ours.in_transaction |= theirs.in_transaction
            ours.mapper |= theirs.mapper
        for texts in other.texts.values():
            for text in texts:
                self.text(text)
        for query, roots in other.built.items():
            self.built.setdefault(query, {}).update(roots)
        self.ignored.update(other.ignored)
        self.functions.update(other.functions)
        self.spent.update(other.spent)

    def statement(self, text: TextValue) -> Statement:
        """What is known of this one, to be added to."""
        found = self.statements.get(text)
        if found is None:
            found = self.statements[text] = Statement()
        return found

    def text(self, value: TextValue) -> None:
        """The text begins as a statement does."""
        assert value.place is not None
        grown = self.texts.setdefault(value.place, {})
        if value not in grown and len(grown) >= _MAX_GROWTH:
            del grown[min(grown, key=lambda each: len(each.pieces))]
        grown[value] = None

    @property
    def unspent(self) -> list[QueryValue]:
        """The queries that run as they are."""
        return [query for query in self.built if query not in self.spent]

    @property
    def beside(self) -> frozenset[str]:
        """The paths of the files from which its statements are run, or in which they are called for."""
        roots = [root for each in self.statements.values() for root in each.roots]
        roots.extend(root for each in self.built.values() for root in each)
        return frozenset(each.path for root in roots for each in (root.function, root.site) if each is not None)


def places(texts: Iterable[TextValue]) -> set[Place]:
    """Every place a piece of these comes from."""
    return {each.place for text in texts for each in text.pieces if isinstance(each, Literal) and each.place}
