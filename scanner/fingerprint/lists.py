"""Lists whose length is chance: IN (…), ARRAY[…] and the rows of VALUES become one of a kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from scanner.fingerprint.words import HOLE, PLACEHOLDER, SPACED

# What a digest writes for values it does not count; and the marker for a list of unknown length.
_DIGEST_DOTS = "..."
_UNKNOWN = "__hole_0__"
# Deeper than any real statement nests lists; keeps the cost linear.
_TALLEST = 6


@dataclass(slots=True)
class _Level:
    """An open parenthesis or bracket."""

    start: int  # index in the output of its first lexeme
    opener: str  # the lexeme before it, upper case
    height: int = 0  # levels inside
    width: int = 1  # elements so far
    last_width: int = 0  # elements of the parenthesis that closed last inside; 0 for a row
    columns: int = 0  # of the INSERT whose rows come now; 0: not known
    rows: set[tuple[str, ...]] | None = field(default=None)  # rows of VALUES seen


def collapse_lists(tokens: list[str]) -> list[str]:
    """Repeated elements of IN and ARRAY lists and repeated rows of VALUES are left out.

    The width of a row stays. A digest's "(...)" gets its width from the INSERT's columns, else a hole.
    """
    out: list[str] = []
    levels = [_Level(0, "")]
    for index, lexeme in enumerate(tokens):
        level = levels[-1]
        if lexeme in ("(", "["):
            levels.append(_Level(len(out) + 1, out[-1].upper() if out else ""))
            out.append(lexeme)
        elif lexeme in (")", "]") and len(levels) > 1:
            levels.pop()
            _close(out, level, levels[-1], lexeme)
        else:
            _plain(out, lexeme, level, tokens[index - 1] if index else "")
    return out


def _plain(out: list[str], lexeme: str, level: _Level, before: str) -> None:
    upper = lexeme.upper()
    if lexeme == ",":
        level.width += 1
        level.rows = level.rows or None
    elif upper in ("VALUES", "VALUE"):
        level.rows = set()
        level.columns = level.last_width if before == ")" else 0
    elif upper != "ROW":
        first, level.rows = level.rows == set(), None
        if first and (lexeme == PLACEHOLDER or HOLE.match(lexeme)):  # VALUES %s: the driver writes whole rows
            return out.extend(("(", *_cells(level.columns, lexeme), ")"))
    return out.append(_rest_of_list(out) if lexeme == _DIGEST_DOTS else lexeme)


def _rest_of_list(out: list[str]) -> str:
    """What "..." stands for in a digest: after LIMIT ?, one value, elsewhere in a list nobody knows."""
    if not out or out[-1] not in (",", "("):
        return _DIGEST_DOTS
    return PLACEHOLDER if len(out) > 2 and out[-3].upper() == "LIMIT" else _UNKNOWN


def _cells(columns: int, unknown: str) -> list[str]:
    """A row of as many placeholders as the INSERT has columns, or of one hole."""
    if columns:
        return [PLACEHOLDER, *[",", PLACEHOLDER] * (columns - 1)]
    return [unknown if HOLE.match(unknown) else _UNKNOWN]


def _close(out: list[str], level: _Level, parent: _Level, lexeme: str) -> None:
    parent.height = max(parent.height, level.height + 1)
    rows = parent.rows if lexeme == ")" and level.opener in ("VALUES", "VALUE", ",", "ROW") else None
    parent.last_width = level.width if rows is None else 0
    if level.height > _TALLEST:
        out.append(lexeme)
    elif rows is not None:
        _close_row(out, level, parent.columns, rows)
    else:
        _close_list(out, level, lexeme)


def _close_row(out: list[str], level: _Level, columns: int, rows: set[tuple[str, ...]]) -> None:
    row = _with_width(out[level.start :], level.width, columns)
    out[level.start :] = row
    if tuple(row) not in rows:
        rows.add(tuple(row))
        out.append(")")
        return
    del out[level.start - 1 :]
    while out and out[-1].upper() in ("ROW", ","):
        out.pop()


def _with_width(row: list[str], width: int, columns: int) -> list[str]:
    """A row, whose cells of unknown number become as many as the INSERT has columns left."""
    if len(row) == 1 and HOLE.match(row[0]):
        return _cells(columns, row[0])
    if _UNKNOWN not in row:
        return row
    missing = columns - (width - 1)
    at = row.index(_UNKNOWN)
    return [*row[:at], *_cells(missing, _UNKNOWN), *row[at + 1 :]] if missing > 0 else [_UNKNOWN]


def _close_list(out: list[str], level: _Level, lexeme: str) -> None:
    body = out[level.start :]
    listed = level.opener in ("IN", "ARRAY") and body and body[0].upper() not in ("SELECT", "WITH", "TABLE")
    if body[-1:] == [_UNKNOWN] and (listed or _is_call(level.opener)):
        out[-1] = body[-1] = PLACEHOLDER
    if listed and level.width > 1:
        out[level.start :] = _distinct(body)
    out.append(lexeme)


def _is_call(opener: str) -> bool:
    return (opener[-1:].isalnum() or opener[-1:] in "_`") and opener not in SPACED


def _distinct(body: list[str]) -> list[str]:
    """The elements between top-level commas, each once."""
    elements: dict[tuple[str, ...], None] = {}
    depth = begin = 0
    for index, lexeme in enumerate([*body, ","]):
        if lexeme in ("(", "["):
            depth += 1
        elif lexeme in (")", "]"):
            depth -= 1
        elif lexeme == "," and depth <= 0:
            elements[tuple(body[begin:index])] = None
            begin = index + 1
    return [lexeme for element in elements for lexeme in (*element, ",")][:-1]
