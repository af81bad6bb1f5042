"""What the shop's services really ran, as PostgreSQL recorded it, is found in their source."""

import csv
import re
from pathlib import Path

import pytest

from scanner.collect.python import collect
from scanner.fingerprint import normalise
from scanner.model import Engine, Observation

SHOP = Path(__file__).parents[3] / "fixtures" / "shop"
ENGINE = Engine.parse("postgres:15")
# What drivers say on their own account.
CHATTER = re.compile(
    r"\s*(?:BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|show |SELECT\s+(?:typname|set_config|current_schema|pg_catalog))",
    re.IGNORECASE,
)
# Drivers write the types of parameters, which the source does not show.
CAST = re.compile(r"(\$\d+)::(?:timestamp with time zone|\w+)", re.IGNORECASE)
NUMBER = re.compile(r"\$\d+")


def comparable(sql: str) -> str:
    return NUMBER.sub("$", CAST.sub(r"\1", normalise(sql, ENGINE)))


def recorded(role: str) -> set[str]:
    with (SHOP / "recorded" / "pg_stat_statements.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["rolname"] == role]
    return {comparable(row["query"]) for row in rows if not CHATTER.match(row["query"])}


@pytest.mark.parametrize(
    ("service", "unseen"),
    [
        ("checkout", 1),  # COPY, whose literal the client writes into the text
        ("billing", 0),
        ("catalog", 1),  # a loop that adds a filter, run twice
    ],
)
def test_statements_that_ran_are_in_the_source(service: str, unseen: int) -> None:
    collected = collect(SHOP / "services" / service, family="postgres")
    found = {comparable(each.sql) for each in collected if isinstance(each, Observation)}
    ran = recorded(f"{service}_app")
    assert len(ran) > 15
    assert len(ran - found) <= unseen, "\n".join(sorted(ran - found))
