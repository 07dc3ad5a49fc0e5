"""The environment as a typed value. Only `wiring.py` modules read it; the names are set in `chalice.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Environment:
    """Reads settings and names the missing one, so that a wrong deployment says what to set."""

    values: Mapping[str, str]

    def need(self, name: str) -> str:
        """The setting's text. Raises RuntimeError naming it where it is unset or empty."""
        value = self.values.get(name, "")
        if not value:
            raise RuntimeError(f"{name} is not set; chalice.json lists what each service needs")
        return value

    def get(self, name: str, default: str) -> str:
        """The setting's text, or the default where it is unset or empty."""
        return self.values.get(name) or default
