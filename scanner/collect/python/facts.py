"""What is kept of one file: everything the rest needs to know of it, small, and made without libcst's trees."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path, PurePosixPath

from scanner.collect.python import syntax
from scanner.collect.python.driver_hints import driver_hints
from scanner.collect.python.embedded import cells_of, python_of
from scanner.collect.python.files import (
    asks_for,
    decoded,
    may_touch_database,
    may_write_statements,
    too_large,
    works_with_database,
)
from scanner.collect.python.foreign import foreign
from scanner.collect.python.gist import states, tells
from scanner.collect.python.leading import bodies, defined, working
from scanner.collect.python.light import replace
from scanner.collect.python.mapped_names import mapped_names
from scanner.collect.python.packing import pack, unpack

_LINE_END = re.compile(r"\r\n|\r|\n")

# The module, the member and the number of leading dots, as in syntax.Import.
Imported = tuple[str, str | None, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """One file as it was read. Values only: they are sent between processes and kept on disk."""

    digest: str = ""  # of the bytes and of what kind of file they are; empty: they could not be read
    lines: int = 0  # line breaks
    size: int = 0  # bytes
    relevant: bool = False  # it may touch a database
    states: bool = False  # a statement stands in it, or a library that writes some; or it cannot be read
    # Names that it calls or imports; not told of a file that may touch a database by itself.
    asks_for: frozenset[str] = frozenset()
    # Names of its functions that work with a database, and of their classes; names of its mapped classes.
    working: frozenset[str] = frozenset()
    defines: tuple[str, ...] = ()  # names of all its functions and classes
    parsed: bool = False  # it was parsed, or cannot be; False: it was not asked for
    problem: tuple[str, str] | None = None  # why it could not be read: what follows its path, and a sentence
    packed: bytes = b""  # the slim syntax, pickled
    line_starts: bytes = b""  # offsets in characters, as an array of C's unsigned int
    imports: tuple[Imported, ...] = ()
    foreign: frozenset[str] = frozenset()  # modules it imports of mappers that are not understood
    cells: tuple[int, ...] = ()  # of a notebook: the lines on which its code cells begin
    hints: frozenset[str] = frozenset()  # as driver_hints gives them

    def is_linked(self, leading: frozenset[str]) -> bool:
        """Whether it is looked into, or missed, whether others import it or not.

        `leading` are names of functions and classes that work with a database.
        """
        return self.relevant or not self.digest or not leading.isdisjoint(self.asks_for)

    def statements(self) -> tuple[syntax.Statement, ...]:
        """The slim syntax."""
        return unpack(self.packed) if self.packed else ()


def read_facts(file: Path, path: str, *, always: bool) -> Facts:
    """Reads a file; parses it if it may touch a database, or `always`. `path` is relative to the scanned root."""
    try:
        data = file.read_bytes()
    except OSError as error:
        return Facts(states=True, parsed=True, problem=("", f"The file cannot be opened: {error.strerror}."))
    relevant = may_touch_database(data)
    asked = frozenset[str]() if relevant else asks_for(data)
    known = Facts(digest_of(data, path), data.count(b"\n"), len(data), relevant, asks_for=asked, foreign=foreign(data))
    return _parsed(data, path, known) if always or known.relevant else known


def digest_of(data: bytes, path: str) -> str:
    """The digest of a file's bytes. What else stands in a file beside Python depends on its suffix."""
    return blake2b(data, digest_size=16).hexdigest() + PurePosixPath(path).suffix


def _parsed(data: bytes, path: str, known: Facts) -> Facts:
    # Loaded only where a file is parsed: libcst takes longer to load than many scans to run.
    import libcst

    from scanner.collect.python.reading import read

    try:
        text = decoded(data)
        source = python_of(path, text)
        reason = too_large(source.encode(errors="replace"))
        if reason:
            return _unreadable(known, "", f"The file was not read because {reason}.")
        statements = read(source)
        packed = pack(statements)
    except libcst.ParserSyntaxError as error:
        return _unreadable(known, f":{error.raw_line}", "The file does not parse as Python; nothing of it was read.")
    except RecursionError:
        return _unreadable(known, "", "The file was not read because an expression is nested too deeply.")
    except (UnicodeDecodeError, LookupError):
        return _unreadable(known, ":1", "The file is not in the encoding it declares; declare the right one.")
    is_relevant = known.relevant and (works_with_database(data) or tells(statements))
    return replace(
        known,
        relevant=is_relevant,
        states=is_relevant and (may_write_statements(data) or states(statements)),
        asks_for=known.asks_for if is_relevant or not known.relevant else asks_for(data),
        working=working(statements) | mapped_names(statements),
        defines=defined(statements),
        parsed=True,
        packed=packed,
        line_starts=_line_starts(source),
        imports=tuple(dict.fromkeys(_imports(statements))),
        cells=cells_of(path, text),
        hints=driver_hints(source),
    )


def _unreadable(known: Facts, place: str, reason: str) -> Facts:
    return replace(known, parsed=True, states=True, problem=(place, reason))


def _line_starts(text: str) -> bytes:
    return array("I", chain((0,), (match.end() for match in _LINE_END.finditer(text)))).tobytes()


def _imports(statements: Iterable[syntax.Statement]) -> Iterator[Imported]:
    for statement in statements:
        if isinstance(statement, syntax.Import):
            yield statement.module, statement.member, statement.level
        else:
            yield from _imports(chain.from_iterable(bodies(statement)))
