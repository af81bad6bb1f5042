"""Rows that Django's forms and views, and serializers of Django REST framework, write of their model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.collect.python import syntax
from scanner.collect.python.classes import class_attribute, lineage
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.journal import Journal
from scanner.collect.python.light import replace
from scanner.collect.python.names import called, last_name
from scanner.collect.python.orm import django_writes
from scanner.collect.python.orm.declared import externals
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.sql import text_at
from scanner.collect.python.values import (
    ClassValue,
    ConstantValue,
    FunctionValue,
    InstanceValue,
    Value,
    Variants,
)
from scanner.collect.python.written import Root

_FORMS = frozenset(("ModelForm", "ModelSerializer", "HyperlinkedModelSerializer"))
_INSTANCE = "instance"
# Methods that say what is written where they are the project's own.
_OWN = ("save", "create", "update")
_FALSE, _NONE = ConstantValue("False"), ConstantValue("None")
# Views that save what they are sent: whether the row that they write is there already.
_VIEWS = {
    "CreateView": (False,),
    "UpdateView": (True,),
    "CreateAPIView": (False,),
    "UpdateAPIView": (True,),
    "ListCreateAPIView": (False,),
    "RetrieveUpdateAPIView": (True,),
    "RetrieveUpdateDestroyAPIView": (True,),
    "ModelViewSet": (False, True),
}


def form_model(of: ClassValue, world: World) -> Mapped | None:
    """The model of a form or serializer; None for any other class."""
    return world.for_good((form_model, of), lambda: _form_model(of, world))


def with_row(form: InstanceValue, given: Given, world: World) -> InstanceValue:
    """``OrderForm(data, instance=order)``, ``OrderSerializer(order, data=data)``: with the row that it was given."""
    row = given.named.get(_INSTANCE) or (given.positional[0] if given.positional and "data" in given.named else ())
    return replace(form, fields=(*form.fields, (_INSTANCE, row))) if row and form_model(form.of, world) else form


def of_base(values: Variants, name: str, frame: Frame) -> Variants:
    """What ``super().save`` belongs to in a form or serializer."""
    forms = (each for each in values if name == "save" and isinstance(each, InstanceValue))
    return tuple(each for each in forms if form_model(each.of, frame.world) is not None)


def saved(form: InstanceValue, name: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    """``form.save()``: INSERT, or UPDATE of the instance that the form was given; None for any other method."""
    mapped = form_model(form.of, frame.world) if name == "save" else None
    if mapped is None or mapped.of is None or _is_own(form.of, expression, frame):
        return None
    instances = dict(form.fields).get(_INSTANCE, (_NONE,))
    rows = tuple(InstanceValue(mapped.of, stored=stored) for stored in sorted({_is_stored(v) for v in instances}))
    if _FALSE in (given.named.get("commit") or (given.positional[0] if given.positional else ())):
        return rows
    for sql in (sql for row in rows for sql in django_writes.saved(mapped, row, Given((), {}), frame)):
        frame.world.journal.mapper(text_at(sql, frame.place(expression.at)), called(expression.function), frame.root)
    return (InstanceValue(mapped.of, stored=True),)


def written(classes: Iterable[ClassValue], world: World) -> Journal:
    """What the views among these classes write, where they stand."""
    journal = Journal()
    for of in classes:
        info = world.classes[of]
        for name, model, stored in _views(of, info, world):
            if model.of is not None:
                for sql in django_writes.saved(
                    model, InstanceValue(model.of, stored=stored), Given((), {}), info.frame
                ):
                    journal.mapper(text_at(sql, info.frame.place(info.syntax.at)), name, Root())
    return journal


def _views(of: ClassValue, info: ClassInfo, world: World) -> Iterator[tuple[str, Mapped, bool]]:
    kinds = [kind for name in externals(of, world) if (kind := name.rsplit(".", 1)[-1]) in _VIEWS]
    model = _view_model(of, info, world) if kinds else None
    if model is not None:
        yield from ((kind, model, stored) for kind in kinds for stored in _VIEWS[kind])


def _view_model(of: ClassValue, info: ClassInfo, world: World) -> Mapped | None:
    """That of its form, unless that says itself what it writes, or its own."""
    for name in ("form_class", "serializer_class"):
        for value in class_attribute(of, name, info.frame):
            if isinstance(value, ClassValue):
                return None if _has_any(value, _OWN, info.frame) else form_model(value, world)
    models = (each for each in class_attribute(of, "model", info.frame) if isinstance(each, ClassValue))
    return next((mapped for each in models if (mapped := world.model(each)) is not None), None)


def _form_model(of: ClassValue, world: World) -> Mapped | None:
    if of not in world.classes or _FORMS.isdisjoint(name.rsplit(".", 1)[-1] for name in externals(of, world)):
        return None
    for each in lineage(of, world.classes[of].frame):
        meta = world.classes.get(ClassValue(each.path, f"{each.name}.Meta"))
        if meta is not None:
            models = class_attribute(ClassValue(each.path, f"{each.name}.Meta"), "model", meta.frame)
            return next((world.model(value) for value in models if isinstance(value, ClassValue)), None)
    return None


def _is_own(of: ClassValue, expression: syntax.Call, frame: Frame) -> bool:
    """Whether the project says itself what is written."""
    base = expression.function.base if isinstance(expression.function, syntax.Attribute) else None
    is_super = isinstance(base, syntax.Call) and last_name(base.function) == "super"
    return _has_any(of, _OWN[1:] if is_super else _OWN, frame)


def _has_any(of: ClassValue, names: Iterable[str], frame: Frame) -> bool:
    return any(isinstance(value, FunctionValue) for name in names for value in class_attribute(of, name, frame))


def _is_stored(row: Value) -> bool:
    """Whether the row is there already: what a form is given is, unless it is seen to be made."""
    return row.stored if isinstance(row, InstanceValue) else row != _NONE
