"""What a picture shows, before anything has a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from scanner.render.words import count

REST = "rest"  # the tone of what is not shown by itself


@dataclass(frozen=True, slots=True)
class Column:
    """What stands one below the other."""

    noun: str  # what each box of it is
    width: int  # of its boxes, in pixels


@dataclass(frozen=True, slots=True)
class Box:
    """One thing in a column."""

    id: str
    column: int  # 0 for the leftmost
    title: str
    subtitle: str  # may be empty
    tone: str  # of `svg.TONES`: an effect, a kind
    hint: str = ""  # all there is to say, shown by a browser when it is pointed at
    font: Literal["name", "sql", "path"] = "name"  # of the title; a path is cut at its beginning


@dataclass(frozen=True, slots=True)
class Line:
    """One box leads to another, further right."""

    start: str
    end: str
    tone: str
    strong: bool = False  # it writes
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """Boxes, the most important of each column first, and lines between them."""

    title: str
    description: str
    columns: Sequence[Column]
    boxes: Sequence[Box]
    lines: Sequence[Line]
    least: str  # what boxes are for which there is no room: "less bad"
    notes: Sequence[str] = ()  # below the picture
    legend: Mapping[str, str] = field(default_factory=dict)  # tone → what it means


def folded(picture: Picture, most: int) -> Picture:
    """The picture with at most this many boxes in a column: one stands for the rest, and says how many these are."""
    kept: list[Box] = []
    becomes: dict[str, str] = {}
    for column, its in enumerate(picture.columns):
        boxes = [box for box in picture.boxes if box.column == column]
        shown = boxes if len(boxes) <= most else boxes[: most - 1]
        kept += shown
        if rest := boxes[len(shown) :]:
            box = Box(
                f"rest:{column}", column, count(len(rest), f"more {its.noun}"), f"not shown: {picture.least}", REST
            )
            kept.append(box)
            becomes |= {each.id: box.id for each in rest}
    lines: dict[tuple[str, str], Line] = {}
    for line in picture.lines:
        start, end = becomes.get(line.start, line.start), becomes.get(line.end, line.end)
        whole = (start, end) == (line.start, line.end)
        lines.setdefault((start, end), line if whole else Line(start, end, REST))
    return replace(picture, boxes=kept, lines=tuple(lines.values()))
