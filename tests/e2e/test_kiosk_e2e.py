"""A kiosk against the whole local stack: whatever is sent twice, at once or broken off, the figures count it once."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.times import format_time
from tests.conftest import Running

pytestmark = pytest.mark.e2e
TOUCHPOINT = "kiosk-e2e"
DOCUMENT = {
    "name": TOUCHPOINT,
    "owners": {TOUCHPOINT: {"name": "Équipe"}},
    "journeys": {TOUCHPOINT: {"stages": {"only": {"fr": "Seule"}}}},
    "surveys": {TOUCHPOINT: {"scale": "csat", "question": {"fr": "Alors ?"}}},
    "touchpoints": {TOUCHPOINT: {"owner": TOUCHPOINT, "journey": TOUCHPOINT, "stage": "only", "survey": TOUCHPOINT}},
}


def taps(link: str, now: datetime) -> list[dict[str, Any]]:
    """180 answers of the last seven days, one every 56 minutes; each tenth is one of a burst."""
    draw, began = random.Random(7), now - timedelta(days=7)
    return [
        {
            "id": str(UUID(int=draw.getrandbits(128), version=4)),
            "link": link,
            "touchpoint": TOUCHPOINT,
            "survey": TOUCHPOINT,
            "survey_version": 1,
            "scale": "csat",
            "score": 1 + n % 5,
            "lang": "fr",
            "at": format_time(began + timedelta(minutes=56 * n)),
            "ago_ms": [3_000] if n % 10 == 9 else [],
        }
        for n in range(180)
    ]


def test_a_week_of_answers_is_in_the_figures_once_each(stack: Running) -> None:
    """Three times over, in other orders and sizes, often two senders at once, every fifth request broken off."""
    api = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"})
    assert api.put(f"/v1/documents/{TOUCHPOINT}", json={"document": DOCUMENT, "base_version": 0}).status_code == 200
    made = api.post("/v1/links", json={"touchpoint": TOUCHPOINT, "channel": "kiosk", "place": "Borne 1"}).json()
    address, now = made["url"], datetime.now(UTC).replace(microsecond=0)
    kept = taps(made["link_id"], now)

    def send(batch: list[dict[str, Any]], timeout_s: float = 30.0) -> httpx.Response:
        return httpx.post(address, json={"sent_at": format_time(now), "answers": batch}, timeout=timeout_s)

    for seed, size in enumerate((20, 60, 33)):
        shuffled = random.Random(seed).sample(kept, len(kept))
        for n, start in enumerate(range(0, len(kept), size)):
            batch = shuffled[start : start + size]
            if n % 5 == 0:
                with suppress(httpx.TimeoutException):
                    send(batch, 0.02)
            twice = [batch, batch[::-1]] if n % 2 else [batch]
            with ThreadPoolExecutor(2) as senders:
                assert {reply.status_code for reply in senders.map(send, twice)} == {200}
    stack.wait_idle()
    report = api.get(f"/v1/touchpoints/{TOUCHPOINT}/report").json()
    assert report["summary"]["counts"] == {"1": 36, "2": 36, "3": 36, "4": 36, "5": 18}
