"""What an operation is given."""

from __future__ import annotations

from scanner.migrations.alembic.running import Batch
from scanner.migrations.values import Called


class Arguments:
    """The arguments of an operation in turn; a batch supplies the table."""

    def __init__(self, call: Called, batch: Batch | None) -> None:
        self._positional = list(call.args)
        self.named = call.kwargs
        self._batch = batch

    def next(self, keyword: str) -> object:
        """The next argument, by its place or its name."""
        if keyword in self.named:
            return self.named[keyword]
        return self._positional.pop(0) if self._positional else None

    def table(self, keyword: str) -> tuple[object, object]:
        """The table and its schema."""
        if self._batch is not None:
            return self._batch.table, self._batch.schema
        return self.next(keyword), self.named.get("schema", self.named.get("source_schema"))

    def rest(self) -> list[object]:
        """What is left."""
        return self._positional
