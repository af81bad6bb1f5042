"""What the evaluation of a project has come across: texts, the calls they flow to, the use of their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from scanner.collect.python.holes import marked
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.statements import is_ignored, is_run, is_statement, may_begin
from scanner.collect.python.values import FunctionValue, Gap, Literal, Place, TextValue
from scanner.model import RowUse

# A text that grows in a loop is met at every length; the longest few say it all.
_MAX_GROWTH = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A text that reaches a call which executes it."""

    text: TextValue
    executes: str | None  # the call as written, without arguments: "cursor.execute"
    uses: tuple[RowUse, ...] = ()


def _nested() -> dict[Place | None, dict[TextValue, set[FunctionValue | None]]]:
    return defaultdict(lambda: defaultdict(set))


@dataclass(slots=True)
class Record:
    """Collects while programs are evaluated; `runs` is asked for when all are."""

    executed: list[tuple[TextValue, str]] = field(default_factory=list)
    uses: dict[int, list[RowUse]] = field(default_factory=lambda: defaultdict(list))
    ignored: set[TextValue] = field(default_factory=set)
    _roots: dict[Place | None, dict[TextValue, set[FunctionValue | None]]] = field(default_factory=_nested)
    _built: dict[QueryValue, FunctionValue | None] = field(default_factory=dict)
    _spent: set[QueryValue] = field(default_factory=set)
    _texts: dict[Place, dict[TextValue, None]] = field(default_factory=lambda: defaultdict(dict))

    def text(self, value: TextValue) -> None:
        """A text was written or built; whether it is SQL, and a whole statement, is seen later."""
        place = value.place
        if place is None or not begins_as_sql(value):
            return
        grown = self._texts[place]
        if len(grown) >= _MAX_GROWTH:
            del grown[min(grown, key=lambda each: len(each.pieces))]
        grown[value] = None

    def execute(self, value: TextValue, call: str, root: FunctionValue | None, *, certain: bool) -> int | None:
        """The text reached a call; certain: one that does nothing but run SQL. Gives its number if it is SQL.

        `root` is the function that was evaluated without its callers, or None for a module's top level.
        """
        sql, _ = marked(value)
        if certain and is_ignored(sql):
            self.ignored.add(value)
            return None
        if not (is_run(sql) if certain else is_statement(sql)):
            return None
        self.executed.append((value, call))
        self._roots[value.place][value].add(root)
        return len(self.executed) - 1

    def built(self, query: QueryValue, root: FunctionValue | None) -> None:
        """A mapper's query was built; unless something more is made of it, it runs as it is."""
        self._built.setdefault(query, root)

    def derived(self, query: QueryValue) -> None:
        """Something more was made of the query."""
        self._spent.add(query)

    def query(self, query: QueryValue, root: FunctionValue | None) -> int | None:
        """A mapper's query runs. Gives its number."""
        self._spent.add(query)
        if not query.tables:  # of nothing that is known
            return None
        return self.execute(query.text, query.call, root, certain=True)

    def runs(self, entered: Container[FunctionValue | None]) -> Iterator[Run]:
        """Every distinct statement once: those executed, then those that only look like statements.

        A function that was `entered` from its callers runs what they make of it: what it runs by itself, with
        gaps where its parameters stand, is left out.
        """
        for query, root in [(q, root) for q, root in self._built.items() if q not in self._spent]:
            self.query(query, root)
        numbers: dict[TextValue, list[int]] = defaultdict(list)
        for number, (text, _) in enumerate(self.executed):
            numbers[text].append(number)
        for text, same in numbers.items():
            if not self._is_filled(text, entered):
                yield Run(text, self.executed[same[0]][1], tuple(use for n in same for use in self.uses.get(n, ())))
        yield from (Run(text, None) for text in self._unexecuted(frozenset().union(*(t.places for t in numbers))))

    def _is_filled(self, text: TextValue, entered: Container[FunctionValue | None]) -> bool:
        if not any(isinstance(piece, Gap) for piece in text.pieces):
            return False
        here = self._roots[text.place]
        if any(root not in entered for root in here[text]):
            return False
        return any(root not in entered for roots in here.values() for root in roots)

    def _unexecuted(self, seen: frozenset[Place]) -> Iterator[TextValue]:
        built = [max(texts, key=_extent) for texts in self._texts.values()]
        parts = (text.places - {text.place} for text in built)
        seen = seen.union(*(text.places for text in self.ignored), *parts)
        for place, texts in self._texts.items():
            if place not in seen:
                most = max(map(_extent, texts))
                whole = (text for text in texts if _extent(text) == most)
                yield from (text for text in whole if is_statement(marked(text)[0]))


def _extent(text: TextValue) -> tuple[int, int]:
    return len(text.places), len(text.pieces)


def begins_as_sql(value: TextValue) -> bool:
    """Whether the first known piece begins as a statement does."""
    first = next((p.text for p in value.pieces if isinstance(p, Literal) and p.text.strip()), "")
    return may_begin(first)
