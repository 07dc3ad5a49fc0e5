"""Lighthouse on what people answer by: accessibility and best practices without a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.lighthouse import scores
from tests.collector import World, served, survey, touchpoint
from tests.pages import delivery
from tests.wordy import QUESTION

pytestmark = pytest.mark.browser
WITHOUT_A_FAULT = {"accessibility": 1, "best-practices": 1}


def test_lighthouse_finds_nothing_to_better(lighthouse: str, chromium_place: str, tmp_path: Path) -> None:
    """1.00 and 1.00, on the page of a message's link: its script, a follow-up question and eight languages."""
    world = delivery()
    with served(world) as site:
        link = site + world.link(touchpoint="follow", mode="single", channel="email")
        found, failed = scores(lighthouse, chromium_place, f"{link}?s=3", tmp_path)
    assert found == WITHOUT_A_FAULT, failed
    assert world.stored == []


@pytest.mark.parametrize("channel", ["kiosk", "agent"])
def test_lighthouse_finds_nothing_at_the_counter(
    lighthouse: str, chromium_place: str, tmp_path: Path, channel: str
) -> None:
    """1.00 and 1.00, on a kiosk in eight languages and on the form of the front line."""
    world = World(touchpoint(survey=survey(question=QUESTION)))
    with served(world) as site:
        found, failed = scores(lighthouse, chromium_place, site + world.link(channel=channel), tmp_path)
    assert found == WITHOUT_A_FAULT, failed
    assert world.stored == []
