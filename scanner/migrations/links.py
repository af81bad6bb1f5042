"""Migrations that build on one another."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def building_on(start: Iterable[Key], below: Mapping[Key, Iterable[Key]]) -> frozenset[Key]:
    """Some of them and all that build on these; `below` names for each those that it builds on."""
    above: dict[Key, list[Key]] = {}
    for key, links in below.items():
        for link in links:
            above.setdefault(link, []).append(key)
    found = set(start)
    waiting = list(found)
    while waiting:
        new = [key for key in above.get(waiting.pop(), ()) if key not in found]
        found.update(new)
        waiting += new
    return frozenset(found)
