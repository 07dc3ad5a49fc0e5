"""E-mails and the page of preferences as people see them: readable, reachable, and shown by every mail reader."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from services.invitations.messages import mail
from tests.collector import served
from tests.unit.test_messages import asked
from tests.unit.test_preferences import Served

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
AXE = (
    "async () => (await axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})).violations"
)
PROGRESSIVE = {
    "@media": "colours at night",
    "<style> element": "colours at night",
    "<body> element": "the wrapper inside has language, direction and colour too",
    "display:none": "where it is shown, the preheader is a line of text above; the link for programs has no text",
    "overflow": "the same",
    "border-radius": "corners",
    "text-decoration": "a score's link is underlined",
    "height property": "the height of a coloured line",
    "height attribute": "the same",
    "width attribute": "columns are as wide as what stands in them",
    "role attribute": "a table that is read out as one is still read in order",
    "aria-hidden attribute": "an ornament is read out",
    "aria-label attribute": "a score is read out without what it means, which stands below",
    "lang attribute": "the reader's own voice reads it",
}
"""What an e-mail has beyond the needful, and what is lost where a reader does not know it."""


@pytest.fixture(params=[(390, "light"), (390, "dark"), (1000, "light"), (1000, "dark")], ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    width, scheme = request.param
    opened = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield opened
    opened.close()


def violations(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found: list[dict[str, Any]] = page.evaluate(AXE)
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
@pytest.mark.parametrize("scale", ["nps", "csat", "thumbs"])
def test_an_e_mail_can_be_read_and_hit_by_everybody(page: Page, axe: str, lang: str, scale: str) -> None:
    """No breach of WCAG 2.2 AA but those that mail readers mend; scores are 44 pixels high and fit the width."""
    page.set_content(mail.html(asked(lang, scale, 2, invite={"en": "Thank you.", "fr": "Merci.", "ar": "شكراً"})))
    by_the_reader = ("landmark-one-main", "region")
    assert [one for one in violations(page, axe) if not one.startswith(by_the_reader)] == []
    for link in page.locator("td > a[href*='?s=']").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["width"] >= 24
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def unshown(html: str, folder: Path) -> dict[str, list[str]]:
    """The features that some reader lacks, by caniemail. Skips loudly without it."""
    node = shutil.which("node")
    if node is None or not (HERE / "node_modules/caniemail").exists():
        pytest.skip("NO CANIEMAIL: run npm ci --ignore-scripts in tests/browser; mail readers are not checked")
    file = folder / "mail.html"
    file.write_text(html, encoding="utf-8")
    told = subprocess.run([node, "mail_lint.mjs", str(file)], cwd=HERE, check=True, capture_output=True, text=True)
    found: dict[str, list[str]] = json.loads(told.stdout)
    return found


@pytest.mark.parametrize("scale", ["nps", "thumbs"])
def test_no_mail_reader_lacks_what_an_e_mail_stands_on(tmp_path: Path, scale: str) -> None:
    """What some reader lacks is only ever an extra."""
    html = mail.html(asked("ar", scale, 2, invite={"ar": "شكراً"}))
    assert set(unshown(html, tmp_path)) <= set(PROGRESSIVE)


def test_the_check_of_mail_readers_finds_what_they_lack(tmp_path: Path) -> None:
    """A layout by grid would be lost in many."""
    html = mail.html(asked()).replace("display:block", "display:grid")
    assert set(unshown(html, tmp_path)) - set(PROGRESSIVE) == {"display:grid"}


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_preferences_can_be_chosen_by_everybody(page: Page, axe: str, lang: str) -> None:
    """No breach in any state; by keyboard alone; without a script."""
    world = Served()
    world.plan()
    with served(world) as url:  # type: ignore[arg-type]
        page.goto(f"{url}{world.page}?lang={lang}")
        assert violations(page, axe) == []
        page.focus("input[name=choice]:checked")
        page.keyboard.press("ArrowDown")
        assert page.locator("input:checked").get_attribute("value") == "less"
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=status]")
        assert violations(page, axe) == []
        page.goto(f"{url}/p/nonsense?lang={lang}")
        assert violations(page, axe) == []
    assert world.jane.less_often
    for label in page.locator("label").all():
        box = label.bounding_box()
        assert box is not None
        assert box["height"] >= 44
