"""The collector in the whole local stack: races, the way from the page to the figures, figures of the importer."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Running

pytestmark = pytest.mark.e2e
QUESTION = {"en": "How was it?", "fr": "Comment était-ce ?"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Api:
    """Asks the stack with its key."""

    def __init__(self, stack: Running) -> None:
        self.url = stack.url
        self.http = httpx.Client(base_url=stack.url, headers={"Authorization": f"Bearer {stack.key}"}, timeout=60)

    def link(self, touchpoint: str, **wanted: Any) -> str:
        made = self.http.post("/v1/links", json={"touchpoint": touchpoint} | wanted)
        assert made.status_code == 201, made.text
        code: str = made.json()["code"]
        return f"/s/{code}"

    def counts(self, touchpoint: str) -> dict[str, int]:
        report = self.http.get(f"/v1/touchpoints/{touchpoint}/report")
        assert report.status_code == 200, report.text
        counts: dict[str, int] = report.json()["summary"]["counts"]
        return {score: n for score, n in counts.items() if n}


@pytest.fixture(scope="module")
def api(stack: Running) -> Api:
    return Api(stack)


@pytest.fixture
def place(api: Api) -> str:
    """A touchpoint of the test's own."""
    name = f"collector-{uuid4().hex[:12]}"
    document = {
        "name": name,
        "owners": {name: {"name": "Team"}},
        "journeys": {name: {"stages": {"only": {"en": "Only"}}}},
        "surveys": {name: {"scale": "nps", "question": QUESTION}},
        "touchpoints": {name: {"owner": name, "journey": name, "stage": "only", "survey": name}},
    }
    applied = api.http.put(f"/v1/documents/{name}", json={"document": document, "base_version": 0})
    assert applied.status_code == 200, applied.text
    return name


def at_once(count: int, act: Any) -> list[Any]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(act, range(count)))


def test_one_answer_sent_many_times_at_once_is_stored_once(stack: Running, api: Api, place: str) -> None:
    """Forty senders, one id, different scores: one is told `stored`, and one answer is in the figures."""
    sent = [{"touchpoint": place, "score": n % 11, "response_id": "same"} for n in range(40)]
    replies = at_once(40, lambda n: api.http.post("/v1/responses", json=sent[n]))
    assert sorted(reply.status_code for reply in replies) == [200] * 39 + [201]
    winner = next(n for n, reply in enumerate(replies) if reply.status_code == 201)
    stack.wait_idle()
    assert api.counts(place) == {str(sent[winner]["score"]): 1}


def test_lists_that_overlap_at_once_store_each_answer_once(stack: Running, api: Api, place: str) -> None:
    """Eight lists of 150 with the same ids in different orders: each id is told `stored` exactly once."""
    ids = [str(n) for n in range(150)]

    def send(n: int) -> list[tuple[str, str]]:
        order = ids[n * 17 :] + ids[: n * 17]
        body = [{"touchpoint": place, "score": 9, "response_id": key} for key in (order if n % 2 else order[::-1])]
        reply = api.http.post("/v1/responses", json=body)
        assert reply.status_code == 200, reply.text
        return [(one["response_id"], one["status"]) for one in reply.json()["results"]]

    told = [one for reply in at_once(8, send) for one in reply]
    assert sorted(key for key, status in told if status == "stored") == sorted(ids)
    stack.wait_idle()
    assert api.counts(place) == {"9": 150}


def test_an_answer_by_the_page_is_in_the_figures(stack: Running, api: Api, place: str) -> None:
    """From the link to the report, without a key and without JavaScript; the trap's answer stays out."""
    link = api.link(place)
    with httpx.Client(base_url=api.url, follow_redirects=True) as person:
        for score, trap in ((9, ""), (2, "spam")):
            found = re.search(r'name="ticket" value="([^"]+)"', person.get(link).text)
            assert found
            form = {"ticket": found[1], "score": str(score), "comment": "Été", "subject": trap}
            thanks = person.post(link, data=form, headers={"Accept-Language": "fr"})
            assert (thanks.status_code, "Merci" in thanks.text) == (200, True)
    stack.wait_idle()
    assert api.counts(place) == {"9": 1}


def test_a_single_link_pressed_many_times_at_once_is_one_answer(stack: Running, api: Api, place: str) -> None:
    """Twenty presses, one thanks; all the others are told that it was answered."""
    link = api.link(place, mode="single")
    presses = at_once(20, lambda n: httpx.post(api.url + link, content=f"score={n % 11}", headers=FORM, timeout=60))
    assert [press.status_code for press in presses] == [303] * 20
    assert sum("/thanks" in press.headers["location"] for press in presses) == 1
    assert "already answered" in httpx.get(api.url + link, headers={"Accept-Language": "en"}).text
    stack.wait_idle()
    assert sum(api.counts(place).values()) == 1


def test_a_revoked_link_takes_nothing_more(api: Api, place: str) -> None:
    """At once, and for good."""
    link = api.link(place)
    [listed] = api.http.get("/v1/links", params={"touchpoint": place}).json()["links"]
    assert httpx.get(api.url + link).status_code == 200
    assert api.http.delete(f"/v1/links/{listed['link_id']}").status_code == 200
    assert httpx.get(api.url + link).status_code == 410
