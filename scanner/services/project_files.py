"""What the files that describe a project call the code beside them, and who owns it."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

CATALOG = "catalog-info.yaml"
COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")

_MAX_BYTES = 1_000_000
# What a template leaves open (`${{ values.name }}`) is no name.
_NAME = re.compile(r"[\w.@/-]+")
_OWNER = re.compile(r"[\w.@:/-]+")


class UnusableError(Exception):
    """A file that cannot be read as what its name says; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Project:
    """What is said of the code in and below a folder."""

    name: str
    owner: str | None = None


def described(folder: Path) -> Project | None:
    """What a Backstage catalogue, pyproject.toml or setup.cfg in the folder says, the first that names anything.

    Raises UnusableError.
    """
    return next((found for found in (_described(folder, *each) for each in _READERS) if found is not None), None)


def composed(file: Path) -> dict[Path, Project]:
    """The folders that services of a compose file are built from; one of several services is left out.

    Raises UnusableError.
    """
    contexts: dict[Path, list[str]] = {}
    for document in _yaml(file):
        for name, service in _mapping(document.get("services")).items():
            build = _mapping(service).get("build")
            context = _mapping(build).get("context", ".") if isinstance(build, dict) else build
            if isinstance(context, str) and _NAME.fullmatch(name) and "://" not in context:
                contexts.setdefault((file.parent / context).resolve(), []).append(name)
    return {folder: Project(names[0]) for folder, names in contexts.items() if len(names) == 1}


def _described(folder: Path, name: str, read: Callable[[Path], Project | None]) -> Project | None:
    file = folder / name
    return read(file) if file.is_file() else None


def _of_catalog(file: Path) -> Project | None:
    """The first Component of the catalogue, a service before anything else."""
    components = [each for each in _yaml(file) if each.get("kind") == "Component"]
    components.sort(key=lambda each: _mapping(each.get("spec")).get("type") != "service")
    for component in components:
        name = _text_like(_NAME, _mapping(component.get("metadata")).get("name"))
        if name is not None:
            return Project(name, _text_like(_OWNER, _mapping(component.get("spec")).get("owner")))
    return None


def _of_pyproject(file: Path) -> Project | None:
    try:
        document = tomllib.loads(_text(file))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnusableError(f"{file.name} is not valid TOML: {error}") from error
    poetry = _mapping(_mapping(document.get("tool")).get("poetry"))
    name = _text_like(_NAME, _mapping(document.get("project")).get("name") or poetry.get("name"))
    return Project(name) if name else None


def _of_setup(file: Path) -> Project | None:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(_text(file))
    except configparser.Error as error:
        raise UnusableError(f"{file.name} is not valid: {str(error).partition(chr(10))[0]}") from error
    name = _text_like(_NAME, parser.get("metadata", "name", fallback=None))
    return Project(name) if name else None


_READERS: tuple[tuple[str, Callable[[Path], Project | None]], ...] = (
    (CATALOG, _of_catalog),
    ("catalog-info.yml", _of_catalog),
    ("pyproject.toml", _of_pyproject),
    ("setup.cfg", _of_setup),
)


def _text_like(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None


def _yaml(file: Path) -> Iterator[dict[str, Any]]:
    """The documents that are mappings. The base loader makes nothing but texts, lists and dicts."""
    try:
        documents = list(yaml.load_all(_text(file), Loader=yaml.BaseLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise UnusableError(f"{file.name} is not valid YAML" + (f" at line {mark.line + 1}" if mark else "")) from error
    except RecursionError as error:
        raise UnusableError(f"{file.name} is nested too deeply") from error
    yield from (document for document in documents if isinstance(document, dict))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise UnusableError(f"{file.name} is larger than {_MAX_BYTES // 1_000_000} MB")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise UnusableError(f"{file.name} cannot be opened: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnusableError(f"{file.name} is not UTF-8") from error
