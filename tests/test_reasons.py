"""Why a statement has no answer is told in the words of its engine, and no surer than its source is."""

from __future__ import annotations

import pytest

import scanner
from scanner.model import Location, Observation, Query, Unresolved
from scanner.reasons import NOT_TODAY, forked, told

SAID = 'column "region" does not exist'


def seen(fingerprint: str, line: int) -> Query:
    location = Location("a.py", line)
    return Query(fingerprint, "shop", "SELECT 1", (Observation("python", "SELECT 1", location=location),))


@pytest.mark.parametrize(
    ("others", "detail"),
    [
        (["b"], f"{SAID}; one of several statements put together there: perhaps no run puts its parts together so"),
        ([], SAID),
    ],
)
def test_parts_of_different_branches_may_never_run_together(others: list[str], detail: str) -> None:
    query = seen("a", 1)
    forks = forked([query, seen("c", 2), *(seen(each, 1) for each in others)])
    assert told(Unresolved(NOT_TODAY, SAID), query, forks).detail == detail
    assert told(Unresolved("unknown relation", SAID), query, forks).detail == SAID


@pytest.mark.parametrize(
    ("sql", "postgres", "mysql"),
    [
        ("SELECT region FROM orders", SAID, "Unknown column 'region'"),
        ("SELECT o.region FROM orders o", "column o.region does not exist", "Unknown column 'o.region'"),
        (
            "SELECT people.name FROM orders",
            'missing FROM-clause entry for table "people"',
            "Unknown column 'people.name'",
        ),
        (
            "SELECT id FROM orders a JOIN orders b ON a.id = b.id",
            'column reference "id" is ambiguous',
            "Column 'id' is ambiguous",
        ),
        (
            "SELECT (SELECT id, total FROM orders)",
            "subquery has 2 columns where one is wanted",
            "subquery has 2 columns where one is wanted",
        ),
    ],
)
@pytest.mark.parametrize("engine", ["postgres:15", "mysql:8.0", "mariadb:10.11"])
def test_an_error_of_today_is_told_in_the_words_of_the_engine(sql: str, postgres: str, mysql: str, engine: str) -> None:
    schema = scanner.Schema.from_ddl("CREATE TABLE orders (id integer, total integer)", engine=engine)
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", engine=engine)
    unresolved = scanner.assess(sql, change, schema).unresolved
    assert unresolved
    assert unresolved.reason == NOT_TODAY
    assert unresolved.detail == (postgres if engine == "postgres:15" else mysql)


@pytest.mark.parametrize(("column", "reason"), [("region", "unknown relation"), ("x.region", NOT_TODAY)])
def test_the_excluded_row_of_a_relation_that_the_schema_lacks_is_no_error(column: str, reason: str) -> None:
    schema = scanner.Schema.from_ddl("CREATE TABLE orders (id integer)", engine="postgres:15")
    change = scanner.Change.parse("ALTER TABLE orders ADD COLUMN status text", engine="postgres:15")
    sql = f"INSERT INTO seen (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET region = EXCLUDED.region, name = {column}"
    unresolved = scanner.assess(sql, change, schema).unresolved
    assert unresolved
    assert unresolved.reason == reason
