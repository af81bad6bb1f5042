"""Classes that take all fields of a model, whatever they are: what a model learns, they send out.

Django REST framework's ``ModelSerializer`` and Django's ``ModelForm`` with ``fields = "__all__"`` or an ``exclude``
alone, marshmallow's automatic schemas, django-ninja's ``ModelSchema``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from scanner.collect.python.frames import ClassInfo, World
from scanner.collect.python.orm.declared import externals, own_text
from scanner.collect.python.values import ClassValue
from scanner.model import Location, RowUse

_ALL = frozenset(("__all__", "ALL_FIELDS"))
# Their Meta takes all fields unless it names some.
_AUTOMATIC = ("AutoSchema",)


def senders(world: World) -> Mapping[ClassValue, tuple[RowUse, ...]]:
    """The classes that take all fields of each model."""
    found: dict[ClassValue, list[RowUse]] = defaultdict(list)
    for of, info in list(world.classes.items()):
        if not of.name.endswith((".Meta", ".Config")) or not _takes_all(of, info, world):
            continue
        around = ClassValue(of.path, of.name.rpartition(".")[0])
        for model in world.resolved(info.frame.names.get("model", ())):
            if isinstance(model, ClassValue) and around in world.classes:
                found[model].append(RowUse("serialised", location=_place(around, world), into=around.name))
    return {model: tuple(uses) for model, uses in found.items()}


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
