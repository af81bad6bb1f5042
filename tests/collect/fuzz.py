"""Damaged logs and exports: nothing raises, nothing hangs, and what is not damaged is read as before.

python -m tests.collect.fuzz [MUTATIONS] [SEED]
"""

from __future__ import annotations

import io
import random
import sys
import time
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from scanner.collect.mysql_slow_log import Event, collect, read_events
from scanner.collect.pg_stat_statements import collect_export
from scanner.errors import SourceError
from scanner.fingerprint import Alike, gather
from scanner.model import Checkpoint, Collected, Coverage, Database, Engine, Observation
from tests.collect.slow_logs import DIALECTS, damaged, mutated

RECORDED = Path(__file__).parents[2] / "fixtures" / "shop" / "recorded"
SHOP = Database("shop", Engine.parse("mysql:8.0"))
LIMIT_S = 5.0  # for one log of some kilobytes, on a machine with other work


def logs() -> list[bytes]:
    """The logs that are damaged."""
    return [*DIALECTS.values(), *(path.read_bytes() for path in sorted(RECORDED.glob("*slow*.log")))]


def exports() -> list[tuple[str, bytes]]:
    """The exports that are damaged, with the ends of their names."""
    return [(path.suffix, path.read_bytes()) for path in sorted(RECORDED.glob("*statements*.csv"))]


def run(count: int, seed: int) -> int:
    """Damages logs and exports so many times in all; returns how many there were. Raises AssertionError."""
    chance = random.Random(seed)
    all_logs, all_exports = logs(), exports()
    assert all_logs
    assert all_exports
    with TemporaryDirectory() as folder:
        for turn in range(count):
            start = time.monotonic()
            if turn % 10:
                check_log(chance.choice(all_logs), chance, Path(folder))
            else:
                suffix, export = chance.choice(all_exports)
                check_export(Path(folder, f"export{suffix}"), mutated(export, chance))
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


def check_export(path: Path, content: bytes) -> None:
    """Reads a damaged export: whatever of it can be read, or one sentence."""
    path.write_bytes(content)
    try:
        found = list(collect_export(path, database="shop"))
    except SourceError:
        return
    assert any(isinstance(item, Coverage) for item in found)


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
