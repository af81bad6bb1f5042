"""Which sightings are one query: normalised SQL, the fingerprint that names it, gathering by it."""

from scanner.fingerprint.alike import alike
from scanner.fingerprint.gathering import Gathering, gather
from scanner.fingerprint.identity import fingerprint
from scanner.fingerprint.joining import join_templates
from scanner.fingerprint.normal import normalise

__all__ = ["Gathering", "alike", "fingerprint", "gather", "join_templates", "normalise"]
