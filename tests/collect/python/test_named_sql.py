"""Files of named statements: what is loaded and called, with the use of its rows, and what is not called."""

from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.collect.python.named_sql import python_of
from scanner.model import Observation

FIXTURE = Path(__file__).parents[3] / "fixtures" / "python" / "named_sql"


def test_statements_are_joined_with_their_calls() -> None:
    found = [each for each in collect(FIXTURE, family="postgres") if isinstance(each, Observation)]
    told = [
        (str(each.location), each.executes, [(use.kind, use.count) for use in each.row_uses])
        for each in found
        if each.location and each.location.path.endswith(".sql")
    ]
    assert told == [
        ("sql/customers.sql:1", "queries.customer_by_mail", [("by-name", None)]),
        ("sql/customers.sql:11", "queries.add_customers", []),
        ("sql/customers.sql:16", None, []),
        ("sql/orders/orders.sql:1", "queries.orders.of_customer", [("unpacked", 2)]),
        ("sql/orders/orders.sql:7", "queries.orders.count_orders", [("indexed", None)]),
    ]


@pytest.mark.parametrize(
    ("sql", "python"),
    [
        ("-- name: a^\nSELECT 1\n", 'a = (\'^\', r"""\nSELECT 1""")\n'),
        ("-- name: a-b(x, y)\nSELECT 1", 'a_b = (\'\', r"""\nSELECT 1""")\n'),
        ("-- :name a :one\nSELECT '\\d\"'", 'a = (\'^\', r"""\nSELECT \'\\d"\'""")\n'),
        ('-- about\n\n-- name: a!\nDELETE FROM "t"', '\n\na = (\'!\', r"""\nDELETE FROM "t" """)\n'),
        ("SELECT 1", ""),
    ],
)
def test_names_become_assignments_on_the_same_lines(sql: str, python: str) -> None:
    assert python_of(sql) == python
