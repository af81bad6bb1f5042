"""Damaged logs and exports: nothing raises, nothing hangs, and what is not damaged is read as before.

python -m tests.collect.fuzz [MUTATIONS] [SEED]
"""

from __future__ import annotations

import io
import json
import random
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.collect.mysql_digests import collect_export as collect_digests
from scanner.collect.mysql_slow_log import Event, collect, read_events
from scanner.collect.mysql_slow_log import collect_export as collect_slow_log_table
from scanner.collect.pg_stat_statements import collect_export as collect_pg_stat_statements
from scanner.errors import SourceError
from scanner.fingerprint import Alike, gather, normalise
from scanner.model import Checkpoint, Collected, Coverage, Database, Engine, Observation
from tests.collect.slow_logs import DIALECTS, damaged

RECORDED = Path(__file__).parents[2] / "fixtures" / "shop" / "recorded"
SHOP = Database("shop", Engine.parse("mysql:8.0"))
LIMIT_S = 5.0  # for one log of some kilobytes, on a machine with other work


def logs() -> list[bytes]:
    """The logs that are damaged."""
    return [*DIALECTS.values(), *(path.read_bytes() for path in sorted(RECORDED.glob("*slow*.log")))]


@dataclass(frozen=True)
class Export:
    """An export that is damaged: its rows, and what reads it."""

    head: bytes
    rows: tuple[bytes, ...]
    tail: bytes
    read: Callable[[Path], Iterator[Collected]]

    @property
    def content(self) -> bytes:
        """The whole file."""
        return self.head + b"".join(self.rows) + self.tail


def exports() -> list[Export]:
    """The exports that are damaged."""
    recorded = [path.read_bytes() for path in sorted(RECORDED.glob("*statements*.csv"))]
    found = [Export(content, (), b"", _pg_stat_statements) for content in recorded]
    for form in (_tab_separated, _csv, _json_lines, _json_array):
        found.append(form(slow_log_rows(), _slow_log_table))
        found.append(form(digest_rows(), _digests))
    return found


def run(count: int, seed: int) -> int:
    """Damages logs and exports so many times in all; returns how many there were. Raises AssertionError."""
    chance = random.Random(seed)
    all_logs, all_exports = logs(), exports()
    assert all_logs
    assert all_exports
    with TemporaryDirectory() as folder:
        for turn in range(count):
            start = time.monotonic()
            if turn % 4:
                check_log(chance.choice(all_logs), chance, Path(folder))
            else:
                check_export(Path(folder, "export"), chance.choice(all_exports), chance)
            assert time.monotonic() - start < LIMIT_S, f"turn {turn} of seed {seed} took long"
    return count


def check_log(log: bytes, chance: random.Random, folder: Path) -> None:
    """Damages one place of a log, and reads it in every way."""
    broken, start, end = damaged(log, chance)
    before, after = _undamaged(list(read_events(io.BytesIO(log))), start, end)
    found = [(event.sql, event.query_time_s) for event in read_events(io.BytesIO(broken))]
    assert found[: len(before)] == before
    assert found[len(found) - len(after) :] == after
    path = folder / "slow.log"
    path.write_bytes(broken)
    apart, together = list(collect(folder, database="shop")), list(collect(folder, database="shop", alike=Alike(SHOP)))
    assert _queries(apart) == _queries(together)
    assert _rest(apart) == _rest(together)
    assert sum(item.entries for item in apart if isinstance(item, Coverage)) == len(list(_observations(apart)))


def check_export(path: Path, export: Export, chance: random.Random) -> None:
    """Damages one place of an export, and reads what of it can be read, or one sentence."""
    broken, start, end = damaged(export.content, chance)
    path.write_bytes(broken)
    try:
        found = list(export.read(path))
    except SourceError:
        assert not export.rows or start < len(export.head)
        return
    assert any(isinstance(item, Coverage) for item in found)
    if start >= len(export.head):
        path.write_bytes(export.head + b"".join(_whole(export, start, end)) + export.tail)
        kept, seen = _counted(_observations(list(export.read(path)))), _counted(_observations(found))
        assert kept <= seen


def _whole(export: Export, start: int, end: int) -> Iterator[bytes]:
    """The rows that the damage does not touch. Where a row's end is gone, no one can tell it from the next one."""
    place = len(export.head)
    for row in export.rows:
        if place + len(row) < start or place > end:
            yield row
        place += len(row)


def _counted(found: Iterable[Observation]) -> Counter[object]:
    return Counter((o.sql, o.user, o.default_schema, o.total_time_ms) for o in found)


def slow_log_rows() -> list[dict[str, str]]:
    """Rows of mysql.slow_log."""
    events = [event for log in DIALECTS.values() for event in read_events(io.BytesIO(log))]
    return [
        {
            "start_time": f"2026-03-01 10:00:{number % 60:02}.000123",
            "user_host": f"u{number}[u{number}] @ h{number % 5} [10.0.0.1]",
            "query_time": f"00:00:00.{number:06}",
            "rows_sent": "3",
            "db": "shop",
            "sql_text": event.sql,
        }
        for number, event in enumerate(events[::7])
    ]


def digest_rows() -> list[dict[str, str]]:
    """Rows of events_statements_summary_by_digest."""
    statements = dict.fromkeys(row["sql_text"] for row in slow_log_rows() if "it''s" not in row["sql_text"])
    return [
        {
            "schema_name": f"s{number}",
            "digest_text": " ".join(normalise(sql, SHOP.engine).split()),
            "count_star": str(number),
            "sum_timer_wait": str(number * 10**9),
            "last_seen": "2026-03-01 10:00:00",
        }
        for number, sql in enumerate(statements, 1)
    ]


def _tab_separated(rows: list[dict[str, str]], read: Callable[[Path], Iterator[Collected]]) -> Export:
    escaped = str.maketrans({"\\": r"\\", "\n": r"\n", "\t": r"\t", "\0": r"\0"})
    lines = ["\t".join(value.translate(escaped) for value in row.values()) + "\n" for row in rows]
    return Export("\t".join(rows[0]).encode() + b"\n", tuple(map(str.encode, lines)), b"", read)


def _csv(rows: list[dict[str, str]], read: Callable[[Path], Iterator[Collected]]) -> Export:
    lines = [",".join('"' + value.replace('"', '""') + '"' for value in row.values()) + "\n" for row in rows]
    return Export(",".join(rows[0]).encode() + b"\n", tuple(map(str.encode, lines)), b"", read)


def _json_lines(rows: list[dict[str, str]], read: Callable[[Path], Iterator[Collected]]) -> Export:
    return Export(b"", tuple(json.dumps(row).encode() + b"\n" for row in rows), b"", read)


def _json_array(rows: list[dict[str, str]], read: Callable[[Path], Iterator[Collected]]) -> Export:
    first, *others = (json.dumps(row).encode() for row in rows)
    return Export(b"[", (first, *(b"," + each for each in others)), b"]", read)


def _pg_stat_statements(path: Path) -> Iterator[Collected]:
    return collect_pg_stat_statements(path, database="shop")


def _slow_log_table(path: Path) -> Iterator[Collected]:
    return collect_slow_log_table(path, database="shop")


def _digests(path: Path) -> Iterator[Collected]:
    return collect_digests(path, database="shop", normalise=partial(normalise, engine=SHOP.engine))


def _undamaged(events: list[Event], start: int, end: int) -> tuple[list[object], list[object]]:
    """The events before the damage, and those after it.

    The one right before it is none of them: where the next one's header is gone, no one can tell where it ends.
    """
    offsets = [event.offset for event in events]
    first, last = bisect_right(offsets, start) - 2, bisect_right(offsets, end)
    seen: list[object] = [(event.sql, event.query_time_s) for event in events]
    return seen[: max(0, first)], seen[last:]


def _observations(found: list[Collected]) -> Iterator[Observation]:
    return (item for item in found if isinstance(item, Observation))


def _queries(found: list[Collected]) -> object:
    return gather(_observations(found), {"shop": SHOP})


def _rest(found: list[Collected]) -> list[Collected]:
    return [item for item in found if not isinstance(item, Observation | Checkpoint)]


if __name__ == "__main__":
    mutations = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed_ = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    print(f"{mutations:,} mutations of logs and exports, seed {seed_} …", flush=True)
    print(f"{run(mutations, seed_):,} were read, and nothing undamaged was lost.")
