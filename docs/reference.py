"""The reference pages that are made from the program: its command line, its public Python names, its JSON."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import is_dataclass
from enum import Enum
from itertools import takewhile
from pathlib import Path
from typing import Any

import click

import scanner
from scanner.cli import commands
from scanner.cli.asked import SHARED_OPTIONS

Node = Mapping[str, Any]  # of a JSON Schema

_MADE = "<!-- Generated from {}: change that, then run make docs. -->"
_SCHEMA = Path(scanner.__file__).parent / "render" / "templates" / "impact.schema.json"


def cli_page() -> str:
    """Each command with its arguments and options, as its help has them."""
    context = click.Context(commands, info_name="scanner")
    found = {name: commands.get_command(context, name) for name in commands.list_commands(context)}
    known = {name: command for name, command in found.items() if command is not None and not command.hidden}
    sharing = [f"`{name}`" for name, command in known.items() if _names(command) >= SHARED_OPTIONS]
    shared = [option for option in known["impact"].params if option.name in SHARED_OPTIONS]
    parts = [
        _MADE.format("the commands' help"),
        "# The command line",
        "With `--help`, `scanner` and each of its commands say the same on the terminal.",
        _table("command", ((f"[`scanner {name}`](#scanner-{name})", _summary(known[name])) for name in known)),
        *(part for name, command in known.items() for part in _command(name, command, context)),
        "## What is scanned",
        f"These options are those of {', '.join(sharing)}. A `scanner.toml` says the same, once and for all of them "
        "([its keys](configuration.md)); [sources](sources.md) tells what each kind of source shows.",
        _table("option", map(_option, shared)),
        _EXIT_CODES,
        _ENVIRONMENT,
    ]
    return "\n\n".join(parts) + "\n"


_EXIT_CODES = """## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | something is at or above `--fail-on`, or the engine refuted a finding |
| 2 | the request cannot be carried out: one sentence on standard error says why |
| 3 | done, but a source, file or migration could not be read; statements that could not be judged are in the report |
| 130 | interrupted |
| 141 | nobody reads the output any more |"""

_ENVIRONMENT = """## Environment

| variable | meaning |
| --- | --- |
| `NO_COLOR` | no colours, whatever the terminal can show |
| `COLUMNS` | the width of the output |
| `SCANNER_CACHE_DIR` | where what was read of Python is kept; empty: nowhere ([more](sources.md#python)) |
| `${NAME}` in `scanner.toml` | any variable, in DSNs and URLs: for passwords |"""


def _command(name: str, command: click.Command, context: click.Context) -> Iterator[str]:
    own = click.Context(command, info_name=name, parent=context)
    yield f"## scanner {name}"
    yield f"```text\n{own.command_path} {' '.join(command.collect_usage_pieces(own))}\n```"
    yield inspect.cleandoc(command.help or "")
    options = [option for option in command.params if isinstance(option, click.Option) and not option.hidden]
    shares = _names(command) >= SHARED_OPTIONS
    listed = [option for option in options if not (shares and option.name in SHARED_OPTIONS)]
    if listed:
        yield _table("option", map(_option, listed))
    if shares:
        yield "And the options that say [what is scanned](#what-is-scanned)."


def _names(command: click.Command) -> set[str]:
    return {parameter.name for parameter in command.params if parameter.name}


def _summary(command: click.Command) -> str:
    return inspect.cleandoc(command.help or "").split("\n\n")[0].replace("\n", " ")


def _option(option: click.Parameter) -> tuple[str, str]:
    assert isinstance(option, click.Option)
    value = f" {option.make_metavar(click.Context(commands))}" if option.metavar or not option.is_flag else ""
    names = ", ".join(f"`{each}{value}`" for each in option.opts)
    help_text = option.help or ""
    return names.replace("|", "\\|"), help_text + (" May be given several times." if option.multiple else "")


def _table(head: str, rows: Iterator[tuple[str, str]] | map[tuple[str, str]]) -> str:
    return "\n".join([f"| {head} | |", "| --- | --- |", *(f"| {name} | {text} |" for name, text in rows)])


def api_page() -> str:
    """Each public name with its signature and docstring, and so each of its public methods."""
    parts = [
        _MADE.format("the docstrings"),
        "# Python reference",
        "Every public name of the package. [In Python and in notebooks](python-api.md) shows them at work.",
    ]
    for name in sorted(set(scanner.__all__) - {"__version__"}, key=lambda name: (name.lower(), name)):
        parts += _name(name, getattr(scanner, name))
    return "\n\n".join(parts) + "\n"


def _name(name: str, value: object) -> Iterator[str]:
    yield f"## scanner.{name}"
    if inspect.isclass(value):
        yield _doc(value)
        if issubclass(value, Enum):
            yield "\n".join(f"- `{member.name}` = `{member.value!r}`" for member in value)
        elif is_dataclass(value):
            yield from _attributes(value)
        for each, member in _members(value):
            yield f"### {name}.{each}" + ("" if isinstance(member, property) else _signature(member, own=True))
            yield _doc(member)
    else:
        yield f"```python\nscanner.{name}{_signature(value)}\n```"
        yield _doc(value)


def _attributes(value: type) -> Iterator[str]:
    """The fields with what stands behind or above them in the source."""
    fields = [name for name in value.__dataclass_fields__ if not name.startswith("_")]  # type: ignore[attr-defined]
    if not fields:
        return
    lines = [line.strip() for line in inspect.getsource(value).splitlines()]
    rows = []
    for name in fields:
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{name}: "))
        above = list(takewhile(lambda line: line.startswith("#"), reversed(lines[:at])))
        declared, _, comment = lines[at].partition("  # ")
        kind = declared.removeprefix(f"{name}: ").partition(" = ")[0].replace(" | ", " or ")
        rows.append(f"| `{name}` | `{kind}` | {comment or ' '.join(line[2:] for line in reversed(above))} |")
    yield "\n".join(["| attribute | type | meaning |", "| --- | --- | --- |", *rows])


def _members(value: type) -> Iterator[tuple[str, Any]]:
    for each, member in vars(value).items():
        plain = member.func if hasattr(member, "attrname") else getattr(member, "__func__", member)
        documented = isinstance(member, property) or inspect.isfunction(plain)
        if documented and not each.startswith("_") and inspect.getdoc(member):
            yield each, property(plain) if hasattr(member, "attrname") else (member if plain is member else plain)


def json_page() -> str:
    """Every key of the JSON report, from its schema; what several keys share has a section of its own."""
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    parts = [
        _MADE.format("scanner/render/templates/impact.schema.json"),
        "# The JSON report, key by key",
        f"{schema['description']}",
        "[impact.schema.json](../scanner/render/templates/impact.schema.json) is the same for validators; "
        "[Reports](outputs.md#json) tells what the words mean.",
    ]
    shared = {name: each for name, each in schema["$defs"].items() if "properties" in each}
    for name, each in (schema["properties"] | shared).items():
        kind = _kind(each, schema)
        parts.append(f"## {name}")
        parts.append(f"{kind[:1].upper()}{kind[1:]}. {each.get('description', '')}".strip())
        if rows := list(_keys(each, schema, "")):
            parts.append("\n".join(["| key | type | meaning |", "| --- | --- | --- |", *rows]))
    return "\n\n".join(parts) + "\n"


def _keys(node: Node, schema: Node, above: str) -> Iterator[str]:
    """A row for each key of an object, or of the objects in a list, and for those below it."""
    if "items" in node:
        yield from _keys(node["items"], schema, above)
    for part in (*node.get("allOf", ()), *node.get("anyOf", ()), *node.get("oneOf", ())):
        if shared := _shared(part, schema):
            yield f"| {f'`{above}`' if above else ''} | {shared} | Its keys, and |"
        yield from _keys(part, schema, above)
    for name, each in node.get("properties", {}).items():
        meaning = each.get("description") or _followed(each, schema).get("description", "")
        yield f"| `{above}{name}` | {_kind(each, schema)} | {meaning} |"
        yield from _keys(each, schema, f"{above}{name}.")


def _kind(node: Node, schema: Node) -> str:
    if shared := _shared(node, schema):
        return shared
    node = _followed(node, schema)
    if "enum" in node:
        return ", ".join("null" if value is None else f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if several := node.get("anyOf") or node.get("oneOf"):
        return " or ".join(_kind(each, schema) for each in several)
    if "allOf" in node:
        return "object"
    kinds = node.get("type", [])
    shown = " or ".join(kinds if isinstance(kinds, list) else [kinds])
    return shown.replace("array", f"array of {_kind(node['items'], schema)}") if "items" in node else shown


def _shared(node: Node, schema: Node) -> str:
    """The link to the section of what a node refers to, if that is an object with keys, or one of the report's."""
    *_, name = node.get("$ref", "").split("/")
    if name == "items":
        *_, name, _ = node["$ref"].split("/")
    return f"[{name}](#{name})" if "properties" in schema["$defs"].get(name, {}) or name in schema["properties"] else ""


def _followed(node: Node, schema: Node) -> Node:
    while "$ref" in node:
        found = schema
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        node = found
    return node


def _signature(value: Callable[..., object], *, own: bool = False) -> str:
    signature = inspect.signature(value)
    parameters = list(signature.parameters.values())[1 if own else 0 :]
    return str(signature.replace(parameters=parameters)).replace("'", "")


def _doc(value: object) -> str:
    return inspect.getdoc(value) or ""
