"""The models of a project as its migrations leave them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.migrations.django.fields import Field

_TABLES = {("auth", "permission"), ("auth", "group"), ("auth", "user"), ("contenttypes", "contenttype"),
           ("sites", "site"), ("admin", "logentry")}  # fmt: skip  # of Django's own apps, with a key of integers


@dataclass(slots=True)
class Model:
    """A model in the state that migrations keep."""

    app: str
    name: str
    table: str
    fields: dict[str, Field] = field(default_factory=dict)
    managed: bool = True  # has a table that Django makes: neither a proxy nor managed = False
    default_table: bool = True

    @property
    def key(self) -> Field | None:
        """Its primary key; None stands for the `id` that Django adds."""
        return next((each for each in self.fields.values() if each.primary_key), None)

    def named(self, name: str) -> Field | None:
        """The field of this name, or the relation whose value instances have under it: `owner_id` of `owner`."""
        relation = self.fields.get(name.removesuffix("_id"))
        return self.fields.get(name) or (relation if relation is not None and relation.is_key else None)

    def columns(self) -> Iterator[Field]:
        """Its fields that have a column."""
        return (each for each in self.fields.values() if each.has_column)


@dataclass(slots=True)
class State:
    """All models, by app and name without case."""

    models: dict[tuple[str, str], Model] = field(default_factory=dict)

    def add(self, model: Model) -> None:
        """A new model."""
        self.models[model.app, model.name.lower()] = model

    def find(self, app: str, name: str) -> Model | None:
        """A model of an app; `name` may say another app: ``shop.Order``."""
        owner, _, model = name.rpartition(".")
        return self.models.get((owner or app, model.lower()))

    @staticmethod
    def is_djangos(app: str, name: str) -> bool:
        """Whether this is a model of Django's own apps, whose keys are integers."""
        return (app, name.lower()) in _TABLES


def default_table(app: str, model: str) -> str:
    """The table of a model that names none."""
    return f"{app}_{model.lower()}"


def djangos_model(table: str) -> tuple[str, str] | None:
    """The app and the model of Django's own that has this table."""
    return next((own for own in _TABLES if default_table(*own) == table), None)
