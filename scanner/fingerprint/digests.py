"""MySQL's digests ← the full statements that they were made of."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from scanner.fingerprint.identity import digest_tokens
from scanner.model import Engine

_Key = TypeVar("_Key")
_CUT = "..."  # what the server ends a digest with that is longer than max_digest_length
# Of rows of VALUES that are cut off in a later one the first is left, as of those that are whole.
_MORE_ROWS = re.compile(r"(\bvalues? (?:row )?\(.*?\)) ,.*$")
_LAST = "\U0010ffff"  # sorts behind every text


def digest_text(normalised: str, engine: Engine) -> str:
    """What a digest and the statement it was made of have in common."""
    return " ".join(digest_tokens(normalised, engine))


def made_of(digests: Iterable[str], statements: Iterable[str]) -> dict[str, str]:
    """Digest → the full statement, where only one can be it; all of them as `digest_text` gives them.

    A digest that was cut off is the beginning of its statement.
    """
    known = sorted(statements)
    found = {}
    for digest in digests:
        beginning = _beginning(digest)
        first = bisect_left(known, beginning)
        fits = known[first : bisect_left(known, beginning + _LAST)] if _is_cut(digest) else known[first : first + 1]
        if len(fits) == 1 and (_is_cut(digest) or fits == [digest]):
            found[digest] = fits[0]
    return found


def _is_cut(digest: str) -> bool:
    return digest.endswith(_CUT) or digest.count("(") > digest.count(")")


def _beginning(digest: str) -> str:
    """A whole digest; of one that is cut off what stands before its last word, which may be half of one."""
    if not _is_cut(digest):
        return digest
    words = digest.removesuffix(_CUT).split()
    return _MORE_ROWS.sub(r"\1", " ".join([*words[:-1], ""]))


def digests_joined(digests: Mapping[_Key, str], full: Mapping[_Key, str]) -> dict[_Key, _Key]:
    """Digest → the only full statement that can be it; both with their texts as `digest_text` gives them."""
    by_text: dict[str, list[_Key]] = defaultdict(list)
    for key, text in full.items():
        by_text[text].append(key)
    found = made_of(set(digests.values()), by_text)
    joined = {key: by_text[found[text]] for key, text in digests.items() if text in found}
    return {key: keys[0] for key, keys in joined.items() if len(keys) == 1}
