"""Files as collectors read them: found in a stable order, decompressed, decoded without ever failing."""

from __future__ import annotations

import bz2
import codecs
import glob
import gzip
import lzma
import os
import sys
import zlib
from collections.abc import Collection, Iterator
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from scanner.remote import RemotePath

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

STDIN = Path("-")
# What reading a compressed file may raise: cut off, damaged, or not readable at all.
READ_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, zstd.ZstdError)

_SKIPPED_DIRECTORIES = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "node_modules"})
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def exists(path: Path) -> bool:
    """Whether a file or directory is there; standard input always is."""
    return path == STDIN or path.exists()


def files_under(root: Path, suffixes: Collection[str] = ()) -> Iterator[Path]:
    """The file itself, or the files below a directory, sorted; with suffixes, only those that end with one.

    A path that is not there may be a pattern, as in ``logs/slow.log*``; then they are what matches it. Links to
    directories are not followed; version control's and installed packages' directories are left out.
    """
    if isinstance(root, RemotePath):
        yield from root.files()
        return
    if not root.is_dir():
        for match in (root,) if exists(root) else map(Path, sorted(glob.glob(str(root), recursive=True))):
            yield from (match,) if match == root or not match.is_dir() else files_under(match, suffixes)
        return
    for directory, names, files in os.walk(root):
        names[:] = sorted(set(names) - _SKIPPED_DIRECTORIES)
        for name in sorted(files):
            if not suffixes or name.lower().endswith(tuple(suffixes)):
                yield Path(directory, name)


def is_compressed(place: str) -> bool:
    """Whether a file is compressed, by its name."""
    return place.endswith((".gz", ".bz2", ".xz", ".zst"))


def relative(path: Path, root: Path) -> str:
    """The path as locations show it: relative to the scanned directory, with forward slashes."""
    return (path.relative_to(root) if root.is_dir() else Path(path.name)).as_posix()


def open_binary(path: Path) -> BinaryIO:
    """Opens a file for reading, through gzip, bzip2, xz or zstd when its first bytes say so. Raises OSError."""
    file = cast(BinaryIO, sys.stdin.buffer) if path == STDIN else cast(BinaryIO, path.open("rb"))
    magic = file.peek(6)[:6] if isinstance(file, BufferedReader) else _start(file)
    if magic.startswith(b"\x1f\x8b"):
        return cast(BinaryIO, gzip.GzipFile(fileobj=file))
    if magic.startswith(b"BZh"):
        return cast(BinaryIO, bz2.BZ2File(file))
    if magic == b"\xfd7zXZ\x00":
        return cast(BinaryIO, lzma.LZMAFile(file))
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return cast(BinaryIO, zstd.ZstdFile(file))
    return file


def open_text(path: Path) -> TextIO:
    """As `open_binary`, decoded like `decode`; lines end with a line feed alone. Raises OSError."""
    stream = open_binary(path)
    start = b"" if path == STDIN else stream.read(4)
    if start:
        stream.seek(0)
    return TextIOWrapper(stream, _encoding(start), "replace", newline="\n")


def _start(file: BinaryIO) -> bytes:
    content = file.read(6)
    file.seek(0)
    return content


def decode(data: bytes) -> tuple[str, int]:
    """The text and the number of places that were not valid in its encoding (replaced by U+FFFD there).

    UTF-8 unless a byte order mark says otherwise.
    """
    encoding = _encoding(data)
    try:
        return data.decode(encoding), 0
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        return text, text.count("\ufffd")


def _encoding(start: bytes) -> str:
    return next((name for mark, name in _BYTE_ORDER_MARKS if start.startswith(mark)), "utf-8")
