"""What a slow log costs the scanner, beside what it costs pt-query-digest (Percona Toolkit), on the same log.

python -m benchmarks.slow_log [MEGABYTES]

The log is generated: 500 distinct statements over 40 tables, called by Zipf's law, of services with one to six hosts.
The scanner's time is that of the whole command `scanner impact`: reading the log, resolving every distinct query, the
report. Time is the processor's, of a process and its children; memory is the largest process's.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.table import Figure, Measured, cells, cost, installed, markdown

NOUNS = (
    "orders customers products payments shipments carts invoices refunds stock suppliers "
    "reviews coupons addresses sessions events tickets returns prices wishlists audits"
)
TABLES = [f"{noun}_{age}" for noun in NOUNS.split() for age in ("live", "archive")]
COLUMNS = ("id", "customer_id", "status", "total", "created_at", "note", "region", "kind")
TABLE = (
    "CREATE TABLE {} (id bigint PRIMARY KEY, customer_id bigint, status varchar(20), total decimal(10,2), "
    "created_at datetime, note text, region varchar(10), kind int);"
)
# \0 stands for a number, \1 for a text.
FORMS = (
    "SELECT {columns} FROM {t} WHERE {c} = \0 AND {d} = '\1'",
    "SELECT `{t}`.`id`, `{u}`.`{c}`, `{u}`.`status` FROM `{t}` JOIN `{u}` ON `{u}`.`id` = `{t}`.`customer_id` "
    "WHERE `{t}`.`{d}` = '\1' AND `{u}`.`total` > \0.\0 ORDER BY `{t}`.`id` DESC LIMIT \0",
    "INSERT INTO {t} (id, {c}, {d}) VALUES (\0, '\1', '\1')",
    "UPDATE {t} SET {c} = '\1', {d} = \0 WHERE id = \0 AND created_at < '\1'",
    "SELECT {c}, count(*), sum(total) FROM {t} WHERE created_at BETWEEN '\1' AND '\1' AND {d} IN (\0, \0, \0) "
    "GROUP BY {c}",
    "DELETE FROM {t} WHERE {c} = \0 AND {d} = '\1' LIMIT \0",
)
ENTRY = (
    "# Time: {time}.{fraction:06}Z\n# User@Host: {user}[{user}] @ pod{host} [10.0.0.{host}]  Id: {thread}\n"
    "# Query_time: 0.{took:06}  Lock_time: 0.000002 Rows_sent: {rows}  Rows_examined: {examined}\n"
    "SET timestamp={stamp};\n{sql};\n"
)
DISTINCT = 500
CHANGE = "ALTER TABLE orders_live ADD COLUMN flag int"


DATA = "a slow log of 200 MB: 606,000 entries, 500 distinct statements over 40 tables by Zipf's law"
DIGEST = "`pt-query-digest`, its report"
FIGURES = (
    Figure("the log read, every query resolved, one process: CPU", "s", DIGEST),
    Figure("the same, two processes: wall", "s", DIGEST),
    Figure("the same: memory of the largest process", "MB", DIGEST),
)


def main() -> int:
    """Prints the figures."""
    measured = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    print(markdown(cells(figure, DATA, each) for figure, each in zip(FIGURES, measured, strict=True)), end="")
    return 0


def measure(size: int = 200) -> Iterator[Measured]:
    """The figures, of a log of so many MB."""
    with tempfile.TemporaryDirectory() as folder:
        log, schema = Path(folder, "slow.log"), Path(folder, "schema.sql")
        schema.write_text("\n".join(map(TABLE.format, TABLES)))
        entries = generate(log, size * 1_000_000)
        print(f"{size} MB, {entries:,} entries, {DISTINCT} distinct queries; {os.cpu_count()} processors")
        impact = [sys.executable, "-m", "scanner", "impact", CHANGE, "--engine", "mysql:8.0", "--schema", str(schema)]
        impact += ["--slow-log", str(log), "-o", str(Path(folder, "impact.json"))]
        one, two = (cost(impact, {"SCANNER_PROCESSES": number}) for number in "12")
        digest = cost([command, str(log)]) if (command := digest_command()) else None
    for name, each in (("one process", one), ("two processes", two), ("pt-query-digest", digest)):
        if each is not None:
            rate = f"{each.processor / entries * 1e6:5.1f} µs an entry"
            print(f"{name:16} {each.processor:7.2f} s of CPU  {each.wall:7.2f} s  {each.memory:5.0f} MB  {rate}")
    yield one.processor, digest and digest.processor
    yield two.wall, digest and digest.wall
    yield max(one.memory, two.memory), digest and digest.memory


def digest_command() -> str | None:
    """Where pt-query-digest is."""
    return installed("pt-query-digest", "percona-toolkit")


def generate(path: Path, size: int, seed: int = 1) -> int:
    """Writes a log of about so many bytes; returns the number of entries."""
    chance = random.Random(seed)
    made = list(dict.fromkeys(_statement(chance) for _ in range(DISTINCT * 2)))[:DISTINCT]
    homes = [(f"svc{chance.randrange(12)}", chance.sample(range(40), chance.choice((1, 3, 6)))) for _ in made]
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(made))))
    written = entries = 0
    with path.open("w") as file:
        while written < size:
            ranks = chance.choices(range(len(made)), cum_weights=weights, k=1000)
            stamp = 1_772_366_400 + entries // 100
            text = "".join(_entry(made[rank], *homes[rank], stamp, chance) for rank in ranks)
            file.write(text)
            written += len(text)
            entries += len(ranks)
    return entries


def _statement(chance: random.Random) -> str:
    t, u = chance.sample(TABLES, 2)
    c, d = chance.sample(COLUMNS, 2)
    columns = ", ".join(chance.sample(COLUMNS, chance.randint(2, 6)))
    return chance.choice(FORMS).format(t=t, u=u, c=c, d=d, columns=columns)


def _entry(statement: str, user: str, hosts: Sequence[int], stamp: int, chance: random.Random) -> str:
    sql = "".join(_value(piece, chance) if piece in ("\0", "\1") else piece for piece in _pieces(statement))
    moment = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    number = chance.getrandbits(60)
    return ENTRY.format(
        time=moment,
        fraction=number % 10**6,
        user=user,
        host=chance.choice(hosts),
        thread=number % 99_991,
        took=number % 99_989,
        rows=number % 97,
        examined=number % 9_973,
        stamp=stamp,
        sql=sql,
    )


def _pieces(statement: str) -> Sequence[str]:
    return statement.replace("\0", "\n\0\n").replace("\1", "\n\1\n").split("\n")


def _value(mark: str, chance: random.Random) -> str:
    if mark == "\0":
        return str(chance.randrange(10 ** chance.randrange(1, 8)))
    return f"{chance.getrandbits(40):x}"[: chance.randint(3, 10)] + chance.choice(("", " o''k", " x"))


if __name__ == "__main__":
    sys.exit(main())
