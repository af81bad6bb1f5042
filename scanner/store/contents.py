"""Values ↔ what stands in the cells of a store."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

from scanner.codec import decode, encode
from scanner.fingerprint import is_partial, milliseconds, nanoseconds
from scanner.model import Observation, Unresolved
from scanner.resolve import References

Named = References | Unresolved
PARTIAL = "partial"  # the kind of sightings that do not hold the whole statement
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)


class Cells(NamedTuple):
    """A sighting as it is kept: what tells it from others, and its counts."""

    identity: bytes
    content: str
    calls: int | None
    total_time_ns: int | None
    rows: int | None
    last_seen_us: int | None


def pack(hint: Any, value: object) -> bytes:  # noqa: ANN401  (any type the codec knows)
    """A value of the hinted type, compressed."""
    return zlib.compress(text_of(hint, value).encode("ascii"), 1)


def hash_of(content: bytes) -> str:
    """By which packed values are compared."""
    return blake2b(content, digest_size=16).hexdigest()


def unpack(hint: Any, content: bytes) -> Any:  # noqa: ANN401
    """What `pack` was given. Raises what zlib, json and the codec raise when it is not of the type."""
    return decode(hint, json.loads(zlib.decompress(content)))


def text_of(hint: Any, value: object) -> str:  # noqa: ANN401
    """A value of the hinted type as JSON."""
    return json.dumps(encode(hint, value), ensure_ascii=True, separators=(",", ":"))


def from_text(hint: Any, text: str) -> Any:  # noqa: ANN401
    """What `text_of` was given."""
    return decode(hint, json.loads(text))


def kind_of(observation: Observation) -> str:
    """By which sightings are looked for: what stands in the source, or that it is not the whole statement."""
    return PARTIAL if is_partial(observation) else observation.source


def cells(observation: Observation) -> Cells:
    """A normalised observation, which knows its database by the statement it is kept under."""
    plain = replace(
        observation, database=None, calls=None, total_time_ms=None, rows=None, last_seen=None, built_by=None
    )
    content = text_of(Observation, plain)
    identity = blake2b(content.encode("ascii"), digest_size=16).digest()
    time, seen = observation.total_time_ms, observation.last_seen
    return Cells(
        identity,
        content,
        observation.calls,
        None if time is None else nanoseconds(time),
        observation.rows,
        None if seen is None else (seen - _EPOCH) // _US,
    )


def observation(database: str, kept: Cells) -> Observation:
    """What `cells` was given."""
    values: Mapping[str, Any] = json.loads(kept.content)
    plain: Observation = decode(Observation, values)
    return replace(
        plain,
        database=database,
        calls=kept.calls,
        total_time_ms=None if kept.total_time_ns is None else milliseconds(kept.total_time_ns),
        rows=kept.rows,
        last_seen=None if kept.last_seen_us is None else _EPOCH + kept.last_seen_us * _US,
    )
