"""Bodies of functions, each evaluated once for the same arguments.

What an evaluation comes to is the same whatever was evaluated before it, so that what was found of one part of a
project stays true when another changes. Where it is not, as inside a function that calls itself or behind more calls
than are followed, it counts for that place alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from scanner.collect.python.journal import Journal
from scanner.collect.python.values import ClassValue, FunctionValue, Variants

if TYPE_CHECKING:
    from scanner.collect.python.frames import Definition

MAX_CALLS = 5  # deep
_MAX_WAITING = 8  # functions evaluated by themselves, each for another
_MAX_SIZE = 1_000  # calls that are followed from one function, at every depth

# What is asked of the project: a kind, and what it is asked of.
Question = tuple[str, ...]


class Told(NamedTuple):
    """What was made once, of what, and what it asked for."""

    made: Any
    given: object
    asked: set[Question]


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
    calls: int = 0  # how deep the calls below it go
    waiting: int = 0  # how deep functions evaluated by themselves go below it
    size: int = 1  # it, and the calls that were followed below it
    is_deep: bool = False  # there were calls too deep to follow
    is_long: bool = False  # too many functions were waiting for another
    is_limited: bool = False  # there were more calls than are followed from one function
    unfinished: set[Outcome] = field(default_factory=set)  # those that it was made of and that still ran
    circle: frozenset[tuple[Hashable, Run, bool]] = frozenset()  # those that ask for each other, it among them

    def use(self, other: Outcome, *, is_call: bool) -> None:
        """The other is a part of this one."""
        if other in self.behind:
            return
        self.behind[other] = None
        self.waiting = max(self.waiting, other.waiting + (not is_call))
        self.is_long = self.is_long or other.is_long
        self.unfinished |= other.unfinished
        if is_call:
            self.calls = max(self.calls, other.calls + 1)
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
    _running: dict[Hashable, Outcome] = field(default_factory=dict)
    _whole: dict[Hashable, Outcome] = field(default_factory=dict)
    _unfinished: dict[Hashable, Outcome] = field(default_factory=dict)  # parts of what still runs
    _here: dict[Hashable, Outcome] = field(default_factory=dict)  # those that hold only at the depth they were made at

    def forget(self) -> None:
        """To be called when names come to stand for something else."""
        self._whole.clear()
        self._unfinished.clear()
        self._here.clear()

    def call(self, key: Hashable, depth: int, run: Run) -> Outcome | None:
        """What a call at this depth comes to; of one that still runs, nothing; None: too many, or too deep."""
        if depth >= MAX_CALLS:
            self.current.is_deep = True
            return None
        running = self._running.get(key)
        if running is not None:
            self.current.unfinished.add(running)
            return Outcome()
        found = self._known(key, depth)
        if found is not None:
            self._size += 0 if found in self.current.behind else found.size
        elif self._size >= _MAX_SIZE:
            self.current.is_limited = True
            return None
        else:
            self._size += 1
            found = self._evaluated(key, depth, run)
        self.current.use(found, is_call=True)
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
            found = self._known(key, 0) or self._evaluated(key, 0, run, is_unit=True)
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
        self.current.asked.add(question)

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
        for found in (self._whole.get(key), self._unfinished.get(key)):
            if found is not None and self._fits(found, depth):
                return found
        found = self._here.get((key, depth, self._waiting))
        return found if found is not None and self._size + found.size <= _MAX_SIZE else None

    def _fits(self, outcome: Outcome, depth: int) -> bool:
        """Whether nothing of it would be too much here."""
        return (
            depth + outcome.calls < MAX_CALLS
            and self._waiting + outcome.waiting <= _MAX_WAITING
            and self._size + outcome.size <= _MAX_SIZE
        )

    def _evaluated(self, key: Hashable, depth: int, run: Run, *, is_unit: bool = False) -> Outcome:
        outcome = self._ran(key, depth, run, is_unit=is_unit)
        if outcome.unfinished != {outcome}:
            self._keep(key, depth, outcome)
            return outcome
        # The head of a circle of functions that ask for each other. Wherever the circle was entered, what is kept is
        # what it comes to from its first.
        first, first_run, is_first_unit = min(outcome.circle, key=lambda each: repr(each[0]))
        if first != key:
            self._forget(outcome)
            with self.apart(Outcome()):
                self._waiting = int(is_first_unit)
                self._close(first, 0, self._ran(first, 0, first_run, is_unit=is_first_unit))
            known = self._known(key, depth)
            if known is not None:
                return known
            outcome = self._ran(key, depth, run, is_unit=is_unit)
        self._close(key, depth, outcome)
        return outcome

    def _ran(self, key: Hashable, depth: int, run: Run, *, is_unit: bool) -> Outcome:
        outcome = Outcome()
        around, unit = self.current, self.unit
        self.current, self._running[key] = outcome, outcome
        if is_unit:
            self.unit = outcome
        try:
            run(outcome, depth)
        finally:
            self.current, self.unit = around, unit
            del self._running[key]
        if is_unit:
            outcome.is_deep = outcome.is_limited = False
        if outcome.unfinished:
            outcome.circle = frozenset(((key, run, is_unit),)).union(*(each.circle for each in outcome.behind))
        return outcome

    def _close(self, key: Hashable, depth: int, outcome: Outcome) -> None:
        """Keeps what a circle came to, and its members with it."""
        members = [(key, outcome)]
        members += [(each, other) for each, other in self._unfinished.items() if outcome in other.unfinished]
        open_still = outcome.unfinished - {outcome}
        for member, other in members:
            other.unfinished = (other.unfinished - {outcome}) | open_still
            other.circle = other.circle if other.unfinished else frozenset()  # it is closed: others are not of it
            if other is not outcome and not other.unfinished:
                self._whole[member] = self._unfinished.pop(member)
        self._keep(key, depth, outcome)
        self._forget(outcome)

    def _forget(self, head: Outcome) -> None:
        """What was made while this one ran is another now."""
        for known in (self._unfinished, self._here):
            for key in [key for key, each in known.items() if head in each.unfinished]:
                del known[key]

    def _keep(self, key: Hashable, depth: int, outcome: Outcome) -> None:
        if outcome.is_limited:
            return
        if outcome.is_deep or outcome.is_long:
            self._here[(key, depth, self._waiting)] = outcome
        elif outcome.unfinished:
            self._unfinished[key] = outcome
        else:
            self._whole[key] = outcome
