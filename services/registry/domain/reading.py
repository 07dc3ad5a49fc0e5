"""From YAML text to a plain value and the place of each of its parts; what could harm is refused while reading.

Keys are always texts. Anchors work; merge keys (`<<`) do not. Only the command line reads YAML: the API takes JSON.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from services.registry.domain.mistakes import Mistake, Path
from services.registry.domain.yaml_core import Loader

LARGEST = 1_000_000
DEEPEST = 20
MOST_PARTS = 200_000


@dataclass
class Reading:
    """value: mappings, lists, texts, numbers, bools, None. places: (key's, value's) line and column, from 1."""

    value: Any = None
    places: dict[Path, tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def placed(self, mistake: Mistake) -> Mistake:
        """The mistake with its line: that of its path, or of the nearest part around it that was written.

        Where one text was written for a mapping (`mail: a@b`), what is wrong inside it is wrong there.
        """
        path = mistake.path
        while path and path not in self.places:
            path = path[:-1]
        key, value = self.places.get(path, ((1, 1), (1, 1)))
        on_value = not mistake.on_key and (path == mistake.path or not isinstance(self.part(path), dict))
        line, column = value if on_value else key
        return replace(mistake, line=line, column=column)

    def part(self, path: Path) -> Any:
        part = self.value
        for step in path:
            part = part[step]
        return part


class Refused(Exception):
    """The text is not read further. mistake: why."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.what)
        self.mistake = mistake


def read(source: str | bytes) -> Reading:
    """The value and places of YAML text. Never raises: what is wrong is among the mistakes."""
    reading = Reading()
    try:
        text = decoded(source)
        refuse_bombs(text)
        node = yaml.compose(text, Loader=Loader)
        reading.value = Builder(reading).value(node, ()) if node else {}
    except Refused as refused:
        reading.mistakes.append(refused.mistake)
    except yaml.YAMLError as error:
        reading.mistakes.append(syntax_mistake(error))
    except (ValueError, RecursionError, IndexError) as error:
        reading.mistakes.append(Mistake((), f"this cannot be read as YAML: {error}", line=1, column=1))
    return reading


def decoded(source: str | bytes) -> str:
    if len(source) > LARGEST:
        what = f"the file has over {LARGEST:,} bytes"
        raise Refused(Mistake((), what, "split it into several documents", line=1, column=1))
    try:
        return source.decode("utf-8-sig") if isinstance(source, bytes) else source
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1  # type: ignore[arg-type]
        raise Refused(Mistake((), "the file is not UTF-8 here", "save it as UTF-8", line=line, column=1)) from None


def refuse_bombs(text: str) -> None:
    """Stops at the first part that is too deep, before anything recursive has seen it."""
    depth = 0
    for parts, event in enumerate(yaml.parse(text, Loader=Loader)):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > DEEPEST or parts > MOST_PARTS:
            raise Refused(at(event.start_mark, (), f"nested deeper than {DEEPEST} levels, or too long"))


def at(mark: Any, path: Path, what: str, hint: str = "") -> Mistake:
    return Mistake(path, what, hint, line=mark.line + 1, column=mark.column + 1)


def syntax_mistake(error: yaml.YAMLError) -> Mistake:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "this is not YAML"
    context = getattr(error, "context", None)
    quotes = "look at the indentation; a text that holds any of : , # { } [ ] goes into quotes"
    hint = "indent with spaces, never tabs" if "\\t" in str(what) else quotes
    text = f"not YAML: {what}" + (f" ({context})" if context else "")
    return at(mark, (), text, hint) if mark else Mistake((), text, hint, line=1, column=1)


@dataclass
class Builder:
    """Turns composed nodes into plain values; counts, as an alias may repeat much in a few letters."""

    reading: Reading
    parts: int = 0

    def value(self, node: Any, path: Path) -> Any:
        self.parts += 1
        if self.parts > MOST_PARTS or len(path) > DEEPEST:
            raise Refused(at(node.start_mark, path, "aliases make this document too large or endless"))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.placed_value(child, child, (*path, n)) for n, child in enumerate(node.value)]
        return self.scalar(node, path)

    def mapping(self, node: Any, path: Path) -> dict[str, Any]:
        """The mapping in a node; a key that is there twice, or no plain text, is a mistake."""
        found: dict[str, Any] = {}
        for key, child in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else None
            if name is None or is_halved(name):
                self.reading.mistakes.append(at(key.start_mark, path, "a key must be a plain, whole text"))
            elif name in found:
                first, _ = self.reading.places[(*path, name)][0]
                what = f"`{name}` is already there, in line {first}"
                self.reading.mistakes.append(at(key.start_mark, (*path, name), what, "rename one of them"))
            else:
                found[name] = self.placed_value(key, child, (*path, name))
        return found

    def placed_value(self, key: Any, child: Any, path: Path) -> Any:
        self.reading.places[path] = (position(key.start_mark), position(child.start_mark))
        return self.value(child, path)

    def scalar(self, node: Any, path: Path) -> Any:
        """The text, number or switch in a node, by the core schema of YAML 1.2."""
        kind, text = node.tag.rpartition(":")[2], node.value
        if is_halved(text):
            self.reading.mistakes.append(at(node.start_mark, path, "half a character (a lone surrogate)"))
            return "?"
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int":
            return int(text) if len(text) < 20 else float(text)
        if kind == "float":
            return float(text)
        return None if kind == "null" else text


def is_halved(text: str) -> bool:
    """Whether it holds half a surrogate pair, which no UTF-8 can write."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def position(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1
