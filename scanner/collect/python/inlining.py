"""Calls of the project's own functions: their bodies are evaluated again with the arguments of the call.

So a helper that is handed a statement is an executor, one that is handed a table and columns builds queries,
a function that is handed rows uses them, and a function that returns a text or a query gives it to its
caller, without any list of helpers. Only functions that have to do with a database are entered, to a bounded
depth, once for each combination of arguments that matter.
"""

from __future__ import annotations

from scanner.collect.python import syntax
from scanner.collect.python.alone import rows_of, run_function
from scanner.collect.python.attributes import set_attribute
from scanner.collect.python.classes import class_attribute, lineage
from scanner.collect.python.evaluations import MAX_CALLS, Outcome
from scanner.collect.python.frames import Definition, Frame
from scanner.collect.python.gist import gist_of
from scanner.collect.python.given import Given
from scanner.collect.python.journal import begins_as_sql
from scanner.collect.python.light import Hashed, dataclass, replace
from scanner.collect.python.makers import makes_instances
from scanner.collect.python.names import last_name
from scanner.collect.python.parameters import accepts, bindings, has_receiver
from scanner.collect.python.passing import may_run, runs_statements
from scanner.collect.python.reach import returns_text
from scanner.collect.python.rows import inside
from scanner.collect.python.statements import may_begin
from scanner.collect.python.values import (
    ClassValue,
    DictValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    ListValue,
    MapperValue,
    PartialValue,
    ResultValue,
    TextValue,
    Unknown,
    Value,
    Variants,
    bounded,
)
from scanner.collect.python.written import Root


@dataclass(frozen=True, slots=True)
class Entry(Hashed):
    """What a call comes to goes by: a function, the values of its parameters, and who calls."""

    function: FunctionValue
    names: tuple[tuple[str, Variants], ...]
    from_reaching: bool  # a function that leads to a database


_PROPERTIES = frozenset(("property", "cached_property", "classproperty"))


def invoked(
    function: FunctionValue,
    receiver: Value | None,
    given: Given,
    frame: Frame,
    root: Root | None = None,
    *,
    always: bool = False,
) -> Variants | None:
    """What the function returns for these arguments; of one that was not entered, rows alone; None: not known."""
    outcome = _entered(function, receiver, given, frame, root or frame.root, always=always)
    return (rows_of(function, frame) or None) if outcome is None else outcome.returned


def constructed(of: ClassValue, given: Given, frame: Frame, root: Root) -> InstanceValue:
    """``Class(…)`` of the project, with the attributes that ``__init__`` makes of the arguments."""
    tells = any(_tells(value) for each in given.every() for value in each)
    for each in class_attribute(of, "__init__", frame):
        if isinstance(each, FunctionValue):
            always = (tells or _hands_on(each, frame)) and _works_with_database(of, frame)
            outcome = _entered(each, InstanceValue(of), given, frame, root, always=always)
            if outcome is not None:
                return InstanceValue(of, fields=outcome.fields)
    return InstanceValue(of)


def initialised(function: FunctionValue, receiver: Value | None, given: Given, frame: Frame, root: Root) -> bool:
    """``super().__init__(…)`` and ``Base.__init__(self, …)``: what that sets is there from here on; False: no such."""
    if not function.name.endswith(".__init__"):
        return False
    outcome = _entered(function, receiver, given, frame, root, always=True)
    for name, values in outcome.fields if outcome else ():
        set_attribute("self", name, values, frame)
    return True


def changed(function: FunctionValue, receiver: InstanceValue, given: Given, frame: Frame, root: Root) -> Variants:
    """The instance after one of its methods, where that set attributes that make statements."""
    outcome = _entered(function, receiver, given, frame, root, always=False) if receiver.fields else None
    return (_with(receiver, outcome.fields),) if outcome and outcome.fields else ()


def called_back(function: FunctionValue, given: Given, frame: Frame, root: Root) -> Variants | None:
    """What a function returns that is handed to another, with the arguments that are meant for it.

    The other calls it with what it makes itself, such as a cursor, and with these arguments after that.
    """
    definition = frame.world.functions.get(function)
    if definition is None:
        return None
    written = definition.function
    plain = written.parameters[has_receiver(definition) :]
    taken = [each for each in plain if each.default is None and each.name not in given.named]
    made = max(0, len(taken) - len(given.positional))
    room = sum(not each.keyword_only for each in plain) - len(given.positional)
    is_first = bool(taken) and taken[0] is plain[0] and (room > 0 or bool(written.rest))
    if not made and is_first and runs_statements(taken[0], written):
        made = 1  # what it may leave out is given by its place
    names = {each.name for each in plain}
    named = {name: values for name, values in given.named.items() if written.keywords or name in names}
    unknown = tuple((Unknown(each.name),) for each in taken[:made])
    return invoked(function, None, Given((*unknown, *given.positional), named, given.open), frame, root)


def decorated(value: FunctionValue, written: syntax.Function, frame: Frame) -> Variants:
    """The function that the project's own decorators make of one; those of libraries leave it as it is."""
    found: Variants = (value,)
    for decorator in reversed(written.decorators):
        if not gist_of(written).tells and _is_of_library(decorator, frame):
            continue  # what it is given may be a hundred cases of a test
        for each in frame.evaluate(decorator):
            if isinstance(each, FunctionValue):
                made = invoked(each, None, Given((found,), {}), frame, always=True) or ()
                functions = tuple(one for one in made if isinstance(one, FunctionValue))
                found = functions or found
    return found


def _is_of_library(decorator: syntax.Expression, frame: Frame) -> bool:
    called = decorator.function if isinstance(decorator, syntax.Call) else decorator
    return all(isinstance(each, ExternalValue) for each in frame.evaluate(called))


def read(value: Value, base: Value, frame: Frame) -> Variants:
    """What an attribute is worth: a property what its function returns."""
    if not isinstance(value, FunctionValue):
        return (value,)
    definition = frame.world.functions.get(value)
    if definition is None or not _PROPERTIES.intersection(map(last_name, definition.function.decorators)):
        return (value,)
    return invoked(value, base, Given((), {}), frame) or (Unknown("…"),)


def by_name(name: str, given: Given, frame: Frame) -> Variants:
    """The only method of this name in the project, for a receiver of which nothing is known."""
    found = frame.world.settled.methods(name) if frame.world.settled else ()
    if len(found) != 1:
        return ()
    definition = frame.world.functions[found[0]]
    if not any(_tells(value) for each in given.every() for value in each):
        return found if accepts(definition, given) and rows_of(found[0], frame) else ()
    bound = bindings(definition, None, given)
    statements = [name for name, values in bound.items() if any(map(_is_statement, values))]
    if any(each.name in statements and _is_other_text(each.default) for each in definition.function.parameters):
        return ()
    return found if not statements or may_run(definition, statements) else ()


def _is_other_text(default: syntax.Expression | None) -> bool:
    """Whether it is a text that no statement would stand in for, as the path of a folder."""
    return isinstance(default, syntax.Text) and bool(default.value) and not may_begin(default.value)


def _is_statement(value: Value) -> bool:
    """Whether it is a statement, or a list that may hold one: of ``*args``."""
    if isinstance(value, ListValue):
        return any(_is_statement(each) for item in value.items for each in item)
    return isinstance(value, TextValue) and begins_as_sql(value)


def _entered(
    function: FunctionValue, receiver: Value | None, given: Given, frame: Frame, root: Root, *, always: bool
) -> Outcome | None:
    world = frame.world
    definition = world.functions.get(function)
    if definition is None or not (always or _is_worth(function, definition, receiver, given, frame)):
        return None
    if world.is_settled and gist_of(definition.function).classes:
        run_function(definition)  # so that classes in it are what they are without these arguments
    names = bindings(definition, receiver, given)
    from_reaching = world.settled is not None and world.settled.reaches(frame.root.function)
    entry = Entry(function, tuple(names.items()), from_reaching)
    inner_root = Root(frame.root.function)
    outcome = world.evaluations.call(
        entry, frame.depth, lambda found, depth: _run(names, definition, depth + 1, inner_root, found)
    )
    if outcome is None:
        if frame.depth < MAX_CALLS:
            world.journal.saturate(function.definition)
        return None
    world.journal.enter(function.definition, outcome.journal, root)
    if frame.in_transaction:
        world.journal.in_transaction(outcome.journal.ran)
    return outcome


def _run(names: dict[str, Variants], definition: Definition, depth: int, root: Root, outcome: Outcome) -> None:
    inner = replace(definition.frame, names=names, depth=depth, root=root, returns=[])
    definition.frame.world.run(definition.function.body, inner)
    own = definition.function.parameters[0].name if definition.function.parameters else "self"
    receiver = names.get(own, (None,))[0]
    if isinstance(receiver, InstanceValue) and (definition.function.name == "__init__" or receiver.fields):
        before = f"{own}."
        set_there = ((name.removeprefix(before), v) for name, v in inner.names.items() if name.startswith(before))
        outcome.fields = tuple(each for each in set_there if not all(isinstance(v, Unknown) for v in each[1]))
        after = _with(receiver, outcome.fields)
        inner.returns = [after if value == receiver else value for value in inner.returns]
    outcome.returned = bounded(inner.returns)


def _with(instance: InstanceValue, fields: tuple[tuple[str, Variants], ...]) -> InstanceValue:
    return replace(instance, fields=tuple({**dict(instance.fields), **dict(fields)}.items()))


def _hands_on(function: FunctionValue, frame: Frame) -> bool:
    """Whether a constructor calls that of a base, with what it knows itself."""
    definition = frame.world.functions.get(function)
    calls = (each.value for each in definition.function.body if isinstance(each, syntax.Evaluate)) if definition else ()
    return any(isinstance(call, syntax.Call) and last_name(call.function) == "__init__" for call in calls)


def _is_worth(
    function: FunctionValue, definition: Definition, receiver: Value | None, given: Given, frame: Frame
) -> bool:
    world = frame.world
    if definition.relevant or makes_instances(function, definition, receiver, world):
        return True
    arguments = [value for each in ((receiver,), *given.every()) for value in each]
    if any(map(_asks, arguments)):
        return True
    if isinstance(receiver, InstanceValue) and receiver.fields and _returns_self(definition):
        return _works_with_database(receiver.of, frame)
    if world.settled is None:
        return False
    return any(map(_tells, arguments)) if world.settled.reaches(function) else _is_piece(definition, frame)


def _returns_self(definition: Definition) -> bool:
    """Whether its last statement is ``return self``: a step of a statement that is built call by call."""
    written = definition.function
    last = written.body[-1] if written.body and written.parameters else None
    return isinstance(last, syntax.Return) and last_name(last.value) == written.parameters[0].name


def _is_piece(definition: Definition, frame: Frame) -> bool:
    """Whether the function gives a text to one that leads to a database."""
    settled = frame.world.settled
    return settled is not None and settled.reaches(frame.root.function) and returns_text(definition.function)


def _works_with_database(of: ClassValue, frame: Frame) -> bool:
    return frame.world.for_good((_works_with_database, of), lambda: _has_relevant(of, frame))


def _has_relevant(of: ClassValue, frame: Frame) -> bool:
    world = frame.world
    for each in lineage(of, frame):
        for statement in world.classes[each].syntax.body:
            definition = world.functions.get(FunctionValue(each.path, f"{each.name}.{getattr(statement, 'name', '')}"))
            if definition is not None and definition.relevant:
                return True
    return False


def _asks(value: Value | None) -> bool:
    """Whether a function that is handed this has to do with a database."""
    if isinstance(value, InstanceValue):
        return value.stored
    if isinstance(value, ListValue | DictValue):
        return any(True for _ in inside(value))
    return isinstance(value, ResultValue | MapperValue) or (isinstance(value, TextValue) and begins_as_sql(value))


def _tells(value: Value | None) -> bool:
    """Whether a function that reaches a database may make a statement of this."""
    if isinstance(value, ListValue):
        return any(_tells(each) for item in value.items for each in item)
    if isinstance(value, DictValue):
        return bool(value.entries)
    if isinstance(value, InstanceValue):
        return bool(value.fields)
    return isinstance(value, TextValue | FunctionValue | PartialValue | ClassValue)
