"""The registry in the local stack, asked by many at once: on an engine whose conditions are atomic."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.conftest import Running
from tests.registry import shop

pytestmark = pytest.mark.e2e


def put(stack: Running, name: str, document: dict[str, Any], base: int = 0) -> httpx.Response:
    headers = {"Authorization": f"Bearer {stack.key}"}
    body = {"document": document, "base_version": base}
    return httpx.put(f"{stack.url}/v1/documents/{name}", json=body, headers=headers, timeout=30)


def get(stack: Running, path: str) -> Any:
    return httpx.get(stack.url + path, headers={"Authorization": f"Bearer {stack.key}"}, timeout=30).json()


def own(name: str, **changes: Any) -> dict[str, Any]:
    """A document whose ids are its own."""
    point = {"owner": f"{name}-web", "stage": "pay", "survey": f"{name}-ease", "journey": f"{name}-buy"}
    return {
        "owners": {f"{name}-web": {"name": "Web"}},
        "journeys": {f"{name}-buy": {"stages": {"pay": "Pay"}}},
        "surveys": {f"{name}-ease": {"scale": "thumbs", "question": "Easy?"}},
        "touchpoints": {f"{name}-checkout": point},
    } | changes


def at_once(calls: list[Any]) -> list[httpx.Response]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def test_of_many_changes_of_one_version_exactly_one_wins(stack: Running) -> None:
    """The others are told that it changed, and change nothing."""
    assert put(stack, "race-one", own("race-one")).status_code == 200
    for base in (1, 2, 3):
        changes = [{"lang": lang, "defaults": {"share_false": base / 100}} for lang in ("fr", "de", "es", "it", "nl")]
        calls = [lambda one=one, base=base: put(stack, "race-one", own("race-one", **one), base) for one in changes]
        statuses = sorted(reply.status_code for reply in at_once(calls))
        assert statuses == [200, 409, 409, 409, 409]
        assert get(stack, "/v1/documents/race-one")["version"] == base + 1


def test_an_id_that_many_documents_claim_at_once_goes_to_one(stack: Running) -> None:
    """The others are refused by its name, or told to try again."""
    documents = [f"race-claim-{n}" for n in range(5)]
    shared = own("race-claim")
    replies = at_once([lambda name=name: put(stack, name, shared) for name in documents])
    won = [name for name, reply in zip(documents, replies, strict=True) if reply.status_code == 200]
    assert len(won) == 1
    assert {reply.status_code for reply in replies} <= {200, 409, 422}
    assert get(stack, "/v1/touchpoints/race-claim-checkout")["document"] == won[0]
    again = [put(stack, name, shared) for name in documents if name not in won]
    assert all(f"belongs to the document `{won[0]}`" in reply.text for reply in again)


def test_different_documents_applied_at_once_are_all_applied_in_the_end(stack: Running) -> None:
    """A conflict says to try again, and trying again works."""
    documents = [f"race-many-{n}" for n in range(4)]
    replies = at_once([lambda name=name: put(stack, name, own(name)) for name in documents])
    assert {reply.status_code for reply in replies} <= {200, 409, 503}
    for name in documents:
        assert put(stack, name, own(name)).status_code == 200
        assert get(stack, f"/v1/touchpoints/{name}-checkout")["touchpoint"]["owner"]["id"] == f"{name}-web"


def test_a_document_of_a_thousand_touchpoints_is_applied_in_one_request(stack: Running) -> None:
    """Within the half minute that API Gateway waits."""
    base = own("big")
    [point] = base["touchpoints"].values()
    points = {f"big-{n}": point for n in range(1000)}
    reply = put(stack, "big", base | {"touchpoints": points})
    assert (reply.status_code, reply.json().get("version")) == (200, 1)
    assert reply.elapsed.total_seconds() < 25
    gone = put(stack, "big", base, 1)
    assert gone.status_code == 200
    assert get(stack, "/v1/touchpoints/big-999")["removed"] is True
    assert put(stack, "big", shop("other"), 2).status_code == 422
