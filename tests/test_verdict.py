"""What a change does to one statement, where no rule says it alone."""

from __future__ import annotations

import pytest

import scanner

DDL = "CREATE TABLE orders (id integer PRIMARY KEY, note varchar(20));"


@pytest.mark.parametrize("engine", ["postgres:15", "mariadb:10.11", "mysql:9.7"])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT status FROM orders",
        "SELECT note FROM orders o WHERE o.status = 1",
        "SELECT * FROM orders ORDER BY status",
        "UPDATE orders SET status = 1",
        "INSERT INTO orders (id, status) VALUES (1, 2)",
    ],
)
def test_a_statement_that_waits_for_the_column_has_no_results_to_change(statement: str, engine: str) -> None:
    schema = scanner.Schema.from_ddl(DDL, engine)
    verdict = scanner.assess(statement, scanner.Change.short("orders", "status integer", engine), schema)
    assert verdict == scanner.Verdict()
