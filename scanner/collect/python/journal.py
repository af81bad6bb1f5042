"""What one evaluation comes across: texts, the calls they flow to, the use of their rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from scanner.collect.python.holes import marked
from scanner.collect.python.orm.eager import sent
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.statements import is_ignored, is_run, is_statement, may_begin
from scanner.collect.python.values import ClassValue, FunctionValue, Literal, TextValue
from scanner.model import RowUse

if TYPE_CHECKING:
    from scanner.collect.python.orm.mapped import Mapped
    from scanner.collect.python.written import Root


class Journal:
    """Notes, in order; `Record.add` puts those of many evaluations together.

    A statement is known by its text, which holds the places its pieces come from.
    """

    __slots__ = ("count", "events", "ran")

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []  # the name of a method of Record, and what it is given
        self.ran: dict[TextValue, None] = {}  # statements, of what was called too; a dict for its order
        self.count = 0  # how often any was run

    def text(self, value: TextValue) -> None:
        """A text was written or built; whether it is SQL, and a whole statement, is seen later."""
        if begins_as_sql(value) and value.place is not None:
            self.events.append(("text", value))

    def ignore(self, value: TextValue) -> None:
        """No added column can matter to the statement."""
        self.events.append(("ignore", value))

    def execute(self, value: TextValue, call: str, root: Root, *, certain: bool) -> TextValue | None:
        """The text reached a call; certain: one that does nothing but run SQL. Gives the text if it is SQL."""
        sql, _ = marked(value)
        if certain and is_ignored(sql):
            self.ignore(value)
            return None
        if not (is_run(sql) if certain else is_statement(sql)):
            return None
        self.events.append(("executed_by", value, call))
        self.again((value,), root)
        return value

    def again(self, statements: Iterable[TextValue], root: Root) -> None:
        """These statements run from here, too."""
        for each in statements:
            self.count += 1
            self.ran[each] = None
            self.events.append(("run_from", each, root))

    def enter(self, function: FunctionValue, inner: Journal, root: Root) -> None:
        """A call of a function was followed; what was noted there."""
        self.events.append(("enter", function, inner, root))
        self.again(inner.ran, root)

    def saturate(self, function: FunctionValue) -> None:
        """A function was called in more ways than were followed."""
        self.events.append(("saturate", function))

    def use(self, statement: TextValue, found: RowUse) -> None:
        """Something is done with the rows of a statement."""
        self.events.append(("use", statement, found))

    def in_transaction(self, statements: Iterable[TextValue]) -> None:
        """These run inside a transaction."""
        self.events.extend(("in_transaction", each) for each in statements)

    def driven(self, statement: TextValue, driver: str) -> None:
        """An engine of SQLAlchemy runs the statement with this driver."""
        self.events.append(("driven", statement, driver))

    def send(self, model: ClassValue, found: RowUse) -> None:
        """A call takes all fields of a mapped class."""
        self.events.append(("send", model, found))

    def table(self, table: Mapped) -> None:
        """A Table object of SQLAlchemy was made."""
        self.events.append(("table", table))

    def built(self, query: QueryValue, root: Root) -> None:
        """A mapper's query was built; unless something more is made of it, it runs as it is."""
        self.events.append(("build", query, root))

    def derived(self, query: QueryValue) -> None:
        """Something more was made of the query."""
        self.events.append(("derive", query))

    def query(self, query: QueryValue, root: Root) -> TextValue | None:
        """A mapper's query runs. Gives its statement."""
        self.derived(query)
        if not query.tables:  # of nothing that is known
            return None
        return self.mapper(sent(query), query.call, root)

    def mapper(self, text: TextValue, call: str, root: Root) -> TextValue | None:
        """A mapper writes the statement and runs it. Gives it."""
        statement = self.execute(text, call, root, certain=True)
        if statement is not None:
            self.events.append(("write", statement))
        return statement


def begins_as_sql(value: TextValue) -> bool:
    """Whether the first known piece begins as a statement does."""
    for piece in value.pieces:
        if isinstance(piece, Literal) and piece.text.strip():
            return may_begin(piece.text)
    return may_begin("")
