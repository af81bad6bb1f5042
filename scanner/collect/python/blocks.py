"""What the functions of one module come to, and what has to be as it was for that to be true still."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from scanner.collect.python.alone import run_function
from scanner.collect.python.classes import below
from scanner.collect.python.evaluations import Outcome, Question
from scanner.collect.python.frames import Definition, World
from scanner.collect.python.journal import Journal
from scanner.collect.python.light import replace
from scanner.collect.python.observations import define
from scanner.collect.python.orm import django_many, django_models, sqlalchemy_relations
from scanner.collect.python.orm.django_queries import NOWHERE
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.readings import Readings
from scanner.collect.python.record import Record
from scanner.collect.python.values import ClassValue, FunctionValue

TOO_DEEP = "The file was read in part because an expression is nested too deeply."


@dataclass(frozen=True, slots=True)
class Block:
    """The functions of one module, evaluated."""

    record: Record
    asked: tuple[Question, ...]
    answers: str  # a digest of them
    is_whole: bool  # it was read to its end


def block(path: str, definitions: Iterable[Definition], answers: Answers) -> Block:
    """Evaluates the functions of a module, and those inside them, each by itself."""
    world, record, added = answers.world, Record(), set[Journal]()
    waiting, outcomes, is_whole = list(definitions), dict[Outcome, None](), True
    for definition in waiting:
        record.functions.add(FunctionValue(definition.frame.module.path, definition.frame.function or ""))
        try:
            outcome = run_function(definition)
        except RecursionError:
            is_whole = False
            continue
        waiting.extend(outcome.inside.values())
        outcomes[outcome] = None
        record.add(outcome.journal, added)
    inside = Outcome()
    with world.evaluations.apart(inside):
        define(world.local.get(path, ()), world, record)
    asked = tuple(sorted(_asked((*outcomes, inside))))
    return Block(record, asked, answers.of(asked), is_whole)


def _asked(outcomes: Iterable[Outcome]) -> set[Question]:
    """What was asked by these, and by all that they were made of."""
    found: set[Question] = set()
    waiting, seen = list(outcomes), set(outcomes)
    while waiting:
        outcome = waiting.pop()
        found |= outcome.asked
        new = [each for each in outcome.behind if each not in seen]
        seen.update(new)
        waiting.extend(new)
    return found


class Answers:
    """What the project says now to what was asked of it."""

    def __init__(self, world: World, readings: Readings) -> None:
        self.world = world
        self._digests = readings.digests  # of the content of files
        self._paths = _digest(readings.paths)  # where a name that is imported may be found
        self._known: dict[Question, str] = {}
        self._modules: dict[str, set[str]] = {}
        self._owned: dict[str, str] = {}

    def of(self, asked: Iterable[Question]) -> str:
        """One digest of all answers."""
        return _digest(self._paths, *map(self._answer, asked))

    def _answer(self, question: Question) -> str:
        known = self._known.get(question)
        if known is None:
            kind, *given = question
            with self.world.evaluations.apart(Outcome()):
                known = self._known[question] = _digest(self._told(kind, given))
        return known

    def _told(self, kind: str, given: list[str]) -> object:
        world, settled = self.world, self.world.settled
        assert settled is not None
        match kind:
            case "module":
                return self._face(given[0])
            case "model":
                return _unplaced(world.model(ClassValue(*given)))
            case "models":
                return [_unplaced(each) for each in world.models()]
            case "named":
                return world.classes_named(given[0])
            case "methods":
                return settled.methods(given[0])
            case "reaches":
                return settled.reaches(FunctionValue(given[0], given[1]))
            case "below":
                return below(ClassValue(*given), world)
            case "unfinished":
                return given
        return world.of_models(_OF_MODELS[kind], ClassValue(*given))

    def _face(self, path: str) -> list[str]:
        """What the top level of a module is made of: its file, those that it asked others for, and so on."""
        found, waiting = {path}, [path]
        while waiting:
            new = self._asked_of(waiting.pop()) - found
            found |= new
            waiting.extend(new)
        return [self._own(each) for each in sorted(found)]

    def _asked_of(self, path: str) -> set[str]:
        """The modules that the top level of this one asked something of."""
        if path not in self._modules:
            if path not in self.world.modules and self.world.project.has(path):
                self.world.frame(path)
            outcome = self.world.modules.get(path)
            asked = _asked((outcome,)) if outcome else set()
            self._modules[path] = {question[1] for question in asked if question[0] == "module"}
            beside = [self._answer(question) for question in sorted(asked) if question[0] != "module"]
            self._owned[path] = _digest(path, self._digests.get(path), beside)
        return self._modules[path]

    def _own(self, path: str) -> str:
        self._asked_of(path)
        return self._owned[path]


def _unplaced(mapped: Mapped | None) -> object:
    """A mapped class without its place, which nobody asks for."""
    return mapped and replace(mapped, place=NOWHERE)


def _digest(*told: object) -> str:
    return blake2b(repr(told).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


_OF_MODELS = {
    make.__module__: make for make in (django_models.ways_back, sqlalchemy_relations.ways_back, django_many.ways)
}
