"""SQL on one line of a terminal, cut where it is far from the place that is meant."""

from __future__ import annotations

import re
from itertools import accumulate

from rich.cells import cell_len

from scanner.render.excerpt import Excerpt
from scanner.render.terminal.lines import cut


def narrow(excerpt: Excerpt, width: int) -> Excerpt:
    """The excerpt in one line of at most so many cells."""
    before, middle, after = (re.sub(r"\s+", " ", part) for part in (excerpt.before, excerpt.marked, excerpt.after))
    before, after = before.lstrip(), after.rstrip()
    if not middle:
        return Excerpt(cut(before, width))
    room = width - cell_len(middle)
    if room < width // 3:
        before = _end(before, width // 3)
        return Excerpt(before, cut(middle, width - cell_len(before)))
    right = min(cell_len(after), max(room // 2, room - cell_len(before)))
    return Excerpt(_end(before, room - right), middle, cut(after, right))


def _end(text: str, width: int) -> str:
    """As much of the end of the text as fits in so many cells."""
    if cell_len(text) <= width:
        return text
    fitting = sum(taken < width for taken in accumulate(map(cell_len, reversed(text))))
    return "…" + text[len(text) - fitting :]
