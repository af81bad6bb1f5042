"""The phases of ALTER TABLE … ADD COLUMN on PostgreSQL.

What each statement locks: https://www.postgresql.org/docs/current/sql-altertable.html and sql-createindex.html. Every
phase is run on a real server, under load, and taken back (tests/engine/test_plans.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scanner.model import Check, Phase
from scanner.rollout.names import literal
from scanner.rollout.postgres_backfill import postgres_backfill
from scanner.rollout.postgres_column import PostgresColumn
from scanner.rollout.steps import Ground, alone, joined, plain

_WAITING = (
    "SELECT pid, wait_event_type, clock_timestamp() - xact_start AS age, pg_blocking_pids(pid), left(query, 80) "
    "FROM pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0"
)
_LAG = "SELECT application_name, replay_lag FROM pg_stat_replication"
_DEAD = "SELECT n_live_tup, n_dead_tup, last_autovacuum FROM pg_stat_user_tables"
_NOT_NULL_VALID, _CHECK_PROVES = (18,), (12,)


def before_deployment(columns: Sequence[PostgresColumn], ground: Ground) -> Iterator[Phase]:
    """The columns are there; nobody has to know them."""
    if ground.table.foreign:
        yield _as_written(columns, ground)
        return
    online = [column for column in columns if not column.rewritten]
    if online:
        yield _expand(online, ground)
    for column in columns:
        if column.rewritten:
            yield _rewrite(column, ground)


def after_deployment(columns: Sequence[PostgresColumn], ground: Ground) -> Iterator[Phase]:
    """The rows that are there get their values, and what the columns promise is enforced."""
    online = [column for column in columns if not column.rewritten and not ground.table.foreign]
    if any(column.value for column in online):
        yield _backfill(online, ground)
    if added := _added_unchecked(online, ground):
        yield _constrain(added, online, ground)
    if names := _unvalidated(online, ground):
        yield _validate(names, ground)
    for column in columns:
        for name, create, _ in column.indexes() if column in online else ():
            yield _index(name, create, column)
    if statements := _finish(online, ground):
        yield _finished(statements, online, ground)


def _timeouts(ground: Ground) -> tuple[str, str]:
    """A statement that only changes the catalogue is given up before those behind it have waited too long."""
    wait = f"{ground.settings.lock_timeout_ms}ms"
    return f"SET LOCAL lock_timeout = '{wait}'", f"SET LOCAL statement_timeout = '{wait}'"


def _expand(columns: Sequence[PostgresColumn], ground: Ground) -> Phase:
    checks = [f"ADD {text} NOT VALID" for column in columns for _, text in column.checks]
    actions = [column.expand() for column in columns] + checks
    alter = f"ALTER TABLE {ground.name} {', '.join(actions)}"
    defaults = [statement for column in columns for statement in column.defaults()]
    names = [column.name for column in columns]
    others = [ground.referenced(c.added.column.references) for c in columns if c.links and c.added.column.references]
    locked = f", and SHARE ROW EXCLUSIVE on {', '.join(others)}" if others else ""
    why = f"The catalogue changes alone: ACCESS EXCLUSIVE on {ground.table.name}{locked} for moments. If it gets no "
    why += f"lock within {ground.settings.lock_timeout_ms} ms it fails with 55P03 or 57014, with nothing done: run it "
    why += "again after a while."
    return Phase(
        "expand",
        f"add {', '.join(names)}",
        why,
        plain(*_timeouts(ground), alter, *defaults),
        tuple(Check(_has_column(column, ground), "true") for column in columns),
        (_WAITING,),
        plain(*_timeouts(ground), _drop(names, ground)),
    )


def _as_written(columns: Sequence[PostgresColumn], ground: Ground) -> Phase:
    names = [column.name for column in columns]
    why = f"{ground.table.name} is a foreign table: add the columns on the server that has its rows first. Here the "
    return Phase(
        "expand",
        f"add {', '.join(names)}",
        f"{why}catalogue changes alone.",
        plain(*_timeouts(ground), f"ALTER TABLE {ground.name} {', '.join(column.whole() for column in columns)}"),
        tuple(Check(_has_column(column, ground), "true") for column in columns),
        (_WAITING,),
        plain(*_timeouts(ground), _drop(names, ground)),
    )


def _drop(names: Sequence[str], ground: Ground) -> str:
    return f"ALTER TABLE {ground.name} {', '.join(f'DROP COLUMN {name}' for name in names)}"


def _has_column(column: PostgresColumn, ground: Ground) -> str:
    where = f"attrelid = {literal(ground.name)}::regclass AND attname = {literal(column.added.column.name)}"
    return f"SELECT EXISTS (SELECT FROM pg_attribute WHERE {where} AND NOT attisdropped)"


def _rewrite(column: PostgresColumn, ground: Ground) -> Phase:
    why = (
        f"Only a rewrite of {ground.table.name} does it: {column.rewritten}. Everything on the table waits until it is "
    )
    why += "done: run it in a window, after a trial on a copy of the table that tells how long it takes."
    lock = f"SET LOCAL lock_timeout = '{ground.settings.lock_timeout_ms}ms'"
    return Phase(
        "expand",
        f"add {column.name} with a rewrite of the table",
        why,
        plain(lock, "SET LOCAL statement_timeout = 0", f"ALTER TABLE {ground.name} {column.whole()}"),
        (Check(_has_column(column, ground), "true"),),
        (_WAITING, _LAG),
        plain(*_timeouts(ground), _drop([column.name], ground)),
    )


def _backfill(columns: Sequence[PostgresColumn], ground: Ground) -> Phase:
    filled = [column for column in columns if column.value]
    values, blanks = joined({c.name: c.value} for c in filled if c.value)
    names, missing = ", ".join(values), " OR ".join(f"{name} IS NULL" for name in values)
    each = f"in batches of {ground.settings.batch_rows} rows by {', '.join(ground.key)}"
    how = (
        each
        if ground.key
        else "in ranges of pages, for the table has no key: rows that move meanwhile may be left over"
    )
    why = (
        f"The rows that are there get {names}, {how}. Each batch is a transaction of its own and waits while a replica "
    )
    why += (
        f"is more than {ground.settings.max_lag_s} s behind. It may be stopped at any time: run again, it goes on with "
    )
    why += f"what is NULL.{_triggers(ground)}"
    session = ("SET statement_timeout = 0", f"SET lock_timeout = '{ground.settings.lock_timeout_ms}ms'")
    more = ("SET plan_cache_mode = force_custom_plan",) if ground.engine.version >= _CHECK_PROVES else ()
    return Phase(
        "backfill",
        f"fill {names}",
        why,
        (*alone(*session, *more), postgres_backfill(ground.name, ground.key, values, blanks, ground.settings)),
        (Check(f"SELECT NOT EXISTS (SELECT FROM {ground.name} WHERE {missing})", "true"),),
        (
            _LAG,
            f"{_DEAD} WHERE relid = {literal(ground.name)}::regclass",
        ),
    )


def _triggers(ground: Ground) -> str:
    found = [
        t.name for t in ground.schema.triggers_on(ground.table.name) if "update" in t.events and not t.update_columns
    ]
    return f" Triggers on UPDATE fire for each row: {', '.join(found)}." if found else ""


def _added_unchecked(columns: Sequence[PostgresColumn], ground: Ground) -> list[tuple[str, str]]:
    """What keeps wrong rows out from now on, without a look at those that are there: name, and text behind ADD."""
    found = [pair for column in columns for pair in column.foreign_keys]
    for column in columns:
        if column.required_later and ground.engine.version >= _NOT_NULL_VALID:
            found.append((column.guard, f"CONSTRAINT {column.guard} NOT NULL {column.name}"))
        elif column.required_later:
            found.append((column.guard, f"CONSTRAINT {column.guard} CHECK ({column.name} IS NOT NULL)"))
    return found


def _constrain(added: Sequence[tuple[str, str]], columns: Sequence[PostgresColumn], ground: Ground) -> Phase:
    actions = ", ".join(f"ADD {text} NOT VALID" for _, text in added)
    back = ", ".join(f"DROP CONSTRAINT IF EXISTS {name}" for name, _ in added)
    why = "Wrong rows are refused from now on; those that are there are not looked at."
    others = {
        ground.referenced(c.added.column.references) for c in columns if c.foreign_keys and c.added.column.references
    }
    if others:
        why += f" Writers of {', '.join(sorted(others))} wait for moments, too."
    return Phase(
        "enforce",
        "refuse wrong rows",
        why,
        plain(*_timeouts(ground), f"ALTER TABLE {ground.name} {actions}"),
        tuple(Check(_validated(name, ground), "false") for name, _ in added),
        (_WAITING,),
        plain(*_timeouts(ground), f"ALTER TABLE {ground.name} {back}"),
    )


def _validated(name: str, ground: Ground) -> str:
    plain_name = name[1:-1].replace('""', '"') if name.startswith('"') else name
    where = f"conrelid = {literal(ground.name)}::regclass AND conname = {literal(plain_name)}"
    return f"SELECT convalidated FROM pg_constraint WHERE {where}"


def _unvalidated(columns: Sequence[PostgresColumn], ground: Ground) -> list[str]:
    checks = [name for column in columns for name, _ in column.checks]
    return checks + [name for name, _ in _added_unchecked(columns, ground)]


def _validate(names: Sequence[str], ground: Ground) -> Phase:
    validated = [f"ALTER TABLE {ground.name} VALIDATE CONSTRAINT {name}" for name in names]
    why = f"All rows of {ground.table.name} are read once under SHARE UPDATE EXCLUSIVE: reads and writes go on. A row "
    why += "that is wrong makes it fail with 23514 or 23503, and nothing has happened."
    return Phase(
        "enforce",
        "check the rows that are there",
        why,
        plain("SET LOCAL statement_timeout = 0", *validated),
        tuple(Check(_validated(name, ground), "true") for name in names),
        (_WAITING,),
    )


def _index(name: str, create: str, column: PostgresColumn) -> Phase:
    why = "The index is built while reads and writes go on; it waits for transactions that are older than itself. A "
    why += (
        "duplicate makes it fail with 23505 and leaves an invalid index behind, which goes when the phase is run again."
    )
    drop = f"DROP INDEX CONCURRENTLY IF EXISTS {name}"
    progress = "SELECT phase, blocks_done, blocks_total, lockers_done, lockers_total FROM pg_stat_progress_create_index"
    valid = f"SELECT indisvalid FROM pg_index WHERE indexrelid = {literal(name)}::regclass"
    return Phase(
        "enforce",
        f"index {column.name}",
        why,
        alone("SET statement_timeout = 0", "SET lock_timeout = 0", drop, create),
        (Check(valid, "true"),),
        (progress,),
        alone(drop),
    )


def _finish(columns: Sequence[PostgresColumn], ground: Ground) -> tuple[list[str], list[str]] | None:
    """The last statements, and those that take them back."""
    done: list[str] = []
    back: list[str] = []
    for column in columns:
        alter = f"ALTER TABLE {ground.name} ALTER COLUMN {column.name}"
        if column.required_later and ground.engine.version < _NOT_NULL_VALID:
            done += [f"{alter} SET NOT NULL", f"ALTER TABLE {ground.name} DROP CONSTRAINT {column.guard}"]
            back.append(f"{alter} DROP NOT NULL")
        for name, _, attach in column.indexes():
            if attach:
                done.append(f"ALTER TABLE {ground.name} ADD {attach}")
                back.insert(0, f"ALTER TABLE {ground.name} DROP CONSTRAINT {name.rpartition('.')[2]}")
        if column.added.column.identity:
            done += column.become_identity()
            back = [*column.no_identity(), *back]
        if column.settles:
            done.append(column.settles)
            back.append(f"{alter} SET DEFAULT {column.added.filled_with}")
    return (done, back) if done else None


def _kept(column: PostgresColumn, ground: Ground) -> Iterator[Check]:
    """What the catalogue says once the last statements have run."""
    table = f"{literal(ground.name)}::regclass"
    attribute = f"FROM pg_attribute WHERE attrelid = {table} AND attname = {literal(column.added.column.name)}"
    if column.required_later and ground.engine.version < _NOT_NULL_VALID:
        yield Check(f"SELECT attnotnull {attribute}", "true")
    for name, _, attach in column.indexes():
        if attach:
            where = f"conrelid = {table} AND conindid = {literal(name)}::regclass AND contype IN ('p', 'u')"
            yield Check(f"SELECT EXISTS (SELECT FROM pg_constraint WHERE {where})", "true")
    if column.added.column.identity:
        yield Check(f"SELECT attidentity <> '' {attribute}", "true")
    if column.settles:
        yield Check(f"SELECT atthasdef {attribute}", "true" if column.added.column.default else "false")


def _finished(statements: tuple[list[str], list[str]], columns: Sequence[PostgresColumn], ground: Ground) -> Phase:
    done, back = statements
    settled = [column for column in columns if column.settles]
    only_defaults = len(settled) == len(done)
    why = "The catalogue changes alone: what is promised was checked before, and no row is read."
    if missed := [column.name for column in settled if not column.added.column.has_default]:
        why += f" An INSERT that leaves out {', '.join(missed)} gets no default any more: run it when no such code is "
        why += "left."
    if ground.engine.version < _CHECK_PROVES and any(column.required_later for column in columns):
        why = "Before PostgreSQL 12 SET NOT NULL reads all rows under ACCESS EXCLUSIVE, whatever was checked before."
    return Phase(
        "clean up" if only_defaults else "enforce",
        "the default that stays" if only_defaults else "make it a promise of the table",
        why,
        plain(*_timeouts(ground), *done),
        tuple(check for column in columns for check in _kept(column, ground)),
        (_WAITING,),
        plain(*_timeouts(ground), *back),
    )
