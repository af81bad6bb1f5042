"""SQLAlchemy's declarative classes, SQLModel's, and Table objects → mapped classes and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.collect.python import syntax
from scanner.collect.python.classes import class_attribute, lineage
from scanner.collect.python.frames import ClassInfo, Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.inlining import invoked
from scanner.collect.python.light import replace
from scanner.collect.python.names import last_name
from scanner.collect.python.orm.declared import (
    Declaration,
    declarations,
    externals,
    is_declarative,
    own_text,
    related_class,
)
from scanner.collect.python.orm.mapped import Between, Mapped, MappedColumn, Relation
from scanner.collect.python.orm.sql import Names
from scanner.collect.python.orm.sqlalchemy_columns import (
    COLUMNS,
    RELATIONS,
    column,
    foreign_key,
    is_column,
    is_of_today,
)
from scanner.collect.python.orm.sqlalchemy_inheritance import extending, kind_of, refers
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ClassValue, DictValue, FunctionValue, ListValue, TextValue

_REFLECT = frozenset(("autoload", "autoload_with"))
_NO = (syntax.Constant("None"), syntax.Constant("False"))
_WORD = re.compile(r"\w+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<!^)(?=[A-Z][a-z])")  # as Flask-SQLAlchemy divides words


def sqlalchemy_model(of: ClassValue, world: World) -> Mapped | None:
    """The mapped class, or None if it is not one, or an abstract base or mixin."""
    info = world.classes[of]
    written = _table_object(of, info)
    if written is not None:
        return written
    table = _table_name(of, info, world)
    if table is None:
        return None
    base = _extended(of, world)
    own = _own_lineage(of, base, world)
    place, schema = info.frame.place(info.syntax.at), _schema(of, world)
    columns = tuple(_columns(own, world))
    mapped = Mapped("sqlalchemy", table, columns, place, of, schema, kind=kind_of(own, columns, world))
    declared = [each for base_or_own in own for each in _declared(base_or_own, world)]
    world.reads(of, mapped)
    mapped = replace(mapped, relations=tuple(_relations(declared, mapped, world)))
    return extending(mapped, base, world) if base is not None else mapped


def table_object(call: syntax.Call, frame: Frame) -> Mapped | None:
    """``Table("orders", metadata, Column(…), …)``; without columns where they are reflected."""
    if not call.arguments:
        return None
    name = constant_text(frame.evaluate(call.arguments[0].value))
    if name is None:
        return None
    columns = []
    schema, is_reflected = None, False
    for argument in call.arguments[1:]:
        if argument.keyword == "schema":
            schema = constant_text(frame.evaluate(argument.value))
        if argument.keyword in _REFLECT and argument.value not in _NO:
            is_reflected = True  # columns that are written too stand beside those of the database
        if isinstance(argument.value, syntax.Call) and last_name(argument.value.function) in COLUMNS:
            declaration = Declaration("", argument.value, None, frame)
            made = column(declaration)
            columns.append(replace(made, attribute=made.name, deferred=False))
    known = () if is_reflected else tuple(columns)
    return Mapped("sqlalchemy", name, known, frame.place(call.at), None, schema)


def _table_object(of: ClassValue, info: ClassInfo) -> Mapped | None:
    for value in info.frame.names.get("__table__", ()):
        if isinstance(value, Mapped):
            return Mapped("sqlalchemy", value.table, value.columns, info.frame.place(info.syntax.at), of, value.schema)
    return None


def _table_name(of: ClassValue, info: ClassInfo, world: World) -> str | None:
    own = own_text(info, "__tablename__")
    if own is not None:
        return own
    bases = externals(of, world)
    if not any(is_declarative(name) for name in bases):
        return None
    if info.frame.names.get("__abstract__") or not list(_key_columns(of, world)):
        return None
    inherited = class_attribute(of, "__tablename__", info.frame)
    if inherited and isinstance(inherited[0], FunctionValue):  # a mixin makes it of the class
        inherited = invoked(inherited[0], of, Given((), {}), info.frame, always=True) or ()
    text = constant_text(inherited) if inherited else None
    if text is not None and not _has_own_table(of, info, world):
        return text
    plain = of.name.rsplit(".", 1)[-1]
    if any(name.endswith("SQLModel") for name in bases):
        return plain.lower() if any(_is_table(each) for each in info.syntax.bases) else None
    return _CAMEL.sub("_", plain).lower()


def _has_own_table(of: ClassValue, info: ClassInfo, world: World) -> bool:
    """Whether it has a key of its own and extends a mapped class: its table is joined to that one's."""
    own = any(each.is_true("primary_key") for each in declarations(info))
    return own and any(world.model(base) is not None for base in lineage(of, info.frame)[1:])


def _is_table(base: syntax.Argument) -> bool:
    return base.keyword == "table" and base.value == syntax.Constant("True")


def _key_columns(of: ClassValue, world: World) -> Iterator[Declaration]:
    for each in lineage(of, world.classes[of].frame):
        yield from (d for d in declarations(world.classes[each]) if d.is_true("primary_key"))


def _extended(of: ClassValue, world: World) -> Mapped | None:
    """The mapped class that it extends."""
    models = map(world.model, lineage(of, world.classes[of].frame)[1:])
    return next((each for each in models if each is not None), None)


def _own_lineage(of: ClassValue, base: Mapped | None, world: World) -> list[ClassValue]:
    """The class and its bases, without those of a class that it extends."""
    frame = world.classes[of].frame
    others = lineage(base.of, frame) if base is not None and base.of is not None else ()
    return [each for each in lineage(of, frame) if each not in others]


def _columns(own: list[ClassValue], world: World) -> Iterator[MappedColumn]:
    """In their order: SQLAlchemy 2 begins with the class, SQLAlchemy 1 and SQLModel with its bases."""
    written = {of: [each for each in _declared(of, world) if is_column(each, world)] for of in own}
    known = {each.attribute: each for of in reversed(own) for each in written[of]}
    ordered = [each for of in own for each in written[of]]
    if not _is_of_today(own[0], ordered, world):
        made = {each.attribute for of in own for each in _made_of_the_class(world.classes[of])}
        ordered = [each for of in reversed(own) for each in written[of]]
        ordered.sort(key=lambda each: each.attribute in made)
    yield from (column(known[attribute]) for attribute in dict.fromkeys(each.attribute for each in ordered))


def _is_of_today(of: ClassValue, columns: list[Declaration], world: World) -> bool:
    bases = externals(of, world)
    if any(name.endswith("SQLModel") for name in bases):
        return False
    return any(is_of_today(each) for each in columns) or any(".DeclarativeBase" in name for name in bases)


def _declared(of: ClassValue, world: World) -> Iterator[Declaration]:
    info = world.classes[of]
    yield from declarations(info)
    yield from _made_of_the_class(info)


def _made_of_the_class(info: ClassInfo) -> Iterator[Declaration]:
    """What a mixin's @declared_attr functions return."""
    for statement in info.syntax.body:
        if isinstance(statement, syntax.Function) and "declared_attr" in map(last_name, statement.decorators):
            returned = [each.value for each in statement.body if isinstance(each, syntax.Return)]
            if returned and isinstance(returned[0], syntax.Call):
                yield Declaration(statement.name, returned[0], None, info.frame)


def _schema(of: ClassValue, world: World) -> str | None:
    info = world.classes[of]
    for value in class_attribute(of, "__table_args__", info.frame):
        options = value
        if isinstance(value, ListValue) and value.items:
            options = value.items[-1][0]
        if isinstance(options, DictValue):
            found = dict(options.entries).get("schema")
            return constant_text(found) if found else None
    return None


def _relations(declared: list[Declaration], mapped: Mapped, world: World) -> Iterator[Relation]:
    for each in declared:
        is_relation = each.kind in RELATIONS
        target = related_class(each) if is_relation else None
        if target is None or target not in world.classes:
            continue
        between = _between(each, mapped, target, world)
        pair = (
            _pair(each, mapped, declared, target, world)
            if each.keyword("secondary") is None
            else _keys(mapped, target, world)
        )
        if pair is not None and (between or each.keyword("secondary") is None):
            yield Relation(each.attribute, target, *pair, between, each.text("lazy") or "", _back(each))


def _back(relation: Declaration) -> str:
    """``backref="orders"`` or ``backref=backref("orders", …)``."""
    given = relation.keyword("backref")
    if isinstance(given, syntax.Call):
        given = given.arguments[0].value if given.arguments else None
    return constant_text(relation.frame.evaluate(given)) or "" if given is not None else ""


def _keys(mapped: Mapped, target: ClassValue, world: World) -> tuple[str, str] | None:
    theirs = mapped if target == mapped.of else world.model(target)
    return (mapped.key.name, theirs.key.name) if mapped.key and theirs and theirs.key else None


def _between(relation: Declaration, mapped: Mapped, target: ClassValue, world: World) -> Between | None:
    """The table that ``secondary`` names, with its columns that refer to both sides."""
    named, frame = relation.keyword("secondary"), relation.frame
    if (
        isinstance(named, syntax.Name) and named.id == relation.attribute and frame.outer is not None
    ):  # the module's name, not its own
        frame = frame.outer
    found = frame.evaluate(named)[0] if named else None
    if isinstance(found, TextValue):
        text = constant_text((found,))
        found = next((table for table in world.tables if text in (table.table, f"{table.schema}.{table.table}")), None)
    theirs = _table_name(target, world.classes[target], world)
    if not isinstance(found, Mapped) or theirs is None:
        return None
    ours = [each.name for each in found.columns if refers(each, mapped.table)]
    others = [each.name for each in found.columns if refers(each, theirs)]
    return Between(Names(found, world.family).table, ours[0], others[-1]) if ours and others else None


def _pair(
    relation: Declaration, mapped: Mapped, declared: list[Declaration], target: ClassValue, world: World
) -> tuple[str, str] | None:
    """The columns that the foreign key between the two tables joins: ours, theirs."""
    theirs = _table_name(target, world.classes[target], world)
    for each in _chosen(relation, declared):
        refers = foreign_key(each)
        if refers and theirs and refers.rsplit(".", 1)[0].rsplit(".", 1)[-1] in (theirs, target.name):
            return column(each).name, refers.rsplit(".", 1)[-1]
    own = mapped.of.name if mapped.of else ""
    classes = lineage(target, world.classes[target].frame)
    for each in _chosen(relation, [each for of in classes for each in _declared(of, world)]):
        refers = foreign_key(each)
        if refers and refers.rsplit(".", 1)[0].rsplit(".", 1)[-1] in (mapped.table, own):
            return refers.rsplit(".", 1)[-1], column(each).name
    return None


def _chosen(relation: Declaration, declared: list[Declaration]) -> list[Declaration]:
    """Those that `foreign_keys` or `primaryjoin` names, where several columns refer to the same table."""
    written = repr([relation.keyword("foreign_keys"), relation.keyword("primaryjoin")])
    words = set(_WORD.findall(written))
    return [each for each in declared if each.attribute in words] or declared
