"""PyYAML's safe loader, made to read YAML 1.2's core schema, where questions are texts and Norwegian is a language.

PyYAML speaks YAML 1.1: `no`, `on` and `12:30` would be a false, a true and a number there, and `{fr: Facile ?}` an
error. It is used to compose nodes only, never to build objects.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

BLANK = "\0 \t\r\n\x85\u2028\u2029"
FLOW = ",[]{}"
TYPES = (
    ("tag:yaml.org,2002:bool", r"^(true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:null", r"^(~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("tag:yaml.org,2002:float", r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", "-+0123456789."),
)


class Loader(yaml.SafeLoader):
    """The loader; its resolvers are its own."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  PyYAML's own name, and its own way

    def scan_plain(self) -> yaml.ScalarToken:
        """A text without quotes. Unlike PyYAML's, it may hold a question mark between braces too."""
        chunks: list[str] = []
        spaces: list[str] | None = []
        start = end = self.get_mark()
        while spaces is not None and self.peek() != "#" and (length := self.plain_length()):
            self.allow_simple_key = False
            chunks += [*spaces, self.prefix(length)]
            self.forward(length)
            end = self.get_mark()
            spaces = self.scan_plain_spaces(self.indent + 1, start) or None
            if not self.flow_level and self.column <= self.indent:
                break
        return yaml.ScalarToken("".join(chunks), True, start, end)

    def plain_length(self) -> int:
        """How many characters from here on belong to the text, up to a blank."""
        length, flow = 0, FLOW if self.flow_level else ""
        while True:
            letter = self.peek(length)
            if letter in BLANK or letter in flow or (letter == ":" and self.peek(length + 1) in BLANK + flow):
                return length
            length += 1


for tag, pattern, first in TYPES:
    Loader.add_implicit_resolver(tag, re.compile(pattern), list(first))
