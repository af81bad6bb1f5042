"""How many values and which names a class or function of the project takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from scanner.collect.python import syntax
from scanner.collect.python.classes import ancestry, class_attribute, lineage
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.names import last_name
from scanner.collect.python.values import (
    ClassValue,
    ExternalValue,
    FunctionValue,
    NamedTupleValue,
    Place,
    Value,
)
from scanner.model import Location, RowUse

_MAKES_INIT = frozenset(("dataclass", "define", "frozen", "mutable", "attrs", "s", "attrib"))
# They take keywords alone and drop those that they do not know.
_LENIENT = frozenset(("BaseModel", "SQLModel", "TypedDict", "RootModel"))
_FIELD_MAKERS = frozenset(("field", "Field", "attrib", "ib", "Factory"))


@dataclass(frozen=True, slots=True)
class Signature:
    """What may be handed to a call."""

    name: str
    least: int = 0  # values by position
    most: int | None = None  # None: any number
    names: tuple[str, ...] | None = None  # None: any name
    fields: tuple[str, ...] = ()  # of a class
    declared: Location | None = None  # where the class stands


def signature(function: Value, frame: Frame) -> Signature | None:
    """What the function or class takes; None where that is not known."""
    if isinstance(function, FunctionValue):
        return _of_function(function, frame.world)
    if isinstance(function, NamedTupleValue):
        if function.fields is None:
            return Signature(function.name)
        count, names = len(function.fields), function.fields
        declared = _located(function.place, frame.world)
        return Signature(function.name, count - function.defaults, count, names, names, declared)
    return _of_class(function, frame) if isinstance(function, ClassValue) else None


def by_position(known: Signature, before: int = 0) -> RowUse:
    """``known(*row)``, with so many values before the row's."""
    most, least = None if known.most is None else known.most - before, max(0, known.least - before)
    return RowUse("splatted", most, least=least, into=known.name, fields=known.fields, declared=known.declared)


def by_keyword(known: Signature, names: tuple[str, ...] | None) -> RowUse:
    """``known(**row)``, where these names are left to the row; None: any."""
    least = 0 if names is None else None
    use = RowUse("keywords", names=names, least=least, into=known.name)
    return replace(use, fields=known.fields, declared=known.declared)


def _located(place: Place | None, world: World) -> Location | None:
    module = world.project.module(place.path) if place else None
    return module.location(place) if module and place else None


def _of_function(function: FunctionValue, world: World) -> Signature | None:
    definition = world.functions.get(function)
    if definition is None:
        return None
    written = definition.function
    decorators = set(map(last_name, written.decorators))
    parameters = list(written.parameters)
    if definition.frame.is_method and "staticmethod" not in decorators:
        parameters = parameters[1:]
    elif decorators:
        return None  # a decorator may hand it something of its own
    return _of_parameters(function.name.rsplit(".", 1)[-1], written, parameters)


def _of_parameters(name: str, written: syntax.Function, parameters: list[syntax.Parameter]) -> Signature:
    positional = [each for each in parameters if not each.keyword_only]
    least = sum(each.default is None for each in positional)
    names = None if written.keywords else tuple(each.name for each in parameters)
    return Signature(name, least, None if written.rest else len(positional), names)


def _of_class(of: ClassValue, frame: Frame) -> Signature | None:
    world = frame.world
    info = world.classes.get(of)
    if info is None:
        return None
    found = _parameters_of(of, of.name.rsplit(".", 1)[-1], frame)
    if found is None:
        return None
    declared = _located(info.frame.place(info.syntax.at), world)
    names = tuple(each.name for each in _fields(of, world)) or found.names or ()
    return replace(found, fields=names, declared=declared)


def _parameters_of(of: ClassValue, name: str, frame: Frame) -> Signature | None:
    world = frame.world
    for maker in ("__init__", "__new__"):
        for each in class_attribute(of, maker, frame):
            definition = world.functions.get(each) if isinstance(each, FunctionValue) else None
            if definition is not None:
                return _of_parameters(name, definition.function, list(definition.function.parameters[1:]))
    if _LENIENT.intersection(_bases(of, world)):
        return Signature(name, 0, 0, None)
    if not _is_generated(of, world):
        return None
    found = _fields(of, world)
    positional = [each for each in found if not each.keyword_only]
    least = sum(not each.default for each in positional)
    return Signature(name, least, len(positional), tuple(each.name for each in found))


def _is_generated(of: ClassValue, world: World) -> bool:
    """Whether the parameters of the constructor are the fields."""
    decorated = any(_decorator(each) in _MAKES_INIT for each in world.classes[of].syntax.decorators)
    return decorated or "NamedTuple" in _bases(of, world)


def _bases(of: ClassValue, world: World) -> set[str]:
    return {each.name.rsplit(".", 1)[-1] for each in ancestry(of, world) if isinstance(each, ExternalValue)}


def _decorator(decorator: syntax.Expression) -> str:
    return last_name(decorator.function if isinstance(decorator, syntax.Call) else decorator)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    default: bool
    keyword_only: bool


def _fields(of: ClassValue, world: World) -> list[_Field]:
    found: dict[str, _Field] = {}
    for each in reversed(lineage(of, world.classes[of].frame)):
        for field in _own_fields(world.classes[each]):
            found[field.name] = field
    return list(found.values())


def _own_fields(info: ClassInfo) -> Iterator[_Field]:
    only = any(_says(each, "kw_only") for each in info.syntax.decorators)
    for statement in info.syntax.body:
        if not isinstance(statement, syntax.Assign) or statement.annotation is None:
            continue
        target, annotation = statement.targets[0], statement.annotation
        if last_name(annotation) == "KW_ONLY":
            only = True
        elif isinstance(target, syntax.Name) and not _is_class_variable(annotation) and not _is_left_out(statement):
            yield _Field(target.id, _has_default(statement.value), only or _says(statement.value, "kw_only"))


def _is_class_variable(annotation: syntax.Expression) -> bool:
    base = annotation.base if isinstance(annotation, syntax.Subscript) else annotation
    return last_name(base) == "ClassVar"


def _is_left_out(statement: syntax.Assign) -> bool:
    value = statement.value
    given = value.arguments if isinstance(value, syntax.Call) else ()
    return any(each.keyword == "init" and each.value == syntax.Constant("False") for each in given)


def _has_default(value: syntax.Expression) -> bool:
    if isinstance(value, syntax.Call) and last_name(value.function) in _FIELD_MAKERS:
        return any(each.keyword in ("default", "default_factory", "factory") for each in value.arguments)
    return value != syntax.Opaque()


def _says(call: syntax.Expression, keyword: str) -> bool:
    given = call.arguments if isinstance(call, syntax.Call) else ()
    return any(each.keyword == keyword and each.value == syntax.Constant("True") for each in given)
