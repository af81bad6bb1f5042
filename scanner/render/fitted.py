"""Text in as much room as there is: what finds none is counted, so that nothing is left out unsaid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.render.words import count


@dataclass(frozen=True, slots=True)
class Block:
    """A passage. Its rows are left out from the last one where there is no room; what stands around them is not."""

    before: str
    rows: Sequence[str] = ()
    after: str = ""
    noun: str = "more"  # what a row is, to count those left out
    between: str = "\n"
    most: int | None = None  # rows that are shown where there is room for all
    last: bool = False  # its rows get what room the other blocks leave

    def text(self, shown: int) -> str:
        """The passage with the first rows."""
        left = len(self.rows) - shown
        more = [f"- {count(left, f'more {self.noun}')}"] if left else []
        return f"{self.before}{self.between.join((*self.rows[:shown], *more))}{self.after}"


def fitted(blocks: Iterable[Block], room: int) -> str:
    """The blocks, one empty line between, in this many characters if what is never left out takes no more."""
    blocks = tuple(blocks)
    room -= sum(len(block.text(0)) + 2 for block in blocks)
    shown = dict.fromkeys(range(len(blocks)), 0)
    for index, block in sorted(enumerate(blocks), key=lambda each: each[1].last):
        for row in block.rows[: block.most]:
            if (room := room - len(row) - len(block.between)) < 0:
                break
            shown[index] += 1
        room = max(room, 0)
    return "\n\n".join(block.text(shown[index]) for index, block in enumerate(blocks))
