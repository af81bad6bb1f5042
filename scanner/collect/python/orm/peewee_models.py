"""peewee's models → mapped classes.

Names follow peewee's documentation: the class name in lower case unless ``Meta.table_name`` says otherwise,
``<field>_id`` for a foreign key unless it has a ``column_name``, and an automatic ``id`` where no field is the
primary key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.collect.python import syntax
from scanner.collect.python.classes import class_attribute, lineage
from scanner.collect.python.frames import World
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.declared import Declaration, class_named, declarations, externals
from scanner.collect.python.orm.mapped import Mapped, MappedColumn, Relation
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ClassValue, ConstantValue, Variants

_FOREIGN = frozenset(("ForeignKeyField", "DeferredForeignKey"))
_NO_COLUMN = frozenset(("ManyToManyField", "MetaField"))
_AUTOMATIC = frozenset(("AutoField", "BigAutoField", "IdentityField", "PrimaryKeyField"))
_FALSE = syntax.Constant("False")
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


def peewee_model(of: ClassValue, world: World) -> Mapped | None:
    """The model, or None if the class has no fields: a base for models."""
    fields = _all_fields(of, world)
    if not fields:
        return None
    info = world.classes[of]
    schema = constant_text(found) if (found := _meta(of, "schema", world)) else None
    place = info.frame.place(info.syntax.at)
    relations = tuple(_relations(of, fields, world))
    return Mapped("peewee", _table(of, world), tuple(_columns(of, fields, world)), place, of, schema, relations)


def is_peewee(of: ClassValue, world: World) -> bool:
    """Whether the class descends from peewee.Model."""
    return any(name.startswith(("peewee.", "playhouse.")) and name.endswith("Model") for name in externals(of, world))


def defaults(mapped: Mapped, world: World) -> list[str]:
    """The attributes that an INSERT gives a value even where the program does not."""
    fields = _all_fields(mapped.of, world) if mapped.of else []
    return [field.attribute for field in fields if field.keyword("default") is not None]


def _lineage(of: ClassValue, world: World) -> list[ClassValue]:
    return lineage(of, world.classes[of].frame)


def _table(of: ClassValue, world: World) -> str:
    own = world.classes.get(ClassValue(of.path, f"{of.name}.Meta"))
    for name in ("table_name", "db_table"):
        written = own.frame.names.get(name) if own else None
        text = constant_text(world.resolved(written)) if written else None
        if text:
            return text
    plain = _plain_name(of)
    if _meta(of, "legacy_table_names", world) == (ConstantValue("False"),):
        return _CAMEL.sub("_", plain).lower()
    return plain.lower()


def _plain_name(of: ClassValue) -> str:
    return of.name.rsplit(".", 1)[-1]


def _meta(of: ClassValue, name: str, world: World) -> Variants:
    """An option of the class's own Meta or of that of a base."""
    for each in _lineage(of, world):
        meta = ClassValue(each.path, f"{each.name}.Meta")
        found = class_attribute(meta, name, world.classes[meta].frame) if meta in world.classes else ()
        if found:
            return found
    return ()


def _has_key(of: ClassValue, world: World) -> bool:
    """Whether peewee adds a key: not with ``primary_key = False`` or a CompositeKey."""
    return not _meta(of, "primary_key", world)


def _all_fields(of: ClassValue, world: World) -> list[Declaration]:
    """Those of the class and its bases, each once, the bases' first."""
    lines = reversed(_lineage(of, world))
    return list({field.attribute: field for each in lines for field in _fields(each, world)}.values())


def _fields(of: ClassValue, world: World) -> Iterator[Declaration]:
    for declaration in declarations(world.classes[of]):
        kind = declaration.kind
        if kind not in _NO_COLUMN and (kind in _FOREIGN or kind.endswith("Field")):
            yield declaration


def _columns(of: ClassValue, fields: Iterable[Declaration], world: World) -> list[MappedColumn]:
    columns = [_column(field) for field in fields]
    if not any(column.primary_key for column in columns) and _has_key(of, world):
        columns.insert(0, MappedColumn("id", "id", primary_key=True, generated=True))
    return columns


def _column(field: Declaration) -> MappedColumn:
    foreign = field.kind in _FOREIGN
    suffix = "_id" if foreign and not field.attribute.endswith("_id") else ""
    name = field.text("column_name") or field.text("db_column") or field.attribute + suffix
    automatic = field.kind in _AUTOMATIC
    is_key = automatic or field.is_true("primary_key")
    return MappedColumn(field.attribute, name, is_key, automatic, foreign=foreign)


def _relations(of: ClassValue, fields: Iterable[Declaration], world: World) -> Iterator[Relation]:
    for field in fields:
        target = _target(field) if field.kind in _FOREIGN else None
        if target is not None and target in world.classes:
            theirs = _columns(target, _all_fields(target, world), world)
            remote = next((each.name for each in theirs if _is_referred_to(each, field)), "id")
            loading = "" if field.keyword("lazy_load") != _FALSE else "never"
            back = field.text("backref") or field.text("related_name") or f"{_plain_name(of).lower()}_set"
            yield Relation(field.attribute, target, _column(field).name, remote, loading=loading, back=back)


def _is_referred_to(column: MappedColumn, field: Declaration) -> bool:
    """Whether the foreign key holds values of the column: the one that it names, or the key."""
    named = field.keyword("field") or field.keyword("to_field")
    if named is None:
        return column.primary_key
    return column.attribute == (named.value if isinstance(named, syntax.Text) else last_name(named))


def _target(field: Declaration) -> ClassValue | None:
    to = field.keyword("model") or field.keyword("rel_model") or (field.positional[0] if field.positional else None)
    if to is None:
        return None
    if isinstance(to, syntax.Text):
        if to.value == "self":
            return ClassValue(field.frame.module.path, field.frame.function or "")
        return class_named(to.value, field.frame)
    found = field.frame.evaluate(to)[0]
    return found if isinstance(found, ClassValue) else None
