"""Lambdas: what is around them when they are made, and what they give when they are called."""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.callables import LambdaValue
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.gist import nodes
from scanner.collect.python.given import Given
from scanner.collect.python.parameters import bindings
from scanner.collect.python.values import Unknown, Variants


def lambda_value(written: syntax.Lambda, frame: Frame) -> LambdaValue:
    """The lambda as a value."""
    around: dict[str, Variants] = {}
    if frame.outer is not None:
        for node in nodes(written.body):
            if isinstance(node, syntax.Name) and node.id not in around:
                found = _found(node.id, frame)
                if found is not None:
                    around[node.id] = found
    return LambdaValue(written, frame.module.path, frame.function, tuple(around.items()))


def _found(name: str, frame: Frame) -> Variants | None:
    """What the name is worth in a function around; None: it is one of the module, or not known."""
    within: Frame | None = frame
    while within is not None and within.outer is not None:
        found = within.names.get(name)
        if found is not None:
            return found if any(not isinstance(value, Unknown) for value in found) else None
        within = within.outer
    return None


def entered(value: LambdaValue, given: Given, frame: Frame) -> Variants:
    """What the lambda gives for these arguments."""
    outer = frame.world.frame(value.path)
    if outer is None or not frame.world.evaluations.follows(frame.depth):
        return ()
    inner = Frame(frame.world, outer.module, dict(value.around), outer, value.function, root=frame.root)
    inner.depth, inner.in_transaction = frame.depth + 1, frame.in_transaction
    inner.names |= bindings(Definition(value.as_function, inner, relevant=False), None, given)
    return inner.evaluate(value.written.body)
