"""Files made from the code and kept in the repository: written, or compared with what the code now says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.paths import ROOT


def settle(path: Path, value: Any, check: bool) -> int:
    """Writes the JSON, or where `check` says whether it stands there already. Returns the exit code."""
    return settle_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n", check)


def settle_text(path: Path, text: str, check: bool) -> int:
    """The same for a text."""
    if path.exists() and path.read_text() == text:
        return 0
    if check:
        print(f"{path.relative_to(ROOT)} is not what the code says: run make generate")
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(f"{path.relative_to(ROOT)} written")
    return 0
