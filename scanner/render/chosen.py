"""What somebody asks to see of a report: findings of rules, of queries, at places."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scanner.model import Location, Query
from scanner.render.outline import Item
from scanner.render.words import coded

_RULE = re.compile(r"[A-Za-z]{2}\d{3}")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_PLACE = re.compile(r"(?!\w+://)\S+:\d+")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The words that name them: ``SC103``, a query's fingerprint, ``services/app.py:41``; none chooses everything.

    A rule means the findings that it is folded into, too.
    """

    words: tuple[str, ...] = ()

    @classmethod
    def names(cls, word: str) -> bool:
        """Whether the word is one of these."""
        return any(pattern.fullmatch(word) for pattern in (_RULE, _FINGERPRINT, _PLACE))

    def item(self, item: Item) -> bool:
        """Whether a finding is meant."""
        return not self.words or any(_means(word, item) for word in self.words)

    def query(self, query: Query) -> bool:
        """Whether a query is meant, by its fingerprint or its place."""
        return not self.words or any(_is(word, query) for word in self.words)


def _means(word: str, item: Item) -> bool:
    if _RULE.fullmatch(word):
        return word.upper() in (item.finding.rule, *coded(item.finding.folded).values())
    at = any(_is_at(word, place.location) for place in item.places)
    return at or (item.query is not None and item.query.fingerprint == word)


def _is(word: str, query: Query) -> bool:
    return query.fingerprint == word or any(o.location and _is_at(word, o.location) for o in query.located)


def _is_at(word: str, location: Location) -> bool:
    """Whether the word is the place, also as a narrow terminal shows it: without its first folders."""
    return str(location) == word or (word.startswith("…/") and str(location).endswith(word[1:]))
