"""What holds for every module there is, and will be: found by looking through them all, not by naming each."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

import services
import shared
from infra.paths import ROOT
from shared.bodies import DEEPEST, parse_json
from shared.errors import MalformedBody, TooLarge

LONG = 2000
"""Characters: where a pattern takes a cube of them, that is seconds; where it takes a square, hundredths."""
SECONDS = 0.5
SPITEFUL = [
    unit * (LONG // len(unit)) + end
    for unit in ("a", "A", "0", " ", "-", ".", "@", "a.", "a-", "0 ", "0-", "+", "a@", "'", "é", "a'", "\n", "<", "&")
    for end in ("", "!", "\n", "@", "\0")
]
"""What patterns that go back and forth take for ever to refuse."""


def modules() -> Iterator[str]:
    for package in (services, shared):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield found.name


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that a module of ours keeps, by its text."""
    found: dict[str, re.Pattern[str]] = {}
    for name in modules():
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
                found[value.pattern] = value
    return found


@pytest.mark.parametrize("pattern", sorted(patterns()))
def test_no_pattern_can_be_made_to_take_long(pattern: str) -> None:
    """Each is put to texts that are made to be almost right (ReDoS)."""
    compiled = re.compile(pattern, patterns()[pattern].flags)
    began = time.process_time()
    for text in SPITEFUL:
        compiled.search(text)
        compiled.fullmatch(text)
        spent = time.process_time() - began
        assert spent < SECONDS, f"{spent:.2f} s at {text[:10]!r}"
        began = time.process_time()


def test_whatever_writes_a_spreadsheet_guards_its_cells() -> None:
    """A cell that begins as a formula does is one, in whoever opens the file (CSV injection).

    One writer does it for all; beside it stands the file of rows not taken, which gives back what it was given.
    """
    writers = [
        path for path in sources("services", "shared", "cli") if re.search(r"csv\.\w*[wW]riter\(", path.read_text())
    ]
    assert {str(path.relative_to(ROOT)) for path in writers} == {"shared/cells.py", "cli/sending.py"}


def test_no_secret_stands_in_the_configuration() -> None:
    """What is secret is named by where it is kept: a parameter of SSM's."""
    configuration = json.loads((ROOT / "chalice.json").read_text())

    def settings(node: object) -> Iterator[tuple[str, str]]:
        if isinstance(node, dict):
            for name, value in node.items():
                if isinstance(value, str):
                    yield name, value
                else:
                    yield from settings(value)

    for name, value in settings(configuration):
        if re.search("SECRET|TOKEN|PASSWORD|SIGNING|PRIVATE", name):
            assert name.endswith("_PARAMETER"), name
            assert value.startswith("/etincelle/"), name


def test_what_is_secret_is_compared_in_constant_time() -> None:
    """Seals, tags and signatures by `compare_digest`; never by `==`."""
    suspicious = re.compile(r"(seal|signature|tag|digest|hmac|form_token)$")
    for path in sources("services", "shared"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Compare) and any(isinstance(op, ast.Eq | ast.NotEq) for op in node.ops):
                sides = [ast.unparse(one) for one in (node.left, *node.comparators)]
                named = [side for side in sides if suspicious.search(side)]
                assert not named, f"{path.relative_to(ROOT)}:{node.lineno} compares {named}"


def test_nothing_of_ours_runs_what_it_reads() -> None:
    """No eval, exec, pickle, shell or unsafe YAML in what is deployed."""
    forbidden = re.compile(
        r"(eval|exec|os\.system|yaml\.(unsafe_)?load|yaml\.full_load)$|(pickle|marshal|subprocess)\."
    )
    for path in sources("services", "shared"):
        calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        assert not [call for call in calls if forbidden.match(call) and "SafeLoader" not in path.read_text()], path


@pytest.mark.parametrize("bomb", ["[" * 100_000, '{"a":' * 100_000, "[" * (DEEPEST + 2) + "]" * (DEEPEST + 2)])
def test_a_body_nested_without_end_is_refused(bomb: str) -> None:
    """Quickly, and without a stack that overflows."""
    with pytest.raises(MalformedBody):
        parse_json(bomb.encode())


@pytest.mark.parametrize("number", ["1" * 100_000, "1e999999", "-" + "9" * 5000, "0." + "1" * 100_000])
def test_a_number_without_end_is_read_or_refused_at_once(number: str) -> None:
    """Python refuses whole numbers of more than 4,300 digits; what is read is compared with bounds afterwards."""
    began = time.process_time()
    with suppress(MalformedBody):
        parse_json(f'{{"score": {number}}}'.encode())
    assert time.process_time() - began < SECONDS


def test_a_body_is_taken_as_it_comes() -> None:
    """Nothing is decompressed, so that no small body becomes a large one; and a large one is refused unread."""
    import gzip

    with pytest.raises(MalformedBody):
        parse_json(gzip.compress(b'{"a": 1}'))
    with pytest.raises(TooLarge):
        parse_json(b" " * 2_000_001)
