"""`${NAME}` in a journey file: addresses and secrets that differ from place to place, or belong in no repository.

It means something in the subscriptions of owners only, and only to the command line: what is applied holds values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.registry.domain.mistakes import Mistake, Path

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
STAND_IN = {
    "secret": "whsec_" + "A" * 32,
    "former_secret": "whsec_" + "B" * 32,
    "email": "somebody@example.com",
    "sms": "+33600000000",
}


def substituted(value: Any, variables: Mapping[str, str], *, required: bool) -> tuple[Any, list[Mistake]]:
    """The value with its variables replaced, and a mistake for each that is not set.

    required: False makes it a warning, and lets something stand in, so that the rest can be checked.
    """
    mistakes = []
    for path, text in subscription_texts(value):
        missing = [name for name in VARIABLE.findall(text) if name not in variables]
        mistakes += [not_set(path, name, required) for name in missing]
        known = {name: STAND_IN.get(str(path[-1]), "https://example.com") for name in missing} | dict(variables)
        value = with_text(value, path, filled(text, known))
    return value, mistakes


def not_set(path: Path, name: str, required: bool) -> Mistake:
    return Mistake(path, f"{name} is not set", f"set it before you apply: export {name}=…", warning=not required)


def filled(text: str, known: Mapping[str, str]) -> str:
    return VARIABLE.sub(lambda found: known[found[1]], text)


def subscription_texts(value: Any) -> list[tuple[Path, str]]:
    """The texts of subscriptions that hold a variable, with their paths."""
    found: list[tuple[Path, str]] = []
    for owner, entry in entries(value, "owners"):
        for subscription, target in entries(entry, "subscriptions"):
            path: Path = ("owners", owner, "subscriptions", subscription)
            inner = [((*path, name), text) for name, text in target.items()] if isinstance(target, dict) else []
            found += [(place, text) for place, text in inner or [(path, target)] if has_variable(text)]
    return found


def has_variable(text: Any) -> bool:
    return isinstance(text, str) and VARIABLE.search(text) is not None


def entries(value: Any, name: str) -> list[tuple[str, Any]]:
    inner = value.get(name) if isinstance(value, dict) else None
    return list(inner.items()) if isinstance(inner, dict) else []


def with_text(value: Any, path: Path, text: str) -> Any:
    """The value with another text at the path; the value itself is left as it was."""
    return {**value, path[0]: with_text(value[path[0]], path[1:], text)} if path else text
