"""Where the boxes of a picture stand: in columns, each near what it is tied to, none over another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate, pairwise

from scanner.render.picture.picture import REST, Line, Picture

_SWEEPS = 8
_PASSING = 0.3  # rows that a line takes in a column that it passes through

Spot = tuple[int, float]  # a column, and the row of a centre in it: from 0, each as high as a box with its gap


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of a picture stands."""

    boxes: Mapping[str, Spot]
    ways: Sequence[tuple[Line, Sequence[Spot]]]  # each line with the spots that it leads through, both ends included
    rows: float  # how many the picture is high


def lay_out(picture: Picture) -> Layout:
    """Puts the boxes near those that they are tied to, and lines between columns where no box is in their way."""
    column = {box.id: box.column for box in picture.boxes}
    size = dict.fromkeys(column, 1.0)
    ways = [(line, _way(number, line, column, size)) for number, line in enumerate(picture.lines)]
    last = frozenset(box.id for box in picture.boxes if box.tone == REST)
    rows = _rows(column, size, [tie for _, way in ways for tie in pairwise(way)], last)
    spots = {each: (column[each], rows[each]) for each in rows}
    high = max((row + size[each] / 2 for each, row in rows.items()), default=0.0)
    boxes = {box.id: spots[box.id] for box in picture.boxes}
    return Layout(boxes, [(line, [spots[each] for each in way]) for line, way in ways], high)


def _way(number: int, line: Line, column: dict[str, int], size: dict[str, float]) -> list[str]:
    """The line's ends with a narrow place between in each column that it passes."""
    passed = range(column[line.start] + 1, column[line.end])
    between = [f"line:{number}:{each}" for each in passed]
    column |= dict(zip(between, passed, strict=True))
    size |= dict.fromkeys(between, _PASSING)
    return [line.start, *between, line.end]


def _rows(
    column: Mapping[str, int], size: Mapping[str, float], ties: Sequence[tuple[str, str]], last: Set[str]
) -> dict[str, float]:
    members: dict[int, list[str]] = defaultdict(list)
    for each, its in column.items():
        members[its].append(each)
    near: dict[str, list[str]] = defaultdict(list)
    for start, end in ties:
        near[start].append(end)
        near[end].append(start)
    at = {each: row for held in members.values() for each, row in _packed(held, size)}
    # The fullest column stands without gaps; the others gather round it, and it is put in their order in turn.
    fullest = max(members, key=lambda its: sum(size[each] for each in members[its]), default=0)
    for sweep in range(_SWEEPS):
        for its in sorted(members, key=lambda its: abs(its - fullest))[1:]:
            at |= _settled(_wanted(members[its], near, at, last), size)
        if sweep < _SWEEPS - 1:
            wanted = _wanted(members[fullest], near, at, last)
            at |= dict(_packed(sorted(wanted, key=lambda each: wanted[each]), size))
    first = min((row - size[each] / 2 for each, row in at.items()), default=0.0)
    return {each: row - first for each, row in at.items()}


def _wanted(
    members: Sequence[str], near: Mapping[str, Sequence[str]], at: Mapping[str, float], last: Set[str]
) -> dict[str, float]:
    """Where each would stand if it were alone: amid its neighbours; what is to be the last, below the others."""
    amid = {each: _mean(near[each], at, at[each]) for each in members}
    lowest = max((row for each, row in amid.items() if each not in last), default=0.0)
    return {each: lowest + 1 if each in last else row for each, row in amid.items()}


def _mean(near: Sequence[str], at: Mapping[str, float], alone: float) -> float:
    return sum(at[each] for each in near) / len(near) if near else alone


def _packed(order: Sequence[str], size: Mapping[str, float], first: float = 0.0) -> Iterator[tuple[str, float]]:
    """Each with its centre, one directly below the other."""
    ends = accumulate((size[each] for each in order), initial=first)
    return ((each, end + size[each] / 2) for each, end in zip(order, ends, strict=False))


def _settled(wanted: Mapping[str, float], size: Mapping[str, float]) -> dict[str, float]:
    """Each as near to where it wants to be as the others of its column let it, none over another."""
    groups: list[tuple[float, list[str]]] = []  # where each begins
    for each in sorted(wanted, key=lambda each: wanted[each]):
        groups.append((wanted[each] - size[each] / 2, [each]))
        while len(groups) > 1 and groups[-1][0] < groups[-2][0] + sum(size[member] for member in groups[-2][1]):
            joined = groups[-2][1] + groups[-1][1]
            groups[-2:] = [(_start(joined, wanted, size), joined)]
    return {each: row for start, group in groups for each, row in _packed(group, size, start)}


def _start(group: Sequence[str], wanted: Mapping[str, float], size: Mapping[str, float]) -> float:
    """Where the group begins so that its members are as near as they can be to where they want to be."""
    return sum(wanted[each] - row for each, row in _packed(group, size)) / len(group)
