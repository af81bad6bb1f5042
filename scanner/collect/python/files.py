"""The Python files below a root, and which of them may touch a database."""

from __future__ import annotations

import builtins
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scanner import trees
from scanner.collect.python.embedded import SUFFIXES
from scanner.collect.python.named_sql import SUFFIX as SQL
from scanner.collect.python.named_sql import is_named

# Beyond these a file is generated data: reading it would cost minutes and tell nothing.
MAX_BYTES = 4_000_000
MAX_DEPTH = 100

_TEMPLATE = re.compile(r"\.(?:sql|py)\.(?:j2|jinja2?|mako|tmpl|tpl)$")
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_STATEMENTS = re.compile(
    # Small letters are SQL where a statement's structure follows, or where a text begins so: else they are English.
    rb"(?i:\b(?:insert\s+into|replace\s+into|delete\s+from|merge\s+into"
    rb"|create\s+(?:or\s+replace\s+)?(?:temp\w*\s+|materialized\s+)?(?:view|table|function|procedure|trigger|rule))\s"
    rb"|\bselect\s.{1,2000}?\sfrom\s|\bupdate\s+\S+(?:\s+\S+){0,3}?\s+set\s"
    rb"|\bwith\s+(?:recursive\s+)?\S+\s+as\s*(?:(?:not\s+)?materialized\s*)?\()"
    rb"|[\"']\s*\(?\s*(?:select|update|truncate|call|copy|with)\s|\b(?:SELECT|UPDATE|TRUNCATE|CALL|COPY)\s",
    re.DOTALL,
)
_WORKS = re.compile(
    rb"(?i:\b(?:execute\w*|callproc|copy_expert|copy_from|copy_to|read_sql\w*|to_sql|mogrify|fetch(?:row|val|_all|_one)?)\s*\("
    rb"|\.objects\b|\.(?:select|get_or_none|get_by_id|insert_many)\(|__tablename__|mapped_column|models\.Model|%sql\b|\b(?:aiosql|pugsql|peewee|playhouse|sqlmodel|copy_records_to_table|copy_to_table|copy_from_table)\b|\bsqlalchemy\b|\bdjango\.db\b|\.query\b|RawSQL"
    rb"|\bModel(?:Serializer|Form|Schema)\b|AutoSchema\b)"
)
# Libraries that write statements themselves, and calls that do.
_WRITES = re.compile(
    rb"sqlalchemy|sqlmodel|django|peewee|playhouse|aiosql|pugsql|__tablename__|mapped_column|models\.Model|%sql\b"
    rb"|callproc|copy_expert|copy_from|copy_to|read_sql|to_sql|copy_records_to_table|copy_from_table",
    re.IGNORECASE,
)
_CALLED = re.compile(rb"([A-Za-z_\x80-\xff][\w\x80-\xff]*)\s*\(")
_STARRED = re.compile(rb"\bfrom\s+[\w.\x80-\xff]*?([\w\x80-\xff]*)\s+import\s+\*")
_IMPORTED = re.compile(rb"^[ \t]*from[ \t]+\S+[ \t]+import[ \t]+(\([^)]*\)|[^\n]*)", re.MULTILINE)
_NAME = re.compile(rb"[A-Za-z_\x80-\xff][\w\x80-\xff]*")
# What is called so is Python's own as a rule, not a function of the project.
_OWN = frozenset(name for of in (builtins, str, bytes, list, dict, set) for name in dir(of))
_SKIPPED = (
    rb"#[^\n]*+"
    rb"|'''[^'\\]*+(?:(?:\\.|''?(?!'))[^'\\]*+)*+'''|\"\"\"[^\"\\]*+(?:(?:\\.|\"\"?(?!\"))[^\"\\]*+)*+\"\"\""
    rb"|'[^\\\n']*+(?:\\.[^\\\n']*+)*+'|\"[^\\\n\"]*+(?:\\.[^\\\n\"]*+)*+\""
)
_CHAINED = rb"[-+%*/|&^~.]|\b(?:not|if|lambda|and|or|in|is)\b"
_SKIPPING = re.compile(_SKIPPED, re.DOTALL)
_CHAINING = re.compile(_CHAINED)
_NESTING = re.compile(
    rb"(?P<skip>%s)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<chain>%s)|(?P<end>[,;:\n])" % (_SKIPPED, _CHAINED), re.DOTALL
)
MAX_ITEMS = 50_000
# libcst's parser is recursive and written in Rust: it takes the whole process with it when its stack is full.
MAX_CHAIN = 250
_ENDING_CHAINS = re.compile(rb"[,;:]")
_NO_BRACKETS = bytes(set(range(256)) - set(b"()[]{}"))
_PLAIN_DEPTH = 20


@dataclass(slots=True)
class Walk(trees.Walk):
    """What was met on the way and not read."""

    templates: list[str] = field(default_factory=list)  # files a template engine makes SQL or Python of

    def left_out(self) -> Iterator[str]:
        """What was not read, counted and named, a sentence a kind."""
        yield from trees.Walk.left_out(self)
        if self.templates:
            yield f"Not read, templates of SQL or Python: {trees.some(self.templates)}."


def python_files(root: Path, walk: Walk) -> Iterator[Path]:
    """Paths of all files with Python below the root, or the root itself if it is a file, sorted by folder."""
    for path in trees.source_files(root, _is_wanted, walk):
        if path != root and not path.name.endswith(SUFFIXES):
            walk.templates.append(path.relative_to(root).as_posix())
        elif path == root or not path.name.endswith(SQL) or is_named(path):
            yield path


def _is_wanted(name: str) -> bool:
    return name.endswith(SUFFIXES) or _TEMPLATE.search(name) is not None


def may_touch_database(data: bytes) -> bool:
    """Whether SQL keywords, calls that execute or imports of an ORM occur anywhere in the bytes."""
    return works_with_database(data) or _STATEMENTS.search(data) is not None


def works_with_database(data: bytes) -> bool:
    """Whether calls that execute or imports of an ORM do; of keywords alone only the parsed file tells more."""
    return _WORKS.search(data) is not None


def may_write_statements(data: bytes) -> bool:
    """Whether a library occurs that writes statements, or a call that does."""
    return _WRITES.search(data) is not None


def asks_for(data: bytes) -> frozenset[str]:
    """The names that are called or imported anywhere in the bytes, without those of Python's own functions.

    A star import stands for whatever its module has.
    """
    imported = (name for names in _IMPORTED.findall(data) for name in _NAME.findall(names))
    named = frozenset(name.decode("utf-8", "replace") for name in {*_CALLED.findall(data), *imported}) - _OWN
    return named.union(star_of(name.decode("utf-8", "replace")) for name in _STARRED.findall(data))


def star_of(module: str) -> str:
    """What `asks_for` has for ``from package.module import *``; of ``from . import *`` it tells no name."""
    return f"{module}.*"


def decoded(data: bytes) -> str:
    """The text, in the encoding the file declares. Raises UnicodeDecodeError and LookupError."""
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig")
    for line in data.split(b"\n", 2)[:2]:
        declared = _CODING.match(line)
        if declared:
            return data.decode(declared[1].decode("ascii"))
    return data.decode("utf-8")


def too_large(data: bytes) -> str | None:
    """Why the file cannot be parsed safely, or None."""
    if len(data) > MAX_BYTES:
        return f"it is larger than {MAX_BYTES // 1_000_000} MB"
    if _is_plain(data):
        return None
    depth, items, chains = 0, 0, [0]
    for match in _NESTING.finditer(data):
        kind = match.lastgroup
        if kind == "open":
            chains.append(0)
        elif kind == "close":
            chains = chains[:-1] or [0]
        elif kind == "end":
            # A line break ends a chain only outside brackets.
            chains[-1] = chains[-1] if match[0] == b"\n" and len(chains) > 1 else 0
            items += match[0] == b","
        elif kind == "chain":
            chains[-1] += 1
        depth = max(depth, len(chains))
        if depth > MAX_DEPTH or chains[-1] > MAX_CHAIN:
            return "an expression is nested too deeply"
    return f"it lists more than {MAX_ITEMS} items" if items > MAX_ITEMS else None


def _is_plain(data: bytes) -> bool:
    """Whether the file is as nearly all are, which is told in a tenth of the time."""
    bare = _SKIPPING.sub(b" ", data)
    brackets = bare.translate(None, _NO_BRACKETS)
    for _ in range(_PLAIN_DEPTH):
        brackets = brackets.replace(b"()", b"").replace(b"[]", b"").replace(b"{}", b"")
    if brackets or bare.count(b",") > MAX_ITEMS:
        return False
    runs = (run for run in _ENDING_CHAINS.split(bare) if len(run) > MAX_CHAIN)
    return all(len(_CHAINING.findall(run)) <= MAX_CHAIN for run in runs)
