"""A report of any number of findings, as a large company's would be."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import cycle

from scanner.change import AddedColumn, Change
from scanner.model import (
    Certainty,
    Column,
    Coverage,
    Database,
    Effect,
    Engine,
    Finding,
    Location,
    Observation,
    Query,
    Report,
    Subject,
    TableName,
    Unresolved,
    UnresolvedQuery,
)

_NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)
_DATABASE = Database("shop", Engine("postgres", (15,)))
_CHANGE = Change(
    TableName(None, "orders"),
    (AddedColumn(Column("status", "text", nullable=False)),),
    "ALTER TABLE orders ADD COLUMN status text NOT NULL",
)
_SHAPES = (
    ("SC101", "star-projection", Effect.CHANGES_SHAPE, "*", "SELECT * FROM orders WHERE {a} = $1 AND {b} < $2"),
    ("SC103", "positional-rows", Effect.BREAKS, "o.*", "SELECT o.* FROM orders o JOIN {a} USING ({b}) LIMIT $1"),
    ("SC202", "required-column", Effect.BREAKS, "orders", "INSERT INTO orders ({a}, {b}, total) VALUES ($1, $2, $3)"),
    ("SC401", "ambiguous-column", Effect.BREAKS, "status", "SELECT o.{a}, status FROM orders o JOIN {b} p USING (id)"),
    ("SC402", "taken", Effect.CHANGES_RESULTS, "status", "SELECT {a} FROM {b} WHERE a = (SELECT status FROM orders)"),
)  # fmt: skip


def large_report(findings: int = 10_000, services: int = 40, seed: int = 1) -> Report:
    """So many findings, each of a query of its own, and a twentieth as many queries that are unaffected."""
    chance = random.Random(seed)
    names = [f"service-{number:02}" for number in range(services)]
    pairs = [_pair(number, shape, chance, names) for number, shape in zip(range(findings), cycle(_SHAPES))]
    plain = tuple(_query(findings + n, "SELECT {a}, {b} FROM orders", chance, names) for n in range(findings // 20))
    unclear = tuple(_query(2 * findings + n, "CALL {a}({b}, $1)", chance, names) for n in range(findings // 200))
    found = tuple(sorted((finding for _, finding in pairs), key=lambda finding: finding.effect.rank))
    why = Unresolved("opaque statement", "its body was not found")
    read = (Coverage("pg_stat_statements", "shop.csv", findings, files=1), Coverage("python", "services", findings))
    return Report(
        _CHANGE,
        _DATABASE,
        (*(query for query, _ in pairs), *plain, *unclear),
        found,
        plain,
        tuple(UnresolvedQuery(query, why) for query in unclear),
        coverage=read,
        total_queries=4 * findings,
    )


def _pair(number: int, shape: tuple[str, str, Effect, str, str], chance: random.Random, services: list[str]):
    rule, name, effect, part, sql = shape
    query = _query(number, sql, chance, services)
    start = query.sql.index(part)
    certainty = Certainty.POSSIBLE if chance.random() < 0.1 else Certainty.CERTAIN
    reason = "a table of the query is not in the schema" if certainty is Certainty.POSSIBLE else None
    message = f"status is new to what {query.sql.split()[1]} stands for here."
    help_ = "Name the columns that are read, each with its table."
    subject = Subject("query", query.fingerprint)
    return query, Finding(
        rule, name, effect, certainty, message, help_, subject, (start, start + len(part)), reason=reason
    )


def _query(number: int, sql: str, chance: random.Random, services: list[str]) -> Query:
    service = services[min(int(chance.expovariate(0.15)), len(services) - 1)]
    text = sql.format(a=f"column_{number % 977}", b=f"table_{number}") + " /* " + "wide " * chance.randrange(12) + "*/"
    seen = []
    if chance.random() < 0.8:
        calls = int(chance.paretovariate(0.7))
        when = _NOON - timedelta(minutes=chance.randrange(100_000))
        seen.append(
            Observation(
                "pg_stat_statements", text, "shop", (service,), calls=calls,
                total_time_ms=calls * chance.uniform(0.05, 40), rows=calls, last_seen=when,
            )
        )  # fmt: skip
    if not seen or chance.random() < 0.9:
        place = Location(
            f"{service}/module_{number % 211}.py", chance.randrange(1, 900), 4, f"Store.load_{number % 89}"
        )
        seen.append(Observation("python", text, "shop", (service,), location=place))
    return Query(f"{number:016x}", "shop", text, tuple(seen))
