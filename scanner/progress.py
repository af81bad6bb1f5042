"""What is told of work while it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Protocol

from scanner.config import SourceConfig
from scanner.model import Checkpoint, Collected
from scanner.remote import RemotePath
from scanner.text_files import STDIN, files_under, is_compressed

_REPORT_EVERY = 500  # observations


class Progress(Protocol):
    """Is told what is being done."""

    def __call__(self, step: str, count: int, read: tuple[int, int] | None = None, /) -> None:
        """What is being done, how many observations it gave, and how many bytes of how many were read, if known."""


def silent(step: str, count: int, read: tuple[int, int] | None = None, /) -> None:
    """Tells nobody."""


def counted(found: Iterable[Collected], source: SourceConfig, step: str, tell: Progress) -> Iterator[Collected]:
    """What a source yields, told as it comes."""
    tell(step, 0)
    files, total = _begins(source)
    count, read = 0, None
    for count, item in enumerate(found, 1):
        if isinstance(item, Checkpoint) and item.place in files:
            read = files[item.place] + (0 if is_compressed(item.place) else item.position), total
            tell(step, count, read)
        elif count % _REPORT_EVERY == 0:
            tell(step, count, read)
        yield item
    tell(step, count, read)


def _begins(source: SourceConfig) -> tuple[dict[str, int], int]:
    """Where each log begins among all of its source, in bytes on the disk, and where the last ends."""
    path = source.path
    if source.kind != "mysql_slow_log" or path is None or path == STDIN or isinstance(path, RemotePath):
        return {}, 0
    try:
        sizes = {str(file): file.stat().st_size for file in files_under(path)}
    except OSError:  # it has just gone
        return {}, 0
    *begins, end = accumulate(sizes.values(), initial=0)
    return dict(zip(sizes, begins, strict=True)), end
