"""What was found of the statements of each file, and of a project put together from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from scanner.collect.python.light import dataclass
from scanner.collect.python.values import Place
from scanner.model import Collected, Observation


@dataclass(frozen=True, slots=True)
class InFile:
    """What was found of the statements that stand in one file."""

    made_of: str  # a digest; empty: nothing is kept
    found: tuple[Observation, ...]  # in the order of lines
    elsewhere: tuple[Observation, ...]  # located at calls in other files, which make these statements what they are
    unexecuted: tuple[tuple[Place, tuple[Observation, ...]], ...]  # unless they are parts of statements of other files
    parts: frozenset[Place]  # in other files: what stands there is a part of these statements
    ignored: int  # statements that no added column can matter to


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a project."""

    files: Mapping[str, InFile]  # by path
    others: tuple[Collected, ...]  # mapped classes, and what could not be read or followed

    def __iter__(self) -> Iterator[Collected]:
        """Everything, statements in the order of files and lines; of two that are equal the first."""
        parts = frozenset[Place]().union(*(each.parts for each in self.files.values()))
        moved: dict[str, list[Observation]] = defaultdict(list)
        for _, each in sorted(self.files.items()):
            for observation in each.elsewhere:
                moved[_path(observation)].append(observation)
            for place, some in each.unexecuted:
                if place not in parts:
                    moved[place.path].extend(some)
        for path in sorted(self.files.keys() | moved.keys()):
            found = self.files[path].found if path in self.files else ()
            yield from found if path not in moved else ordered((*found, *moved[path]))
        yield from self.others

    @property
    def ignored(self) -> int:
        """How many statements there are that no added column can matter to."""
        return sum(each.ignored for each in self.files.values())


def ordered(found: Iterable[Observation]) -> Iterator[Observation]:
    """In the order of files and lines; of those that are equal the first."""
    for _, same in groupby(sorted(found, key=order), key=order):
        yield from dict.fromkeys(same)


def order(observation: Observation) -> tuple[str, int, int]:
    """What comes first."""
    location = observation.location
    return (location.path, location.line, location.column) if location else ("", 0, 0)


def _path(observation: Observation) -> str:
    return observation.location.path if observation.location else ""
