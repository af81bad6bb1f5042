"""Names for the places of a page, so that a link to one still leads there in the next report."""

from __future__ import annotations

import hashlib
from collections import Counter


class Anchors:
    """Gives out each name once; what has the same parts gets a number behind it."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def of(self, kind: str, *parts: str | None) -> str:
        """As in ``SC103-5f0c2a9b1e``: the same for the same parts in every report, made of safe characters."""
        told = "\0".join(part or "" for part in parts).encode("utf-8", "surrogatepass")
        name = f"{kind}-{hashlib.sha256(told).hexdigest()[:10]}"
        self._given[name] += 1
        return name if self._given[name] == 1 else f"{name}-{self._given[name]}"
