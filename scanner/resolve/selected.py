"""Names of the select list: which of its columns a bare name in another clause means."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.resolve.context import Context
from scanner.resolve.lookup import Step
from scanner.resolve.resolution import Output
from scanner.resolve.scope import Scope


def output_named(ctx: Context, outputs: Sequence[Output], key: str) -> list[Output]:
    """The outputs of this name."""
    return [o for o in outputs if o.name is not None and ctx.key(o.name) == key]


def _named(ctx: Context, scope: Scope, key: str) -> list[Output]:
    return output_named(ctx, scope.outputs, key)


def _selected(ctx: Context, scope: Scope, key: str) -> list[Output]:
    """MySQL's way: a named expression ends the search, wherever it stands; columns of the name must be the same."""
    matches = output_named(ctx, scope.outputs, key)
    return [o for o in matches if o.column is None][:1] or matches


def _selected_twice(ctx: Context, scope: Scope, key: str) -> list[Output]:
    matches = _selected(ctx, scope, key)
    return matches if len({o.meaning for o in matches}) > 1 else []


def _grouped(ctx: Context, scope: Scope, key: str) -> list[Output]:
    known = [*scope.grouped, *scope.outputs]
    return [o for o in known if o.column is not None and ctx.key(o.column) == key][:1]


FINDERS: dict[Step, Callable[[Context, Scope, str], list[Output]]] = {
    Step.OUTPUTS: _named,
    Step.SELECTED: _selected,
    Step.SELECTED_TWICE: _selected_twice,
    Step.GROUPED: _grouped,
}
