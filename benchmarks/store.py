"""What a question to a store costs, however large the store is.

python -m benchmarks.store [--queries 10000 1000000] [--tables 2000] [--naming 500] [--folder DIR]

Makes a store of each size: tables of 13 columns, each with a key to another; one table that --naming queries name,
whatever the size; the other queries spread over the other tables by a Zipf distribution, half of them joins, one of a
hundred a text that cannot be read. Then asks, each time in a new process, what a column on that table does: wall time,
processor time and peak memory of the whole process, the best of --runs, the sizes in turn.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.table import Figure, Measured, cells, cost, markdown
from scanner.fingerprint import fingerprint, normalise
from scanner.impact import Everything, Evidence
from scanner.model import BlindSpot, Observation, TableName, Unresolved
from scanner.resolve import References, references
from scanner.schema import Schema
from scanner.store.files import replacing
from scanner.store.tables import create
from scanner.store.writing import Writer, finish, saved_source

ASKED = "table_0007"
_SAMPLE = 300  # statements of which it is checked that the scanner says what the generator says
_COLUMNS = ", ".join(f"c{number} text" for number in range(9))


class Statement(NamedTuple):
    """A generated statement, and what it names."""

    sql: str
    named: References | Unresolved


DATA = "1,000,000 queries over 2,000 tables by Zipf's law; 500 name the table, half of all are joins"
FIGURES = (
    Figure("`scanner impact` on a kept scan, the whole command: wall", "s", "the same on 10,000 queries"),
    Figure("the same: memory", "MB", "the same on 10,000 queries"),
    Figure("the same as the first: wall", "s", "`grep -cw` of the texts, which judges none"),
)


def main() -> int:
    """Prints the figures; 1 when the larger store costs more than it may."""
    measured = list(measure(_arguments()))
    print(markdown(cells(figure, DATA, each) for figure, each in zip(FIGURES, measured, strict=True)), end="")
    larger, smaller = measured[0]
    assert smaller
    return int(larger > 1.3 * smaller)


def measure(asked: argparse.Namespace | None = None) -> Iterator[Measured]:
    """The figures."""
    asked = asked or _arguments(())
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        places = {size: Path(folder, f"store-{size}.db") for size in asked.queries}
        for size, place in places.items():
            seconds = _timed(lambda size=size, place=place: _make(place, size, asked.tables, asked.naming))
            print(f"{size:>9,} queries: {place.stat().st_size / 1e6:7.0f} MB, made in {seconds:.0f} s", flush=True)
        best: dict[int, Cost] = {}
        for _ in range(asked.runs):
            for size, place in places.items():
                found = _ask(place, asked.naming)
                best[size] = Cost(*map(min, found, best.get(size, found)))
        texts = Path(folder, "texts.sql")
        with texts.open("w") as file:
            file.writelines(f"{each.sql}\n" for each in _statements(max(best), asked.tables, asked.naming))
        # Not into /dev/null, before which grep ends at the first line that matches.
        grep = min(cost(["sh", "-c", f"grep -cw {ASKED} '{texts}' | cat"]).wall for _ in range(asked.runs))
    small, large = best[min(best)], best[max(best)]
    print(f"processor: {large.processor:.2f} s, of the smaller {small.processor:.2f} s")
    yield large.wall, small.wall
    yield large.peak_mb, small.peak_mb
    yield large.wall, grep


def _arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--queries", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--tables", type=int, default=2_000)
    parser.add_argument("--naming", type=int, default=500)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default=tempfile.gettempdir())
    return parser.parse_args(given)


def _timed(work: object) -> float:
    start = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - start


def _make(place: Path, size: int, tables: int, naming: int) -> None:
    schema = _schema(tables)
    with replacing(place) as connection:
        create(connection)
        source = saved_source(connection)
        writer = Writer(connection, schema, 0)
        writer.keep_schema({})
        unread = 0
        for number, statement in enumerate(_statements(size, tables, naming)):
            sql = normalise(statement.sql, schema.engine)
            if number % max(1, size // _SAMPLE) == 0:
                _check(sql, statement.named, schema)
            unread += isinstance(statement.named, Unresolved)
            kept = writer.statement(fingerprint(sql, schema.engine))
            writer.sight(kept, [_observation(sql, number)], source)
            writer.index(kept, sql, statement.named)
        everything = Everything(size, (BlindSpot("python", "shop", "1 statement names the table only at run time"),))
        writer.keep_evidence(Evidence(), everything)
        finish(connection)


def _schema(tables: int) -> Schema:
    made = (
        f"CREATE TABLE table_{i:04} (id integer PRIMARY KEY, parent_id integer REFERENCES table_{i // 2:04} (id), "
        f"total numeric NOT NULL DEFAULT 0, created timestamptz NOT NULL DEFAULT now(), {_COLUMNS});"
        for i in range(tables)
    )
    return Schema.from_ddl("\n".join(made), "postgres:16", name="shop")


def _statements(size: int, tables: int, naming: int) -> Iterator[Statement]:
    """Distinct statements; the table that is asked about stands in the first of them."""
    dice = random.Random(1)
    asked = int(ASKED[-4:])
    others = [number for number in range(tables) if number != asked]
    weights = [1 / rank for rank in range(1, len(others) + 1)]
    chosen = dice.choices(others, weights, k=size - naming)
    for number, table in enumerate([*[asked] * naming, *chosen]):
        yield _statement(number, f"table_{table:04}", f"table_{others[number % len(others)]:04}")


def _statement(number: int, table: str, other: str) -> Statement:
    own = f"own_{number}"  # makes it distinct
    if number % 100 == 99:
        return Statement(f"SELECT {own} FROM {table} WHERE a = = b", Unresolved("does not parse"))
    if number % 2:
        sql = (
            f"SELECT {own}.id, {own}.total, p.created FROM {table} {own} JOIN {other} p ON p.id = {own}.parent_id "
            f"WHERE {own}.c1 = $1 AND p.c2 = $2 ORDER BY {own}.created LIMIT $3"
        )
        bound = {(table, c) for c in ("id", "total", "parent_id", "c1", "created")}
        return Statement(sql, _reads(bound | {(other, c) for c in ("created", "id", "c2")}))
    if number % 4:
        return Statement(f"SELECT * FROM {table} {own} WHERE {own}.id = $1", _reads({(table, "id")}))
    return Statement(f"SELECT count(*) AS {own} FROM {table} WHERE total > $1", _reads({(table, "total")}))


def _reads(columns: set[tuple[str, str]]) -> References:
    bound = frozenset((TableName("public", table), column) for table, column in columns)
    return References(frozenset(table for table, _ in bound), columns=bound)


def _check(sql: str, named: References | Unresolved, schema: Schema) -> None:
    found = references(sql, schema)
    same = isinstance(found, Unresolved) if isinstance(named, Unresolved) else found == named
    if not same:
        raise SystemExit(f"{sql}\nnames {found}, the generator says {named}")


def _observation(sql: str, number: int) -> Observation:
    return Observation(
        "pg_stat_statements",
        sql,
        calls=1 + 10_000_000 // (number + 1),
        total_time_ms=float(number),
        rows=number,
        user=f"service_{number % 50}",
        server_query_id=str(number * 7919),
    )


class Cost(NamedTuple):
    """Of one process."""

    wall: float  # seconds
    processor: float  # seconds
    peak_mb: float


def _ask(place: Path, naming: int) -> Cost:
    change = f"ALTER TABLE {ASKED} ADD COLUMN status text NOT NULL"
    output = place.with_suffix(".txt")
    command: Sequence[str] = (sys.executable, "-m", "scanner", "impact", change, "--scan", str(place))
    start = time.perf_counter()
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status or f"{naming:,}" not in output.read_text(encoding="utf-8").replace("\n", " "):
        _not_as_expected(output, naming)
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _not_as_expected(output: Path, naming: int) -> None:
    raise SystemExit(f"{output} is no report on {naming} queries")


if __name__ == "__main__":
    sys.exit(main())
