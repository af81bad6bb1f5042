"""Functions that are applied to rows one by one: by map, starmap and filter, as the key of a sort."""

from __future__ import annotations

from scanner.collect.python import rows, syntax
from scanner.collect.python.callables import GetterValue
from scanner.collect.python.frames import Frame
from scanner.collect.python.values import ListValue, ResultValue, Variants, bounded

# A name that no program can use.
_ELEMENT = "element of rows"


def applied(function: syntax.Expression, element: Variants, frame: Frame, at: int, *, spread: bool = False) -> Variants:
    """``function(element)``; with `spread`, ``function(*element)``."""
    if not element:
        return ()
    saved = dict(frame.names)
    frame.names[_ELEMENT] = element
    argument = syntax.Argument(syntax.Name(_ELEMENT, at), None, "*" if spread else "")
    found = frame.evaluate(syntax.Call(function, (argument,), at))
    frame.names = saved
    return found


def got(getter: GetterValue, value: ResultValue, frame: Frame, at: int) -> Variants:
    """``operator.itemgetter(…)(value)``."""
    of_names = [rows.attribute(value, name, frame, at) for name in getter.names]
    found = [*of_names, *(rows.item(value, index, frame.place(at), frame) for index in getter.items)]
    known = [each for each in found if each]
    return bounded(known[0] if len(found) == 1 else (ListValue(tuple(known)),)) if known else ()
