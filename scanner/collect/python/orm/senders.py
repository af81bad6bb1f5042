"""Classes that take all fields of a model, whatever they are: what a model learns, they send out or ask for.

Django REST framework's ``ModelSerializer``, Django's ``ModelForm``, views and admin pages with ``fields = "__all__"``,
an ``exclude`` alone or nothing said, ``model_to_dict``, the automatic schemas of marshmallow and django-ninja; methods
of a model that go through all columns (``{c.name: getattr(self, c.name) for c in self.__table__.columns}``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from scanner.collect.python import syntax
from scanner.collect.python.classes import lineage
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.gist import gist_of
from scanner.collect.python.given import Given
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.declared import externals, own_text
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ClassValue, InstanceValue, Unknown, Value, Variants
from scanner.model import Location, RowUse

_ALL = frozenset(("__all__", "ALL_FIELDS"))
# Their Meta takes all fields unless it names some.
_AUTOMATIC = ("AutoSchema",)
_ADMIN = ("ModelAdmin", "TabularInline", "StackedInline", "GenericTabularInline", "GenericStackedInline")
_VIEWS = ("CreateView", "UpdateView")
# An admin page shows what its form, its fields or its fieldsets say, and all fields where none of them is given.
_CHOOSING = frozenset(("fields", "fieldsets", "form", "get_fields", "get_fieldsets", "get_form"))
# What a method names that takes the value of each column of its model, a word of each.
_EVERY_COLUMN = (
    (("__table__", "__mapper__", "inspect", "class_mapper", "object_mapper"), ("columns", "c", "column_attrs")),
    (("_meta",), ("fields", "concrete_fields", "local_fields", "get_fields")),
)
_FACTORIES = frozenset(("modelform_factory", "modelformset_factory", "inlineformset_factory", "model_to_dict"))


def senders(classes: Iterable[ClassValue], world: World) -> Iterator[tuple[ClassValue, RowUse]]:
    """The models of which one of these classes takes all fields."""
    known = list(classes)
    yield from _methods([of for of in known if world.model(of) is not None], world)
    for of in known:
        info, around = world.classes[of], ClassValue(of.path, of.name.rpartition(".")[0])
        if of.name.endswith((".Meta", ".Config")) and around in world.classes:
            taker, models = around, _models(info, world) if _takes_all(of, info, world) else []
        else:
            taker, models = of, list(_by_itself(of, info, world))
        for model in models:
            yield model, RowUse("serialised", location=_place(taker, world), into=taker.name)


def sent(name: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    """``model_to_dict(order)``, ``modelform_factory(Order, exclude=…)``, ``admin.site.register(Order)``."""
    values = [each[0] for each in given.positional]
    if name == "register":
        page = next((v for v in values[1:2] if isinstance(v, ClassValue)), None)
        page = page or next((v for v in given.named.get("admin_class", ()) if isinstance(v, ClassValue)), None)
        info = frame.world.classes.get(page) if page else None
        chosen = info is not None and not _CHOOSING.isdisjoint(info.frame.names)
        into = page.name if page else "the admin site"
    elif name in _FACTORIES:
        fields = given.named.get("fields") or (given.positional[1] if len(values) > 1 else ())
        chosen = bool(fields) and constant_text(fields) not in _ALL
        into = name
    else:
        return None
    for model in () if chosen else _named(values[:1]):
        if frame.world.model(model) is not None:
            place = frame.module.location(frame.place(expression.at))
            frame.world.journal.send(model, RowUse("serialised", location=place, into=into))
    return (Unknown(f"{name}(…)"),)


def _named(values: list[Value]) -> Iterator[ClassValue]:
    for value in values:
        found = value.of if isinstance(value, InstanceValue) else value
        if isinstance(found, ClassValue):
            yield found


def _by_itself(of: ClassValue, info: ClassInfo, world: World) -> Iterator[ClassValue]:
    """The models of an admin page, or of a view, that names none of their fields."""
    bases = {name.rsplit(".", 1)[-1] for name in externals(of, world)}
    if not bases.isdisjoint(_VIEWS) and own_text(info, "fields") in _ALL:
        yield from _models(info, world)
    if bases.isdisjoint(_ADMIN) or not _CHOOSING.isdisjoint(info.frame.names):
        return
    yield from _models(info, world)
    for decorator in info.syntax.decorators:
        if isinstance(decorator, syntax.Call) and last_name(decorator.function) == "register":
            for argument in decorator.arguments:
                yield from _named(list(info.frame.evaluate(argument.value)))


def _methods(models: Iterable[ClassValue], world: World) -> Iterator[tuple[ClassValue, RowUse]]:
    """Models with their own methods, or those of a base, that take the value of each column: ``to_dict``."""
    known: dict[ClassValue, list[RowUse]] = {}
    for model in models:
        for of in lineage(model, world.classes[model].frame) if model in world.classes else ():
            if of not in known:
                known[of] = [*_taking_every_column(of, world)]
            yield from ((model, use) for use in known[of])


def _taking_every_column(of: ClassValue, world: World) -> Iterator[RowUse]:
    info = world.classes[of]
    for each in info.syntax.body:
        if isinstance(each, syntax.Function) and not each.name.startswith("__") and _takes_every_column(each):
            place = info.frame.module.location(info.frame.place(each.at))
            yield RowUse("serialised", location=place, into=f"{of.name}.{each.name}")


def _takes_every_column(method: syntax.Function) -> bool:
    words = set(gist_of(method).mentions)
    ways = (not words.isdisjoint(where) and not words.isdisjoint(what) for where, what in _EVERY_COLUMN)
    return "getattr" in words and any(ways)


def _models(info: ClassInfo, world: World) -> list[ClassValue]:
    return [value for value in world.resolved(info.frame.names.get("model", ())) if isinstance(value, ClassValue)]


def _takes_all(of: ClassValue, info: ClassInfo, world: World) -> bool:
    names = info.frame.names
    for option in ("fields", "model_fields"):
        if option in names:
            return own_text(info, option) in _ALL
    if "exclude" in names or "model_exclude" in names:
        return True
    bases = externals(ClassValue(of.path, of.name.rpartition(".")[0]), world)
    return any(name.endswith(_AUTOMATIC) for name in bases)


def _place(of: ClassValue, world: World) -> Location | None:
    info = world.classes[of]
    return info.frame.module.location(info.frame.place(info.syntax.at))
