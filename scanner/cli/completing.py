"""What the shell offers behind Tab: files, tables, databases, rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem
from click.types import StringParamType

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_SCANNER_COMPLETE"  # by which a shell asks, as click's scripts do

_TABLE = re.compile(
    rb"^\s*CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)", re.M | re.I
)
_MOST_BYTES = 5_000_000  # of DDL: more would keep people waiting


class Place(StringParamType):
    """A text that names a file or a folder: of those the shell itself knows which there are."""

    def __init__(self, name: str, kind: str) -> None:
        self.name = name  # as the help has it
        self._kind = kind  # as click's scripts have it: file, dir

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """What makes the shell offer its own."""
        return [CompletionItem(incomplete, type=self._kind)]


FILE, DIR = Place("FILE", "file"), Place("DIR", "dir")


class _Name(StringParamType):
    """The name of a database."""

    name = "NAME"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Those of scanner.toml."""
        return _items((str(entry.get("name")) for entry in _databases(ctx)), incomplete)


def type_for(metavar: str) -> StringParamType | None:
    """The type of a value that is called so in the help: FILE|DSN is a file, too."""
    words = metavar.split("|")
    return FILE if "FILE" in words else DIR if "DIR" in words else _Name() if metavar == "NAME" else None


def tables(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The tables of the schemas that scanner.toml names as files of SQL; files where none begins like that."""
    named = context.params.get("database")
    found = (name for entry in _databases(context) if named in (None, entry.get("name")) for name in _tables(entry))
    return _items(found, incomplete) or FILE.shell_complete(context, parameter, incomplete)


def rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Codes of rules, or names where one is begun."""
    from scanner.rules import ALL_RULES

    codes = incomplete[:1].isupper() or not incomplete
    return _items((rule.code if codes else rule.name for rule in ALL_RULES), incomplete)


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(name) for name in sorted(set(names)) if name.startswith(incomplete)]


def _databases(context: click.Context) -> list[dict[str, Any]]:
    """The entries of scanner.toml as they are written, each with the folder that its paths are relative to."""
    import tomllib

    from scanner.config import find_config

    given = context.params.get("config")
    path = Path(given) if given else find_config(Path.cwd())
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return []
    entries = document.get("databases")
    found = (entry for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
    return [entry | {"folder": path.parent if path else Path()} for entry in found]


def _tables(entry: dict[str, Any]) -> Iterator[str]:
    from scanner.config import is_dsn
    from scanner.text_files import files_under

    schema = entry.get("schema", ())
    left = _MOST_BYTES
    for text in (schema,) if isinstance(schema, str) else schema:
        if not isinstance(text, str) or is_dsn(text):
            continue
        for file in files_under(entry["folder"] / text, (".sql",)):
            try:
                data = file.read_bytes()[:left]
            except OSError:
                continue
            left -= len(data)
            yield from (match.decode("utf-8", "replace") for match in _TABLE.findall(data))
