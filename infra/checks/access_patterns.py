"""docs/access-patterns.md: the access patterns of every table, as its module of keys tells them.

python -m infra.checks.access_patterns            writes it
python -m infra.checks.access_patterns --check    fails where it is not what the modules say
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys

from infra.checks.generated import settle_text
from infra.paths import ROOT
from shared import tables

HEAD = """# Access patterns

Every question that is asked of a table, and the keys that answer it. Made from the docstrings of `shared/tables`
by `make generate`. Each table belongs to one service, which alone writes it. No request scans a table.
"""
WRITERS = {
    "registry": "registry",
    "responses": "collector",
    "friction": "aggregator",
    "cases": "alerts",
    "contacts": "invitations",
}


def document() -> str:
    """The whole text."""
    names = sorted(module.name for module in pkgutil.iter_modules(tables.__path__))
    return "\n".join([HEAD, *(chapter(name) for name in names)])


def chapter(name: str) -> str:
    module = importlib.import_module(f"{tables.__name__}.{name}")
    return f"## `{name}`, written by `{WRITERS[name]}`\n\n{inspect.getdoc(module)}\n"


def main(arguments: list[str]) -> int:
    return settle_text(ROOT / "docs/access-patterns.md", document(), "--check" in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
