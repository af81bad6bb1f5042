"""Files that say what they said, elsewhere in the file: after edits of comments, docstrings and line breaks."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import TypeVar

from scanner.collect.python import syntax
from scanner.collect.python.facts import Facts
from scanner.collect.python.in_file import Found, InFile
from scanner.collect.python.light import replace
from scanner.model import Location, Observation, RowUse

# Line and column, before and after.
Moves = Mapping[tuple[int, int], tuple[int, int]]
_Kept = TypeVar("_Kept", bound=Location | None)


class NotMovedError(Exception):
    """More was changed than where something stands."""


def moves(old: Facts, new: Facts) -> Moves:
    """Where all that linking looks at stood and stands. Raises NotMovedError."""
    if not old.packed or not new.packed or (old.cells, old.hints) != (new.cells, new.hints):
        raise NotMovedError
    before, after = _line_starts(old), _line_starts(new)
    pairs = _offsets(old.statements(), new.statements())
    return {_located(at, before): _located(now, after) for at, now in pairs.items()}


def moved(found: Found, files: Mapping[str, Moves]) -> Found:
    """What was found, with the places in these files as they are now. Raises NotMovedError."""
    others = tuple(_observation(each, files) if isinstance(each, Observation) else each for each in found.others)
    return Found({path: _in_file(each, files) for path, each in found.files.items()}, others)


def _in_file(each: InFile, files: Mapping[str, Moves]) -> InFile:
    """What parts it has stays: whoever is asked for these places tells them as they were, or is found anew."""
    every = (*each.found, *each.elsewhere, *(one for _, some in each.unexecuted for one in some))
    if not any(_is_in(one, files) for one in every):
        return each
    return replace(
        each,
        found=_observations(each.found, files),
        elsewhere=_observations(each.elsewhere, files),
        unexecuted=tuple((place, _observations(some, files)) for place, some in each.unexecuted),
    )


def _is_in(each: Observation, files: Mapping[str, Moves]) -> bool:
    uses = (place for use in each.row_uses for place in (use.location, use.declared))
    return any(place is not None and place.path in files for place in (each.location, *uses))


def _observations(some: Iterable[Observation], files: Mapping[str, Moves]) -> tuple[Observation, ...]:
    return tuple(_observation(each, files) for each in some)


def _observation(each: Observation, files: Mapping[str, Moves]) -> Observation:
    return replace(
        each, location=_place(each.location, files), row_uses=tuple(_use(use, files) for use in each.row_uses)
    )


def _use(use: RowUse, files: Mapping[str, Moves]) -> RowUse:
    return replace(use, location=_place(use.location, files), declared=_place(use.declared, files))


def _place(location: _Kept, files: Mapping[str, Moves]) -> _Kept:
    if location is None or location.path not in files:
        return location
    now = files[location.path].get((location.line, location.column))
    if now is None:  # inside a text, as the second statement of a script
        raise NotMovedError
    return replace(location, line=now[0], column=now[1])


def _offsets(old: object, new: object) -> dict[int, int]:
    """The offsets in one syntax with those in another that differs in nothing else."""
    found: dict[int, int] = {}
    stack = [(old, new)]
    while stack:
        one, other = stack.pop()
        if isinstance(one, tuple) and isinstance(other, tuple):
            ones, others = (list(filter(_counts, each)) for each in (one, other))
            if len(ones) != len(others):
                raise NotMovedError
            stack.extend(zip(ones, others, strict=True))
        elif type(one) is not type(other):
            raise NotMovedError
        elif hasattr(one, "__slots__") and not isinstance(one, syntax.Gist):
            for name in type(one).__slots__:
                before, now = getattr(one, name), getattr(other, name)
                if name != "at":
                    stack.append((before, now))
                elif found.setdefault(before, now) != now:
                    raise NotMovedError
        elif one != other:
            raise NotMovedError
    return found


def _counts(each: object) -> bool:
    """Whether it is no docstring, nor a comment in its place: nothing looks at these."""
    return not (isinstance(each, syntax.Evaluate) and isinstance(each.value, syntax.Text) and not each.raises)


def _line_starts(facts: Facts) -> array[int]:
    starts = array("I")
    starts.frombytes(facts.line_starts)
    return starts


def _located(at: int, starts: array[int]) -> tuple[int, int]:
    line = bisect_right(starts, at)
    return line, at - starts[line - 1]
