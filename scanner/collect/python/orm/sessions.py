"""Sessions and connections of SQLAlchemy, and the methods of instances that write them."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.collect.python import rows, syntax
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.light import replace
from scanner.collect.python.names import called, last_name, shown
from scanner.collect.python.orm import (
    django_forms,
    django_queries,
    django_writes,
    sqlalchemy_select,
    sqlalchemy_steps,
    sqlalchemy_writes,
)
from scanner.collect.python.orm.django_queries import NOWHERE
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.queries import QueryValue, SqlValue
from scanner.collect.python.orm.sql import pieces, text_at
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    InstanceValue,
    ListValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)

_RUNS = frozenset(
    (
        "execute",
        "scalars",
        "scalar",
        "stream",
        "stream_scalars",
        "exec",
        "scalar_one",
        "fetch_all",
        "fetch_one",
    )
)
_MAPPINGS = {"bulk_insert_mappings": "insert", "bulk_update_mappings": "update"}
_ALL = frozenset(("all", "__iter__", "paginate", "yield_per", "execute"))
_ONE = frozenset(("first", "one", "one_or_none", "get", "get_or_404", "first_or_404", "scalar", "one_or_404"))


def call(expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    """``session.execute(query)``, ``session.add(instance)`` and the like; None for any other call."""
    name = last_name(expression.function)
    first = given.positional[0][0] if given.positional else None
    if name in _RUNS:
        return _run(expression, given, frame)
    if first is None or not isinstance(expression.function, syntax.Attribute):
        return None
    if name == "query":
        place, written = frame.place(expression.at), called(expression.function)
        query = sqlalchemy_select.selected(given, place, written, frame, labels=True)
        if query is None:
            return None
        frame.world.journal.built(query, frame.root)
        return (query,)
    mapped = _mapped(first, frame)
    if mapped is None:
        return _many(name, expression, first, given, frame)
    if name in _MAPPINGS and len(given.positional) > 1:
        place, subject = frame.place(expression.at), Given(given.positional[:1], {})
        query = sqlalchemy_writes.written(_MAPPINGS[name], subject, place, called(expression.function), frame)
        for each in _ran(query, given, frame) if query is not None else ():
            frame.world.journal.query(replace(each, made_key=()), frame.root)
        return (Unknown("None"),)
    return _written(name, mapped, expression, frame)


def finished(query: QueryValue, name: str, given: Given, frame: Frame) -> Variants | None:
    """The methods of ``session.query(…)`` that run it; None for any other method."""
    journal, world = frame.world.journal, frame.world
    if name in ("count", "delete", "update", "exists") or name in _ALL or name in _ONE:
        journal.derived(query)
    if name in _ALL:
        return (ListValue((row_of(query, frame),), open=True),)
    if name in _ONE:
        limit = "LIMIT %(param_1)s" if name in ("first", "first_or_404") else query.limit
        return row_of(replace(query, limit=limit), frame)
    if name == "count":
        inner = pieces("SELECT count(*) AS count_1 FROM (", query.sql, ") AS anon_1")
        journal.mapper(text_at(inner, query.place), query.call, frame.root)
        return ()
    if name == "delete":
        journal.query(replace(query, verb="delete"), frame.root)
        return ()
    if name == "update":
        values = given.positional or ((given.named["values"],) if "values" in given.named else ())
        changed = sqlalchemy_steps.step(replace(query, verb="update"), "values", Given(values, {}, given.open), frame)
        if isinstance(changed, QueryValue):
            journal.query(changed, frame.root)
        return ()
    return (SqlValue(pieces("EXISTS (", query.sql, ")")),) if name == "exists" and world else None


def instance_method(
    instance: InstanceValue, name: str, expression: syntax.Call, given: Given, frame: Frame
) -> Variants | None:
    """``instance.save()`` and the like of Django; None for any other method."""
    mapped = frame.world.model(instance.of)
    if mapped is None:
        return django_forms.saved(instance, name, expression, given, frame)
    if mapped.framework != "django":
        return None
    if name in ("save", "asave"):
        statements = tuple(django_writes.saved(mapped, instance, given, frame))
    elif name in ("delete", "adelete"):
        statements = tuple(django_writes.removed(mapped, frame))
    elif name in ("refresh_from_db", "arefresh_from_db"):
        statements = (django_queries.read_again(mapped, frame.world),)
    else:
        return None
    for sql in statements:
        text = text_at(sql, frame.place(expression.at))
        frame.world.journal.mapper(text, called(expression.function), frame.root)
    if not instance.stored and name in ("save", "asave"):
        _is_stored(instance, expression, frame)
    return (Unknown("None"),)


def _is_stored(instance: InstanceValue, expression: syntax.Call, frame: Frame) -> None:
    """From here on the name stands for an instance that is in the database."""
    base = expression.function.base if isinstance(expression.function, syntax.Attribute) else None
    if isinstance(base, syntax.Name | syntax.Attribute):
        values = (replace(each, stored=True) if each == instance else each for each in frame.evaluate(base))
        frame.names[shown(base)] = bounded(values)


def row_of(query: QueryValue, frame: Frame) -> Variants:
    """What one row of the query is, which runs here: an instance, a tuple of them, a plain row, or not known."""
    statement = frame.world.journal.query(query, frame.root)
    if statement is not None and query.entities and query.whole and _are_tables(query, frame):
        return (ResultValue((statement,), "row"),)
    return instances(query)


def _are_tables(query: QueryValue, frame: Frame) -> bool:
    """Whether it asks for Table objects, whose rows are plain ones."""
    return all(_is_table(each, frame) for each in query.entities)


def instances(query: QueryValue) -> Variants:
    """What one row is of a query of mapped classes: an instance, or a tuple of them.

    peewee's is an instance of the model that was asked, whatever columns are read.
    """
    found = [InstanceValue(each.of, stored=True, along=query.along) for each in query.entities if each.of]
    if query.mapped.framework == "peewee" and found:
        return (found[0],)
    if not query.whole or len(found) != len(query.entities) or not found:
        return (Unknown("row"),)
    return (found[0],) if len(found) == 1 else (ListValue(tuple((each,) for each in found)),)


def _is_table(mapped: Mapped, frame: Frame) -> bool:
    """Whether it is a Table object, at the top of a module or made here."""
    return mapped in frame.world.tables or (mapped.of is None and mapped.source is None and mapped.place != NOWHERE)


def _run(expression: syntax.Call, given: Given, frame: Frame) -> Variants | None:
    statements: list[TextValue] = []
    queries = [value for each in given.every() for value in each if isinstance(value, QueryValue)]
    if not queries:
        return None
    for query in queries:
        frame.world.journal.derived(query)
        for ran in _ran(replace(query, call=called(expression.function)), given, frame):
            statement = frame.world.journal.query(ran, frame.root)
            statements.extend(() if statement is None else (statement,))
    name = last_name(expression.function)
    entities = queries[0].entities
    if entities and queries[0].whole and not _are_tables(queries[0], frame):
        found = instances(queries[0])
        return found if name in ("scalar", "scalar_one") else (ListValue((found,), open=True),)
    return rows.result(statements, name, frame, expression.at) or (Unknown("result"),)


def _ran(query: QueryValue, given: Given, frame: Frame) -> Iterable[QueryValue]:
    """What a statement that is run with rows sends: an UPDATE that sets nothing itself goes by them."""
    if query.verb == "update" and not query.sets and len(given.positional) > 1:
        rows = given.positional[1][0]
        return sqlalchemy_writes.changed_by_key(query.mapped, rows, query.place, query.call, frame.world)
    if query.verb == "insert" and query.mapped.parts and len(given.positional) > 1:
        return sqlalchemy_writes.added(query.mapped, query.place, query.call, frame.world)
    return (_with_rows(query, given.positional[1][0], frame) if len(given.positional) > 1 else query,)


def _with_rows(query: QueryValue, rows: Value, frame: Frame) -> QueryValue:
    """An INSERT names the columns that it is given values for; of one row it returns the key."""
    if query.verb != "insert":
        return query
    row = rows.items[0][0] if isinstance(rows, ListValue) and rows.items else rows
    is_known = isinstance(row, DictValue) and not row.open
    if is_known or query.mapped.is_reflected:
        row = sqlalchemy_writes.with_kind(query.mapped, row)
        stated = sqlalchemy_steps.step(query, "values", Given(((row,),), {}), frame)
        query = stated if isinstance(stated, QueryValue) else query
    is_one = row is rows or (isinstance(rows, ListValue) and len(rows.items) == 1 and not rows.open)
    return query if is_known and is_one else replace(query, made_key=())


def _mapped(value: Value, frame: Frame) -> Mapped | None:
    of = value.of if isinstance(value, InstanceValue) else value
    mapped = frame.world.model(of) if isinstance(of, ClassValue) else None
    return mapped if mapped is not None and mapped.framework == "sqlalchemy" else None


def _written(name: str, mapped: Mapped, expression: syntax.Call, frame: Frame) -> Variants | None:
    place, written, world = frame.place(expression.at), called(expression.function), frame.world
    if name in ("add", "merge", "bulk_save_objects"):
        queries = [*sqlalchemy_writes.added(mapped, place, written, world, returns=not name.startswith("bulk_"))]
    elif name == "delete":
        queries = [*sqlalchemy_writes.removed(mapped, place, written, world)]
    elif name in ("get", "get_one", "refresh"):
        queries = [sqlalchemy_select.got(mapped, place, written, world)]
    else:
        return None
    for query in queries:
        world.journal.query(query, frame.root)
    return instances(queries[0]) if name in ("get", "get_one") else (Unknown("None"),)


def _many(name: str, expression: syntax.Call, first: Value, given: Given, frame: Frame) -> Variants | None:
    if name not in ("add_all", "bulk_save_objects") or not isinstance(first, ListValue):
        return None
    for item in first.items:
        mapped = _mapped(item[0], frame)
        if mapped is not None:
            _written(name.replace("add_all", "add"), mapped, expression, frame)
    return (Unknown("None"),) if given.positional else None
