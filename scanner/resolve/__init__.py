"""One statement + one schema → what the engine would make of it. The only code here that walks sqlglot trees."""

from scanner.resolve.constants import is_violated
from scanner.resolve.context import Memo, Settings
from scanner.resolve.parse import Parsed, parse
from scanner.resolve.references import References, named_by, references
from scanner.resolve.resolution import (
    Binding,
    Clause,
    ErrorKind,
    JoinKeys,
    Meanings,
    Output,
    Resolution,
    SqlError,
    Star,
    WholeRow,
    Write,
)
from scanner.resolve.session import Session, read_session, settings
from scanner.resolve.session_catalogue import in_session
from scanner.resolve.statement import resolve, resolve_stored

__all__ = [
    "Binding",
    "Clause",
    "ErrorKind",
    "JoinKeys",
    "Meanings",
    "Memo",
    "Output",
    "Parsed",
    "References",
    "Resolution",
    "Session",
    "Settings",
    "SqlError",
    "Star",
    "WholeRow",
    "Write",
    "in_session",
    "is_violated",
    "named_by",
    "parse",
    "read_session",
    "references",
    "resolve",
    "resolve_stored",
    "settings",
]
