"""The text of routines, triggers and DO blocks → the statements in them. A reader only: nothing is resolved here."""

from scanner.bodies.body import Body, Part, VariableRule
from scanner.bodies.filling import may_fill
from scanner.bodies.procedural import CONFLICT_RULES, read_procedural
from scanner.bodies.routine import read_block, read_routine, read_trigger

__all__ = [
    "CONFLICT_RULES",
    "Body",
    "Part",
    "VariableRule",
    "may_fill",
    "read_block",
    "read_procedural",
    "read_routine",
    "read_trigger",
]
