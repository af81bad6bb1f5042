"""A script of the other family is known by two signs of it and none of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.model import Family
from scanner.schema.dialect import foreign_signs

FIXTURES = Path(__file__).parents[2] / "fixtures"
POSTGRES = "CREATE TABLE t (a jsonb, at timestamptz DEFAULT now()::timestamptz);"
MYSQL = "CREATE TABLE `t` (`id` int unsigned NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`)) ENGINE=InnoDB;"
EITHER = "CREATE TABLE t (id integer PRIMARY KEY, name varchar(20), at timestamp);"


@pytest.mark.parametrize(
    ("script", "family", "is_foreign"),
    [
        (POSTGRES, "mysql", True),
        (POSTGRES, "postgres", False),
        (MYSQL, "postgres", True),
        (MYSQL, "mysql", False),
        (EITHER, "postgres", False),
        (EITHER, "mysql", False),
        ("CREATE TABLE t (a jsonb);", "mysql", False),
        (f"{MYSQL}\n-- was: now()::timestamptz, LANGUAGE plpgsql", "mysql", False),
    ],
)
def test_signs(script: str, family: Family, is_foreign: bool) -> None:
    assert bool(foreign_signs(script, family)) is is_foreign


@pytest.mark.parametrize(("name", "own"), [("shop", "postgres"), ("warehouse", "mysql")])
def test_dumps_of_real_servers(name: str, own: Family) -> None:
    script = (FIXTURES / "shop" / "recorded" / f"{name}-schema.sql").read_text()
    other: Family = "mysql" if own == "postgres" else "postgres"
    assert foreign_signs(script, own) == []
    assert foreign_signs(script, other)
