"""The pictures of the README, taken from the running product: `make run` in one terminal, this in another.

python -m tests.browser.pictures [http://127.0.0.1:8000]

`tour.png`: a question on a phone, and the touchpoint as its owner sees it. `owners.png`: the mail of an alert, and the
map of the journey. In English, by day, of the sample; each below 200 kB.
"""

from __future__ import annotations

import json
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from infra.paths import ROOT
from tests.waiting import until

PLACE = ROOT / "docs" / "images"
PILOT, TEAM = "camille@example.com", "delivery@example.com"
TOUCHPOINT, NAMES = "livraison", ("Home delivery", "Livraison à domicile")
LARGEST = 200_000
BACKGROUND, GAP, HEIGHT = (240, 236, 230), 24, 690
LINK = re.compile(r'href="(/s/\w+)[^>]*>([^<]*)')
ALERTING = 'iframe[title*="riction"], iframe[title*="romise"]'
"""Which of the two is told first is chance; the other is not told at once as well."""


def read(url: str, **form: str) -> str:
    """What an address answers; asked by POST where there is a form."""
    body = urllib.parse.urlencode(form).encode() if form else None
    with urllib.request.urlopen(url, body, timeout=30) as reply:
        text: str = reply.read().decode()
    return text


def mails(base: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(read(f"{base}/outbox.json"))["emails"]
    return found


@contextmanager
def opened(chromium: Browser, width: int, scale: float = 1) -> Iterator[Page]:
    """A window that is so many pixels wide in the picture. scale: below 1 there is more room, in smaller letters."""
    room = {"width": round(width / scale), "height": round(HEIGHT / scale)}
    context = chromium.new_context(viewport=room, device_scale_factor=scale, locale="en-GB", color_scheme="light")
    yield context.new_page()
    context.close()


def question(chromium: Browser, base: str) -> bytes:
    """The survey of a delivery on a phone, four stars chosen."""
    [path] = [path for path, name in LINK.findall(read(f"{base}/start")) if name in NAMES]
    with opened(chromium, 320) as page:
        page.goto(f"{base}{path}?lang=en&s=4")
        return page.screenshot()


def alert(chromium: Browser, base: str) -> bytes:
    """The newest mail of friction, or of a promise not kept, that the delivery's team got, as the outbox shows it."""
    with opened(chromium, 520, 0.85) as page:
        page.goto(f"{base}/outbox")
        mail = page.locator("article.mail", has_text=f"to {TEAM}").locator(ALERTING).first
        page.set_content(mail.get_attribute("srcdoc") or "")
        return page.screenshot()


def signed_in(page: Page, base: str) -> None:
    """By the link that comes by mail, in English."""
    known = {mail["message_id"] for mail in mails(base)}
    read(f"{base}/sign-in", email=PILOT)
    new = until(lambda: [one for one in mails(base) if one["to"] == [PILOT] and one["message_id"] not in known])
    link = re.search(r"http\S+/sign-in/\w+", new[0]["text"])
    assert link is not None
    page.goto(link[0])
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url(f"{base}/")
    if page.locator("html").get_attribute("lang") != "en":
        page.get_by_text("English", exact=True).click()
        page.wait_for_load_state()


def side_by_side(*pictures: bytes) -> Image.Image:
    """From left to right."""
    shown = [Image.open(BytesIO(one)).convert("RGB") for one in pictures]
    whole = Image.new("RGB", (sum(one.width + GAP for one in shown) + GAP, HEIGHT + 2 * GAP), BACKGROUND)
    left = GAP
    for one in shown:
        whole.paste(one, (left, GAP))
        left += one.width + GAP
    return whole


def save(picture: Image.Image, name: str) -> None:
    """In 256 colours, which is a third of the bytes. Raises AssertionError where it is too large all the same."""
    place = PLACE / name
    picture.quantize(256).save(place, optimize=True)
    assert place.stat().st_size < LARGEST, f"{name} has {place.stat().st_size} bytes"
    print(place.relative_to(ROOT), place.stat().st_size)


def main() -> None:
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-quic"]
        )
        with opened(chromium, 900, 0.72) as page:
            signed_in(page, base)
            page.goto(f"{base}/journeys/achat")
            journey = page.screenshot()
            page.goto(f"{base}/touchpoints/{TOUCHPOINT}")
            save(side_by_side(question(chromium, base), page.screenshot()), "tour.png")
        save(side_by_side(alert(chromium, base), journey), "owners.png")
        chromium.close()


if __name__ == "__main__":
    main()
