"""Every exception raised on purpose. The message is one sentence: what happened, where, what to do."""

from __future__ import annotations

from scanner.masking import mask


class ScannerError(Exception):
    """The base of all of them; the command line prints it and exits with 2. Passwords in the message are masked."""

    def __init__(self, message: str) -> None:
        super().__init__(mask(message))


def reason_of(error: Exception) -> str:
    """Why something could not be read or written, in words: no number of an error, no path once more."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


class UsageError(ScannerError):
    """The request cannot be carried out as it was written (an option, a name, a configuration)."""


class ChangeError(UsageError):
    """The change is no ADD COLUMN, names an unknown table or adds a column that is already there."""


class ConfigError(UsageError):
    """scanner.toml, or the options that stand for it, cannot be used as written."""


class SourceError(ScannerError):
    """A source of queries or a schema could not be read at all: the rest of the scan goes on without it."""


class StoreError(ScannerError):
    """A stored scan is damaged, newer than this version, or no scan at all."""


class ClusterError(ScannerError):
    """A Dask cluster cannot be reached, has been lost, or has another version of the scanner."""
