"""A new column's definition, written again with some of its parts left for later."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from scanner.change import AddedColumn
from scanner.model import Clause, ClauseKind, Engine
from scanner.rollout.names import quoted

# MySQL wants these right behind the type.
_OF_TYPE = re.compile(r"CHARACTER SET|CHARSET|CHAR SET|COLLATE|BINARY|ASCII|UNICODE|UNSIGNED", re.IGNORECASE)
_NOT_VALID = re.compile(r"\s+NOT\s+VALID\b", re.IGNORECASE)


def definition(
    added: AddedColumn, engine: Engine, keep: Collection[ClauseKind], *, default: str | None, required: bool
) -> str:
    """Name and type with the parts of these kinds, this default, and NOT NULL where it is required."""
    attributes = [each.text for each in added.clauses if each.kind == "attribute"]
    parts = [quoted(added.column.name, engine), added.column.type]
    parts += [text for text in attributes if _OF_TYPE.match(text)]
    parts += [each.text for each in added.clauses if each.kind == "generated"]
    parts += _nullability(added, engine, required)
    parts += [f"DEFAULT {default}"] if default is not None else []
    parts += [text for text in attributes if not _OF_TYPE.match(text)]
    parts += [_named(each, engine) for each in added.clauses if each.kind in keep and not each.apart]
    return " ".join(parts)


def _nullability(added: AddedColumn, engine: Engine, required: bool) -> list[str]:
    if required:
        return ["NOT NULL"]
    # An old MySQL takes a timestamp for NOT NULL unless it is told otherwise.
    return ["NULL"] if engine.family == "mysql" and not added.column.generated else []


def _named(clause: Clause, engine: Engine) -> str:
    text = without_not_valid(clause)
    return f"CONSTRAINT {quoted(clause.name, engine)} {text}" if clause.name else text


def without_not_valid(clause: Clause) -> str:
    """A constraint as it stands in the end."""
    return _NOT_VALID.sub("", clause.text)


def of_kind(added: AddedColumn, *kinds: ClauseKind) -> Iterator[Clause]:
    """The parts of these kinds, in their order."""
    return (clause for clause in added.clauses if clause.kind in kinds)


def position(added: AddedColumn, engine: Engine) -> str:
    """FIRST or AFTER, with a blank before it."""
    if added.position == "after" and added.after is not None:
        return f" AFTER {quoted(added.after, engine)}"
    return " FIRST" if added.position == "first" else ""
