"""The map of data in docs/privacy.md, and its French version, name every kind of item there is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from infra.paths import ROOT

TABLES = sorted(path for path in (ROOT / "shared/tables").glob("*.py") if path.stem != "__init__")
ROW = re.compile(r"^\| (`\w+`(?:, `\w+`)*) \|")


def keys_made_in(path: Path) -> set[str]:
    """The functions of a module of keys."""
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


def keys_named_in(document: str, table: str) -> list[str]:
    """The functions that the table's part of a map names, in its rows."""
    text = (ROOT / "docs" / document).read_text()
    part = text.partition(f"### `{table}`\n")[2].partition("\n#")[0]
    return [name for line in part.splitlines() if (row := ROW.match(line)) for name in re.findall(r"\w+", row[1])]


@pytest.mark.parametrize("document", ["privacy.md", "privacy.fr.md"])
@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_the_map_of_data_names_every_key(path: Path, document: str) -> None:
    """Each once: whoever adds a kind of item says what of a person it holds, why, how long, and how it is erased."""
    named = keys_named_in(document, path.stem)
    assert sorted(named) == sorted(keys_made_in(path))


def test_both_maps_say_of_how_much_they_know() -> None:
    """A row in the one for each row in the other, with all its cells filled."""
    maps = [
        [line for line in (ROOT / "docs" / name).read_text().splitlines() if ROW.match(line)]
        for name in ("privacy.md", "privacy.fr.md")
    ]
    assert [ROW.match(line)[1] for line in maps[0]] == [ROW.match(line)[1] for line in maps[1]]  # type: ignore[index]
    assert all(cell.strip() for line in [*maps[0], *maps[1]] for cell in line.strip("|").split("|"))
