"""Writes a placeholder in place of a literal, with all that belongs to the literal."""

from __future__ import annotations

import re

from scanner.fingerprint.reading import Reading
from scanner.fingerprint.words import MYSQL_TYPED_LITERALS, PLACEHOLDER, SCALAR_TYPES

_INTRODUCER = re.compile(
    r"_(?:binary|utf\d\w*|latin\d|ascii|ucs2|cp\d+|koi8\w|gb\w+|big5|sjis|ujis|euc\w+)", re.IGNORECASE
)


def write_value(reading: Reading) -> None:
    """Writes a placeholder; the literal's sign, character set and type before it are taken back.

    pg_stat_statements counts a sign as part of the literal. ``date '…'`` becomes ``$1::date`` (there it is
    ``date $1``, which is no SQL) or MySQL's ``date(?)``. After IN a driver's parameter is a list.
    """
    out = reading.out
    if reading.dialect.postgres:
        start = _type_start(reading)
        written_type = out[start:]
        del out[start:]
    else:
        written_type = []
        _drop_introducer(out)
    while out and out[-1] in ("-", "+") and not reading.after_operand(len(out) - 1):
        out.pop()
    value = [PLACEHOLDER, "::", *written_type] if written_type else [PLACEHOLDER]
    out.extend(["(", *value, ")"] if _needs_parentheses(reading) else value)


def _drop_introducer(out: list[str]) -> None:
    if out[-3:] == ["(", "_charset", ")"]:  # as MariaDB's digests have it
        del out[-3:]
    while out and _INTRODUCER.fullmatch(out[-1]):
        out.pop()


def _type_start(reading: Reading) -> int:
    """Where the type of a typed literal begins in the output; the output's end if there is none."""
    out = reading.out
    at = len(out) - 1
    if at < 0:
        return 0
    if reading.back() == "ZONE" and reading.back(2) == "TIME" and reading.back(3) in ("WITH", "WITHOUT"):
        at -= 3
    if out[at] == ")" and at == reading.modifiers[1]:
        at = reading.modifiers[0] - 1
    if at >= 1 and out[at].upper() in ("VARYING", "PRECISION"):
        at -= 1
    is_type = at >= 0 and out[at].upper() in SCALAR_TYPES
    begins = reading.starts_expression(at) and (at == 0 or out[at - 1].upper() not in SCALAR_TYPES)
    return at if is_type and begins else len(out)


def _needs_parentheses(reading: Reading) -> bool:
    before = reading.back()
    if before == "IN":
        return reading.levels[-1].opener != "POSITION" and reading.ahead() != ".."
    typed = before in MYSQL_TYPED_LITERALS and not reading.dialect.postgres
    return typed and reading.starts_expression(len(reading.out) - 1)
