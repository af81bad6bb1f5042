"""The programs of fixtures/python/rows run for real: code that is said to break raises, and at that line."""

from __future__ import annotations

import importlib.util
import inspect
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
import pytest
import sqlalchemy

import scanner
from scanner.collect.python import collect
from scanner.model import Certainty, Effect, Finding, Observation
from scanner.verdict import prepare
from tests.engine.servers import Database, Server

PROGRAMS = Path(__file__).parents[2] / "fixtures" / "python" / "rows"
SCHEMA = """
    CREATE TABLE orders (id integer PRIMARY KEY, customer text, total integer);
    CREATE TABLE archive (id integer PRIMARY KEY, customer text, total integer);
    CREATE TABLE customers (name text PRIMARY KEY, status text);
"""
ROWS = """
    INSERT INTO orders VALUES (1, 'Ada', 500), (2, 'Bob', 700);
    INSERT INTO customers VALUES ('Ada', 'gold'), ('Bob', 'plain');
"""
CHANGE = "ALTER TABLE orders ADD COLUMN status text DEFAULT 'new'"
# Programs that ask for a NULL.
NULLS = {"asked.py": "ALTER TABLE orders ADD COLUMN status text"}
RAISED = (ValueError, TypeError, LookupError, AssertionError, psycopg.Error)
# What is said of code that uses rows.
RULES = ("positional-rows", "serialised-rows", "clashing-names")
# Frameworks that are not installed here.
NOT_RUN = {"answers.py"}
# These raise where the rows are fetched, in a library, and the use is said at the call that runs the statement; or in
# a statement of their own, and it is said at the comparison before it.
ELSEWHERE = {"as_class", "as_arguments", "as_keywords", "length_demanded"}
Databases = dict[str, Database]  # by the change; empty: before it
RUN = sorted(path for path in PROGRAMS.glob("*.py") if path.name not in NOT_RUN)


@dataclass(frozen=True)
class Seen:
    """What happened to one function."""

    line: int | None  # where it raised
    differs: bool


@pytest.fixture(scope="module")
def databases(postgres: Server) -> Iterator[Databases]:
    """The database before the change, and after each."""
    with ExitStack() as stack:
        made = {change: stack.enter_context(postgres.fresh_database()) for change in ("", CHANGE, *NULLS.values())}
        for change, database in made.items():
            database.run(SCHEMA)
            database.run(ROWS)
            if change:
                database.run(change)
        yield made


@pytest.mark.parametrize("path", RUN, ids=lambda path: path.stem)
def test_code_does_what_is_said_of_it(path: Path, databases: Databases) -> None:
    said = _said(path)
    wrong = []
    for name, seen in _seen(path, databases).items():
        at_line = seen.line is not None and name not in ELSEWHERE
        findings = [f for place, f in said if (place.line == seen.line if at_line else place.function == name)]
        if not _agrees(seen, findings):
            wrong.append(f"{name}: {seen}, and it was said: {[finding.message for finding in findings]}")
    assert not wrong, "\n".join(wrong)


def test_all_outcomes_are_shown(databases: Databases) -> None:
    seen = [each for path in RUN for each in _seen(path, databases).values()]
    assert sum(each.line is not None for each in seen) >= 20
    assert sum(each.differs for each in seen) >= 8
    assert sum(not each.differs and each.line is None for each in seen) >= 15


def _agrees(seen: Seen, findings: list[Finding]) -> bool:
    if any(finding.certainty is Certainty.POSSIBLE for finding in findings):
        return False
    effects = {finding.effect for finding in findings}
    if seen.line is not None:
        return Effect.BREAKS in effects
    sent = any(finding.name == "serialised-rows" for finding in findings)
    if seen.differs:
        return sent or effects == {Effect.CHANGES_RESULTS}
    return sent or not effects


def _said(path: Path) -> list[tuple[Any, Finding]]:
    """What is found at each place that uses rows; a change of shape alone is not said of a place."""
    schema = scanner.Schema.from_ddl(SCHEMA, engine="postgres:15")
    prepared = prepare(scanner.Change.parse(NULLS.get(path.name, CHANGE), engine="postgres:15"), schema)
    found = []
    for observation in collect(path, family="postgres"):
        if isinstance(observation, Observation):
            for use in observation.row_uses:
                verdict = prepared.assess(observation.sql, row_uses=(use,))
                assert verdict.unresolved is None
                found += [(use.location, f) for f in verdict.findings if f.name in RULES]
    return [(place, finding) for place, finding in found if place is not None]


def _seen(path: Path, databases: Databases) -> dict[str, Seen]:
    module = _imported(path)
    return {name: _compare(function, path, databases) for name, function in _functions(module)}


def _functions(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and set(inspect.signature(function).parameters) < set(CONNECTED):
            yield name, function


def _compare(function: Callable[..., Any], path: Path, databases: Databases) -> Seen:
    before, after = databases[""], databases[NULLS.get(path.name, CHANGE)]
    expected = _run(function, before)
    try:
        return Seen(None, _run(function, after) != expected)
    except RAISED as error:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        return Seen(frames[-1].lineno, differs=True)


def _run(function: Callable[..., Any], database: Database) -> str:
    (kind,) = inspect.signature(function).parameters
    with CONNECTED[kind](database) as given:
        return repr(function(given))


@contextmanager
def _connection(database: Database) -> Iterator[Any]:
    with ExitStack() as stack:
        connection = stack.enter_context(database.connect(autocommit=False))
        stack.callback(connection.rollback)
        yield connection


@contextmanager
def _cursor(database: Database) -> Iterator[Any]:
    with _connection(database) as connection, connection.cursor() as cursor:
        yield cursor


@contextmanager
def _engine(database: Database) -> Iterator[Any]:
    engine = sqlalchemy.create_engine(database.dsn.replace("postgresql://", "postgresql+psycopg://"))
    try:
        yield engine
    finally:
        engine.dispose()


CONNECTED: dict[str, Callable[[Database], Any]] = {"cursor": _cursor, "conn": _connection, "engine": _engine}


def _imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"fixture_of_rows_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
