"""Django models → mapped classes.

Table and column names follow Django's documentation: ``app_label_modelname`` unless ``Meta.db_table`` says
otherwise, ``<field>_id`` for a foreign key unless it has a ``db_column``, and an automatic ``id`` where no
field is the primary key.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from scanner.collect.python.classes import lineage
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.declared import (
    Declaration,
    class_named,
    declarations,
    externals,
    own_flag,
    own_text,
)
from scanner.collect.python.orm.library import LIBRARY
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Relation
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ClassValue, ExternalValue, ListValue

_FOREIGN = frozenset(("ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey"))
_NO_COLUMN = frozenset(("ManyToManyField", "ParentalManyToManyField", "GenericRelation"))
_AUTOMATIC = frozenset(("AutoField", "BigAutoField", "SmallAutoField", "GeneratedField"))
# What django.contrib.auth's abstract models bring along.
_LOGIN = ("password", "last_login")
_PERSON = ("username", "first_name", "last_name", "email", "is_staff", "is_active", "date_joined")
_INHERITED = {
    "AbstractUser": (*_LOGIN, "is_superuser", *_PERSON),
    "AbstractBaseUser": _LOGIN,
    "PermissionsMixin": ("is_superuser",),
    "TimeStampedModel": ("created", "modified"),
}


def django_model(of: ClassValue, world: World) -> Mapped | None:
    """The model, or None if the class is no concrete Django model."""
    info = world.classes[of]
    if not is_django(of, world) or _meta_flag(of, "abstract", world):
        return None
    if _meta_flag(of, "proxy", world):
        base = next((base for base in lineage(of, info.frame)[1:] if world.model(base)), None)
        return world.model(base) if base else None
    fields = [field for each in reversed(own_lineage(of, world)) for field in _fields(each, world)]
    columns = _with_key(of, [_column(field) for field in fields], world)
    mapped = Mapped(
        "django",
        _meta_text(of, "db_table", world) or f"{app_label(of, world)}_{of.name.rsplit('.', 1)[-1].lower()}",
        columns,
        info.frame.place(info.syntax.at),
        of,
        ordering=_ordering(of, world),
        managed=not _meta_flag(of, "managed", world, value="False"),
    )
    world.reads(of, mapped)
    return replace(mapped, relations=(*_relations(fields, world), *_to_parent(of, columns, world)))


def is_django(of: ClassValue, world: World) -> bool:
    """Whether the class descends from django.db.models.Model."""
    for name in externals(of, world):
        if name.startswith("django.") and name.endswith(".models.Model"):
            return True
        if name.rsplit(".", 1)[-1] in _INHERITED:
            return True
    return False


def app_label(of: ClassValue, world: World) -> str:
    """The label of the app that the model's module belongs to."""
    declared = _meta_text(of, "app_label", world)
    if declared:
        return declared
    folders = PurePosixPath(of.path).parent.parts
    if "models" in folders:
        folders = folders[: len(folders) - 1 - folders[::-1].index("models")]
    path = "/".join((*folders, "apps.py"))
    configured = world.once((_configured_label, path), lambda: _configured_label(path, world))
    return configured or (folders[-1] if folders else world.project.root.name)


def _configured_label(path: str, world: World) -> str | None:
    if not world.has(path):
        return None
    frame = world.frame(path)
    for of, info in list(world.classes.known.items()):
        if frame is not None and of.path == path:
            label, name = own_text(info, "label"), own_text(info, "name")
            if label or name:
                return label or (name or "").rsplit(".", 1)[-1]
    return None


def own_lineage(of: ClassValue, world: World) -> list[ClassValue]:
    """The class and the abstract bases and mixins whose fields become its own."""
    frame = world.classes[of].frame
    bases = lineage(of, frame)
    concrete: set[ClassValue] = set()
    for base in bases[1:]:
        if base in concrete or world.model(base) is not None:
            concrete.update(lineage(base, frame))
    return [base for base in bases if base not in concrete]


def _fields(of: ClassValue, world: World) -> Iterator[Declaration]:
    for declaration in declarations(world.classes[of]):
        kind = declaration.kind
        if kind in _NO_COLUMN or kind.startswith("Generic"):
            continue
        if kind in _FOREIGN or kind.endswith("Field"):
            yield declaration


def _column(field: Declaration) -> MappedColumn:
    suffix = "_id" if field.kind in _FOREIGN else ""
    name = field.text("db_column") or field.attribute + suffix
    is_key = field.is_true("primary_key")
    return MappedColumn(field.attribute, name, is_key, field.kind in _AUTOMATIC, foreign=bool(suffix))


def _with_key(of: ClassValue, columns: list[MappedColumn], world: World) -> tuple[MappedColumn, ...]:
    for base in externals(of, world):
        inherited = _INHERITED.get(base.rsplit(".", 1)[-1], ())
        known = {column.attribute for column in columns}
        columns = [*(MappedColumn(name, name) for name in inherited if name not in known), *columns]
    parent = _parent(of, world)
    if any(column.primary_key for column in columns):
        return tuple(columns)
    if parent is not None:
        name = f"{parent.name.rsplit('.', 1)[-1].lower()}_ptr"
        return (MappedColumn(name, f"{name}_id", primary_key=True), *columns)
    return (MappedColumn("id", "id", primary_key=True, generated=True), *columns)


def _parent(of: ClassValue, world: World) -> ClassValue | None:
    """The concrete model that the class extends with a table of its own."""
    bases = lineage(of, world.classes[of].frame)[1:]
    return next((base for base in bases if world.model(base) is not None), None)


def _to_parent(of: ClassValue, columns: tuple[MappedColumn, ...], world: World) -> Iterator[Relation]:
    parent = _parent(of, world)
    mapped = world.model(parent) if parent else None
    link = next((column for column in columns if column.primary_key and column.attribute.endswith("_ptr")), None)
    if parent is not None and mapped is not None and mapped.key is not None and link is not None:
        yield Relation(link.attribute, parent, link.name, mapped.key.name)


def _relations(fields: list[Declaration], world: World) -> Iterator[Relation]:
    for field in fields:
        target = model_of(field) if field.kind in _FOREIGN else None
        if target is None:
            continue
        mapped = world.model(target)
        key = mapped.key.name if mapped and mapped.key else "id"
        remote = field.text("to_field") or key
        yield Relation(field.attribute, target, _column(field).name, remote)


def model_of(field: Declaration, argument: str = "to") -> ClassValue | None:
    """The model that a field refers to, or that another of its arguments names."""
    to = field.keyword(argument) or (field.positional[0] if field.positional and argument == "to" else None)
    if to is None:
        return None
    values = field.frame.evaluate(to)
    if isinstance(values[0], ClassValue):
        return values[0]
    if isinstance(values[0], ExternalValue) and values[0].name in LIBRARY:
        return LIBRARY[values[0].name].of
    name = constant_text(values)
    if name == "self":
        return ClassValue(field.frame.module.path, field.frame.function or "")
    if last_name(to) == "AUTH_USER_MODEL" or name == "auth.User":
        return user_model(field.frame)
    return class_named(name, field.frame) if name else None


def user_model(near: Frame) -> ClassValue | None:
    """The model of users: the project's, or Django's."""
    return class_named("User", near) or LIBRARY["django.contrib.auth.models.User"].of


def related_name(field: Declaration, of: ClassValue) -> tuple[str, str]:
    """How the other side calls this model: in lookups, and as the attribute of an instance."""
    own = of.name.rsplit(".", 1)[-1].lower()
    given = field.text("related_name")
    query = field.text("related_query_name") or given or own
    attribute = given or (own if field.kind == "OneToOneField" else f"{own}_set")
    return query, attribute


def reverse_relations(of: ClassValue, world: World) -> dict[str, Relation]:
    """The ways back from a model to those that refer to it, by the names lookups and instances use."""
    return world.of_models(ways_back, of) or {}


def ways_back(world: World) -> dict[ClassValue, dict[str, Relation]]:
    """Those of all models."""
    found: dict[ClassValue, dict[str, Relation]] = defaultdict(dict)
    for other in world.models():
        for target, names, back in _ways_from(other, world) if other.framework == "django" else ():
            found[target].update(dict.fromkeys(names, back))
    return found


def _ways_from(other: Mapped, world: World) -> list[tuple[ClassValue, tuple[str, ...], Relation]]:
    """The ways back that a model gives to others, with their names."""
    of = other.of
    return world.once((_ways_from, other), lambda: list(_told(of, other.relations, world))) if of is not None else []


def _told(
    of: ClassValue, relations: Iterable[Relation], world: World
) -> Iterator[tuple[ClassValue, tuple[str, ...], Relation]]:
    world.frame(of.path)  # while it is evaluated, names in it may not be known yet
    fields = {f.attribute: f for each in own_lineage(of, world) for f in _fields(each, world)}
    for relation in relations:
        if relation.attribute not in fields:  # to the model whose table it extends
            name = of.name.rsplit(".", 1)[-1].lower()
            yield relation.target, (name,), Relation(name, of, relation.remote, relation.local, single=True)
        else:
            field = fields[relation.attribute]
            is_one = field.kind == "OneToOneField"
            back = Relation(relation.attribute, of, relation.remote, relation.local, single=is_one)
            yield relation.target, related_name(field, of), back


def _metas(of: ClassValue, world: World) -> Iterator[ClassInfo]:
    for each in _own_meta(of, world):
        yield world.classes[each]


def _own_meta(of: ClassValue, world: World) -> list[ClassValue]:
    meta = ClassValue(of.path, f"{of.name}.Meta")
    info = world.classes.get(meta)
    return lineage(meta, info.frame) if info else []


def _meta_text(of: ClassValue, name: str, world: World) -> str | None:
    return next((text for info in _metas(of, world) if (text := own_text(info, name))), None)


def _meta_flag(of: ClassValue, name: str, world: World, *, value: str = "True") -> bool:
    # Django does not pass `abstract` on: only the class's own Meta counts.
    info = world.classes.get(ClassValue(of.path, f"{of.name}.Meta"))
    return info is not None and own_flag(info, name, value)


def _ordering(of: ClassValue, world: World) -> tuple[str, ...]:
    for info in _metas(of, world):
        for value in info.frame.names.get("ordering", ()):
            if isinstance(value, ListValue):
                names = [constant_text(item) for item in value.items]
                return tuple(name for name in names if name)
    return ()
