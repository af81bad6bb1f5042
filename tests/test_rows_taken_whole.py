"""Rows that are asked, compared or written as a whole: what a new column makes of it, and how sure that is."""

import pytest

import scanner
from scanner.model import RowUse
from scanner.verdict import prepare

SCHEMA = scanner.Schema.from_ddl("CREATE TABLE orders (id integer, total integer)", engine="postgres:15")
NULL = "status text"
FILLED = "status text DEFAULT 'new'"
NEVER_NULL = "status text NOT NULL DEFAULT 'new'"
OTHERS = RowUse("compared", into="other rows")


def said(use: RowUse, column: str, sql: str = "SELECT * FROM orders") -> list[tuple[str, str]]:
    change = scanner.Change.parse(f"ALTER TABLE orders ADD COLUMN {column}", engine="postgres:15")
    found = prepare(change, SCHEMA).assess(sql, row_uses=(use,)).findings
    return [(each.effect.value, each.certainty.value) for each in found if each.name != "star-projection"]


@pytest.mark.parametrize(
    ("use", "column", "expected"),
    [
        (RowUse("folded", into="None in"), NULL, [("changes-results", "certain")]),
        (RowUse("folded", into="None in"), FILLED, [("changes-results", "possible")]),
        (RowUse("folded", into="dropna"), NEVER_NULL, []),
        (RowUse("folded", into="all"), NULL, [("changes-results", "certain")]),
        (RowUse("folded", into="all"), NEVER_NULL, [("changes-results", "possible")]),
        (RowUse("folded", into="any"), NULL, [("changes-results", "possible")]),
        (RowUse("folded", into="drop_duplicates"), NULL, [("changes-results", "possible")]),
        (OTHERS, NULL, [("changes-results", "possible")]),
        (RowUse("splatted", into="archive"), NULL, [("breaks", "possible")]),
        (RowUse("splatted", 2, least=2, into="archive"), NULL, [("breaks", "certain")]),
        (RowUse("splatted", into="orders"), NULL, []),
        (RowUse("keywords", into="archive"), NULL, [("breaks", "possible")]),
        (RowUse("keywords", into="orders"), NULL, []),
        (RowUse("by-name", keys=("status",), namesakes="suffixed"), NULL, [("breaks", "certain")]),
        (RowUse("by-name", keys=("id",), namesakes="suffixed"), NULL, []),
    ],
)
def test_of_a_star(use: RowUse, column: str, expected: list[tuple[str, str]]) -> None:
    assert said(use, column) == expected


@pytest.mark.parametrize("use", [OTHERS, RowUse("folded", into="all"), RowUse("splatted", into="archive")])
def test_of_named_columns(use: RowUse) -> None:
    assert said(use, NULL, "SELECT id, total FROM orders") == []
