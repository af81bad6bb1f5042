"""What runs, and what is mapped → observations, one a statement and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scanner.collect.python.drivers import Drivers
from scanner.collect.python.frames import World
from scanner.collect.python.history import is_history
from scanner.collect.python.holes import marked
from scanner.collect.python.in_file import order
from scanner.collect.python.light import replace
from scanner.collect.python.orm.django_forms import written
from scanner.collect.python.orm.django_many import tables_between
from scanner.collect.python.orm.mapped import Mapped
from scanner.collect.python.orm.senders import senders
from scanner.collect.python.orm.sql import Names, joined, pieces, text_at
from scanner.collect.python.record import Record, Tables
from scanner.collect.python.runs import Run
from scanner.collect.python.statements import is_ignored
from scanner.collect.python.uses import merged
from scanner.collect.python.values import ClassValue, Place
from scanner.model import Location, Observation, RowUse
from scanner.statements import texts

MODEL = "python_model"


def observations(run: Run, place: Place, world: World, drivers: Drivers, database: str | None) -> list[Observation]:
    """What runs at a place: of a script each statement. Empty for what stands in no file of the project."""
    sql, holes = marked(run.text)
    module = world.project.module(place.path)
    if module is None:
        return []
    family = world.family or "postgres"
    driver = drivers.of(module, sql, run) if run.executes and family == "postgres" else None
    location, uses = module.location(place), merged(run.uses)
    other_engine = drivers.elsewhere(module) if run.executes and not run.mapper else None
    statements = texts(sql, family)
    return [
        Observation(
            "python",
            statement,
            database,
            location=location if len(statements) == 1 else _within(statement, module.text, place.at, location),
            executes=run.executes,
            row_uses=uses,
            driver=driver,
            other_engine=other_engine,
            mapper=run.mapper,
            in_transaction=run.in_transaction,
            holes=tuple(hole for hole in holes if hole.marker in statement),
        )
        for statement in statements
        if len(statements) == 1 or not is_ignored(statement)
    ]


def models(world: World, tables: Tables, database: str | None) -> Iterator[Observation]:
    """Yields every mapped class and table as the SELECT of its columns, marked by their source, MODEL."""
    found = [_model(each, world, tables.sent, database) for each in (*tables.models, *tables.tables)]
    yield from sorted((each for each in found if each is not None), key=order)


def define(classes: Iterable[ClassValue], world: World, record: Record) -> None:
    """Puts into the record what is mapped of these classes, what they write, which take all fields of one."""
    known = list(classes)
    mapped = [model for each in known if (model := world.model(each)) is not None]
    record.mapped.models.update(dict.fromkeys(mapped))
    record.mapped.models.update(dict.fromkeys(each for model in mapped for each in tables_between(model, world)))
    for sent, use in senders(known, world):
        record.send(sent, use)
    record.add(written(known, world), set())


def _within(statement: str, source: str, at: int, whole: Location) -> Location:
    """Where one statement of a script stands: its first line, looked for after the script's beginning."""
    found = source.find(statement.split("\n", 1)[0], at)
    if found < 0:
        return whole
    line = whole.line + source.count("\n", at, found)
    return replace(whole, line=line, column=found - (source.rfind("\n", 0, found) + 1))


def _model(
    mapped: Mapped, world: World, sent: Mapping[ClassValue, Iterable[RowUse]], database: str | None
) -> Observation | None:
    module = world.project.module(mapped.place.path)
    if module is None or is_history(mapped.place.path, world):
        return None
    names = Names(mapped.tables[-1], world.family)
    sql, _ = marked(text_at(pieces("SELECT ", joined(", ", names.all_columns()), f" FROM {names.table}"), mapped.place))
    location = module.location(mapped.place)
    name = mapped.of.name if mapped.of else location.function
    uses = tuple(sent.get(mapped.of, ())) if mapped.of else ()
    location = replace(location, function=name)
    return Observation(MODEL, sql, database, location=location, executes="model", row_uses=uses)
