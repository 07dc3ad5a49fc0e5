"""Chromium for the browser tests; they skip loudly where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
LIGHTHOUSE = Path(__file__).parent / "node_modules/.bin/lighthouse"


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """There can be one at a time in a thread, however many browsers it drives."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium_place() -> str:
    """The browser named by CHROMIUM, else the system's."""
    place = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not place:
        pytest.skip("NO BROWSER: install chromium, or name one in CHROMIUM; the pages are not tested")
    return place


@pytest.fixture(scope="session")
def chromium(playwright: Playwright, chromium_place: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_place, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def headless_shell(playwright: Playwright) -> Iterator[Browser]:
    """The build that mail scanners' sandboxes run: the one named by HEADLESS_SHELL, else the system's."""
    place = os.environ.get("HEADLESS_SHELL") or shutil.which("chromium-headless-shell")
    if not place:
        pytest.skip("NO HEADLESS SHELL: install chromium-headless-shell, or name one in HEADLESS_SHELL")
    browser = playwright.chromium.launch(executable_path=place, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, for `page.evaluate`, which a strict content-security policy allows."""
    if not AXE.exists():
        pytest.skip("NO AXE: run npm ci --ignore-scripts in tests/browser; accessibility is not tested")
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def lighthouse() -> str:
    """The program Lighthouse, and the Node that it runs on."""
    if not LIGHTHOUSE.exists() or not shutil.which("node"):
        pytest.skip("NO LIGHTHOUSE: run npm ci --ignore-scripts in tests/browser, with Node 18 or newer")
    return str(LIGHTHOUSE)
