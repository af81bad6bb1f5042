"""Where the evaluation of a program meets its mappers: attributes, calls, operators, loops."""

from __future__ import annotations

from collections.abc import Callable

from scanner.collect.python import syntax
from scanner.collect.python.frames import Frame, World
from scanner.collect.python.given import Given
from scanner.collect.python.history import is_history
from scanner.collect.python.light import replace
from scanner.collect.python.names import called, last_name
from scanner.collect.python.orm import (
    django_expressions,
    django_prefetch,
    django_queries,
    managers,
    peewee_queries,
    senders,
    sessions,
    sqlalchemy_calls,
    sqlalchemy_expressions,
    sqlalchemy_functions,
    sqlalchemy_joins,
    sqlalchemy_loading,
    sqlalchemy_select,
    sqlalchemy_sources,
    sqlalchemy_steps,
    sqlalchemy_writes,
)
from scanner.collect.python.orm.django_models import django_model, is_django, user_model
from scanner.collect.python.orm.django_queries import NOWHERE
from scanner.collect.python.orm.library import LIBRARY, LIBRARY_MODELS
from scanner.collect.python.orm.mapped import Mapped, Source
from scanner.collect.python.orm.peewee_models import is_peewee, peewee_model
from scanner.collect.python.orm.queries import QueryValue, RelationValue, SqlValue
from scanner.collect.python.orm.sqlalchemy_calls import spend
from scanner.collect.python.orm.sqlalchemy_loading import LoadValue
from scanner.collect.python.orm.sqlalchemy_models import sqlalchemy_model
from scanner.collect.python.orm.sqlalchemy_sources import AUTOMAP, reflected
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import (
    ClassValue,
    ExternalValue,
    InstanceValue,
    MapperValue,
    Unknown,
    Value,
    Variants,
)

# Class methods of pydantic that make an instance.
_CONSTRUCTORS = frozenset(("model_validate", "model_construct", "from_orm", "parse_obj", "construct"))


def read_model(of: ClassValue, world: World) -> Mapped | None:
    """The class as its mapper sees it. Models inside migrations are of the past and count as none."""
    if of not in world.classes:
        return LIBRARY_MODELS.get(of)
    if is_history(of.path, world):
        return None
    if is_django(of, world):
        return django_model(of, world)
    return peewee_model(of, world) if is_peewee(of, world) else sqlalchemy_model(of, world)


def attribute(base: Value, name: str, frame: Frame) -> Variants:
    """``base.name`` of a mapped class, an instance, a table; empty for anything else."""
    if isinstance(base, ExternalValue) and base.name in LIBRARY:
        return managers.model_manager(LIBRARY[base.name], name, frame)
    if isinstance(base, ExternalValue) and base.name == f"{AUTOMAP}.classes":
        return (reflected(name, NOWHERE),)
    if isinstance(base, QueryValue):
        return _of_query(base, name)
    if isinstance(base, ClassValue):
        mapped = frame.world.model(base)
        return _class_attribute(mapped, base, name, frame) if mapped else ()
    if isinstance(base, InstanceValue):
        mapped = frame.world.model(base.of)
        return managers.instance_attribute(mapped, name, base.along, frame) if mapped else ()
    if isinstance(base, Mapped):
        return _table_attribute(base, name, frame)
    return ()


def call(
    expression: syntax.Call, receivers: Variants, functions: Variants, given: Given, frame: Frame
) -> Variants | None:
    """What the call gives if it has to do with a mapper, else None."""
    made = managers.made(receivers, functions, expression, given, frame)
    if made:
        return made
    for receiver in receivers:
        if isinstance(receiver, QueryValue):  # its methods are the mapper's, whether they are known or not
            return _query_method(receiver, last_name(expression.function), expression, given, frame)
        found = _of_receiver(receiver, expression, given, frame)
        if found is not None:
            return found
    for function in functions:
        if isinstance(function, ExternalValue):
            found = _library(function.name, expression, given, frame)
            if found is not None:
                return found
    return sessions.call(expression, given, frame)


def _of_receiver(receiver: Value, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    if isinstance(receiver, Unknown):
        return None
    name = last_name(expression.function)
    if isinstance(receiver, Mapped):
        return sqlalchemy_calls.of_table(receiver, name, given, expression, frame)
    if isinstance(receiver, SqlValue | RelationValue | LoadValue):
        spend(given, frame)
        if isinstance(receiver, SqlValue):
            made: Value | None = sqlalchemy_functions.of_expression(receiver, name, given)
        elif isinstance(receiver, RelationValue):
            made = sqlalchemy_joins.related(receiver, name, given, frame.world)
        else:
            made = sqlalchemy_loading.loading(name, given, receiver)
        return None if made is None else (made,)
    ordered = django_expressions.method(receiver, name, given)
    found = (ordered,) if ordered else _of_model(receiver, name, expression, given, frame)
    if found is None and isinstance(receiver, InstanceValue):
        return sessions.instance_method(receiver, name, expression, given, frame)
    return found


def _of_model(receiver: Value, name: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    of = receiver.of if isinstance(receiver, InstanceValue) else receiver
    mapped = frame.world.model(of) if isinstance(of, ClassValue) else None
    if mapped is None:
        return None
    if isinstance(receiver, ClassValue) and name in _CONSTRUCTORS:
        return (InstanceValue(receiver),)
    if mapped.framework != "peewee":
        return None
    spend(given, frame)
    place, call = frame.place(expression.at), called(expression.function)
    if isinstance(receiver, InstanceValue):
        return peewee_queries.instance_method(mapped, receiver, name, given, place, call, frame)
    return peewee_queries.model_method(mapped, name, given, place, call, frame)


def operated(left: Value, operator: str, right: Value, frame: Frame) -> Value | None:
    """``left operator right`` where a mapper gives it a meaning."""
    if not isinstance(left, MapperValue) and not isinstance(right, MapperValue):
        return None
    combined = django_expressions.combined(left, operator, right, frame.world)
    if isinstance(combined, QueryValue):
        frame.world.journal.built(combined, frame.root)
    return combined or sqlalchemy_expressions.operated(left, operator, right, frame.world)


def negated(value: Value) -> Value | None:
    """``~value``."""
    return django_expressions.negated(value) or sqlalchemy_expressions.negated(value)


def elements(query: QueryValue, frame: Frame) -> Variants:
    """What a loop over the query binds; the query runs there."""
    return sessions.row_of(query, frame) if query.begun else sessions.instances(query)


def item(query: QueryValue, index: Value | None, frame: Frame) -> Variants:
    """``query[index]``; index None for a slice."""
    sliced = replace(django_queries.limited(query, frame))
    if index is None:
        frame.world.journal.built(sliced, frame.root)
        return (sliced,)
    return elements(sliced, frame)


def assigned(base: Value, name: str, at: int, frame: Frame) -> None:
    """``instance.name = …``: SQLAlchemy writes it when the session is flushed."""
    if isinstance(base, InstanceValue) and base.stored:
        mapped = frame.world.model(base.of)
        if mapped is not None and mapped.framework == "sqlalchemy":
            query = sqlalchemy_writes.changed(mapped, name, frame.place(at), frame.world)
            if query is not None:
                frame.world.journal.query(query, frame.root)


def is_key(base: Value, name: str, frame: Frame) -> bool:
    """Whether it is the primary key of an instance of Django's."""
    mapped = frame.world.model(base.of) if isinstance(base, InstanceValue) else None
    key = mapped.key if mapped is not None and mapped.framework == "django" else None
    return key is not None and name in ("pk", key.attribute)


def _of_query(query: QueryValue, name: str) -> Variants:
    if query.mapped.framework == "django":
        return (query.mapped.of,) if name == "model" and query.mapped.of is not None else ()
    if name == "excluded":
        return (replace(query.mapped, source=Source.named(name, ())),)
    return (query.mapped,) if name in ("c", "columns", "selected_columns") else ()


def _class_attribute(mapped: Mapped, of: ClassValue, name: str, frame: Frame) -> Variants:
    if mapped.framework == "django":
        return managers.model_manager(mapped, name, frame, of)
    if name == "__table__":
        return (mapped,)
    if name == "query":
        given = Given(((mapped,),), {})
        query = sqlalchemy_select.selected(given, frame.place(0), "", frame, labels=True)
        return (replace(query, begun=False, place=NOWHERE),) if query else ()
    found = sqlalchemy_expressions.column(mapped, name, frame.world)
    return (found,) if found else sqlalchemy_calls.hybrid(mapped, name, frame)


def _table_attribute(table: Mapped, name: str, frame: Frame) -> Variants:
    if name in ("c", "columns"):
        return (table,)
    found = sqlalchemy_expressions.column(table, name, frame.world)
    return (found,) if found else sqlalchemy_calls.hybrid(table, name, frame)


def named(base: Value, index: Value, frame: Frame) -> Variants:
    """``table.c["name"]``."""
    name = constant_text((index,))
    return _table_attribute(base, name, frame) if isinstance(base, Mapped) and name else ()


def _query_method(query: QueryValue, name: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    before = query
    query = replace(query, call=called(expression.function))
    if query.mapped.framework == "django":
        found = django_queries.step(query, name, given, frame)
        if name == "prefetch_related":
            found = tuple(django_prefetch.along(value, given) for value in found or ())
            for other in django_prefetch.prefetched(query, given, frame.world):
                frame.world.journal.built(other, frame.root)
    else:
        inner = sqlalchemy_sources.subquery(before, name, given, frame, expression.at)
        if inner is not None:  # it runs as it is where nothing reads it
            return (inner,)
        found = sqlalchemy_calls.of_query(query, name, given, expression, frame)
        after = sqlalchemy_steps.step(query, name, given, frame) if found is None else None
        found = (after,) if after is not None else found or sessions.finished(query, name, given, frame)
    if found is None:  # both go on as they are
        return None
    frame.world.journal.derived(before)
    spend(given, frame)
    for value in found:
        if isinstance(value, QueryValue) and value.begun:
            frame.world.journal.built(value, frame.root)
    return found


def is_of_mapper(dotted: str) -> bool:
    """Whether it is a member of a library of mappers."""
    return dotted.startswith(tuple(_LIBRARIES))


def _library(dotted: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    calls = next((calls for begins, calls in _LIBRARIES.items() if dotted.startswith(begins)), None)
    return calls(dotted, expression, given, frame) if calls is not None else None


def _flask(dotted: str, _: syntax.Call, __: Given, ___: Frame) -> Variants | None:
    return (ExternalValue("sqlalchemy"),) if dotted == "flask_sqlalchemy.SQLAlchemy" else None


def _django(dotted: str, expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    name = dotted.rsplit(".", 1)[-1]
    if name in ("get_object_or_404", "get_list_or_404", "aget_object_or_404") and given.positional:
        target = given.positional[0][0]
        if isinstance(target, ClassValue):
            target = next(iter(attribute(target, "objects", frame)), target)
        if isinstance(target, QueryValue):
            rest = Given(given.positional[1:], given.named)
            method = "filter" if name == "get_list_or_404" else "get"
            here = managers.placed(target, expression.at, frame)
            return _query_method(here, method, expression, rest, frame) if isinstance(here, QueryValue) else None
    made_of = LIBRARY[dotted].of if dotted in LIBRARY else None
    if made_of is not None:
        return (InstanceValue(made_of),)
    if dotted == "django.contrib.auth.get_user_model":
        user = user_model(frame)
        return (user,) if user else None
    if dotted.startswith("django.forms.") or dotted.endswith("admin.site.register"):
        return senders.sent(name, expression, given, frame)
    if not dotted.startswith(("django.db.models", "django.contrib.postgres")):
        return None
    spend(given, frame)
    made = django_expressions.builtin(dotted, given, frame.world)
    return None if made is None else (made,)


# What calls of libraries give, by how their dotted names begin.
_LIBRARIES: dict[str, Callable[[str, syntax.Call, Given, Frame], Variants | None]] = {
    "django.": _django,
    "sqlalchemy": sqlalchemy_calls.library,
    "sqlmodel": sqlalchemy_calls.library,
    "peewee.": peewee_queries.library,
    "playhouse.": peewee_queries.library,
    "flask_sqlalchemy.": _flask,
}
