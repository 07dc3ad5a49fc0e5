"""Some days of a company in one process, with faults at every port; the long form is `make soak`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from tests.soak import traffic
from tests.soak.clients import Ses
from tests.soak.run import Soaked, soak


def test_nothing_is_lost_doubled_or_invented() -> None:
    """Two thousand interactions, a thousand answers of programs and some hundreds of people's, under 1 % of faults."""
    found = soak(2000, days=3, rate=0.01)
    assert found.wrong == []
    assert found.figures["interactions"] == 2000
    assert found.figures["answers of people"] > 200
    assert found.figures["alerts"] > 0
    assert found.figures["calls that went wrong"] > 1000


def test_without_faults_no_message_is_unknown_and_nothing_is_sent_again() -> None:
    """What is left of trouble when there is none: nothing."""
    found = soak(300, days=1, rate=0.0)
    assert found.wrong == []
    quiet = ("messages nobody knows of", "calls that went wrong", "functions that failed", "requests sent again")
    assert [found.figures[name] for name in quiet] == [0, 0, 0, 0]


def swallowed(*_: Any) -> None:
    """Takes whatever it is given, and does nothing."""


def forgetful(*_: Any) -> dict[str, Any]:
    """A reply that has the queue forget what failed."""
    return {"batchItemFailures": []}


def twice(self: Any, **request: Any) -> Any:
    """What a client does that tries again by itself after a reply that was lost."""
    SEND(self, **request)
    return SEND(self, **request)


def uncapped() -> dict[str, Any]:
    return DOCUMENT() | {"pressure": {}}


DOCUMENT, SEND = traffic.journey, Ses.send_email
BROKEN: dict[str, tuple[str, Any, str]] = {
    "a queue forgets what failed": ("shared.queues.failures", forgetful, "lost"),
    "nothing is counted": ("services.aggregator.usecases.fold", swallowed, "figures of"),
    "a form makes an answer each time": (
        "services.collector.domain.links.Link.only_response_id",
        property(lambda _: None),
        "too many",
    ),
    "alerts are not heard": ("services.alerts.usecases.telling.hear", swallowed, "never heard of"),
    "nobody keeps to the cap": ("tests.soak.traffic.journey", uncapped, "messages, 3 of them within"),
    "providers' clients try again by themselves": ("tests.soak.clients.Ses.send_email", twice, "was sent 2 times"),
    "the funnel forgets": ("services.invitations.usecases.counting.tally", swallowed, "funnel of"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_seen(broken: str) -> None:
    """The counter-proof: with one thing broken on purpose, an account says so."""
    target, replacement, said = BROKEN[broken]
    with patch(target, replacement):
        found = attempted(lambda: soak(400, days=1, rate=0.03, seed=2))
    assert any(said in sentence for sentence in found), found


def attempted(run: Callable[[], Soaked]) -> list[str]:
    """What is wrong after the run; where it came to no end, why."""
    try:
        return run().wrong
    except AssertionError as none:
        return [f"no end: {none}"]
