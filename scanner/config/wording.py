"""How a message names what could have been meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


def nearest(name: str, names: Iterable[str], count: int = 1) -> tuple[str, ...]:
    """The names most like this one, case ignored, best first; empty when none is like it."""
    folded = {other.lower(): other for other in names}
    return tuple(folded[match] for match in difflib.get_close_matches(name.lower(), folded, count, 0.6))


def choice(name: str, names: Sequence[str]) -> str:
    """What the writer of a wrong name may have meant, as the end of a sentence."""
    match = nearest(name, names)
    return f"did you mean {match[0]!r}?" if match else f"there is {listed(names)}."


def listed(names: Sequence[str]) -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
