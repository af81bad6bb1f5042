"""Rows that a function returns: as the answer of a web service, or to callers that are not known."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.classes import ancestry
from scanner.collect.python.frames import Definition
from scanner.collect.python.names import last_name
from scanner.collect.python.rows import inside
from scanner.collect.python.uses import note
from scanner.collect.python.values import ClassValue, ExternalValue, Variants
from scanner.model import RowUse

_ROUTES = frozenset(("route", "get", "post", "put", "patch", "delete", "api_route", "websocket"))
_VIEWS = frozenset(("api_view", "json_response", "jsonify", "endpoint"))
# Classes whose methods get, post … answer with what they return.
_RESOURCES = frozenset(("Resource", "MethodView", "HTTPEndpoint", "APIView", "MethodResource"))
_VERBS = frozenset(("get", "post", "put", "patch", "delete", "list", "retrieve"))
# An answer of these names its fields.
_FILTERS = frozenset(("response_model", "marshal_with", "marshal_list_with", "response"))


def returned(values: Variants, definition: Definition) -> None:
    """Notes the rows among what a function returns."""
    written, frame = definition.function, definition.frame
    if _is_filtered(written):
        kind = RowUse("by-name")
    elif _is_answer(definition):
        kind = RowUse("serialised", into=f"the answer of {written.name}")
    else:
        kind = RowUse("returned", into=written.name)
    for value in values:
        for held in inside(value):
            note(held, kind, frame, written.at)


def _is_answer(definition: Definition) -> bool:
    if any(map(_is_route, definition.function.decorators)):
        return True
    owner = definition.frame.owner
    if owner is None or definition.function.name not in _VERBS:
        return False
    bases = ancestry(owner, definition.frame.world) if isinstance(owner, ClassValue) else []
    names = {base.name.rsplit(".", 1)[-1] for base in bases if isinstance(base, ExternalValue)}
    return bool(names & _RESOURCES)


def _is_route(decorator: syntax.Expression) -> bool:
    function = decorator.function if isinstance(decorator, syntax.Call) else decorator
    if last_name(function) in _VIEWS:
        return True
    # @app.get("/orders"): a decorator called with a path.
    if not isinstance(decorator, syntax.Call) or not isinstance(function, syntax.Attribute):
        return False
    first = decorator.arguments[0].value if decorator.arguments else None
    return function.name in _ROUTES and isinstance(first, syntax.Text | syntax.Joined)


def _is_filtered(written: syntax.Function) -> bool:
    """Whether the answer is cut down to a model: FastAPI does so by the annotation too."""
    for decorator in written.decorators:
        if isinstance(decorator, syntax.Call):
            keywords = {argument.keyword for argument in decorator.arguments}
            if keywords & _FILTERS or last_name(decorator.function) in _FILTERS:
                return True
            if _is_route(decorator) and isinstance(written.returns, syntax.Name):
                return written.returns.id[:1].isupper() and not written.returns.id.endswith("Response")
    return False
