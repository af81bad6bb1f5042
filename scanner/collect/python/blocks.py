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
from scanner.collect.python.packing import DamagedError, pack, unpack
from scanner.collect.python.readings import Readings
from scanner.collect.python.record import Record, Tables
from scanner.collect.python.values import ClassValue, FunctionValue
from scanner.collect.python.written import Written

TOO_DEEP = "The file was read in part because an expression is nested too deeply."


class Part:
    """What the functions of one module have to do with the statements of one file."""

    __slots__ = ("_digest", "_packed", "_written", "beside")

    def __init__(self, packed: bytes, beside: frozenset[str], written: Written | None = None) -> None:
        self._packed = packed
        self._written = written
        self._digest = ""
        self.beside = beside  # paths of other files that it tells of

    @classmethod
    def of(cls, written: Written) -> Part:
        """Made of what it holds, which is not changed any more."""
        return cls(b"", written.beside, written)

    def __reduce__(self) -> tuple[type, tuple[bytes, frozenset[str]]]:
        return Part, (self.packed, self.beside)

    @property
    def packed(self) -> bytes:
        """All of it as bytes."""
        if not self._packed:
            self._packed = pack(self._written)
        return self._packed

    @property
    def written(self) -> Written:
        """All of it. Raises DamagedError if that is not what was kept."""
        made = unpack(self._packed) if self._written is None else self._written
        if not isinstance(made, Written):
            raise DamagedError
        return made

    @property
    def digest(self) -> str:
        """Of the bytes."""
        if not self._digest:
            self._digest = blake2b(self.packed, digest_size=12).hexdigest()
        return self._digest


@dataclass(frozen=True, slots=True)
class Block:
    """What was evaluated of one module: its functions."""

    parts: dict[str, Part]  # by the path of the file whose statements they are
    tables: Tables
    entered: tuple[FunctionValue, ...]  # as in Record
    saturated: tuple[FunctionValue, ...]
    asked: tuple[Question, ...]
    answers: str  # a digest of them
    is_whole: bool  # it was read to its end


def block(path: str, definitions: Iterable[Definition], answers: Answers) -> Block:
    """Evaluates the functions of a module, and those inside them, each by itself."""
    world, record, added = answers.world, Record(), set[Journal]()
    waiting, outcomes, is_whole = list(definitions), dict[Outcome, None](), True
    for definition in waiting:
        here = definition.frame.module.path
        record.files[here].functions[FunctionValue(here, definition.frame.function or "")] = None
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
    return of_record(record, asked, answers.of(asked), is_whole=is_whole)


def of_record(record: Record, asked: tuple[Question, ...] = (), answers: str = "", *, is_whole: bool = True) -> Block:
    """What was come across, as it is kept."""
    parts = {path: Part.of(written) for path, written in record.files.items()}
    return Block(parts, record.mapped, tuple(record.entered), tuple(record.saturated), asked, answers, is_whole)


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
        self._layout = readings.layout
        self._known: dict[Question, str] = {}
        self._modules: dict[str, set[str]] = {}
        self._owned: dict[str, str] = {}

    def of(self, asked: Iterable[Question]) -> str:
        """One digest of all answers."""
        return digest(*map(self._answer, asked))

    def _answer(self, question: Question) -> str:
        known = self._known.get(question)
        if known is None:
            kind, *given = question
            with self.world.evaluations.apart(Outcome()):
                known = self._known[question] = digest(self._told(kind, given))
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
            case "namesakes":
                return self._layout.namesakes(given[0])
            case "has":
                return self._layout.has(given[0])
            case "queries":
                return world.project.queries
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
            self._owned[path] = digest(path, self._digests.get(path), beside)
        return self._modules[path]

    def _own(self, path: str) -> str:
        self._asked_of(path)
        return self._owned[path]


def _unplaced(mapped: Mapped | None) -> object:
    """A mapped class without its place, which nobody asks for."""
    return mapped and replace(mapped, place=NOWHERE)


def digest(*told: object) -> str:
    """One of all that is told."""
    return blake2b(repr(told).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


_OF_MODELS = {
    make.__module__: make for make in (django_models.ways_back, sqlalchemy_relations.ways_back, django_many.ways)
}
