"""How many values and which names a class or function of the project takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.collect.python import syntax
from scanner.collect.python.callables import LambdaValue, MakeValue
from scanner.collect.python.classes import ancestry, class_attribute, lineage
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.declared import externals, is_declarative
from scanner.collect.python.values import (
    ClassValue,
    ExternalValue,
    FunctionValue,
    NamedTupleValue,
    PartialValue,
    Place,
    Value,
)
from scanner.model import Location, RowUse

_MAKES_INIT = frozenset(("dataclass", "define", "frozen", "mutable", "attrs", "s", "attrib"))
# They take keywords alone and drop those that they do not know.
_LENIENT = frozenset(("BaseModel", "SQLModel", "TypedDict", "RootModel"))
_ATTRS = frozenset(("attrib", "ib"))
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
    is_mapped: bool = False  # it is a class of SQLAlchemy


def signature(function: Value, frame: Frame) -> Signature | None:
    """What the function or class takes; None where that is not known."""
    if isinstance(function, FunctionValue):
        return _of_function(function, frame.world)
    if isinstance(function, LambdaValue):
        written = function.as_function
        return _of_parameters(written.name, written, list(written.parameters))
    if isinstance(function, MakeValue):
        return signature(function.of, frame)
    if isinstance(function, PartialValue):
        return _of_partial(function, frame)
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


def _of_partial(partial: PartialValue, frame: Frame) -> Signature | None:
    """What is left of what the function takes."""
    known = next(filter(None, (signature(each, frame) for each in partial.function)), None)
    if known is None:
        return None
    given = {name for name, _ in partial.named}
    count = len(partial.positional) + len(given)
    names = (
        None
        if known.names is None
        else tuple(name for name in known.names[len(partial.positional) :] if name not in given)
    )
    most = None if known.most is None else known.most - count
    return replace(known, least=max(0, known.least - count), most=most, names=names)


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
    if found.is_mapped:
        return found  # what it lacks is said of the model
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
        return Signature(name, 0, 0, _given_names(of, world) if _is_strict(of, frame) else None)
    if not _is_generated(of, world):
        return _of_model(of, name, frame)
    found = _fields(of, world)
    positional = [each for each in found if not each.keyword_only]
    least = sum(not each.default for each in positional)
    return Signature(name, least, len(positional), tuple(each.name for each in found))


def _of_model(of: ClassValue, name: str, frame: Frame) -> Signature | None:
    """A class of SQLAlchemy takes whatever is an attribute of it, by name, and refuses all else."""
    world = frame.world
    mapped = world.model(of)
    is_known = all(is_declarative(each) or each.startswith("sqlalchemy.") for each in externals(of, world))
    if mapped is None or mapped.framework != "sqlalchemy" or not mapped.columns or not is_known:
        return None
    written = (statement for each in lineage(of, frame) for statement in world.classes[each].syntax.body)
    names = [each.attribute for each in mapped.columns]
    names += [each.attribute for each in mapped.relations]
    names += [name for statement in written for name in _bound(statement) if not name.startswith("__")]
    return Signature(name, 0, 0, tuple(dict.fromkeys(names)), is_mapped=True)


def _bound(statement: syntax.Statement) -> Iterator[str]:
    if isinstance(statement, syntax.Function | syntax.Class):
        yield statement.name
    elif isinstance(statement, syntax.Assign):
        yield from (target.id for target in statement.targets if isinstance(target, syntax.Name))


def _is_strict(of: ClassValue, frame: Frame) -> bool:
    """Whether a class of pydantic refuses names that it does not know: ``extra="forbid"``, in any of its spellings."""
    for each in lineage(of, frame):
        info = frame.world.classes[each]
        own = [each.value for each in info.syntax.bases if each.keyword == "extra"]
        for statement in info.syntax.body:
            if isinstance(statement, syntax.Assign) and last_name(statement.targets[0]) == "model_config":
                own.extend(_settings(statement.value))
            elif isinstance(statement, syntax.Class) and statement.name == "Config":
                assigned = (inner for inner in statement.body if isinstance(inner, syntax.Assign))
                own.extend(inner.value for inner in assigned if last_name(inner.targets[0]) == "extra")
        if own:
            return any(_says_forbid(value) for value in own)
    return False


def _says_forbid(value: syntax.Expression) -> bool:
    """``"forbid"`` or ``Extra.forbid``."""
    return value.value == "forbid" if isinstance(value, syntax.Text) else last_name(value) == "forbid"


def _settings(value: syntax.Expression) -> Iterator[syntax.Expression]:
    """What ``ConfigDict(extra=…)`` or ``{"extra": …}`` says of other names."""
    if isinstance(value, syntax.Call):
        yield from (each.value for each in value.arguments if each.keyword == "extra")
    elif isinstance(value, syntax.Mapping):
        yield from (each for key, each in value.entries if isinstance(key, syntax.Text) and key.value == "extra")


def _given_names(of: ClassValue, world: World) -> tuple[str, ...]:
    """The names of the fields as they are given, and those by which they are known inside."""
    return tuple(dict.fromkeys(name for field in _fields(of, world) for name in (field.alias, field.name) if name))


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
    alias: str | None = None


def _fields(of: ClassValue, world: World) -> list[_Field]:
    found: dict[str, _Field] = {}
    for each in reversed(lineage(of, world.classes[of].frame)):
        for field in _own_fields(world.classes[each]):
            found[field.name] = field
    return list(found.values())


def _own_fields(info: ClassInfo) -> Iterator[_Field]:
    only = any(_says(each, "kw_only") for each in info.syntax.decorators)
    for statement in info.syntax.body:
        if not isinstance(statement, syntax.Assign) or not _is_field(statement):
            continue
        target, value = statement.targets[0], statement.value
        if statement.annotation is not None and last_name(statement.annotation) == "KW_ONLY":
            only = True
        elif isinstance(target, syntax.Name) and not _is_left_out(statement):
            yield _Field(target.id, _has_default(value), only or _says(value, "kw_only"), _alias(value))


def _is_field(statement: syntax.Assign) -> bool:
    """With an annotation, or made as attrs makes them: ``total = attr.ib()``."""
    if statement.annotation is None:
        return isinstance(statement.value, syntax.Call) and last_name(statement.value.function) in _ATTRS
    return not _is_class_variable(statement.annotation)


def _alias(value: syntax.Expression) -> str | None:
    given = value.arguments if isinstance(value, syntax.Call) else ()
    names = (each.value for each in given if each.keyword in ("alias", "validation_alias"))
    return next((name.value for name in names if isinstance(name, syntax.Text)), None)


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
