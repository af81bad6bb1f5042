"""Notes what a program does with the rows of a statement, and sums up the notes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from scanner.collect.python.frames import Frame
from scanner.collect.python.light import replace
from scanner.collect.python.texts import constant_text
from scanner.collect.python.values import ResultValue, Variants
from scanner.model import RowUse
from scanner.model.observation import RowUseKind

_WORST_FIRST: dict[str, int] = {kind: rank for rank, kind in enumerate(get_args(RowUseKind))}
# A new column does no harm to these: that there is one such use is all there is to say of them.
_HARMLESS = frozenset(("copied", "dataframe", "tested"))
# Which of two columns of one name the row has matters to these.
_BY_NAMES = frozenset(("by-name", "serialised", "keywords"))
# They tell only that nothing is known.
_OPEN = frozenset(("returned", "unknown"))


def use(
    value: ResultValue,
    kind: RowUseKind,
    frame: Frame,
    at: int | None,
    *,
    count: int | None = None,
    indexes: tuple[int, ...] = (),
) -> None:
    """Notes the use of the rows of every statement the value may come from."""
    note(value, RowUse(kind, count, indexes), frame, at)


def read(value: ResultValue, names: Variants, frame: Frame, at: int | None) -> None:
    """Notes ``row["name"]``."""
    texts = (constant_text((name,)) for name in names)
    note(value, RowUse("by-name", keys=tuple(text for text in texts if text is not None)), frame, at)


def note(value: ResultValue, found: RowUse, frame: Frame, at: int | None) -> None:
    """As `use`; the place is added."""
    location = frame.module.location(frame.place(at)) if at is not None else None
    found = replace(_of_the_whole(found, value.start, value.behind), location=location)
    if value.namesakes is not None and found.kind in _BY_NAMES:
        found = replace(found, namesakes=value.namesakes)
    for statement in value.queries:
        frame.world.journal.use(statement, found)


def _of_the_whole(found: RowUse, start: int, behind: int) -> RowUse:
    """What is done with a row that was cut off at the front, or has more beside it, in columns of the statement."""
    if not start and not behind:
        return found
    moved = ((each, each + (start if each >= 0 else behind)) for each in found.indexes)
    indexes = tuple(now for each, now in moved if (each < 0) == (now < 0))  # the others are values beside the row
    count = None if found.count is None else max(0, found.count + start - behind)
    least = None if found.least is None else max(0, found.least + start - behind)
    return replace(found, count=count, least=least, indexes=indexes)


def merged(uses: Iterable[RowUse]) -> tuple[RowUse, ...]:
    """The uses that differ, worst first; those of one kind in one function are one, at its first place."""
    every = tuple(uses)
    if len(every) <= 1:  # nearly always
        return tuple(_together([each]) for each in every)
    groups: dict[object, list[RowUse]] = {}
    told = {(each.kind, each.location) for each in every if _is_told(each)}
    for each in every:
        if not _is_told(each) and (each.kind, each.location) in told:
            continue  # what is called there is known where the function is called from
        groups.setdefault(_key(each), []).append(each)
    found = sorted(map(_together, groups.values()), key=_order)
    known = [each for each in found if each.kind not in _OPEN]
    return tuple(known or found[:1])


def _is_told(each: RowUse) -> bool:
    """Whether it is known what the row is handed to, if it is handed to anything."""
    return each.kind not in ("splatted", "keywords") or (each.count, each.names, each.least) != (None,) * 3


def _key(each: RowUse) -> object:
    if (each.kind in _HARMLESS or each.kind in _OPEN) and each.declared is None:
        return each.kind
    where = (each.location.path, each.location.function) if each.location else None
    return replace(each, location=None, indexes=(), keys=()), where


def _together(uses: list[RowUse]) -> RowUse:
    reads = [each for each in uses if each.keys and each.namesakes != "refused"]
    first = min(reads or uses, key=_order)
    indexes = tuple(sorted({index for each in uses for index in each.indexes}))
    keys = tuple(sorted({key for each in uses for key in each.keys}))
    return first if (first.indexes, first.keys) == (indexes, keys) else replace(first, indexes=indexes, keys=keys)


def _order(each: RowUse) -> tuple[int, str, int, int, int]:
    place = each.location
    where = (place.path, place.line, place.column) if place else ("", 0, 0)
    return (_WORST_FIRST[each.kind], *where, each.count or 0)
