"""What is told of all modules of a project together, once they are known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanner.collect.python.gist import ANY_ATTRIBUTE, gist_of
from scanner.collect.python.reach import Reach, reaching
from scanner.collect.python.values import ClassValue, FunctionValue

if TYPE_CHECKING:
    from scanner.collect.python.evaluations import Evaluations
    from scanner.collect.python.frames import World


@dataclass(frozen=True, slots=True)
class Settled:
    """Answers that other modules may give another way, each noted by who asks."""

    classes: Mapping[ClassValue, None]  # a dict for its order
    _evaluations: Evaluations
    _reach: Reach  # which functions lead to a database
    _assigning: Mapping[tuple[ClassValue, str], tuple[tuple[FunctionValue, bool], ...]]

    @classmethod
    def of(cls, world: World) -> Settled:
        """To be told once all modules are evaluated."""
        functions = world.functions.known
        written = {value: each.function for value, each in functions.items()}
        reach = reaching(written, {value for value, each in functions.items() if each.frame.is_method})
        assigning: dict[tuple[ClassValue, str], list[tuple[FunctionValue, bool]]] = defaultdict(list)
        for value, each in functions.items():
            owner = each.frame.owner if each.frame.is_method else None
            gist = gist_of(each.function) if owner is not None else None
            for names, is_change in ((gist.assigns, False), (gist.changes, True)) if gist is not None else ():
                for name in names:
                    assert owner is not None
                    assigning[(owner, name)].append((value, is_change))
        told = {key: tuple(values) for key, values in assigning.items()}
        return cls(dict.fromkeys(world.classes.known), world.evaluations, reach, told)

    def reaches(self, function: FunctionValue | None) -> bool:
        """Whether the function leads to a database, directly or through what it calls."""
        if function is None:
            return False
        self._evaluations.ask("reaches", function.path, function.name)
        return function in self._reach

    def methods(self, name: str) -> tuple[FunctionValue, ...]:
        """The methods of this name, if a function of this name leads to a database."""
        self._evaluations.ask("methods", name)
        return self._reach.methods.get(name, ())

    def assigning(self, owner: ClassValue, name: str) -> tuple[tuple[FunctionValue, bool], ...]:
        """The methods of the class that assign to this attribute of its instances, or may do so by a base's.

        True: it changes the list or dict that others assigned.
        """
        self._evaluations.ask("module", owner.path)
        return self._assigning.get((owner, name)) or self._assigning.get((owner, ANY_ATTRIBUTE), ())
