"""What the engines do with every statement that the shop's services send, at the moment they send it.

While a watch is on, each statement is first run on the service's own connection and rolled back: as the
database is and, for every migration, with the migration made, and with it made and the new column filled.
Then it runs as if nothing had been. So every statement is asked in the state of the data that it was written
for, with the values that it was given.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from psycopg import sql

from fixtures.shop.servers import SERVICES
from scanner.fingerprint import fingerprint, normalise
from scanner.model import Engine
from tests.engine.shop_migrations import Migration
from tests.engine.witness import Account

SAMPLES = 2  # how often one statement of a service is asked; its calls differ in their values

Answer = tuple[tuple[tuple[str, object], ...], list[tuple[Any, ...]] | None]


class Place(NamedTuple):
    """A function of a service."""

    path: str  # "services/checkout/orders.py"
    function: str  # "get_order"

    @property
    def service(self) -> str:
        """The service it is of."""
        return self.path.split("/")[1]


class Sent(NamedTuple):
    """A statement of a service."""

    service: str
    fingerprint: str


@dataclass
class Watch:
    """What has been seen so far of the statements sent to one database."""

    engine: Engine
    accounts: dict[Sent, dict[Migration, list[Account]]] = field(default_factory=dict)
    texts: dict[Sent, str] = field(default_factory=dict)  # one of the texts as sent
    _recent: set[Sent] = field(default_factory=set)
    _looking_away: bool = False

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Lets statements pass unasked."""
        before, self._looking_away = self._looking_away, True
        try:
            yield
        finally:
            self._looking_away = before

    def take_recent(self) -> set[Sent]:
        """What was sent since this was last asked for."""
        recent, self._recent = self._recent, set()
        return recent

    def see(self, text: Callable[[], str], ask: Callable[[], dict[Migration, Account]]) -> None:
        """Asks what becomes of a statement, unless that is known already."""
        place = None if self._looking_away else _innermost_place()
        if place is None:
            return
        with self.paused():
            normalised = normalise(text(), self.engine)
            sent = Sent(place.service, fingerprint(normalised, self.engine))
            self._recent.add(sent)
            known = self.accounts.setdefault(sent, defaultdict(list))
            if all(len(accounts) < SAMPLES for accounts in known.values()):
                self.texts[sent] = text()
                for migration, account in ask().items():
                    known[migration].append(account)


def place_of(filename: str, function: str) -> Place | None:
    """The place in a service, or None for the code of somebody else."""
    path = Path(filename)
    if not path.is_relative_to(SERVICES):
        return None
    return Place(f"services/{path.relative_to(SERVICES)}", function)


def _innermost_place() -> Place | None:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        place = place_of(frame.f_code.co_filename, frame.f_code.co_qualname)
        if place is not None:
            return place
        frame = frame.f_back
    return None


def text_of(query: Any, connection: Any) -> str:
    text = query.as_string(connection) if isinstance(query, sql.Composable) else query
    return text.decode() if isinstance(text, bytes | bytearray) else str(text)


def answer_of(cursor: Any) -> Answer:
    """Column names and types, and the rows."""
    columns = tuple((column[0], column[1]) for column in cursor.description or ())
    return columns, list(cursor.fetchall()) if columns else None


@contextmanager
def replaced(owner: type, methods: Mapping[str, Any]) -> Iterator[None]:
    before = {name: getattr(owner, name) for name in methods}
    for name, method in methods.items():
        setattr(owner, name, method)
    try:
        yield
    finally:
        for name, method in before.items():
            setattr(owner, name, method)
