"""Which sightings are one query: normalised SQL, the fingerprint that names it, gathering by it."""

from scanner.fingerprint.alike import Alike
from scanner.fingerprint.digests import digest_text, digests_joined
from scanner.fingerprint.gathering import (
    Gathering,
    gather,
    is_partial,
    milliseconds,
    most_called_first,
    nanoseconds,
    put_together,
)
from scanner.fingerprint.identity import fingerprint
from scanner.fingerprint.joining import MOST_COMPARED, Templates, is_template, join_templates, with_places
from scanner.fingerprint.normal import normalise

__all__ = [
    "MOST_COMPARED",
    "Alike",
    "Gathering",
    "Templates",
    "digest_text",
    "digests_joined",
    "fingerprint",
    "gather",
    "is_partial",
    "is_template",
    "join_templates",
    "milliseconds",
    "most_called_first",
    "nanoseconds",
    "normalise",
    "put_together",
    "with_places",
]
