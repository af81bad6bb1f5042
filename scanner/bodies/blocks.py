"""Where in a body a statement stands: in a branch that may not be taken, under a handler that takes its error."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from scanner.bodies.body import Part

BlockKind = Literal["begin", "branch", "loop", "handler"]

_CONDITION = r"(?:SQLSTATE\s+(?:VALUE\s+)?'\w+'|NOT\s+FOUND|\w+)"
HANDLER = re.compile(
    rf"(?:CONTINUE|EXIT|UNDO)\s+HANDLER\s+FOR\s+(?P<conditions>{_CONDITION}(?:\s*,\s*{_CONDITION})*)\s+(?P<rest>.*)",
    re.I | re.S,
)
_NO_ERRORS = frozenset({"found", "sqlwarning"})


@dataclass(slots=True)
class Block:
    """One block that is open."""

    kind: BlockKind
    start: int  # number of parts before it
    maybe: bool  # it may be run, or not at all
    catches: tuple[str, ...] = ()  # conditions whose errors it takes
    handles: tuple[str, ...] = ()  # of a handler: the conditions that it is run for
    guarded: range | None = None  # PL/pgSQL's handlers: the parts whose errors they take


@dataclass(slots=True)
class Placed:
    """The parts read so far, each with the place it stands at."""

    parts: list[Part] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    left: bool = False  # a branch may have ended the body before

    def add(self, part: Part) -> None:
        """Notes the next part."""
        self.parts.append(replace(part, maybe=self.maybe or self.left, caught=self._caught()))

    @property
    def maybe(self) -> bool:
        """Whether what follows may not be run."""
        return any(block.maybe for block in self.blocks)

    def open(self, kind: BlockKind, *, maybe: bool = False) -> None:
        """A block begins."""
        self.blocks.append(Block(kind, len(self.parts), maybe))

    def close(self) -> None:
        """The innermost block ends. A body that is cut off may end more of them than it began."""
        if self.blocks:
            self.blocks.pop()

    def handle(self, conditions: str) -> None:
        """MySQL's DECLARE … HANDLER takes errors of the statements that follow in the block; its own body begins."""
        words = condition_words(conditions)
        if self.blocks:
            self.blocks[-1].catches += words
        self.open("handler", maybe=True)
        self.blocks[-1].handles = words

    def exception(self) -> None:
        """PL/pgSQL's EXCEPTION: what follows in the block are handlers for the statements before it."""
        if self.blocks:
            guarded = range(self.blocks[-1].start, len(self.parts))
            self.blocks[-1] = replace(self.blocks[-1], kind="handler", maybe=True, guarded=guarded)

    @property
    def guarded(self) -> range | None:
        """The parts whose errors a WHEN would take here."""
        return self.blocks[-1].guarded if self.blocks else None

    def when(self, guarded: range, conditions: str) -> None:
        """WHEN … THEN below an EXCEPTION."""
        words = self.blocks[-1].handles = condition_words(conditions)
        for index in guarded:
            part = self.parts[index]
            self.parts[index] = replace(part, caught=(*part.caught, *words))

    def raise_again(self) -> None:
        """RAISE, SIGNAL or RESIGNAL: a handler that ends in an error takes none."""
        for index in reversed(range(len(self.blocks))):
            block = self.blocks[index]
            if block.kind == "handler":
                for number in block.guarded or ():
                    part = self.parts[number]
                    self.parts[number] = replace(part, caught=_without(part.caught, block.handles))
                around = self.blocks[index - 1] if index and block.guarded is None else block
                around.catches = _without(around.catches, block.handles)
                return

    def leave(self, *, loop: bool) -> None:
        """RETURN or SIGNAL in a branch: what follows may not be run. LEAVE may leave but the `loop` it stands in."""
        within = {"handler", "loop"} if loop else {"handler"}
        self.left = self.left or (self.maybe and within.isdisjoint(block.kind for block in self.blocks))

    def _caught(self) -> tuple[str, ...]:
        caught: tuple[str, ...] = ()
        shielded = False  # a handler's own errors are not the block's, whose handler it is
        for block in reversed(self.blocks):
            caught += () if shielded else block.catches
            shielded = block.kind == "handler"
        return caught


def condition_words(conditions: str) -> tuple[str, ...]:
    """The names and numbers of conditions that are errors, in lower case."""
    words = (re.findall(r"\w+", each)[-1:] for each in re.split(r",|\bOR\b", conditions, flags=re.I))
    return tuple(word[0].lower() for word in words if word and word[0].lower() not in _NO_ERRORS)


def _without(words: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(word for word in words if word not in gone)
