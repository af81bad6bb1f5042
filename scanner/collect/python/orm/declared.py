"""What the body of a class declares, as its mapper reads it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.collect.python import syntax
from scanner.collect.python.classes import ancestry
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.names import last_name
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ClassValue, ConstantValue, ExternalValue, FunctionValue


@dataclass(frozen=True, slots=True)
class Declaration:
    """``attribute: annotation = call(…)`` in the body of a class."""

    attribute: str
    call: syntax.Call | None
    annotation: syntax.Expression | None
    frame: Frame

    @property
    def kind(self) -> str:
        """The last part of what is called: "CharField", "mapped_column"; empty for no call."""
        return last_name(self.call.function) if self.call else ""

    def keyword(self, name: str) -> syntax.Expression | None:
        """The argument of this keyword."""
        arguments = self.call.arguments if self.call else ()
        return next((argument.value for argument in arguments if argument.keyword == name), None)

    def text(self, name: str) -> str | None:
        """The string given by this keyword."""
        value = self.keyword(name)
        return None if value is None else constant_text(self.frame.evaluate(value))

    def is_true(self, name: str) -> bool:
        """Whether the keyword is given as True."""
        return self.keyword(name) == syntax.Constant("True")

    @property
    def positional(self) -> tuple[syntax.Expression, ...]:
        """The arguments without a keyword."""
        arguments = self.call.arguments if self.call else ()
        return tuple(argument.value for argument in arguments if argument.keyword is None and not argument.star)


def declarations(info: ClassInfo) -> tuple[Declaration, ...]:
    """The assignments in a class body, in order."""
    world, path = info.frame.world, info.frame.module.path

    def made() -> tuple[Declaration, ...]:
        world.frame(path)  # while it is evaluated, what is called there may not be known yet
        return tuple(_declarations(info))

    return world.once((declarations, path, info.frame.function), made)


def _declarations(info: ClassInfo) -> Iterator[Declaration]:
    for statement in info.syntax.body:
        target = statement.targets[0] if isinstance(statement, syntax.Assign) else None
        if isinstance(statement, syntax.Assign) and isinstance(target, syntax.Name):
            value, frame = statement.value if isinstance(statement.value, syntax.Call) else None, info.frame
            made = _made(value, frame) if value is not None and isinstance(value.function, syntax.Name) else None
            value, frame = made or (value, frame)
            yield Declaration(target.id, value, statement.annotation, frame)


def _made(call: syntax.Call, frame: Frame) -> tuple[syntax.Call, Frame] | None:
    """The call that a function of the project returns, as in ``id = primary_key()``."""
    for value in frame.find(last_name(call.function)):
        definition = frame.world.functions.get(value) if isinstance(value, FunctionValue) else None
        for statement in definition.function.body if definition else ():
            if isinstance(statement, syntax.Return) and isinstance(statement.value, syntax.Call):
                assert definition is not None
                return statement.value, definition.frame
    return None


def externals(of: ClassValue, world: World) -> list[str]:
    """The dotted names of the bases that libraries define."""
    return [each.name for each in ancestry(of, world) if isinstance(each, ExternalValue)]


def own_text(info: ClassInfo, name: str) -> str | None:
    """The string assigned to a name in the class body."""
    found = info.frame.names.get(name)
    return constant_text(info.frame.world.resolved(found)) if found else None


def own_flag(info: ClassInfo, name: str, value: str) -> bool:
    """Whether the name is assigned this constant in the class body."""
    return info.frame.names.get(name) == (ConstantValue(value),)


def class_named(name: str, near: Frame) -> ClassValue | None:
    """The class of this name nearest to a place: mappers let programs name classes by strings."""
    last = name.rsplit(".", 1)[-1]
    candidates = near.world.classes_named(last)
    here = near.module.path.split("/")
    return max(candidates, key=lambda each: (_shared(each.path.split("/"), here), each.path), default=None)


def _shared(path: list[str], here: list[str]) -> int:
    count = 0
    for one, other in zip(path, here, strict=False):
        if one != other:
            break
        count += 1
    return count


def is_declarative(name: str) -> bool:
    """Whether a base of this dotted name makes a class one that SQLAlchemy maps."""
    last = name.rsplit(".", 1)[-1]
    return last in ("DeclarativeBase", "DeclarativeBaseNoMeta", "MappedAsDataclass", "SQLModel") or name in (
        "sqlalchemy.Model",
        "sqlalchemy.declarative_base",
    )


def related_class(declaration: Declaration) -> ClassValue | None:
    """The class that a relation of SQLAlchemy leads to: named first, or in the annotation."""
    named = declaration.positional[0] if declaration.positional else _innermost(declaration.annotation)
    if isinstance(named, syntax.Text):
        return class_named(named.value.strip("\"' "), declaration.frame)
    if named is None:
        return None
    value = declaration.frame.evaluate(named)[0]
    return value if isinstance(value, ClassValue) else None


def _innermost(annotation: syntax.Expression | None) -> syntax.Expression | None:
    """``Order`` of ``Mapped[List["Order"]]``."""
    while isinstance(annotation, syntax.Subscript):
        annotation = annotation.index
    return annotation
