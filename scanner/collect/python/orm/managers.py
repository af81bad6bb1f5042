"""Managers of Django models, also those that lead from an instance to the models that refer to it."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.classes import ancestry, class_attribute, lineage
from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.inlining import invoked
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name
from scanner.collect.python.orm import lazy
from scanner.collect.python.orm.declared import Declaration, declarations
from scanner.collect.python.orm.django_many import Many, many
from scanner.collect.python.orm.django_models import reverse_relations
from scanner.collect.python.orm.django_queries import NOWHERE, manager
from scanner.collect.python.orm.mapped import Mapped, Relation
from scanner.collect.python.orm.paths import over_table
from scanner.collect.python.orm.queries import QueryValue
from scanner.collect.python.orm.sql import Names, pieces
from scanner.collect.python.values import (
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    Value,
    Variants,
)

_CONVENTIONAL = frozenset(("objects", "_default_manager", "_base_manager"))


def model_manager(mapped: Mapped, name: str, frame: Frame, of: ClassValue | None = None) -> Variants:
    """``Model.objects`` or another manager of the model; empty if the attribute is none. `of` may be its proxy."""
    declaration = _declaration(of or mapped.of, name, frame)
    if declaration is None and name not in _CONVENTIONAL:
        return ()
    methods = _methods(declaration) if declaration else ()
    query = manager(mapped, NOWHERE, frame.world, methods)
    functions = (each for of in methods for each in class_attribute(of, "get_queryset", frame))
    for function in functions:
        if isinstance(function, FunctionValue):
            made = invoked(function, query, Given((), {}), frame) or ()
            # What it makes of the library's own classes is not followed: all rows are more than it may give.
            return tuple(_unplaced(value, frame) for value in made if isinstance(value, QueryValue)) or (query,)
    return (query,)


def _unplaced(value: QueryValue, frame: Frame) -> QueryValue:
    """What a manager begins with stands where the manager is used."""
    frame.world.journal.derived(value)
    return replace(value, place=NOWHERE)


def placed(value: Value, at: int, frame: Frame) -> Value:
    """A manager gets its place where it is first called."""
    if isinstance(value, QueryValue) and not value.place.path:
        return replace(value, place=frame.place(at))
    return value


def instance_attribute(mapped: Mapped, name: str, along: tuple[str, ...], frame: Frame) -> Variants:
    """``order.customer`` or ``customer.orders``: what a relation leads to, and what of it was read `along`."""
    world = frame.world
    found, way = world.for_good((instance_attribute, mapped, name), lambda: _leading(mapped, name, world))
    if found is not None:
        rest = tuple(path.removeprefix(f"{name}__") for path in along if path.startswith(f"{name}__"))
        instance = InstanceValue(found.target, stored=True, along=rest)
        return (instance,) if lazy.leads_to_one(mapped, found) else (ListValue(((instance,),), open=True), instance)
    if isinstance(way, Many):
        return _over(way, frame)
    other = world.model(way.target) if way is not None else None
    if way is None or other is None:
        return ()
    managers = model_manager(other, "objects", frame)
    where = pieces(f"{Names(other, world.family).column(way.remote)} = %s")
    return tuple(replace(each, wheres=(where,)) for each in managers if isinstance(each, QueryValue))


def _leading(mapped: Mapped, name: str, world: World) -> tuple[Relation | None, Relation | Many | None]:
    """The relation of this name whose rows are instances, or the way of a manager."""
    found = lazy.relation(mapped, name, world)
    if found is not None or mapped.framework != "django":
        return found, None
    back = reverse_relations(mapped.of, world).get(name) if mapped.of else None
    return None, many(mapped, name, world) if back is None else back


def _over(way: Many, frame: Frame) -> Variants:
    """The manager of a many-to-many field of an instance."""
    target, world = frame.world.model(way.target), frame.world
    if target is None:
        return ()
    between, join = Names(way.through, world.family), over_table(way, target, world)
    where = pieces(f"{between.column(way.local)} = %s")
    sides = (way.through, way.local, way.remote)
    managers = (each for each in model_manager(target, "objects", frame) if isinstance(each, QueryValue))
    return tuple(replace(each, joins=(*each.joins, join), wheres=(where,), through=sides) for each in managers)


def _declaration(of: ClassValue | None, name: str, frame: Frame) -> Declaration | None:
    """Where the class or one of its bases says what manager this is."""
    return None if of is None else frame.world.for_good((_declaration, of, name), lambda: _declared(of, name, frame))


def _declared(of: ClassValue, name: str, frame: Frame) -> Declaration | None:
    known = (each for each in lineage(of, frame) if each in frame.world.classes)
    for each in known:
        for declaration in declarations(frame.world.classes[each]):
            if declaration.attribute == name and declaration.call is not None:
                return declaration if _is_manager(declaration, frame.world) else None
    return None


def _is_manager(declaration: Declaration, world: World) -> bool:
    if any(is_manager(each, world) for each in _made_of(declaration)):
        return True
    return any(word in repr(declaration.call) for word in ("Manager", "as_manager", "QuerySet"))  # of a library


def is_manager(of: Value, world: World) -> bool:
    """Whether it is a class of managers or of QuerySets, the project's or a library's."""
    every = ancestry(of, world) if isinstance(of, ClassValue) else (of,)
    return any(isinstance(each, ExternalValue) and each.name.endswith(("Manager", "QuerySet")) for each in every)


def made(receivers: Variants, functions: Variants, call: syntax.Call, given: Given, frame: Frame) -> Variants:
    """``M.from_queryset(Q)``: a class with the methods of both; ``Q(model)``: its query; empty for other calls."""
    first = given.positional[0] if given.positional else given.named.get("model", ())
    classes = tuple(each for each in first if isinstance(each, ClassValue))
    if not classes:
        return ()
    if last_name(call.function) == "from_queryset":
        return (*classes, *(each for each in receivers if is_manager(each, frame.world)))
    mapped = frame.world.model(classes[0])
    if mapped is None or mapped.framework != "django":
        return ()
    kinds = tuple(each for each in functions if is_manager(each, frame.world))
    methods = tuple(each for each in kinds if isinstance(each, ClassValue))
    return (manager(mapped, frame.place(call.at), frame.world, methods),) if kinds else ()


def _methods(declaration: Declaration) -> tuple[ClassValue, ...]:
    """The project's classes behind ``X.as_manager()``, ``X()`` or ``M.from_queryset(X)()``."""
    return tuple(value for value in _made_of(declaration) if isinstance(value, ClassValue))


def _made_of(declaration: Declaration) -> Variants:
    function = declaration.call.function if declaration.call else None
    if isinstance(function, syntax.Attribute) and function.name == "as_manager":
        function = function.base
    return () if function is None else declaration.frame.evaluate(function)
