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
    """Ten presses on different scores: each is thanked, the last one stays, each of the others is a revision."""
    link = api.link(place, mode="single")
    presses = at_once(10, lambda n: httpx.post(api.url + link, content=f"score={n}", headers=FORM, timeout=60))
    assert [press.status_code for press in presses] == [303] * 10
    assert all("/thanks" in press.headers["location"] for press in presses)
    shown = httpx.get(api.url + link, headers={"Accept-Language": "en"}).text
    last = re.search(r'value="(\d+)" required checked', shown)
    assert last
    stack.wait_idle()
    assert api.counts(place) == {last[1]: 1}


def test_a_changed_answer_moves_in_the_figures_and_is_counted_once(stack: Running, api: Api, place: str) -> None:
    """Beside another person's answer: 9 becomes 2, and 2 becomes 4; there are two answers throughout."""
    api.http.post("/v1/responses", json={"touchpoint": place, "score": 10})
    link = api.link(place)
    found = re.search(r'name="ticket" value="([^"]+)"', httpx.get(api.url + link).text)
    assert found
    for score, comment in ((9, ""), (2, ""), (4, "Slow"), (4, "Slow")):
        form = {"ticket": found[1], "score": str(score), "comment": comment}
        assert "/thanks" in httpx.post(api.url + link, data=form).headers["location"]
        stack.wait_idle()
        assert api.counts(place) == {"10": 1, str(score): 1}


def test_a_score_confirmed_by_a_movement_leaves_the_figures_when_a_machine_shows(
    stack: Running, api: Api, place: str
) -> None:
    """Counted after the first movement, not after a sweep, and again once the person presses Send."""
    link = api.link(place, mode="single", channel="email", invitation_id=place)
    httpx.get(f"{api.url}{link}?s=9")
    assert httpx.post(f"{api.url}{link}/seen", content="score=9", headers=FORM).status_code == 201
    stack.wait_idle()
    assert api.counts(place) == {"9": 1}
    at_once(11, lambda n: httpx.get(f"{api.url}{link}?s={n}", timeout=60))
    assert httpx.post(f"{api.url}{link}/seen", content="score=3", headers=FORM).status_code == 200
    stack.wait_idle()
    assert api.counts(place) == {}
    httpx.post(api.url + link, content="score=7", headers=FORM)
    stack.wait_idle()
    assert api.counts(place) == {"7": 1}


def test_a_revoked_link_takes_nothing_more(api: Api, place: str) -> None:
    """At once, and for good."""
    link = api.link(place)
    [listed] = api.http.get("/v1/links", params={"touchpoint": place}).json()["links"]
    assert httpx.get(api.url + link).status_code == 200
    assert api.http.delete(f"/v1/links/{listed['link_id']}").status_code == 200
    assert httpx.get(api.url + link).status_code == 410
