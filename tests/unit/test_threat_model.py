"""The threat model names tests, and they exist; pages say who may frame them."""

from __future__ import annotations

import re

import pytest

from infra.paths import ROOT
from shared.http import Api, Operation
from tests.http import ask
from tests.unit.test_every_route_is_guarded import EVERY, with_scopes

NAMED = re.compile(r"`(test_\w+)`")
PAGES = [case for case in EVERY if case.values[1].is_page and case.values[1].method == "GET"]  # type: ignore[union-attr]


def test_every_threat_is_tested_as_it_says() -> None:
    """Each test that the page names is there, and each row names one."""
    text = (ROOT / "docs/threat-model.md").read_text()
    there = {
        name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }
    assert set(NAMED.findall(text)) - there == set()
    rows = [line for line in text.splitlines() if line.startswith("| ") and not line.startswith(("| threat", "|---"))]
    assert [row for row in rows if not NAMED.search(row)] == []


@pytest.mark.parametrize(("app", "operation"), PAGES)
def test_no_page_can_be_framed(app: Api, operation: Operation) -> None:
    """Not even the one that says that something went wrong (clickjacking), and none is sniffed as anything else."""
    with with_scopes(app, frozenset()):
        reply = ask(app, operation.method, re.sub(r"\{\w+\}", "x", operation.path))
    assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] in ("no-referrer", "same-origin")
