"""The commands that scan nothing: pages of rules, scripts for servers, schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from scanner.cli.codes import DONE
from scanner.cli.completing import SHELLS, VARIABLE, rules
from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.export_sql import Format
    from scanner.render.json_schema import SchemaName
    from scanner.rules import Rule


@click.command("rule")
@click.argument("name", required=False, metavar="[RULE]", shell_complete=rules)
def rule_(name: str | None) -> int:
    """The page of a RULE, by its code or name; without one, the list of them."""
    from scanner.rules import ALL_RULES
    from scanner.rules.evidence import evidence

    if name is None:
        click.echo("\n".join(sorted(f"{rule.code}  {rule.name:22} {_title(rule)}" for rule in ALL_RULES)))
        return DONE
    found = _rule(name, ALL_RULES)
    click.echo(f"{found.code} {found.name}: {found.page.strip()}")
    if cases := evidence(found.code):
        click.echo(f"\nEvidence\n    {cases}")
    return DONE


@click.command("export-sql")
@click.argument("engine")
@click.option("--format", "form", type=click.Choice(("csv", "json")), help="What psql writes; without it CSV.")
def export_sql_(engine: str, form: Format | None) -> int:
    """A script for psql or mysql that writes down what a server ran.

    It only reads. ENGINE is postgres, mysql or mariadb, with a version as in mysql:8.0. The file that it writes is
    given to the scanner instead of a connection.
    """
    from scanner.export_sql import export_sql
    from scanner.model import Engine

    click.echo(export_sql(Engine.parse(engine), form), nl=False)
    return DONE


@click.command("json-schema")
@click.argument("name", type=click.Choice(("impact", "graph")), default="impact")
def json_schema_(name: SchemaName) -> int:
    """The JSON Schema of impact.json, or of a graph's .json."""
    from scanner.render.json_schema import schema_text

    click.echo(schema_text(name), nl=False)
    return DONE


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion_(context: click.Context, shell: str) -> int:
    """A script that makes SHELL complete commands, options, files, and the tables of scanner.toml.

    bash: eval "$(scanner completion bash)" in ~/.bashrc; zsh: the same with zsh in ~/.zshrc, behind compinit;
    fish: scanner completion fish > ~/.config/fish/completions/scanner.fish.
    """
    from click.shell_completion import shell_complete

    return shell_complete(context.find_root().command, {}, "scanner", VARIABLE, f"{shell}_source")


def _title(rule: Rule) -> str:
    return rule.page.strip().partition("\n")[0]


def _rule(name: str, rules: Sequence[Rule]) -> Rule:
    wanted = name.replace("_", "-").lower()
    for rule in rules:
        if wanted in (rule.code.lower(), rule.name):
            return rule
    from scanner.config import nearest

    near = nearest(wanted, [text for rule in rules for text in (rule.name, rule.code)])
    hint = f"did you mean {near[0]}?" if near else "scanner rule lists them all."
    raise UsageError(f"There is no rule {name}: {hint}")
