"""What is published of what all accounts said: the same whatever the order, fewer false ones in a large fleet."""

from __future__ import annotations

import random

from services.aggregator.domain.answers import Series
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import Transition
from services.aggregator.domain.publishing import Said, from_json, published, to_json


def series(number: int) -> Series:
    return Series(f"t{number}", "customer", "csat")


def said(number: int, at: int, kind: str = "raised", evidence: float = 10.0) -> Said:
    share = Share(8, 100, 0.04, 0.15)
    return Said(series(number), at, Transition(kind, at, at - 60, (0, at), share, share, evidence, 0.7, 1.0, "v"))


def began(touchpoints: int, at: int = 0) -> list[Said]:
    return [Said(series(number), at) for number in range(touchpoints)]


def kinds(decided: dict[Series, list[Transition]], number: int) -> list[str]:
    return [transition.kind for transition in decided.get(series(number), [])]


def test_with_few_touchpoints_an_accounts_own_promise_is_enough() -> None:
    """Ten touchpoints: what one raises is published, and its end."""
    decided = published([*began(10), said(1, 100), said(1, 200, "resolved")])
    assert kinds(decided, 1) == ["raised", "resolved"]


def test_in_a_large_fleet_weak_evidence_waits_until_it_is_strong() -> None:
    """A hundred touchpoints: odds of 10 are not published, odds of 2,000 (100 / 0.05) are."""
    weak = [*began(100), said(1, 100), said(1, 200, "strengthened", 1999.0)]
    assert published(weak) == {}
    strong = [*weak, said(1, 300, "strengthened", 2000.0)]
    assert [(t.kind, t.at) for t in published(strong)[series(1)]] == [("raised", 300)]


def test_what_was_never_published_does_not_end_in_public() -> None:
    """A suspicion that passes is nobody's news."""
    assert published([*began(100), said(1, 100), said(1, 200, "resolved")]) == {}


def test_touchpoints_added_later_do_not_change_what_was_published() -> None:
    """Ninety more touchpoints from time 500 on leave an alert of time 100 standing."""
    early = [*began(10), said(1, 100)]
    grown = [*early, *(Said(series(n), 500) for n in range(10, 100))]
    assert published(grown) == published(early)


def test_the_order_in_which_things_are_said_does_not_matter() -> None:
    """A hundred shufflings of the same facts."""
    facts = [*began(30), *(said(n % 30, 100 + 7 * n, evidence=10.0 * n) for n in range(60))]
    wanted = published(facts)
    assert wanted
    chance = random.Random(1)
    for _ in range(100):
        chance.shuffle(facts)
        assert published(facts) == wanted


def test_a_stricter_share_of_false_alerts_needs_more_evidence() -> None:
    """At one in a hundred instead of one in twenty, five times the odds."""
    facts = [Said(series(n), 0, None, 0.01) for n in range(100)] + [said(1, 100, evidence=9000.0)]
    assert published(facts) == {}
    assert kinds(published([*facts, said(1, 200, "strengthened", 10_000.0)]), 1) == ["raised"]


def test_a_transition_survives_its_text() -> None:
    """To the last bit."""
    one = said(1, 100, evidence=1 / 3).transition
    assert one is not None
    assert from_json(to_json(one)) == one
