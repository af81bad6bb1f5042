"""What somebody asks to see of a report: findings of rules, of queries, at places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from scanner.config.wording import listed
from scanner.model import Location, Query, Report
from scanner.render.outline import Item, items, suppressed_items
from scanner.render.words import coded

_NEAR = 3  # places that are named instead of one that there is not
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
    """Whether the word is the place, also without its first folders, as a narrow terminal shows it."""
    return f"/{location}".endswith(f"/{word.removeprefix('…/')}")


def missing(word: str, reports: Sequence[Report]) -> str | None:
    """Why nothing of these reports is shown for the word, in a sentence; None where something is."""
    only = Chosen((word,))
    found = [item for report in reports for item in (*items(report), *(each for each, _ in suppressed_items(report)))]
    open_ones = [each.query for report in reports for each in report.unresolved]
    if any(map(only.item, found)) or any(map(only.query, open_ones)):
        return None
    if any(only.query(query) for report in reports for query in report.unaffected):
        return f"The query at {word} is unaffected: there is nothing to explain."
    rules = sorted({rule for item in found for rule in (item.finding.rule, *coded(item.finding.folded).values())})
    if _RULE.fullmatch(word):
        return f"Nothing that was found is of {word.upper()}: {_among(rules)}"
    if _FINGERPRINT.fullmatch(word):
        return f"No query that was found is {word}: the report names each by its fingerprint or place."
    places = {str(place.location): place.location for item in found for place in item.places}
    path, _, line = word.removeprefix("…/").rpartition(":")
    beside = [each for each in places.values() if f"/{each.path}".endswith(f"/{path}")]
    near = [str(each) for each in sorted(beside, key=lambda each: abs(each.line - int(line)))]
    near = near or get_close_matches(word, places, _NEAR)
    return f"Nothing that was found is at {word}: " + (
        f"did you mean {listed(near[:_NEAR])}?" if near else _among(rules)
    )


def _among(rules: Sequence[str]) -> str:
    return f"there is {', '.join(rules)}." if rules else "nothing was found at all."
