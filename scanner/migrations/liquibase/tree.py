"""A changelog as a tree of elements, whichever way it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

import yaml

from scanner.errors import SourceError, reason_of
from scanner.text_files import READ_ERRORS, decode

_MAX_ELEMENTS = 1_000_000
_LISTS = ("changes", "columns")


@dataclass(slots=True)
class Element:
    """An element: attributes, text, and what is inside it."""

    name: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """An attribute, or the text of a child of this name."""
        if name in self.attributes:
            return self.attributes[name]
        child = self.child(name)
        return child.text.strip() if child is not None and not child.children else None

    def child(self, name: str) -> Element | None:
        """The first element of this name inside it."""
        return next((each for each in self.children if each.name == name), None)

    def all(self, name: str) -> list[Element]:
        """The elements of this name inside it."""
        return [each for each in self.children if each.name == name]


def read_tree(path: Path) -> Element:
    """The root of a changelog in XML, YAML or JSON. Raises SourceError."""
    try:
        data = path.read_bytes()
    except READ_ERRORS as error:
        raise SourceError(f"The migration {path} cannot be read: {reason_of(error)}.") from error
    return _xml(data, path) if path.suffix.lower() == ".xml" else _yaml(decode(data)[0], path)


def _xml(data: bytes, path: Path) -> Element:
    parser = expat.ParserCreate(namespace_separator=" ")
    root = Element("", 1)
    open_elements = [root]

    def start(name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(name.rpartition(" ")[2], parser.CurrentLineNumber, plain)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def text(data: str) -> None:
        open_elements[-1].text += data

    def entity(name: str, *_: object) -> None:
        raise SourceError(f"The migration {path} defines the entity {name}: entities are not read.")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _: open_elements.pop()
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = entity
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SourceError(f"The migration {path} is not XML that can be read: {error}.") from error
    return root.children[0] if root.children else root


def _yaml(text: str, path: Path) -> Element:
    try:
        node = yaml.compose(text, yaml.CSafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        place = (
            f" (line {error.problem_mark.line + 1})"
            if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark
            else ""
        )
        raise SourceError(f"The migration {path} is not YAML or JSON that can be read{place}.") from error
    root = Element("", 1)
    _Grown(path).into(root, node)
    inner = root.child("databaseChangeLog")
    return inner if inner is not None else root


@dataclass(slots=True)
class _Grown:
    """Turns YAML's nodes into elements; what is shared through aliases may come to no more than so many."""

    path: Path
    left: int = _MAX_ELEMENTS

    def into(self, parent: Element, node: yaml.Node | None) -> None:
        """Adds a node's content to an element."""
        self.left -= 1
        if self.left < 0:
            raise SourceError(f"The migration {self.path} is too large: it has more than {_MAX_ELEMENTS:,} elements.")
        if isinstance(node, yaml.ScalarNode):
            parent.text = "" if node.tag.endswith(":null") else node.value
        elif isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self.into(parent, item)
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._entry(parent, key, value)

    def _entry(self, parent: Element, key: yaml.Node, value: yaml.Node) -> None:
        if isinstance(value, yaml.ScalarNode):
            parent.attributes[str(key.value)] = "" if value.tag.endswith(":null") else value.value
        elif key.value in _LISTS and isinstance(value, yaml.SequenceNode):
            self.into(parent, value)  # changes: and columns: only hold what XML writes without them
        else:
            inner = Element(str(key.value), key.start_mark.line + 1)
            parent.children.append(inner)
            self.into(inner, value)
