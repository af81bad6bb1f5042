"""How a program puts texts together: ``+``, ``%``, ``.format``, ``dedent``."""

from __future__ import annotations

import re
import string
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product

from scanner.collect.python.light import replace
from scanner.collect.python.values import (
    MAX_VARIANTS,
    ConstantValue,
    DictValue,
    Gap,
    ListValue,
    Literal,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)

# Longer texts are no statements a person wrote; the bound keeps `+=` in a loop from costing square time.
MAX_PIECES = 1000

_TEMPLATED = re.compile(r"\$(?:(?P<escaped>\$)|(?P<named>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)\})")
_CONVERSION = re.compile(r"%(?:\((?P<name>[^)]*)\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[hlL]?(?P<type>[a-zA-Z%])")

# psycopg2's execute_values puts all rows in the place of one %s.
_ROWS_OF_VALUES = re.compile(r"\bINTO\s+[\w.\"]+\s*\(([^)]*)\)\s*VALUES\s+%s", re.IGNORECASE)
_NUMBERED = re.compile(r"\$(\d+)")


def as_text(value: Value) -> TextValue:
    """The value as ``str()`` gives it; what is not known becomes a gap."""
    if isinstance(value, TextValue):
        return value
    if isinstance(value, ConstantValue) and value.source != "None":  # which stands for what is set elsewhere
        return TextValue((Literal(value.source),))
    if isinstance(value, ListValue):
        return TextValue((Gap("[…]", "list"),))
    return TextValue((Gap(value.source if isinstance(value, Unknown | ConstantValue) else "…"),))


def concatenated(values: Iterable[Value]) -> Value:
    """All values one after the other."""
    pieces = tuple(piece for value in values for piece in as_text(value).pieces)
    return TextValue(pieces) if len(pieces) <= MAX_PIECES else Unknown("a text of too many pieces")


def combinations(parts: Iterable[Variants]) -> Iterator[tuple[Value, ...]]:
    """Ways to choose one variant of each part, at most MAX_VARIANTS, all first and all last among them."""
    chosen = tuple(parts)
    total = 1
    for part in chosen:
        total *= len(part)
        if total > MAX_VARIANTS:
            break
    else:
        yield from product(*chosen)
        return
    for turn in range(MAX_VARIANTS - 1):
        yield tuple(part[turn % len(part)] for part in chosen)
    yield tuple(part[-1] for part in chosen)


def added(left: Value, right: Value) -> Value | None:
    """``left + right`` of texts or lists, else None."""
    if isinstance(left, TextValue) or isinstance(right, TextValue):
        return concatenated((left, right))
    if isinstance(left, ListValue) and isinstance(right, ListValue):
        return ListValue(left.items + right.items, left.open or right.open)
    if isinstance(left, ListValue) and isinstance(right, Unknown):
        return replace(left, open=True)
    return None


def repeated(value: Value, count: Value) -> Value | None:
    """``value * count`` of texts or lists, else None: placeholders are made so."""
    times = _number(count)
    if isinstance(value, ListValue):
        known = times is not None and times <= MAX_PIECES
        return ListValue(value.items * (times or 1) if known else value.items, value.open or not known)
    if isinstance(value, TextValue):
        if times is not None and times * len(value.pieces) <= MAX_PIECES:
            return TextValue(value.pieces * times)
        return TextValue((Gap(f"{shown(value)} * n", "list"),))
    return None


def common(left: Value, right: Value) -> Value | None:
    """``left & right`` of sets, else None: each element is one of those of the side that is known as a whole."""
    for side in (left, right):
        if isinstance(side, ListValue) and side.items and not side.open:
            return ListValue((bounded(value for item in side.items for value in item),))
    return None


def interpolations(template: TextValue, values: Value) -> Variants:
    """Every variant of ``template % values``."""
    if isinstance(values, ListValue):
        chosen = combinations(values.items)
        return bounded(interpolated(template, ListValue(tuple((value,) for value in each))) for each in chosen)
    if isinstance(values, DictValue):
        names = [name for name, _ in values.entries]
        chosen = combinations(variants for _, variants in values.entries)
        return bounded(
            interpolated(template, DictValue(tuple((name, (v,)) for name, v in zip(names, each, strict=True))))
            for each in chosen
        )
    return (interpolated(template, values),)


def interpolated(template: TextValue, values: Value) -> TextValue:
    """``template % values``."""
    positional = iter(_operands(values))
    names = dict(values.entries) if isinstance(values, DictValue) else {}

    def fill(match: re.Match[str]) -> TextValue:
        if match["type"] == "%":
            return TextValue((Literal("%"),))
        if match["name"] is not None:
            return as_text(names.get(match["name"], (Unknown(match["name"]),))[0])
        return as_text(next(positional, Unknown("…")))

    return _replaced(template, _CONVERSION, fill)


def formatted(template: TextValue, positional: list[Value], named: dict[str, Value]) -> TextValue:
    """``template.format(*positional, **named)``."""
    pieces: list[Literal | Gap] = []
    counter = iter(range(len(template.pieces) * 100 + 100))
    for piece in template.pieces:
        if isinstance(piece, Gap):
            pieces.append(piece)
            continue
        for text, field in _fields(piece.text):
            if text:
                pieces.append(Literal(text, piece.place))
            if field is not None:
                pieces.extend(_field(field, counter, positional, named).pieces)
    return TextValue(tuple(pieces))


def constant_text(variants: Variants) -> str | None:
    """The string, where it is known as a whole."""
    value = variants[0]
    if len(variants) == 1 and isinstance(value, TextValue) and all(isinstance(p, Literal) for p in value.pieces):
        return "".join(piece.text for piece in value.pieces if isinstance(piece, Literal))
    return None


def mapped(text: TextValue, change: Callable[[str], str]) -> TextValue:
    """The text with each literal piece changed: `strip`, `lower`, `dedent` of whole literals."""
    return TextValue(tuple(replace(p, text=change(p.text)) if isinstance(p, Literal) else p for p in text.pieces))


def dedented(text: TextValue) -> TextValue:
    """``textwrap.dedent(text)``, exact where the text is one literal."""
    return mapped(text, textwrap.dedent) if len(text.pieces) == 1 else text


def conversions(template: TextValue) -> int | None:
    """How many values ``template % values`` takes; None where they are named or a part is not known."""
    if any(isinstance(piece, Gap) for piece in template.pieces):
        return None
    found = [
        match for piece in template.pieces for match in _CONVERSION.finditer(as_sql(piece)) if match["type"] != "%"
    ]
    return None if any(match["name"] is not None for match in found) else len(found)


def placeholders(statement: TextValue) -> int | None:
    """How many values are to be given with the statement; None where they are named or a part is not known."""
    if any(isinstance(piece, Gap) for piece in statement.pieces):
        return None
    sql = "".join(map(as_sql, statement.pieces))
    listed = _ROWS_OF_VALUES.search(sql)
    if listed:
        return listed[1].count(",") + 1
    return len(set(_NUMBERED.findall(sql))) or sql.count("%s") or sql.count("?") or None


def as_sql(piece: Literal | Gap) -> str:
    """The text of a known piece."""
    return piece.text if isinstance(piece, Literal) else ""


def _number(value: Value) -> int | None:
    return int(value.source) if isinstance(value, ConstantValue) and value.source.isdecimal() else None


def shown(value: Value) -> str:
    """The value as an expression of the program, for the name of a gap."""
    if isinstance(value, TextValue) and len(value.pieces) == 1 and isinstance(value.pieces[0], Literal):
        return repr(value.pieces[0].text)[:24]
    return value.source[:24] if isinstance(value, Unknown) else "…"


def _operands(values: Value) -> tuple[Value, ...]:
    if isinstance(values, ListValue):
        return tuple(item[0] for item in values.items)
    return (values,)


def _replaced(template: TextValue, pattern: re.Pattern[str], fill: Callable[[re.Match[str]], TextValue]) -> TextValue:
    pieces: list[Literal | Gap] = []
    for piece in template.pieces:
        if isinstance(piece, Gap):
            pieces.append(piece)
            continue
        end = 0
        for match in pattern.finditer(piece.text):
            pieces.extend((Literal(piece.text[end : match.start()], piece.place), *fill(match).pieces))
            end = match.end()
        pieces.append(Literal(piece.text[end:], piece.place))
    return TextValue(tuple(piece for piece in pieces if piece != Literal("", getattr(piece, "place", None))))


def _fields(text: str) -> Iterator[tuple[str, str | None]]:
    try:
        for literal, field, _, _ in string.Formatter().parse(text):
            yield literal, field
    except ValueError:  # a lone brace: the program itself would fail here
        yield text, None


def _field(field: str, counter: Iterator[int], positional: list[Value], named: dict[str, Value]) -> TextValue:
    name = field or str(next(counter))
    if name.isdecimal():
        index = int(name)
        return as_text(positional[index] if index < len(positional) else Unknown("{" + field + "}"))
    return as_text(named.get(name, Unknown(name)))


def replaced(text: TextValue, old: str, new: Value) -> TextValue:
    """``text.replace(old, new)``."""
    return _replaced(text, re.compile(re.escape(old)), lambda _: as_text(new))


def substituted(template: TextValue, named: Mapping[str, Value]) -> TextValue:
    """``string.Template(template).substitute(**named)``."""

    def fill(match: re.Match[str]) -> TextValue:
        if match["escaped"]:
            return TextValue((Literal("$"),))
        name = match["named"] or match["braced"] or ""
        return as_text(named.get(name, Unknown(name)))

    return _replaced(template, _TEMPLATED, fill)


def quoted(parts: Iterable[Value]) -> TextValue:
    """The names as one quoted identifier; a gap of that kind where one is not known."""
    pieces: list[Literal | Gap] = []
    for number, part in enumerate(parts):
        name = constant_text((part,))
        place = part.place if isinstance(part, TextValue) else None
        piece = Gap(shown(part), "identifier") if name is None else Literal(f'"{name}"', place)
        pieces.extend((Literal("."), piece) if number else (piece,))
    return TextValue(tuple(pieces))
