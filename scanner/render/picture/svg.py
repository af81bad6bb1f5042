"""A picture as SVG: no script, no style sheet, no font and nothing from elsewhere; every text is escaped."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from unicodedata import east_asian_width
from xml.etree import ElementTree

from scanner.errors import UsageError
from scanner.render.picture.layout import Spot, lay_out
from scanner.render.picture.picture import REST, Box, Line, Picture, folded
from scanner.render.words import one_line, visible

MOST = 40  # boxes of a column
_HEIGHT, _ROW, _BETWEEN, _MARGIN = 40, 52, 72, 24  # of a box, from one to the next below, between columns, around
_SAID, _TITLE, _SUBTITLE = 12.5, 12.0, 11.0  # sizes of the description and of a box's text
_WIDE = 0.62  # of a character, in sizes of its font
_LINES = 6  # of the description
_HINT = 2_000  # characters
_SANS, _MONO = "system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif", "ui-monospace, 'DejaVu Sans Mono', Menlo, monospace"
_INK, _QUIET, _PAPER = "#1d1f23", "#62666e", "#ffffff"

# Each tone's colour: the effects as in the HTML report, and kinds of nodes.
TONES = {
    "breaks": "#b3231b",
    "changes-results": "#86308f",
    "changes-shape": "#8b5800",
    "needs-update": "#0a6577",
    "service": "#2d5f9a",
    "location": "#62666e",
    "query": "#4b5563",
    "view": "#0a6577",
    "routine": "#8b5800",
    "trigger": "#86308f",
    "table": "#1d1f23",
    "sequence": "#1d1f23",
    REST: "#6f747d",
}


@dataclass(frozen=True, repr=False)
class Drawing:
    """A picture in SVG, which a notebook shows."""

    svg: str

    def save(self, path: str | Path) -> None:
        """Writes the picture as SVG, to a file that ends in .svg. Raises UsageError."""
        if Path(path).suffix.lower() != ".svg":
            raise UsageError(f"{path} names no format of a picture: end it in .svg.")
        try:
            Path(path).write_text(self.svg, encoding="utf-8", newline="\n")
        except OSError as error:
            raise UsageError(f"The picture could not be written to {path}: {error.strerror}.") from error

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<Drawing, {len(self.svg):,} characters of SVG>"


def draw(picture: Picture) -> Drawing:
    """The picture with at most MOST boxes in a column, as SVG."""
    picture = folded(picture, MOST)
    lefts = _lefts(picture)
    width = lefts[-1] + picture.columns[-1].width + _MARGIN
    room = int((width - 2 * _MARGIN) / (_SAID * _WIDE))
    said = textwrap.wrap(one_line(picture.description), room, max_lines=_LINES, placeholder=" …")
    top = 76.0 + len(said) * 18
    layout = lay_out(picture)
    foot = top + layout.rows * _ROW + 12
    root = _root(picture, width, foot + 20 * (len(picture.notes) + bool(picture.legend)) + _MARGIN)
    _heading(root, picture, said, lefts, top)
    for line, way in layout.ways:
        _line(root, line, way, picture, top)
    for box in picture.boxes:
        column, row = layout.boxes[box.id]
        _box(root, box, lefts[column], top + row * _ROW - _HEIGHT / 2, picture.columns[column].width)
    _foot(root, picture, foot)
    return Drawing(ElementTree.tostring(root, "unicode") + "\n")


def _lefts(picture: Picture) -> list[float]:
    widths = (column.width + _BETWEEN for column in picture.columns[:-1])
    return list(accumulate(widths, initial=_MARGIN))


def _root(picture: Picture, width: float, height: float) -> ElementTree.Element:
    # Several pictures may stand in one page: their ids differ.
    mark = hashlib.sha256(repr(picture).encode("utf-8", "backslashreplace")).hexdigest()[:8]
    root = ElementTree.Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    root.set("viewBox", f"0 0 {_number(width)} {_number(height)}")
    root.attrib |= {"width": _number(width), "height": _number(height), "font-family": _SANS}
    root.set("aria-labelledby", f"title-{mark} desc-{mark}")
    ElementTree.SubElement(root, "title", id=f"title-{mark}").text = one_line(picture.title)
    ElementTree.SubElement(root, "desc", id=f"desc-{mark}").text = one_line(picture.description)
    ElementTree.SubElement(root, "rect", width="100%", height="100%", fill=_PAPER)
    return root


def _heading(
    root: ElementTree.Element, picture: Picture, said: Sequence[str], lefts: Sequence[float], top: float
) -> None:
    _text(root, _MARGIN, 34, picture.title, 17, weight="600")
    for number, line in enumerate(said):
        _text(root, _MARGIN, 58 + 18 * number, line, _SAID, fill=_QUIET)
    filled = {box.column for box in picture.boxes}
    for index, column in enumerate(picture.columns):
        if index in filled:
            _text(root, lefts[index], top - 10, column.noun.upper(), 10.5, fill=_QUIET, weight="600")


def _box(root: ElementTree.Element, box: Box, left: float, top: float, width: int) -> None:
    group = ElementTree.SubElement(root, "g")
    if box.hint:
        ElementTree.SubElement(group, "title").text = visible(box.hint)[:_HINT]
    colour = TONES[box.tone]
    place = {"x": _number(left), "y": _number(top), "height": _number(_HEIGHT)}
    dashes = {"stroke-dasharray": "4 3"} if box.tone == REST else {}
    outline = {"width": _number(width), "rx": "6", "fill": _PAPER, "stroke": colour, "stroke-opacity": ".45"}
    ElementTree.SubElement(group, "rect", place | outline | dashes)
    ElementTree.SubElement(group, "rect", {**place, "width": "5", "rx": "2", "fill": colour})
    font = {"weight": "600"} if box.font == "name" else {"font-family": _MONO}
    title = _cut(box.title, (width - 26) / (_TITLE * _WIDE), at_the_start=box.font == "path")
    _text(group, left + 14, top + (17 if box.subtitle else 25), title, _TITLE, **font)
    if box.subtitle:
        subtitle = _cut(box.subtitle, (width - 26) / (_SUBTITLE * _WIDE))
        _text(group, left + 14, top + 32, subtitle, _SUBTITLE, fill=colour)


def _line(root: ElementTree.Element, line: Line, way: Sequence[Spot], picture: Picture, top: float) -> None:
    lefts = _lefts(picture)
    drawn: list[str] = []
    for (column, row), (next_column, next_row) in pairwise(way):
        backward = next_column <= column
        start = lefts[column] + picture.columns[column].width
        end = lefts[next_column] + (picture.columns[next_column].width if backward else 0)
        bend = _BETWEEN * 0.55
        at, after = (_number(top + each * _ROW) for each in (row, next_row))
        first = f"{_number(start + bend)} {at}"
        second = f"{_number(end + (bend if backward else -bend))} {after}"
        # Straight through the column that it passes, then to the next.
        drawn.append(f"{'L' if drawn else 'M'}{_number(start)} {at}C{first} {second} {_number(end)} {after}")
    colour, wide = TONES[line.tone], "2.5" if line.strong else "1.2"
    look = {"fill": "none", "stroke": colour, "stroke-opacity": ".6", "stroke-width": wide}
    path = ElementTree.SubElement(root, "path", {"d": "".join(drawn), **look})
    if line.hint:
        ElementTree.SubElement(path, "title").text = visible(line.hint)[:_HINT]


def _foot(root: ElementTree.Element, picture: Picture, top: float) -> None:
    left, top = float(_MARGIN), top + 12
    for tone, meaning in picture.legend.items():
        ElementTree.SubElement(
            root, "rect", {"x": _number(left), "y": _number(top - 9), "width": "10", "height": "10", "rx": "2"}
        ).set("fill", TONES[tone])
        _text(root, left + 15, top, meaning, 11.5, fill=_QUIET)
        left += 15 + _measure(meaning, 11.5) + 18
    top += 20 * bool(picture.legend)
    for row, note in enumerate(picture.notes):
        _text(root, _MARGIN, top + 20 * row, note, 11.5, fill=_QUIET)


def _text(
    parent: ElementTree.Element,
    left: float,
    base: float,
    said: str,
    size: float,
    *,
    fill: str = _INK,
    weight: str = "400",
    **font: str,
) -> None:
    place = {"x": _number(left), "y": _number(base), "font-size": _number(size), "fill": fill, "font-weight": weight}
    ElementTree.SubElement(parent, "text", place | font).text = one_line(said)


def _cut(text: str, room: float, *, at_the_start: bool = False) -> str:
    """The text in this many widths of a character; of East Asian writing one takes two."""
    line = one_line(text)
    if sum(_widths(line)) <= room:
        return line
    ends = accumulate(_widths(line[::-1] if at_the_start else line), initial=1.0)
    kept = sum(end <= room for end in ends) - 1
    return f"…{line[len(line) - kept :]}" if at_the_start else f"{line[:kept]}…"


def _measure(text: str, size: float) -> float:
    return sum(_widths(text)) * size * _WIDE * 0.85


def _widths(text: str) -> Iterator[float]:
    return (2.0 if east_asian_width(character) in "WF" else 1.0 for character in text)


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
