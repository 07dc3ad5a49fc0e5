"""Modules that are loaded when something of them is first used, so that a cold start waits for none of the others."""

from __future__ import annotations

import importlib
from typing import Any


class Later:
    """Stands for a module. name: in full; what type checkers shall see of it is imported under TYPE_CHECKING."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)
