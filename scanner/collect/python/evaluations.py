"""Bodies of functions, each evaluated once for the same arguments.

What an evaluation comes to is the same whatever was evaluated before it, so that what was found of one part of a
project stays true when another changes. Where it goes by how deep it was asked for, as in a function that calls itself
without end, it counts for those alone who ask as deep. Functions that are evaluated by themselves for each other are
a circle: it is evaluated from its first, wherever it is entered.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from scanner.collect.python.journal import Journal
from scanner.collect.python.values import ClassValue, FunctionValue, Variants

if TYPE_CHECKING:
    from scanner.collect.python.frames import Definition

MAX_CALLS = 5  # deep
_MAX_WAITING = 8  # functions evaluated by themselves, each for another
_MAX_SIZE = 1_000  # calls that are followed from one function, at every depth

# What is asked of the project: a kind, and what it is asked of.
Question = tuple[str, ...]


_NONE = frozenset[Any]()
_NOTHING: Any = MappingProxyType({})


class Told(NamedTuple):
    """What was made once, of what, and what it asked for."""

    made: Any
    given: object
    asked: frozenset[Question]


# Evaluates a body for an outcome, that many calls deep.
Run = Callable[["Outcome", int], None]


@dataclass(slots=True, eq=False)
class Outcome:
    """What a body came to; while it runs, what it has come to so far."""

    returned: Variants = ()
    fields: tuple[tuple[str, Variants], ...] = ()  # what a constructor set
    # What a method evaluated by itself assigns to attributes of instances.
    assigned: dict[tuple[ClassValue, str], Variants] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    asked: set[Question] = field(default_factory=set)
    behind: dict[Outcome, None] = field(default_factory=dict)  # what it was made of; a dict for its order
    # Functions that it defines, by name and place.
    inside: dict[tuple[FunctionValue, int], Definition] = field(default_factory=dict)
    depth: int = 0  # of the call that it was made for
    calls: int = 0  # how deep the calls below it go, from there
    waiting: int = 0  # how deep functions evaluated by themselves go below it
    size: int = 1  # it, and the calls that were followed below it
    is_deep: bool = False  # there were calls too deep to follow
    is_long: bool = False  # too many functions were waiting for another
    is_limited: bool = False  # there were more calls than are followed from one function
    runs: bool = False  # a function by itself that is evaluated now
    unfinished: set[Outcome] = field(default_factory=set)  # those that it was made of and that still ran
    circle: frozenset[tuple[Hashable, Run]] = frozenset()  # functions that ask for each other, it among them

    def use(self, other: Outcome, *, is_call: bool) -> None:
        """The other is a part of this one."""
        if other in self.behind:
            return
        self.behind[other] = None
        self.waiting = max(self.waiting, other.waiting + (not is_call))
        self.is_long = self.is_long or other.is_long
        self.unfinished |= other.unfinished
        if is_call:
            self.size += other.size
            self.is_deep = self.is_deep or other.is_deep
            self.is_limited = self.is_limited or other.is_limited


@dataclass(slots=True)
class Evaluations:
    """Those that run, and the outcomes of those that did."""

    current: Outcome = field(default_factory=Outcome)
    unit: Outcome = field(default_factory=Outcome)  # of the nearest function that is evaluated by itself
    _waiting: int = 0
    _size: int = 0  # calls followed from `unit` so far
    _running: dict[Hashable, Outcome] = field(default_factory=dict)  # functions by themselves, each for another
    _whole: dict[Hashable, Outcome] = field(default_factory=dict)
    _unfinished: dict[Hashable, Outcome] = field(default_factory=dict)  # parts of what still runs
    _questions: dict[Question, Question] = field(default_factory=dict)  # each once, however many have asked it
    _asked: dict[frozenset[Question], frozenset[Question]] = field(default_factory=dict)
    _first: set[Hashable] = field(default_factory=set)  # of the circles that were evaluated from their first

    def forget(self) -> None:
        """To be called when names come to stand for something else."""
        self._whole.clear()
        self._unfinished.clear()
        self._first.clear()

    def follows(self, depth: int) -> bool:
        """Whether what is called at this depth is followed."""
        if depth >= MAX_CALLS:
            self.current.is_deep = True
            return False
        self.current.calls = max(self.current.calls, depth - self.current.depth)
        return True

    def call(self, key: Hashable, depth: int, run: Run) -> Outcome | None:
        """What a call at this depth comes to; None: too many, or too deep, as in the end of one that calls itself."""
        if not self.follows(depth):
            return None
        found = self._known(key, depth)
        if found is not None:
            self._size += 0 if found in self.current.behind else found.size
        elif self._size >= _MAX_SIZE:
            self.current.is_limited = True
            return None
        else:
            self._size += 1
            found = self._ran(key, depth, run)
            self._keep(key, depth, found)
        self.current.use(found, is_call=True)
        self.current.calls = max(self.current.calls, depth - self.current.depth + found.calls)
        return found

    def alone(self, key: Hashable, run: Run) -> Outcome:
        """What a function comes to whose parameters nobody gives; of one that still runs, nothing."""
        running = self._running.get(key)
        if running is not None:
            self.current.unfinished.add(running)
            return Outcome()
        if self._waiting >= _MAX_WAITING:
            self.current.is_long = True
            return Outcome()
        around, size = self.unit, self._size
        self._waiting, self._size = self._waiting + 1, 0
        try:
            found = self._known(key, 0) or self._evaluated(key, run)
        finally:
            self._waiting, self._size, self.unit = self._waiting - 1, size, around
        self.current.use(found, is_call=False)
        return found

    @contextmanager
    def apart(self, outcome: Outcome) -> Iterator[None]:
        """What is evaluated here belongs to nothing that runs, as the top level of a module."""
        around = self.current, self.unit, self._size, self._waiting
        self.current, self.unit, self._size = outcome, outcome, 0
        try:
            yield
        finally:
            self.current, self.unit, self._size, self._waiting = around

    def ask(self, *question: str) -> None:
        """What is evaluated now holds as long as the answer is the same."""
        asked = self.current.asked
        if question not in asked:  # seldom: the same few are asked again and again
            asked.add(self._questions.setdefault(question, question))

    def same(self, asked: set[Question]) -> frozenset[Question]:
        """These questions, kept once for all who ask them."""
        return self._asked.setdefault(kept := frozenset(asked), kept)

    @contextmanager
    def asking(self) -> Iterator[set[Question]]:
        """What is asked here, apart from what was asked before."""
        outcome = self.current
        around, outcome.asked = outcome.asked, set()
        try:
            yield outcome.asked
        finally:
            around |= outcome.asked
            outcome.asked = around

    def _known(self, key: Hashable, depth: int) -> Outcome | None:
        """One that would be the same if it were evaluated here."""
        for each in (key, (key, depth, self._waiting)):
            for known in (self._whole, self._unfinished):
                found = known.get(each)
                if found is not None and self._fits(found, depth):
                    return found
        return None

    def _fits(self, outcome: Outcome, depth: int) -> bool:
        """Whether nothing of it would be too much here."""
        return (
            depth + outcome.calls < MAX_CALLS
            and self._waiting + outcome.waiting <= _MAX_WAITING
            and self._size + outcome.size <= _MAX_SIZE
        )

    def _keep(self, key: Hashable, depth: int, outcome: Outcome) -> None:
        """Keeps it for the next who asks; where something was too much for it, for those alone who ask as deep."""
        if outcome.is_limited:
            return
        kept = self._unfinished if outcome.unfinished else self._whole
        kept[(key, depth, self._waiting) if outcome.is_deep or outcome.is_long else key] = outcome

    def _ran(self, key: Hashable, depth: int, run: Run, *, is_unit: bool = False) -> Outcome:
        """Evaluates a body."""
        outcome = Outcome(depth=depth)
        around, unit = self.current, self.unit
        self.current = outcome
        if is_unit:
            self.unit = self._running[key] = outcome
            outcome.runs = True
        try:
            run(outcome, depth)
            outcome.unfinished = {each for each in outcome.unfinished if each.runs}
        finally:
            self.current, self.unit = around, unit
            if is_unit:
                del self._running[key]
                outcome.runs = False
        if is_unit:
            outcome.calls, outcome.size, outcome.is_deep, outcome.is_limited = 0, 0, False, False
        if outcome.unfinished:
            own = frozenset(((key, run),)) if is_unit else frozenset()
            outcome.circle = own.union(*(each.circle for each in outcome.behind))
        self._shrink(outcome)
        return outcome

    def _shrink(self, outcome: Outcome) -> None:
        """Nothing is added to it any more: what is empty, or the same as others have, is kept once for all."""
        outcome.asked = cast("set[Question]", self.same(outcome.asked))
        outcome.unfinished = outcome.unfinished or cast("set[Outcome]", _NONE)
        for name in ("assigned", "behind", "inside"):
            if not getattr(outcome, name):
                setattr(outcome, name, _NOTHING)

    def _evaluated(self, key: Hashable, run: Run) -> Outcome:
        """A function by itself. Wherever a circle is entered, it is what it comes to from its first."""
        while True:
            outcome = self._ran(key, 0, run, is_unit=True)
            if outcome.unfinished != {outcome}:
                self._keep(key, 0, outcome)
                return outcome
            first, first_run = min(outcome.circle, key=lambda each: repr(each[0]))
            if first == key or first in self._first:
                self._close(key, outcome)
                return outcome
            self._first.add(first)
            self._forget(outcome)
            with self._afresh():
                self._evaluated(first, first_run)
            known = self._known(key, 0)
            if known is not None:
                return known

    @contextmanager
    def _afresh(self) -> Iterator[None]:
        """As if nothing ran, and one function was to be evaluated by itself."""
        around = self._running, self._unfinished
        self._running, self._unfinished = {}, {}
        try:
            with self.apart(Outcome()):
                self._waiting = 1
                yield
        finally:
            self._running, self._unfinished = around

    def _close(self, key: Hashable, head: Outcome) -> None:
        """Keeps what a circle came to from its head. The others of it are evaluated anew: now the head is known."""
        self._forget(head)
        head.unfinished, head.circle = set(), frozenset()
        self._keep(key, 0, head)

    def _forget(self, head: Outcome) -> None:
        """What was made while this one ran is another now."""
        for key in [key for key, each in self._unfinished.items() if head in each.unfinished]:
            del self._unfinished[key]
