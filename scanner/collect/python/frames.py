"""The names in force at a point of a program, and how a name is found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TypeVar, cast

from scanner.collect.python import syntax
from scanner.collect.python.definitions import Definitions
from scanner.collect.python.evaluations import Evaluations, Outcome, Told
from scanner.collect.python.imports import imported, starred
from scanner.collect.python.journal import Journal
from scanner.collect.python.names import shown
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.project import Module, Project
from scanner.collect.python.settled import Settled
from scanner.collect.python.values import (
    ClassValue,
    FunctionValue,
    ImportedValue,
    Place,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.collect.python.written import Root
from scanner.model import Family

_Made = TypeVar("_Made")
# Re-exports may go round in circles.
_MAX_IMPORTS = 12
MAX_NESTED = 64  # turns of what stands around a display of a loop that is evaluated item by item
MAX_TURNS = 512  # of loops inside loops that are run item by item


@dataclass(slots=True)
class Frame:
    """A module, a class body or a function while it is evaluated."""

    world: World
    module: Module
    names: dict[str, Variants] = field(default_factory=dict)
    outer: Frame | None = None  # where free names are looked up: never a class body
    function: str | None = None  # dotted name of what is evaluated
    owner: ClassValue | None = None  # the class whose method it is, or stands in
    is_method: bool = False
    stars: list[ImportedValue] = field(default_factory=list)  # of a module: its star imports
    quiet: bool = False  # texts met here are messages
    in_transaction: bool = False
    # Comparisons of the condition that is evaluated: the code goes on only where they come out so.
    demanded: Mapping[syntax.Expression, bool] = field(default_factory=dict)
    turns: int = 1  # how often what stands here is run, for the loops around it
    depth: int = 0  # how many calls it was entered through
    root: Root = field(default_factory=Root)
    returns: list[Value] = field(default_factory=list)

    def evaluate(self, expression: syntax.Expression) -> Variants:
        """What the expression is worth here; never empty."""
        return self.world.evaluate(expression, self)

    def star(self, module: ImportedValue) -> None:
        """The module has all names of that one."""
        self.stars.append(module)
        self.world.stars = object()

    def place(self, at: int) -> Place:
        """The place at this offset."""
        return Place(self.module.path, at, self.function)

    def dotted(self, name: str) -> str:
        """The dotted name of a function or class defined here."""
        return f"{self.function}.{name}" if self.function else name

    def find(self, name: str) -> Variants:
        """What the name is worth here; empty if it is not known. Imports are followed."""
        return self.world.resolved(self.bound(name))

    def bound(self, name: str) -> Variants:
        """As `find`, with imports not yet followed."""
        frame = self
        while (found := frame.names.get(name)) is None and frame.outer is not None:
            frame = frame.outer
        return found if found is not None else starred(name, frame)


@dataclass(frozen=True, slots=True)
class ClassInfo:
    """A class of the project."""

    syntax: syntax.Class
    frame: Frame  # its body, evaluated
    bases: tuple[Variants, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A function of the project."""

    function: syntax.Function
    frame: Frame  # a fresh one for its body
    relevant: bool  # it has to do with a database


@dataclass(slots=True)
class World:
    """Everything known of a project while it is evaluated."""

    project: Project
    evaluate: Callable[[syntax.Expression, Frame], Variants]
    run: Callable[[tuple[syntax.Statement, ...], Frame], bool]  # evaluates statements; False: none follows
    read_model: Callable[[ClassValue, World], Mapped | None]
    mapper_attribute: Callable[[Value, str, Frame], Variants]
    run_alone: Callable[[Definition], Outcome]  # evaluates a function by itself
    has_meaning: Callable[[str], bool]  # whether a member of a library means anything here
    family: Family | None = None
    evaluations: Evaluations = field(default_factory=Evaluations)
    classes: Definitions[ClassValue, ClassInfo] = field(init=False)
    functions: Definitions[FunctionValue, Definition] = field(init=False)
    modules: dict[str, Outcome] = field(default_factory=dict)  # what their top levels came to
    settled: Settled | None = None  # once all modules are known
    local: dict[str, list[ClassValue]] = field(default_factory=dict)  # classes in functions, by module
    closures: int = 0  # how many functions were made by functions that were entered
    tables: dict[Mapped, None] = field(default_factory=dict)  # Table objects of SQLAlchemy at the top of modules
    cursors: set[str] = field(default_factory=set)  # names under which frames keep rows
    stars: object = field(default_factory=object)  # another with every star import
    mapped: dict[ClassValue, Mapped | None] = field(default_factory=dict)  # as far as they were asked for
    _models: tuple[Mapped, ...] = ()
    _looked_at: int = 0  # how many classes `_models` was made of
    _reading: int = 0  # classes that are being read, each for another
    _named: dict[str, list[ClassValue]] = field(default_factory=lambda: defaultdict(list))
    _told: dict[Hashable, Told] = field(default_factory=dict)
    _frames: dict[str, Frame | None] = field(default_factory=dict)
    _running: list[str] = field(default_factory=list)  # paths of modules that are being evaluated, each for another
    _guesses: int = 0  # how often something was asked for that may still become another
    # By identity, with the expression, so that no other one has it.
    _unknown: dict[int, tuple[syntax.Expression, Variants]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.classes, self.functions = Definitions(self.evaluations), Definitions(self.evaluations)

    @property
    def journal(self) -> Journal:
        """That of what is evaluated now."""
        return self.evaluations.current.journal

    def frame(self, path: str) -> Frame | None:
        """The frame of a module, evaluated (in a circle of imports, so far); None if it is unreadable."""
        self.evaluations.ask("module", path)
        if path not in self._frames:
            module = self.project.module(path)
            self._frames[path] = Frame(self, module) if module else None
            if (frame := self._frames[path]) is not None:
                self.modules[path] = Outcome()
                self._running.append(path)
                try:
                    with self.evaluations.apart(self.modules[path]):
                        self.run(frame.module.statements, frame)
                finally:
                    self._running.pop()
        elif path in self._running:
            self.unfinished((path,))
        return self._frames[path]

    def find(self, name: str, importer: str, level: int = 0) -> str | None:
        """The path of the module that an import means; None for a library's."""
        self.evaluations.ask("namesakes", self.project.last(name, importer, level))
        return self.project.find(name, importer, level)

    def has(self, path: str) -> bool:
        """Whether there is this module."""
        self.evaluations.ask("has", path)
        return self.project.has(path)

    def unfinished(self, paths: Collection[str]) -> None:
        """To be called where modules are asked for: those of them that are being evaluated may come to have more."""
        for path in self._running:
            if path in paths:
                self.guess()
                self.evaluations.ask("unfinished", path)

    @property
    def is_settled(self) -> bool:
        """Whether names of modules stay what they are: none of them is being evaluated."""
        return self.settled is not None and not self._running

    def guess(self) -> None:
        """To be called where an answer may become another while modules are evaluated."""
        self._guesses += 1

    def once(self, key: Hashable, make: Callable[[], _Made], given: object = None) -> _Made:
        """What `make` gives, for the same `given` only once; without any, as soon as it is no guess."""
        known = self._told.get(key)
        if known is not None and known.given is given:
            self.evaluations.current.asked.update(known.asked)
            return cast("_Made", known.made)
        guesses = self._guesses
        with self.evaluations.asking() as asked:
            made = make()
        if given is not None or self.is_settled or self._guesses == guesses:
            self._told[key] = Told(made, given, self.evaluations.same(asked))
        return made

    def for_good(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What `make` gives, only once as soon as all modules are known."""
        return self.once(key, make) if self.is_settled else make()

    def settle(self) -> None:
        """To be called once all modules are evaluated.

        Mapped classes are read anew: one whose module was imported in a circle may not have known another.
        """
        with self.evaluations.apart(Outcome()):
            self.evaluations.forget()
            self.mapped.clear()
            self._models, self._looked_at = (), 0
            self.settled = Settled.of(self)
            self.models()

    def unknown(self, expression: syntax.Expression) -> Variants:
        """What an expression is worth of which nothing is known."""
        if id(expression) not in self._unknown:
            self._unknown[id(expression)] = expression, (Unknown(shown(expression)),)
        return self._unknown[id(expression)][1]

    def model(self, of: ClassValue) -> Mapped | None:
        """The class as its mapper sees it, or None if it is not mapped."""
        self.evaluations.ask("model", of.path, of.name)
        if of in self.mapped:
            self._guesses += self._reading
            return self.mapped[of]
        if of not in self.classes.known:  # yet
            return self.read_model(of, self)
        self.mapped[of] = None  # what a class that refers to itself is told
        self._reading += 1
        try:
            self.mapped[of] = self.read_model(of, self)
        finally:
            self._reading -= 1
        return self.mapped[of]

    def reads(self, of: ClassValue, mapped: Mapped) -> None:
        """The class is known without its relations: whoever these lead to may ask for it meanwhile."""
        if of in self.mapped:
            self.mapped[of] = mapped

    def models(self) -> tuple[Mapped, ...]:
        """All mapped classes of modules; the same object as long as there are no others."""
        self.evaluations.ask("models")
        known = self.classes.known
        if (self._looked_at == len(known) or (self._models and self.is_settled)) and not self._reading:
            return self._models
        others = list(islice(known, self._looked_at, None))
        found = {id(mapped): mapped for mapped in (*self._models, *map(self.model, others)) if mapped is not None}
        if self._reading:
            return tuple(found.values())
        if len(found) > len(self._models):
            self._models = tuple(found.values())
        self._looked_at += len(others)
        return self._models

    def of_models(self, make: Callable[[World], Mapping[ClassValue, _Made]], of: ClassValue) -> _Made | None:
        """What `make` tells of a class from all mapped classes."""
        self.evaluations.ask(make.__module__, of.path, of.name)
        with self.evaluations.apart(Outcome()):
            return self.once(make, lambda: make(self), self.models()).get(of)

    def classes_named(self, name: str) -> list[ClassValue]:
        """The classes whose own name this is, without those around them."""
        self.evaluations.ask("named", name)
        if self.settled is None:  # there may be more
            self.guess()
        return self._named.get(name, [])

    def define(self, of: ClassValue, info: ClassInfo) -> None:
        """There is one class more."""
        self.classes.known[of] = info
        if self.is_settled:
            self.local.setdefault(of.path, []).append(of)
        else:
            self._named[of.name.rsplit(".", 1)[-1]].append(of)

    def resolved(self, variants: Variants) -> Variants:
        """The variants with names bound by imports followed to what they stand for."""
        for _ in range(_MAX_IMPORTS):
            if ImportedValue not in map(type, variants):
                return variants
            followed = (self._follow(v) if isinstance(v, ImportedValue) else (v,) for v in variants)
            variants = bounded(chain.from_iterable(followed))
        return ()

    def _follow(self, name: ImportedValue) -> Variants:
        return self.once(name, lambda: imported(name, self))
