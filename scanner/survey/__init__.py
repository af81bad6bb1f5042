"""Looks at a repository and proposes a scanner.toml: what it finds, and why it thinks so.

Files are read, never run; no password, and no address of a server, is taken from them.
"""

from scanner.survey.surveying import survey
from scanner.survey.writing import to_toml

__all__ = ["survey", "to_toml"]
