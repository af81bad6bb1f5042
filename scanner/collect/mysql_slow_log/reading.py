"""What has been read of one slow log, and how to go on with it when it has grown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from scanner.collect.mysql_slow_log.entries import Position
from scanner.collect.mysql_slow_log.events import State
from scanner.model import Checkpoint, Period

SOURCE = "mysql_slow_log"
_HEAD_BYTES = 4096  # holds times: no two logs begin alike


@dataclass(slots=True)
class Tally:
    """What has been counted of a log, or of several."""

    entries: int = 0
    administrator_commands: int = 0
    ignored: int = 0
    outside: int = 0  # of the period that is asked for; not in `entries`
    undated: int = 0  # in `entries`, though a period is asked for
    sampled: int = 1  # how many entries a logged one may stand for
    fragments: int = 0
    fragment_bytes: int = 0
    first_fragment: int = 0  # its place in the log

    @property
    def seen(self) -> int:
        """All whole entries."""
        return self.entries + self.ignored + self.administrator_commands + self.outside

    def add_fragment(self, offset: int, size: int) -> None:
        """Counts bytes that are no whole entry."""
        self.first_fragment = self.first_fragment if self.fragments else offset
        self.fragments += size > 0
        self.fragment_bytes += size

    def beside(self, period: Period | None) -> Iterator[str]:
        """What is to be said of entries of other times, and of none."""
        if self.outside:
            yield f"{self.outside:,} entries were left out: asked for was what ran {period}."
        if self.undated:
            yield f"{self.undated:,} entries say no time and were taken: asked for was what ran {period}."

    def add(self, other: Tally) -> None:
        """Adds what was counted of another log, or of a later part of this one."""
        self.entries += other.entries
        self.administrator_commands += other.administrator_commands
        self.ignored += other.ignored
        self.outside += other.outside
        self.undated += other.undated
        self.sampled = max(self.sampled, other.sampled)
        self.first_fragment = self.first_fragment if self.fragments else other.first_fragment
        self.fragments += other.fragments
        self.fragment_bytes += other.fragment_bytes


@dataclass(slots=True)
class Reading:
    """How far a log has been read, and what was counted on the way."""

    tally: Tally = field(default_factory=Tally)
    state: State = field(default_factory=State)
    head: str = ""  # hash of the first bytes of its content, by which a log is known wherever it was moved
    head_bytes: int = 0
    whole_at: int | None = None  # the size that the file had on disk when all of it was read

    def checkpoint(self, file: Path, content: bytes, whole_at: int | None = None) -> Checkpoint:
        """Where the reading stands; `content` is the beginning of the log."""
        position = self.state.position.offset
        self.head_bytes = min(position, _HEAD_BYTES, len(content))
        self.head = _hash(content[: self.head_bytes])
        self.whole_at = whole_at
        return Checkpoint(SOURCE, str(file), position, json.dumps(asdict(self), default=_text))


def begun(since: Iterable[Checkpoint], content: bytes) -> Reading:
    """The reading of the log that begins with these bytes that came farthest, or a new one."""
    known = [reading for each in since if _begins(reading := _reading(each), content)]
    return max(known, key=lambda reading: reading.state.position.offset, default=Reading())


def beginning(stream: BinaryIO) -> bytes:
    """The first bytes of a log, by which it is known. The stream stands at the start again."""
    content = stream.read(_HEAD_BYTES)
    stream.seek(0)
    return content


def _reading(checkpoint: Checkpoint) -> Reading:
    fields = json.loads(checkpoint.state)
    state = fields["state"]
    return Reading(
        Tally(**fields["tally"]),
        State(Position(**state["position"]), state["database"], _bytes(state["time"])),
        fields["head"],
        fields["head_bytes"],
        fields["whole_at"],
    )


def _begins(reading: Reading, content: bytes) -> bool:
    return len(content) >= reading.head_bytes and _hash(content[: reading.head_bytes]) == reading.head


def _hash(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _text(content: bytes) -> str:
    return content.decode("latin-1")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("latin-1")
