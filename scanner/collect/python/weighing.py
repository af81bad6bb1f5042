"""What lists and dicts have in common."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

# Sixty lines that each double a list make more values than there is memory: beyond these nothing of it is known.
MAX_WEIGHT = 100_000  # values in a list or dict, pieces of a text


class Display:
    """What a list or dict knows of what is in it: told once, for it is asked for often, and there may be much."""

    __slots__ = ("has_rows", "hashed", "kept", "weight")
    weight: int  # how many values are in it, at every depth
    has_rows: bool  # at any depth
    hashed: int  # 0: not yet
    kept: Display | bool  # what matters of it to a function that is handed it; True: all, False: not yet told

    def weigh(self, parts: Iterable[Iterable[object]], rows: type) -> None:
        """Tells what these are, as soon as it is made."""
        weight, has_rows = 1, False
        for value in chain.from_iterable(parts):
            if isinstance(value, Display):
                weight += value.weight
                has_rows = has_rows or value.has_rows
            else:
                weight += 1
                has_rows = has_rows or isinstance(value, rows)
        self.weight, self.has_rows, self.hashed, self.kept = weight, has_rows, 0, False

    def __hash__(self) -> int:
        if not self.hashed:
            self.hashed = hash(tuple([getattr(self, name) for name in type(self).__slots__]))
        return self.hashed
