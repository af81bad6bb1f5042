"""Filling rows that are there in small steps, on MySQL and MariaDB: a procedure that commits after each batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import indent

from scanner.model import Statement
from scanner.rollout.steps import Ground, alone

_PAUSE = 0.01  # seconds between two batches


def mysql_backfill(
    procedure: str, values: Mapping[str, str], blanks: tuple[str, ...], ground: Ground
) -> tuple[Statement, ...]:
    """Gives the columns their values where they are NULL; all names are quoted already.

    A batch that meets a locked row gives up and tries again. It waits while another session holds the user lock of
    the procedure's name, which is how whoever watches the replicas makes it pause.
    """
    body = _by_key(procedure, values, ground) if ground.key else _until_none_is_left(procedure, values, ground)
    create = f"CREATE PROCEDURE {procedure}()\n{body}"
    return (
        *alone(f"DROP PROCEDURE IF EXISTS {procedure}"),
        Statement(create, outside_transaction=True, blanks=blanks),
        Statement(f"CALL {procedure}()", outside_transaction=True, batch=True),
        *alone(f"DROP PROCEDURE {procedure}"),
    )


def pause_lock(procedure: str) -> str:
    """The user lock that makes it pause, as a string of SQL."""
    return "'" + procedure.strip("`").replace("'", "''") + "'"


def _by_key(procedure: str, values: Mapping[str, str], ground: Ground) -> str:
    key = ground.key
    types = {ground.quoted(column.name): column.type for column in ground.table.columns}
    here, there = [f"here_{number}" for number, _ in enumerate(key, 1)], [f"there_{n}" for n, _ in enumerate(key, 1)]
    declared = [f"DECLARE {name} {types[c]};" for names in (here, there) for name, c in zip(names, key, strict=True)]
    columns, last = ", ".join(key), f"{there[0]} IS NULL"
    first = f"SELECT {columns} INTO {', '.join(here)} FROM {ground.name} ORDER BY {columns} LIMIT 1;"
    begin = f"SET {', '.join(f'{name} = NULL' for name in there)};"
    bound = f"SELECT {columns} INTO {', '.join(there)} FROM {ground.name} WHERE {_from(key, here)}\n"
    bound += f"ORDER BY {columns} LIMIT 1 OFFSET {ground.settings.batch_rows};"
    until = f"{_from(key, here)} AND {_before(key, there)}"
    update = f"IF {last} THEN\n{indent(_update(values, _from(key, here), ground), '    ')}\nELSE\n"
    update += f"{indent(_update(values, until, ground), '    ')}\nEND IF;"
    go_on = f"SET {', '.join(f'{a} = {b}' for a, b in zip(here, there, strict=True))};"
    steps = [begin, bound, _tried(update), _rest(procedure), go_on]
    loop = f"WHILE {here[0]} IS NOT NULL DO\n{indent(chr(10).join(steps), '    ')}\nEND WHILE;"
    return _compound([*declared, *_declared()], f"{first}\n{loop}")


def _until_none_is_left(procedure: str, values: Mapping[str, str], ground: Ground) -> str:
    update = (
        _update(values, "", ground).removesuffix(";")
        + f"\nLIMIT {ground.settings.batch_rows};\nSET written = ROW_COUNT();"
    )
    steps = [_tried(update), _rest(procedure)]
    loop = f"WHILE written > 0 DO\n{indent(chr(10).join(steps), '    ')}\nEND WHILE;"
    return _compound(["DECLARE written bigint DEFAULT 1;", *_declared()], loop)


def _declared() -> list[str]:
    """1205: a lock was waited for too long; 1213: a deadlock. Either way the statement has done nothing."""
    return ["DECLARE again boolean;", "DECLARE CONTINUE HANDLER FOR 1205, 1213 SET again = TRUE;",
            "DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN END;"]  # fmt: skip


def _tried(update: str) -> str:
    attempt = f"SET again = FALSE;\n{update}\nCOMMIT;\nDO SLEEP(again);"
    return f"REPEAT\n{indent(attempt, '    ')}\nUNTIL NOT again END REPEAT;"


def _rest(procedure: str) -> str:
    return f"WHILE IS_USED_LOCK({pause_lock(procedure)}) IS NOT NULL DO DO SLEEP(1); END WHILE;\nDO SLEEP({_PAUSE});"


def _update(values: Mapping[str, str], batch: str, ground: Ground) -> str:
    missing = " OR ".join(f"{column} IS NULL" for column in values)
    only = len(values) == 1
    assigned = [f"{c} = {value}" if only else f"{c} = coalesce({c}, {value})" for c, value in values.items()]
    kept = [ground.quoted(column.name) for column in ground.table.columns if column.on_update]
    assigned += [f"{column} = {column}" for column in kept]  # the time of the last change stays
    where = f"{batch} AND ({missing})" if batch else f"({missing})"
    return f"UPDATE {ground.name} SET {', '.join(assigned)}\nWHERE {where};"


def _from(key: Sequence[str], values: Sequence[str]) -> str:
    return _compared(key, values, ">", ">=")


def _before(key: Sequence[str], values: Sequence[str]) -> str:
    return _compared(key, values, "<", "<")


def _compared(key: Sequence[str], values: Sequence[str], strictly: str, last: str) -> str:
    """(a, b) >= (x, y) in the form that finds its way by the index."""
    (column, *columns), (value, *rest) = key, values
    if not columns:
        return f"{column} {last} {value}"
    below = _compared(columns, rest, strictly, last)
    return f"{column} {strictly}= {value} AND ({column} {strictly} {value} OR ({below}))"


def _compound(declared: Sequence[str], body: str) -> str:
    return f"BEGIN\n{indent(chr(10).join(declared), '    ')}\n{indent(body, '    ')}\nEND"
