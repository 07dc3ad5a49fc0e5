"""What a file may bring in: which fields a row has, what it needs, and how it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of row. name: of its list, and of the last part of its path; fields: in the order of a file.

    needed: of each group one field at the least. own_id: by which a row is taken once.
    shaped: makes the body to be sent of the fields and the attributes that a row has.
    """

    name: str
    fields: tuple[str, ...]
    needed: tuple[tuple[str, ...], ...]
    own_id: str
    shaped: Callable[[Body, Body], Body]

    @property
    def path(self) -> str:
        return f"/v1/{self.name}"

    def absent(self, fields: Mapping[str, Any]) -> list[str]:
        """What is needed and not there: `customer_id or email or phone` where one of several would do."""
        return [" or ".join(group) for group in self.needed if not any(name in fields for name in group)]
