"""What becomes of the errors of one statement of a body: a handler may take them, or the statement may not be run."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from scanner.bodies import Part
from scanner.resolve.context import Context
from scanner.resolve.resolution import Meaning, SqlError

_EVERY = frozenset({"sqlexception", "others"})
_BRANCH = "it stands in a branch that may not be taken"
_HANDLER = "a handler may take the error"
# PostgreSQL's conditions (appendix A of its manual), and the SQLSTATEs that MySQL and MariaDB give their numbers.
_ALSO = {
    "42703": ("undefined_column",),
    "42702": ("ambiguous_column",),
    "42701": ("duplicate_column",),
    "42601": ("syntax_error",),
    "42803": ("grouping_error",),
    "42804": ("datatype_mismatch",),
    "42883": ("undefined_function",),
    "42501": ("insufficient_privilege",),
    "42P13": ("invalid_function_definition",),
    "428C9": ("generated_always",),
    "23502": ("not_null_violation", "integrity_constraint_violation"),
    "1048": ("23000",),
    "1052": ("23000",),
    "1054": ("42s22",),
    "1055": ("42000",),
    "1060": ("42s21",),
    "1136": ("21s01",),
    "1222": ("21000",),
    "1241": ("21000",),
    "1328": ("hy000",),
    "1364": ("hy000",),
    "1906": ("hy000",),
    "3105": ("hy000",),
}


def settle(ctx: Context, part: Part, errors: int, writes: int) -> Iterator[Meaning]:
    """Goes through what the part added to so many errors and writes; yields a meaning for each error taken."""
    if part.caught:
        ctx.result.writes[writes:] = [
            replace(write, ignores_errors=write.ignores_errors or _takes_every(part.caught))
            for write in ctx.result.writes[writes:]
        ]
    if part.caught or part.maybe:
        added = ctx.result.errors[errors:]
        del ctx.result.errors[errors:]
        for error in added:
            if _takes(part.caught, error):
                yield ctx.meanings.of("caught", error.kind, error.node, error.column)
            else:
                ctx.result.errors.append(_doubted(part, error))


def _doubted(part: Part, error: SqlError) -> SqlError:
    unknown = any(not _is_code(word) and word not in _NAMES for word in part.caught)
    reason = error.possible or (_BRANCH if part.maybe else _HANDLER if unknown else None)
    return replace(error, possible=reason)


def _takes(caught: Collection[str], error: SqlError) -> bool:
    return _takes_every(caught) or bool({error.code.lower(), *_ALSO.get(error.code, ())}.intersection(caught))


def _takes_every(caught: Collection[str]) -> bool:
    return not _EVERY.isdisjoint(caught)


def _is_code(word: str) -> bool:
    """An errno or a SQLSTATE, as against a name that a DECLARE … CONDITION gave to one."""
    return word.isdigit() or (len(word) == 5 and any(c.isdigit() for c in word))


_NAMES = frozenset(name for names in _ALSO.values() for name in names)
