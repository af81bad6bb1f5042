"""Filling rows that are there in small steps, on PostgreSQL: a block that commits, waits for replicas and goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent

from scanner.model import RolloutSettings, Statement
from scanner.rollout.names import literal

_PAGES = 50  # of a batch where the table has no key


def postgres_backfill(
    table: str, key: Sequence[str], values: Mapping[str, str], blanks: tuple[str, ...], settings: RolloutSettings
) -> Statement:
    """Gives the columns their values where they are NULL; all names are quoted already.

    Each batch is a transaction of its own. A batch that meets a locked row gives up its own locks and tries again.
    """
    block = _by_key(table, key, values, settings) if key else _by_page(table, values, settings)
    return Statement(block, outside_transaction=True, batch=True, blanks=blanks)


def _by_key(table: str, key: Sequence[str], values: Mapping[str, str], settings: RolloutSettings) -> str:
    columns, here, there = ", ".join(key), _row("here", key), _row("there", key)
    row = columns if len(key) == 1 else f"({columns})"
    update = _update(table, values, f"{row} >= {here} AND (finished OR {row} < {there})")
    return _block(
        "here record;  -- the first key of this batch\nthere record;  -- and of the next one\nfinished boolean;",
        f"SELECT {columns} INTO here FROM {table} ORDER BY {columns} LIMIT 1;\nfinished := NOT FOUND;",
        "NOT finished",
        f"SELECT {columns} INTO there FROM {table} WHERE {row} >= {here}\n"
        f"ORDER BY {columns} OFFSET {settings.batch_rows} LIMIT 1;\nfinished := NOT FOUND;",
        update,
        "here := there;",
        settings,
    )


def _by_page(table: str, values: Mapping[str, str], settings: RolloutSettings) -> str:
    bounds = f"ctid >= format('(%s,0)', page)::tid AND ctid < format('(%s,0)', page + {_PAGES})::tid"
    sizes = f"SELECT max(pg_relation_size(relid)) FROM pg_partition_tree({literal(table)})"
    pages = f"coalesce(({sizes}), pg_relation_size({literal(table)})) / current_setting('block_size')::bigint"
    return _block(
        f"page bigint := 0;\npages bigint := {pages};",
        "",
        "page <= pages",
        "",
        _update(table, values, bounds),
        f"page := page + {_PAGES};",
        settings,
    )


def _row(record: str, key: Sequence[str]) -> str:
    fields = ", ".join(f"{record}.{column}" for column in key)
    return fields if len(key) == 1 else f"({fields})"


def _update(table: str, values: Mapping[str, str], batch: str) -> str:
    missing = " OR ".join(f"{column} IS NULL" for column in values)
    alone = len(values) == 1
    assigned = ", ".join(f"{c} = {value}" if alone else f"{c} = coalesce({c}, {value})" for c, value in values.items())
    return f"UPDATE {table} SET {assigned}\nWHERE {batch}\nAND {missing if alone else f'({missing})'};"


def _block(
    declared: str, begin: str, condition: str, bound: str, update: str, go_on: str, settings: RolloutSettings
) -> str:
    attempt = f"BEGIN\n{indent(update, '    ')}\n    EXIT;\n"
    attempt += "EXCEPTION WHEN lock_not_available OR deadlock_detected THEN PERFORM pg_sleep(1);\nEND;"
    lag = f"SELECT FROM pg_stat_replication WHERE replay_lag > interval '{settings.max_lag_s} s'"
    steps = [bound, f"LOOP\n{indent(attempt, '    ')}\nEND LOOP;", "COMMIT;"]
    steps += [f"WHILE EXISTS ({lag}) LOOP\n    PERFORM pg_sleep(1);\n    COMMIT;\nEND LOOP;", go_on]
    loop = "\n".join(filter(None, steps))
    body = "\n".join(filter(None, (begin, f"WHILE {condition} LOOP\n{indent(loop, '    ')}\nEND LOOP;")))
    return f"DO $backfill$\nDECLARE\n{indent(declared, '    ')}\nBEGIN\n{indent(body, '    ')}\nEND $backfill$"
