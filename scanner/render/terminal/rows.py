"""The findings of a report, a line or two for all that say the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text

from scanner.model import Certainty, Effect, Location, Report
from scanner.path_patterns import is_test
from scanner.render.outline import Item, items, measured, total
from scanner.render.terminal.lines import Lines, Link, cut, located
from scanner.render.words import count, one_line

_READABLE = 34  # cells that a message needs to say something
_RULE = 7  # cells of a rule's code and what follows it


@dataclass(frozen=True, slots=True)
class Row:
    """Findings that say the same."""

    effect: Effect
    rule: str
    name: str
    place: Location | str  # the first in the source, or what else tells the subject
    more: int  # further places, and subjects without one
    calls: int | None
    message: str

    @property
    def besides(self) -> str:
        """How many places there are besides the first."""
        return f" +{self.more}" if self.more else ""

    @property
    def where(self) -> str:
        """The place, and how many there are besides."""
        return one_line(str(self.place)) + self.besides

    @property
    def called(self) -> str:
        """How often production called them; empty when that is not known."""
        return "" if self.calls is None else count(self.calls, "call")

    def linked(self, link: Link, width: int) -> Text:
        """`where`, leading there; in more than so many cells without its first folders."""
        room = width - len(self.besides)
        if isinstance(self.place, Location):
            place = located(self.place, link, room)
        else:
            place = Text(cut(one_line(self.place), room))
        return Text.assemble(place, (self.besides, "dim"))


@dataclass(frozen=True, slots=True)
class Layout:
    """How rows are written: what happens behind the place, or below a place that is too long for that."""

    width: int
    terse: bool  # one line each: the rule's name stands for a message that is too long, and for none where it is too
    whole: bool  # what does not fit behind the place is not cut there, but goes below
    where: int  # cells of the places
    called: int  # and of the numbers of calls

    @classmethod
    def of(cls, found: Iterable[Row], width: int, room: int, *, terse: bool) -> Layout:
        """What suits these rows; messages are not cut where there is room for so many lines."""
        found = tuple(found)
        called = max((len(row.called) for row in found), default=0)
        most = width - _RULE - called - 6 - (max((len(row.name) for row in found), default=0) if terse else _READABLE)
        where = max((cells for row in found if (cells := cell_len(row.where)) <= most), default=0)
        whole = cls(width, False, True, where, called)
        return whole if sum(map(whole.height, found)) <= room else cls(width, terse, False, where, called)

    def height(self, row: Row) -> int:
        """Lines of the row."""
        return 1 if self.terse or self._beside(row) else 2

    def lines(self, row: Row, link: Link) -> Lines:
        """The row, written."""
        calls = Text(f"{row.called:>{self.called}}", "dim")
        beside = self._beside(row)
        where = row.linked(link, self.width - _RULE - self.called - 4)
        fits = where.cell_len <= self.where
        blanks = " " * ((self.where if fits else self.width - _RULE - self.called - 4) + 2 - where.cell_len)
        said = row.message if self._room >= _READABLE or self.whole else one_line(row.name)
        after = f"  {cut(said, self._room)}" if beside else ""
        yield 2, Text.assemble((f"{one_line(row.rule):<{_RULE}}", "bold"), where, blanks, calls, after)
        if not beside and not self.terse:
            yield 2 + _RULE, Text(cut(row.message, self.width - 2 - _RULE))

    @property
    def _room(self) -> int:
        """Cells that are left behind place and calls."""
        return self.width - _RULE - self.where - self.called - 6

    def _beside(self, row: Row) -> bool:
        """Whether what happens stands behind the place."""
        fits = cell_len(row.where) <= self.where
        return fits and not (self.whole and cell_len(row.message) > self._room)


def rows_of(report: Report) -> dict[Effect, list[Row]]:
    """What is found, by effect; of each the most called first."""
    alike: dict[tuple[Effect, str, str, str], list[Item]] = {}
    for item in items(report):
        finding = item.finding
        alike.setdefault((finding.effect, finding.rule, finding.message, finding.help), []).append(item)
    made = sorted(map(_row, alike.values()), key=lambda row: (-(row.calls or 0), row.rule, row.where))
    return {effect: held for effect in Effect if (held := [row for row in made if row.effect is effect])}


def _row(found: list[Item]) -> Row:
    found = sorted(found, key=lambda item: _calls(item) or 0, reverse=True)
    first, finding = found[0], found[0].finding
    places = list(dict.fromkeys(place.location for item in found for place in item.places))
    place = first.places[0].location if first.places else _subject(first)
    known = {item.finding.subject: _calls(item) for item in found}
    more = len(places) + sum(not item.places for item in found) - 1
    only_tests = places and all(is_test(each.path) for each in places) and more < len(places)
    tests = "test code: " if only_tests and total(known.values()) is None else ""
    doubt = "" if any(item.finding.certainty is Certainty.CERTAIN for item in found) else "possibly: "
    return Row(
        finding.effect,
        finding.rule,
        finding.name,
        place,
        more,
        total(known.values()),
        tests + doubt + _message(one_line(finding.message), place),
    )


def _message(message: str, place: Location | str) -> str:
    """The message without what stands beside it: the place, and that it fails."""
    if isinstance(place, Location):
        message = message.removeprefix(f"{one_line(str(place))} ")
        path = f"{one_line(place.path)}:"
        message = f"line {message.removeprefix(path)}" if message.startswith(path) else message
    return message.removeprefix("It fails with ")


def _calls(item: Item) -> int | None:
    """How often production called it where the finding holds."""
    return measured(item.query, item.services[0])[0] if item.query and len(item.services) == 1 else item.calls


def _subject(item: Item) -> str:
    return f"{item.finding.subject.kind} {item.finding.subject.name}"
