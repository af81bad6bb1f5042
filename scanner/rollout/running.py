"""What the column costs once it is there: the bytes that stars carry, and the indexes that writes keep up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.change import AddedColumn, Change
from scanner.model import Column, Hazard, Severity
from scanner.rollout.traffic import Traffic

# Bytes of a value as drivers send it, for a first estimate: PostgreSQL's and MySQL's text protocols.
_WIDTHS = (
    (r"bool|tinyint\(1\)|bit\(1\)", 1), (r"smallint|int2|tinyint|year", 4), (r"bigint|int8|serial", 12),
    (r"int|integer|mediumint", 8), (r"real|float|double|numeric|decimal", 12), (r"uuid", 36),
    (r"timestamp|datetime", 26), (r"date", 10), (r"time", 12), (r"enum", 10),
)  # fmt: skip
_BY_LENGTH = re.compile(r"(?:character varying|varchar|character|char|binary|varbinary)\((\d+)\)")
_SOURCE = "calls and rows as production counted them; the width is an estimate from the type"


def running_costs(change: Change, traffic: Traffic) -> Iterator[Hazard]:
    """What the columns add to the statements that carry them, and to those that write."""
    visible = [added.column for added in change.columns if not added.column.invisible]
    if traffic.carrying_calls and visible:
        yield _carried(change, visible, traffic)
    for added in change.columns:
        if (added.column.unique or added.column.references) and traffic.writes:
            yield _indexed(added, traffic)


def _carried(change: Change, columns: list[Column], traffic: Traffic) -> Hazard:
    widths = [width(column) for column in columns]
    unbounded = [column.name for column, each in zip(columns, widths, strict=True) if each is None]
    known, rows = sum(filter(None, widths)), traffic.carrying_rows
    names = ", ".join(column.name for column in columns)
    statements = "1 statement" if traffic.carrying == 1 else f"{traffic.carrying:,} statements"
    rows_of = f" ({rows:,} rows)" if rows else ""
    message = (
        f"{statements} with a star or the whole row of {change.table}, {traffic.carrying_calls:,} calls{rows_of}, "
    )
    message += f"will carry {names}"
    if known and rows:
        message += f": about {_bytes(known * rows)} more sent for the same calls"
    if unbounded:
        message += f"; {', '.join(unbounded)} may be of any length" + ("" if known else ", and is sent with every row")
    return Hazard("running cost", Severity.COSTS, f"{message}.", _SOURCE)


def _indexed(added: AddedColumn, traffic: Traffic) -> Hazard:
    column, writes = added.column, f"{traffic.writes:,} calls"
    what = "one more index to keep up" if column.unique else f"a look-up in {column.references} where it has a value"
    message = f"Each write of the table ({writes} seen) pays for {column.name}: {what}."
    return Hazard("running cost", Severity.COSTS, message, "calls as production counted them")


def width(column: Column) -> int | None:
    """Bytes of one value on the wire, about; None where the type sets no bound."""
    if found := _BY_LENGTH.match(column.type):
        return int(found[1])
    return next((size for pattern, size in _WIDTHS if re.match(pattern, column.type)), None)


def _bytes(size: int) -> str:
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:,.3g} {unit}"
        value /= 1000
    return f"{value:,.3g} TB"
