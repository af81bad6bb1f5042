"""A sample of large logs: their beginning and their end, read by the collector as if they were all there is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from scanner.config import SourceConfig
from scanner.model import Observation
from scanner.remote import RemotePath
from scanner.text_files import READ_ERRORS, files_under, is_compressed, open_binary

_SAMPLED = 500_000  # bytes at either end of a log
_ENTRY = (b"\n# Time: ", b"\n# User@Host: ")


@dataclass(slots=True)
class Sample:
    """What was read of a source, and when what is in it ran."""

    share: str = ""  # of how much, in words; empty: of everything
    written: datetime | None = None  # when the newest of its files was
    names: dict[str, str] = field(default_factory=dict)  # the copies, and what they are of
    first: datetime | None = None
    last: datetime | None = None

    def seen(self, observation: Observation) -> None:
        """Notes when it last ran."""
        when = observation.last_seen
        if when is not None:
            self.first = min(self.first or when, when)
            self.last = max(self.last or when, when)

    def named(self, text: str) -> str:
        """The text with the names of the files that copies stand for."""
        for copy, name in self.names.items():
            text = text.replace(copy, name)
        return text


@contextmanager
def sampled(source: SourceConfig) -> Iterator[tuple[SourceConfig, Sample]]:
    """The source, or of a slow log that is large the beginning and the end of each of its files."""
    sample, path = Sample(), source.path
    if source.kind != "mysql_slow_log" or path is None or isinstance(path, RemotePath):
        yield source, sample
        return
    try:
        files = list(files_under(path))
        size = sum(file.stat().st_size for file in files)
        sample.written = max((datetime.fromtimestamp(f.stat().st_mtime, UTC) for f in files), default=None)
    except OSError:  # the collector says what is wrong
        yield source, sample
        return
    if size <= 2 * _SAMPLED:
        yield source, sample
        return
    with tempfile.TemporaryDirectory(prefix="scanner-doctor-") as folder:
        for number, file in enumerate(files):
            copy = Path(folder, f"{number:06}.log")
            _copy(file, copy)
            sample.names[str(copy)] = str(file)
        sample.share = f" in a sample of {size / 1_000_000:,.1f} MB"
        yield replace(source, path=Path(folder)), sample


def _copy(file: Path, copy: Path) -> None:
    """Writes beginning and end of a log into the copy; of one that cannot be read, a link for the collector to try."""
    try:
        with open_binary(file) as stream:
            start = stream.read(_SAMPLED)
            end = b""
            if not is_compressed(str(file)) and file.stat().st_size > 2 * _SAMPLED:
                stream.seek(-_SAMPLED, 2)
                end = stream.read()
        copy.write_bytes((start if len(start) < _SAMPLED else _to_entry(start)) + _from_entry(end))
    except READ_ERRORS:
        copy.symlink_to(file.absolute())


def _to_entry(data: bytes) -> bytes:
    """Without the last entry, which may go on."""
    ends = next((at for sign in _ENTRY if (at := data.rfind(sign)) >= 0), data.rfind(b"\n"))
    return data[: ends + 1]


def _from_entry(data: bytes) -> bytes:
    """Without what belongs to an entry that began before."""
    begins = [at for sign in _ENTRY if (at := data.find(sign)) >= 0]
    return data[min(begins) + 1 :] if begins else b""
