"""The phases of ALTER TABLE … ADD COLUMN on MySQL and MariaDB.

What each statement does: the pages named in `mysql_alter`. DDL commits by itself, so that each phase has one. Every
phase is run on a real MariaDB, under load, and taken back (tests/engine/test_plans.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.change import Change
from scanner.model import Check, Phase, PhaseKind, Statement
from scanner.rollout.mysql_alter import Way, full_version, methods, way_of
from scanner.rollout.mysql_backfill import mysql_backfill, pause_lock
from scanner.rollout.mysql_column import MysqlColumn
from scanner.rollout.names import literal
from scanner.rollout.online_tools import tools
from scanner.rollout.steps import Ground, alone, joined

_WAITING = (
    "SELECT id, time, state, left(info, 80) FROM information_schema.processlist WHERE state LIKE '%metadata lock%'"
)
_OPEN = (
    "SELECT trx_mysql_thread_id, trx_started, trx_rows_modified FROM information_schema.innodb_trx ORDER BY trx_started"
)

_HAS_DEFAULT = "coalesce(column_default, 'NULL') <> 'NULL'"  # MariaDB writes DEFAULT NULL out

Steps = tuple[Sequence[Phase], Sequence[Phase]]


def steps(columns: Sequence[MysqlColumn], change: Change, ground: Ground) -> Steps:
    """The phases before the deployment of code that knows the columns, and those after it."""
    whole = way_of(change, ground.schema, ground.table)
    light = max(_way(group, change, ground) for group in _groups(columns))
    lacking = any(column.lacks_value for column in columns)
    if light > Way.ONLINE or (light == whole and not lacking):
        return (_at_once(columns, whole, ground),), tuple(_clean_up(columns, ground))
    return tuple(_before(columns, change, ground)), tuple(_after(columns, ground))


def _groups(columns: Sequence[MysqlColumn]) -> list[list[MysqlColumn]]:
    """A virtual column goes in place only by itself, with its like."""
    virtual = [column for column in columns if column.added.column.generated == "virtual"]
    return [group for group in ([c for c in columns if c not in virtual], virtual) if group]


def _way(group: Sequence[MysqlColumn], change: Change, ground: Ground) -> Way:
    return way_of(replace(change, columns=tuple(column.light for column in group)), ground.schema, ground.table)


def _wait(ground: Ground) -> str:
    return f"SET SESSION lock_wait_timeout = {max(1, ground.settings.lock_timeout_ms // 1000)}"


def _alter(actions: Sequence[str], way: Way, ground: Ground) -> str:
    best = methods(way, ground.engine)[0]
    lock = "" if best.lock == "DEFAULT" else f", LOCK={best.lock}"
    return f"ALTER TABLE {ground.name} {', '.join(actions)}, ALGORITHM={best.algorithm}{lock}"


def _dropped(
    columns: Sequence[MysqlColumn], way: Way, ground: Ground, before: Sequence[str] = ()
) -> tuple[Statement, ...]:
    actions = [*before, *(f"DROP COLUMN {column.name}" for column in columns)]
    since = (10, 4) if ground.engine.name == "mariadb" else (8, 0, 29)
    least = Way.INSTANT if full_version(ground.engine) >= since else Way.ONLINE
    back = max(way, least, _way_back(columns, ground) if way is not Way.INSTANT else least)
    return alone(_wait(ground), _alter(actions, back, ground))


def _there(columns: Sequence[MysqlColumn], ground: Ground, more: str = "", expected: str = "1") -> tuple[Check, ...]:
    """Whether the columns are there, in the database in use or the table's own, and more is true of them."""
    schema = literal(ground.table.name.schema) if ground.table.name.schema else "DATABASE()"
    where = f"table_schema = {schema} AND table_name = {literal(ground.table.name.name)} AND column_name = "
    counted = f"SELECT count(*) FROM information_schema.columns WHERE {where}"
    also = f" AND {more}" if more else ""
    return tuple(Check(f"{counted}{literal(column.added.column.name)}{also}", expected) for column in columns)


def _at_once(columns: Sequence[MysqlColumn], way: Way, ground: Ground) -> Phase:
    actions = [action for column in columns for action in column.whole()]
    names = ", ".join(column.name for column in columns)
    back = [drop for column in columns for _, drop in column.foreign_keys()]
    return Phase(
        "expand",
        f"add {names}",
        _why(way, ground),
        alone(_wait(ground), _alter(actions, way, ground)),
        _there(columns, ground),
        (_WAITING, _OPEN),
        _dropped(columns, way, ground, back),
        alternatives=tools(actions, ground) if way > Way.ONLINE else (),
    )


def _why(way: Way, ground: Ground) -> str:
    table, seconds = ground.table.name, max(1, ground.settings.lock_timeout_ms // 1000)
    lock = (
        f" If it cannot have the metadata lock within {seconds} s it fails with 1205, with nothing done: run it again."
    )
    if way is Way.INSTANT:
        return f"The definition of {table} changes alone.{lock}"
    if way is Way.ONLINE:
        return f"{table} is rebuilt or indexed while it is read and written; replicas fall behind meanwhile.{lock}"
    why = f"Nothing that the server does online does it: writes of {table} wait for as long as it takes."
    if ground.key:
        return f"{why} Let one of the tools below do it, or run it in a window."
    return f"{why} Run it in a window: gh-ost and pt-online-schema-change need a key, and {table} has none."


def _before(columns: Sequence[MysqlColumn], change: Change, ground: Ground) -> Iterator[Phase]:
    for group in _groups(columns):
        way, names = _way(group, change, ground), ", ".join(column.name for column in group)
        yield Phase(
            "expand",
            f"add {names}",
            _why(way, ground),
            alone(_wait(ground), _alter([column.expand() for column in group], way, ground)),
            _there(group, ground),
            (_WAITING, _OPEN),
            _dropped(group, way, ground),
        )
    if per_row := [column for column in columns if column.per_row]:
        set_, back = [c.set_default() for c in per_row], [f"ALTER COLUMN {c.name} DROP DEFAULT" for c in per_row]
        verify = _there(per_row, ground, _HAS_DEFAULT)
        yield _instant("expand", "give new rows their default", set_, back, verify, ground)


def _instant(
    kind: PhaseKind, title: str, actions: Sequence[str], back: Sequence[str], verify: tuple[Check, ...], ground: Ground
) -> Phase:
    return Phase(
        kind,
        title,
        _why(Way.INSTANT, ground),
        alone(_wait(ground), _alter(actions, _of_default(ground), ground)),
        verify,
        (_WAITING,),
        alone(_wait(ground), _alter(back, _of_default(ground), ground)),
    )


def _of_default(ground: Ground) -> Way:
    """How a default is set: no row is looked at either way."""
    since = (10, 3, 2) if ground.engine.name == "mariadb" else (8, 0, 12)
    return Way.INSTANT if full_version(ground.engine) >= since else Way.ONLINE


def _after(columns: Sequence[MysqlColumn], ground: Ground) -> Iterator[Phase]:
    if any(column.value for column in columns):
        yield _backfill(columns, ground)
    if actions := [action for column in columns for action in _promised(column)]:
        yield _enforce(actions, columns, ground)
    for column in columns:
        for add, drop in column.foreign_keys():
            yield _foreign_key(add, drop, column, ground)
    yield from _clean_up(columns, ground)


def _promised(column: MysqlColumn) -> Iterator[tuple[str, str]]:
    if column.required_later:
        yield column.modified(required=True), column.modified(required=False)
    yield from column.keys()


def _backfill(columns: Sequence[MysqlColumn], ground: Ground) -> Phase:
    values, blanks = joined({column.name: column.value} for column in columns if column.value)
    names, missing = ", ".join(values), " OR ".join(f"{name} IS NULL" for name in values)
    procedure = ground.quoted(f"backfill_{ground.table.name.name}_{columns[0].added.column.name}"[:64])
    how = (
        f"by {', '.join(ground.key)}"
        if ground.key
        else "as they come, for the table has no key: each batch reads from the start"
    )
    why = (
        f"The rows that are there get {names}, in batches of {ground.settings.batch_rows} rows {how}. Each batch is a "
    )
    why += (
        "transaction of its own. It may be killed at any time: run again, it goes on with what is NULL. It waits while "
    )
    why += f"another session holds GET_LOCK({pause_lock(procedure)}, 0): do so while a replica is more than "
    why += f"{ground.settings.max_lag_s} s behind."
    why += _triggers(ground)
    session = f"SET SESSION innodb_lock_wait_timeout = {max(1, ground.settings.lock_timeout_ms // 1000)}"
    return Phase(
        "backfill",
        f"fill {names}",
        why,
        (*alone(_wait(ground), session), *mysql_backfill(procedure, values, blanks, ground)),
        (Check(f"SELECT NOT EXISTS (SELECT 1 FROM {ground.name} WHERE {missing})", "1"),),
        (_replicas(ground), _OPEN),
        alone(f"DROP PROCEDURE IF EXISTS {procedure}"),
    )


def _replicas(ground: Ground) -> str:
    since = (10, 5, 1) if ground.engine.name == "mariadb" else (8, 0, 22)
    return "SHOW REPLICA STATUS" if full_version(ground.engine) >= since else "SHOW SLAVE STATUS"


def _triggers(ground: Ground) -> str:
    found = [t.name for t in ground.schema.triggers_on(ground.table.name) if "update" in t.events]
    return f" Triggers on UPDATE fire for each row: {', '.join(found)}." if found else ""


def _enforce(actions: Sequence[tuple[str, str]], columns: Sequence[MysqlColumn], ground: Ground) -> Phase:
    names = ", ".join(column.name for column in columns if list(_promised(column)))
    copied = any(column.required_later and column.required_by_copy for column in columns)
    way = Way.COPY if copied else Way.ONLINE
    done, back = [action for action, _ in actions], [action for _, action in reversed(actions)]
    return Phase(
        "enforce",
        f"make {names} a promise of the table",
        f"{_why(way, ground)} A NULL makes it fail with 1265 or 1138, a duplicate with 1062.",
        alone(_wait(ground), _alter(done, way, ground)),
        _promises_kept(columns, ground),
        (_WAITING, _OPEN),
        alone(_wait(ground), _alter(back, max(way, _way_back(columns, ground)), ground)),
        alternatives=tools(done, ground) if copied else (),
    )


def _way_back(columns: Sequence[MysqlColumn], ground: Ground) -> Way:
    """To drop the key that the rows are ordered by takes a copy."""
    ordering = [c for c in columns if c.added.column.unique and not c.added.column.nullable]
    return Way.COPY if ordering and not ground.key else Way.ONLINE


def _promises_kept(columns: Sequence[MysqlColumn], ground: Ground) -> tuple[Check, ...]:
    required = _there([column for column in columns if column.required_later], ground, "is_nullable = 'NO'")
    keyed = [column for column in columns if column.keys()]
    unique = (
        check.query.replace("schema.columns", "schema.statistics") for check in _there(keyed, ground, "non_unique = 0")
    )
    return (*required, *(Check(query, "1") for query in unique))


def _foreign_key(add: str, drop: str, column: MysqlColumn, ground: Ground) -> Phase:
    why = "Without foreign_key_checks the rows that are there are not looked at, and the table is not copied: ask the "
    why += f"query below before and after, its answer must be 0. {_why(Way.ONLINE, ground)}"
    orphans = column.orphans()
    return Phase(
        "enforce",
        f"the foreign key of {column.name}",
        why,
        alone(_wait(ground), "SET SESSION foreign_key_checks = 0", _alter([add], Way.ONLINE, ground),
              "SET SESSION foreign_key_checks = 1"),
        (Check(orphans, "0"),) if orphans else (),
        (_WAITING, _OPEN),
        alone(_wait(ground), _alter([drop], Way.ONLINE, ground)),
    )  # fmt: skip


def _clean_up(columns: Sequence[MysqlColumn], ground: Ground) -> Iterator[Phase]:
    if settled := [column for column in columns if column.settles]:
        back = [f"ALTER COLUMN {c.name} SET DEFAULT {c.added.filled_with}" for c in settled]
        gone, kept = [c for c in settled if not c.added.column.default], [c for c in settled if c.added.column.default]
        verify = (*_there(kept, ground, _HAS_DEFAULT), *_there(gone, ground, _HAS_DEFAULT, "0"))
        phase = _instant("clean up", "the default that stays", [c.settles or "" for c in settled], back, verify, ground)
        missed = ", ".join(c.name for c in settled if not c.added.column.has_default)
        why = f" An INSERT that leaves out {missed} gets no default any more: run it when no such code is left."
        yield replace(phase, why=phase.why + why) if missed else phase
