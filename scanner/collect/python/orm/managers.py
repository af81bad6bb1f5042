"""Managers of Django models, also those that lead from an instance to the models that refer to it."""

from __future__ import annotations

from dataclasses import replace

from scanner.collect.python import syntax
from scanner.collect.python.classes import class_attribute, lineage
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.inlining import invoked
from scanner.collect.python.orm.declared import Declaration, declarations
from scanner.collect.python.orm.django_models import reverse_relations
from scanner.collect.python.orm.django_queries import manager
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.values import ClassValue, FunctionValue, InstanceValue, Place, Variants

_CONVENTIONAL = frozenset(("objects", "_default_manager", "_base_manager"))
NOWHERE = Place("", 0)


def model_manager(mapped: Mapped, name: str, frame: Frame) -> Variants:
    """``Model.objects`` or another manager of the model; empty if the attribute is none."""
    declaration = _declaration(mapped, name, frame)
    if declaration is None and name not in _CONVENTIONAL:
        return ()
    methods = _methods(declaration) if declaration else None
    query = manager(mapped, NOWHERE, frame.world, methods)
    if methods is None:
        return (query,)
    for function in class_attribute(methods, "get_queryset", frame):
        if isinstance(function, FunctionValue):
            return invoked(function, query, Given((), {}), frame) or (query,)
    return (query,)


def instance_attribute(mapped: Mapped, name: str, frame: Frame) -> Variants:
    """``order.customer`` or ``customer.orders``: what a relation leads to."""
    relation = mapped.relation(name)
    if relation is not None:
        return (InstanceValue(relation.target, stored=True),)
    back = reverse_relations(mapped.of, frame.world).get(name) if mapped.of else None
    other = frame.world.model(back.target) if back else None
    if back is None or other is None or mapped.framework != "django":
        return ()
    managers = model_manager(other, "objects", frame)
    where = pieces(f"{Names(other, frame.world.family).column(back.remote)} = %s")
    return tuple(replace(each, wheres=(where,)) for each in managers if isinstance(each, QueryValue))


def _declaration(mapped: Mapped, name: str, frame: Frame) -> Declaration | None:
    """Where the class or one of its bases says what manager this is."""
    if mapped.of is None:
        return None
    known = (each for each in lineage(mapped.of, frame) if each in frame.world.classes)
    for each in known:
        for declaration in declarations(frame.world.classes[each]):
            if declaration.attribute == name and declaration.call is not None:
                return declaration if _is_manager(declaration) else None
    return None


def _is_manager(declaration: Declaration) -> bool:
    written = repr(declaration.call)
    return "Manager" in written or "as_manager" in written or "QuerySet" in written


def _methods(declaration: Declaration) -> ClassValue | None:
    """The project's class behind ``X.as_manager()``, ``X()`` or ``M.from_queryset(X)()``."""
    function = declaration.call.function if declaration.call else None
    if isinstance(function, syntax.Call) and function.arguments:
        function = function.arguments[0].value
    elif isinstance(function, syntax.Attribute) and function.name == "as_manager":
        function = function.base
    if function is None:
        return None
    found = declaration.frame.evaluate(function)
    return next((value for value in found if isinstance(value, ClassValue)), None)
