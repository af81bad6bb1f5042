"""A process that reads files for another: requests come in by stdin, facts go out by stdout.

It is a process of its own, and no fork: so it works under notebooks and threads, scripts need no guard against
being imported again, and a file on which libcst's parser overflows its stack or never ends costs this process
and not the scan.
"""

from __future__ import annotations

import gc
import os
import struct
import sys
from importlib import import_module
from pathlib import Path
from typing import IO

from scanner.collect.python.facts import read_facts
from scanner.collect.python.packing import pack, unpack

_LENGTH = struct.Struct(">Q")

# A file, its path relative to the root, and whether it is parsed whatever stands in it.
Request = tuple[str, str, bool]


def main() -> None:
    """Answers requests until there are no more."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # libcst's trees have no circles: looking for garbage among their millions of nodes costs a seventh of the time.
    gc.disable()
    import_module("scanner.collect.python.reading")
    _trust_the_parser()
    send(answers, b"ready")
    while (message := receive(requests)) is not None:
        file, path, always = unpack(message)
        send(answers, pack(read_facts(Path(file), path, always=always)))


def _trust_the_parser() -> None:
    """Leaves out that every node checks itself when it is made, a fifth of the time: the parser makes no wrong ones."""
    node = import_module("libcst").CSTNode
    node.__post_init__ = lambda _: None


def send(stream: IO[bytes], message: bytes) -> None:
    """Writes one message. Raises OSError when nobody reads it."""
    stream.write(_LENGTH.pack(len(message)) + message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """Reads one message; None when the other side is gone."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = stream.read(length)
    return message if len(message) == length else None
