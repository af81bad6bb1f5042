"""Django's many-to-many fields, the tables between, and the parents of models that extend another's table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.collect.python.frames import World
from scanner.collect.python.orm.declared import Declaration, declarations
from scanner.collect.python.orm.django_models import model_of, own_lineage, related_name
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Relation
from scanner.collect.python.values import ClassValue

_MANY = frozenset(("ManyToManyField", "ParentalManyToManyField"))


@dataclass(frozen=True, slots=True)
class Many:
    """A way over a table between: its columns that refer to this side and to the other."""

    target: ClassValue
    through: Mapped
    local: str
    remote: str


def many(mapped: Mapped, name: str, world: World) -> Many | None:
    """The way that a field of the model, or of one that refers to it, gives this name."""
    if mapped.of is None:
        return None
    forth, back = world.of_models(ways, mapped.of) or ({}, {})
    return forth[name] if name in forth else back.get(name)


def ways(world: World) -> dict[ClassValue, tuple[dict[str, Many | None], dict[str, Many]]]:
    """Of every model the ways that its own fields give, and those that fields of others do, by their names."""
    found: dict[ClassValue, tuple[dict[str, Many | None], dict[str, Many]]] = defaultdict(lambda: ({}, {}))
    for mapped in world.models():
        if mapped.of is None or mapped.framework != "django":
            continue
        for attribute, way, names in _ways_from(mapped, mapped.of, world):
            found[mapped.of][0].setdefault(attribute, way)
            if way is not None:
                back = Many(mapped.of, way.through, way.remote, way.local)
                for name in names:
                    found[way.target][1].setdefault(name, back)
    return found


def _ways_from(mapped: Mapped, of: ClassValue, world: World) -> list[tuple[str, Many | None, tuple[str, str]]]:
    """The ways that a model's own fields give, with the names of those fields and of the ways back."""

    def made() -> list[tuple[str, Many | None, tuple[str, str]]]:
        fields = _fields(of, world)
        return [(each.attribute, _way(of, each, world), related_name(each, of)) for each in fields]

    return world.once((_ways_from, mapped), made)


def tables_between(mapped: Mapped, world: World) -> Iterator[Mapped]:
    """The tables that Django makes for the model's many-to-many fields."""
    for field in _fields(mapped.of, world) if mapped.of and mapped.framework == "django" else ():
        way = _way(mapped.of, field, world) if mapped.of and field.keyword("through") is None else None
        if way is not None:
            yield way.through


def parent(mapped: Mapped, world: World) -> tuple[Relation, Mapped] | None:
    """The link of a model to the model whose table it extends."""
    for relation in mapped.relations:
        target = world.model(relation.target) if relation.attribute.endswith("_ptr") else None
        if target is not None and mapped.key is not None and mapped.key.name == relation.local:
            return relation, target
    return None


def _fields(of: ClassValue, world: World) -> list[Declaration]:
    return world.once((_fields, of), lambda: _declared_many(of, world))


def _declared_many(of: ClassValue, world: World) -> list[Declaration]:
    world.frame(of.path)  # while it is evaluated, names in it may not be known yet
    if of not in world.classes:
        return []
    declared = (each for base in own_lineage(of, world) for each in declarations(world.classes[base]))
    return [each for each in declared if each.kind in _MANY]


def _way(of: ClassValue, field: Declaration, world: World) -> Many | None:
    target, mapped = model_of(field), world.model(of)
    if target is None or mapped is None:
        return None
    through = model_of(field, "through")
    if through is not None:
        return _declared(of, target, world.model(through))
    ours, theirs = (each.name.rsplit(".", 1)[-1].lower() for each in (of, target))
    local, remote = (f"from_{ours}_id", f"to_{theirs}_id") if of == target else (f"{ours}_id", f"{theirs}_id")
    names = (MappedColumn("id", "id", primary_key=True, generated=True), MappedColumn(local, local))
    table = field.text("db_table") or f"{mapped.table}_{field.attribute}"
    between = Mapped("django", table, (*names, MappedColumn(remote, remote)), mapped.place, managed=mapped.managed)
    return Many(target, between, local, remote)


def _declared(of: ClassValue, target: ClassValue, through: Mapped | None) -> Many | None:
    if through is None:
        return None
    ours = [relation.local for relation in through.relations if relation.target == of]
    theirs = [relation.local for relation in through.relations if relation.target == target]
    if not ours or not theirs:
        return None
    return Many(target, through, ours[0], theirs[-1])
