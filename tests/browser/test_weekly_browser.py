"""The weekly report as owners see it: read by everybody, shown by every mail reader; and the page that stops it."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from services.alerts import pages
from services.alerts.usecases.weekly import Reader
from shared.events import WeekCases
from tests.alerts import subscription
from tests.browser.test_messages_browser import PROGRESSIVE, page, unshown, violations
from tests.unit.test_weekly_mail import letter, parts, week, world_of

__all__ = ["page"]
pytestmark = pytest.mark.browser
BY_THE_READER = ("landmark-one-main", "region")
"""Breaches that mail readers mend: they have a page of their own around the mail."""


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_report_can_be_read_by_everybody(page: Page, axe: str, lang: str) -> None:
    """No breach of WCAG 2.2 AA on a phone and on a desk, by day and by night; nothing wider than the screen."""
    _, html = parts(letter(week(cases=WeekCases(open=2, overdue=1)), lang))
    page.set_content(html)
    assert [one for one in violations(page, axe) if not one.startswith(BY_THE_READER)] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_mail_reader_lacks_what_the_report_stands_on(tmp_path: Path) -> None:
    """What some reader lacks is only ever an extra."""
    _, html = parts(letter(week(cases=WeekCases(open=2, overdue=1))))
    assert set(unshown(html, tmp_path)) <= set(PROGRESSIVE)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_the_page_that_stops_it_can_be_used_by_everybody(page: Page, axe: str, is_stopped: bool) -> None:
    """One sentence and one button, 44 pixels high."""
    shown = pages.weekly_page(Reader("web/mail", is_stopped), world_of(subscription()).case_deps)
    page.set_content(str(shown.body))
    assert violations(page, axe) == []
    box = page.locator("button").bounding_box()
    assert box is not None
    assert box["height"] >= 44
