"""``separator.join(items)``: of known items each variant, of many that are made alike what they are together."""

from __future__ import annotations

import re

from scanner.collect.python.texts import MAX_PIECES, as_text, combinations, constant_text, shown
from scanner.collect.python.values import (
    DictValue,
    Gap,
    HoleKind,
    ListValue,
    Literal,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)

_PLACEHOLDER = re.compile(r"%s|\?|%\(\w+\)s")
_PLACEHOLDERS = re.compile(r"[\s(]*(?:%s|\?|\$\d*|:\w+|%\(\w+\)s|…)(?:[\s,()…]|%s|\?|\$\d*)*")


def joined(separator: Value, items: ListValue | Unknown) -> TextValue:
    """``separator.join(items)`` for one combination; an open list is a gap of the kind list.

    Of many rows ``(…), (…)`` that are made alike one stands for all: the engine asks the same of each.
    """
    if isinstance(items, Unknown):
        return TextValue((Gap(f"{shown(separator)}.join({items.source})"),))
    parts = [item[0] for item in items.items]
    if items.open:
        sample = parts[0] if parts else Unknown("…")
        if _is_row(separator, sample):
            return as_text(sample)
        return TextValue((Gap(f"{shown(separator)}.join([{shown(sample)}, …])", _kind_of_many(separator, sample)),))
    between = as_text(separator).pieces
    pieces: list[Literal | Gap] = []
    for number, part in enumerate(parts):
        pieces.extend((*(between if number else ()), *as_text(part).pieces))
    return TextValue(tuple(pieces))


def _is_row(separator: Value, sample: Value) -> bool:
    """Whether many such texts are rows of VALUES, each with more in it than placeholders."""
    text = "".join(p.text if isinstance(p, Literal) else "…" for p in as_text(sample).pieces).strip()
    between = constant_text((separator,)) or ""
    is_one = text.startswith("(") and text.endswith(")") and "," in text
    return is_one and between.strip() == "," and not _PLACEHOLDERS.fullmatch(text)


def _kind_of_many(separator: Value, sample: Value) -> HoleKind | None:
    """What many such texts are together; None where it shows from what stands around them."""
    text = "".join(p.text if isinstance(p, Literal) else "…" for p in as_text(sample).pieces)
    between = constant_text((separator,)) or ""
    if _PLACEHOLDERS.fullmatch(text):
        return "list"
    return "clause" if "=" in text or between.strip().upper() in ("AND", "OR") else None


def joins(separator: Value, items: Value) -> Variants:
    """Every variant of ``separator.join(items)``."""
    if isinstance(items, TextValue):  # "?" * n
        marks = _PLACEHOLDER.findall(constant_text((items,)) or "")
        if not marks:
            return (items,)
        items = ListValue(tuple((TextValue((Literal(mark),)),) for mark in marks))
    if isinstance(items, DictValue) and not items.open:
        items = ListValue(tuple((TextValue((Literal(key),)),) for key, _ in items.entries))
    if not isinstance(items, ListValue):
        return (joined(separator, items if isinstance(items, Unknown) else Unknown("…")),)
    if len(items.items) > MAX_PIECES:
        return (Unknown("a text of too many pieces"),)
    chosen = combinations(items.items)
    return bounded(joined(separator, ListValue(tuple((v,) for v in each), items.open)) for each in chosen)
