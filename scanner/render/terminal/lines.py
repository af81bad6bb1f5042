"""Lines of text on a terminal: indented, wrapped, cut by the cells that they take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.style import Style
from rich.text import Text

from scanner.model import Effect, Location, Severity
from scanner.render.words import one_line

Lines = Iterator[tuple[int, Text]]  # how far a line and what it wraps to are indented, and the line
Link = Callable[[Location], str | None]  # the URL that a place in the source leads to; None: none

EFFECT_STYLES = {
    Effect.BREAKS: "bold red",
    Effect.CHANGES_RESULTS: "bold magenta",
    Effect.CHANGES_SHAPE: "yellow",
    Effect.NEEDS_UPDATE: "cyan",
}
SEVERITY_STYLES = {
    Severity.FAILS: "bold red",
    Severity.BLOCKS: "bold magenta",
    Severity.COSTS: "yellow",
    Severity.NOTE: "dim",
}
_PLAIN = str.maketrans("─…·", "-~.")  # for terminals without Unicode


def no_link(_: Location) -> None:
    """Leads nowhere."""


def print_lines(lines: Iterable[tuple[int, Text]], console: Console) -> None:
    """Prints the lines as the console's width and encoding allow."""
    for indent, text in lines:
        for line in wrapped(_encodable(text, console), console, indent):
            line.rstrip()
            console.print(Text(" " * indent) + line, soft_wrap=True)


def wrapped(text: Text, console: Console, indent: int = 0) -> list[Text]:
    """The lines that the text takes."""
    return list(text.wrap(console, max(console.width - indent, 1)))


def bounded(text: Text, console: Console, most: int) -> Text:
    """The text, cut where it would take more lines than that."""
    lines = wrapped(text, console)
    if len(lines) <= most:
        return text
    last = lines[most - 1]
    last.rstrip()
    last.truncate(console.width - 1)
    return Text("\n").join([*lines[: most - 1], last.append("…")])


def heading(title: str, width: int) -> Lines:
    """A heading with a line to the right edge."""
    yield 0, Text("")
    yield 0, Text.assemble((title, "bold"), (f" {'─' * (width - cell_len(title) - 1)}", "dim"), no_wrap=True)


def located(location: Location, link: Link, width: int | None = None) -> Text:
    """A place in the source, which leads to the file where the terminal can.

    What is longer than so many cells loses its first folders.
    """
    shown = one_line(str(location))
    while width is not None and cell_len(shown) > width and "/" in shown.removeprefix("…/"):
        shown = f"…/{shown.removeprefix('…/').partition('/')[2]}"
    return Text(shown if width is None else cut(shown, width), Style(color="blue", link=link(location)))


def cut(text: str, width: int) -> str:
    """As much of the text as fits in so many cells."""
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip() + "…" * (width > 0)


def _encodable(text: Text, console: Console) -> Text:
    if not console.options.ascii_only:
        return text
    plain = text.plain.translate(_PLAIN)
    return Text(plain.encode(console.encoding, "backslashreplace").decode(console.encoding))
