"""Calls that run SQL."""

from __future__ import annotations

from scanner.collect.python import data_frames, factories, loading, rows, syntax
from scanner.collect.python.executors import CERTAIN, MESSAGES, PASSES_ON
from scanner.collect.python.frames import Frame
from scanner.collect.python.given import Given
from scanner.collect.python.implied import implied
from scanner.collect.python.names import called, last_name, rows_of
from scanner.collect.python.uses import use
from scanner.collect.python.values import ConnectionValue, ExternalValue, ResultValue, TextValue, Unknown, Variants


def executed(
    expression: syntax.Call,
    functions: Variants,
    receivers: Variants,
    arguments: list[Variants],
    given: Given,
    frame: Frame,
) -> Variants:
    """What the call gives if it runs SQL: that of its arguments, or that which it stands for."""
    name = last_name(expression.function)
    if frame.quiet or name in MESSAGES or _passes_on(functions):
        return ()
    ran: dict[TextValue, None] = {}
    journal = frame.world.journal
    named = loading.statement(functions)
    if named is not None:
        name, arguments = loading.METHODS.get(named[0], "fetchall"), [(named[1],)]
    made = implied(name, given, receivers, expression.at, frame)
    for values in [made] if made else arguments:
        for value in values:
            if isinstance(value, TextValue):
                text = journal.execute(value, called(expression.function), frame.root, certain=name in CERTAIN)
                ran.update({} if text is None else {text: None})
    if frame.in_transaction:
        journal.in_transaction(ran)
    engines = (v.driver for values in (receivers, *arguments) for v in values if isinstance(v, ConnectionValue))
    for driver in {each for each in engines if each is not None}:
        for text in ran:
            journal.driven(text, driver)
    found = data_frames.in_chunks(rows.result(ran, name, frame, expression.at), given)
    if ran:
        if name == "raw":  # Django fills instances by the names of columns
            use(ResultValue(tuple(ran), "row"), "by-name", frame, expression.at)
        found = factories.made(found, receivers, tuple(ran), frame, expression.at)
    if isinstance(expression.function, syntax.Attribute) and name in CERTAIN:
        cursor = called(expression.function.base)
        frame.world.cursors.add(cursor)
        frame.names[rows_of(cursor)] = found or (Unknown("rows"),)
    return found


def _passes_on(functions: Variants) -> bool:
    return any(isinstance(function, ExternalValue) and function.name in PASSES_ON for function in functions)
