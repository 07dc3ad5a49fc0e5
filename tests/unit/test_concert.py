"""What a touchpoint's alerts say together: one trouble is told once, by whom it concerns."""

from __future__ import annotations

from typing import Any

from services.aggregator.domain.answers import Series
from services.aggregator.domain.concert import in_concert
from services.aggregator.domain.detection.interval import Share
from services.aggregator.domain.detection.transition import RAISED, RESOLVED, STRENGTHENED, Transition
from services.aggregator.domain.findings import EXPLAINED, Finding, finding

OWN = Series("checkout", "customer", "csat")
WAY = OWN.coming_from("basket")
NONE = Share(0, 0, 0.0, 1.0)


def said(kind: str, at: int, **about: Any) -> Finding:
    return finding(Transition(kind, at, 0, (0, 0), NONE, NONE, 99.0, 1.0, 1.0, "1"), **about)


def told(own: list[Transition], way: list[Transition]) -> list[tuple[str, str, int, str]]:
    """What is told of the touchpoint's own account and of the hand-off's, in order of time."""
    found = in_concert({OWN: own, WAY: way})
    return sorted(
        (
            ("own" if series == OWN else "way", one.kind, one.at, getattr(one, "origin", ""))
            for series, several in found.items()
            for one in several
        ),
        key=lambda one: one[2],
    )


def test_what_may_be_another_s_waits_until_it_is_known_whom_it_is_about() -> None:
    """Then it is told at that time."""
    for origin in ("", "basket"):
        own: list[Transition] = [
            said(RAISED, 1, is_open=True), said(STRENGTHENED, 3, is_open=True), said(STRENGTHENED, 5, origin=origin)
        ]  # fmt: skip
        assert told(own, []) == [("own", RAISED, 5, origin)]


def test_no_alert_waits_until_its_evidence_has_grown_more_than_five_times() -> None:
    """Then everybody is blamed, as that is the likeliest, though not by much."""
    own: list[Transition] = [said(RAISED, 1, is_open=True)]
    own += [said(STRENGTHENED, at, is_open=True) for at in (3, 5, 7, 9, 11)]
    assert told(own[:5], []) == []
    assert told(own, []) == [("own", RAISED, 11, "")]


def test_what_waits_and_is_over_is_not_told() -> None:
    """Nor is its end."""
    assert told([said(RAISED, 1, is_open=True), said(RESOLVED, 5)], []) == []


def test_a_hand_off_s_alert_is_told_while_the_touchpoint_s_own_waits() -> None:
    """And goes on telling it: no alert on the touchpoint alone, as long as the others fare no worse."""
    own = [said(RAISED, 1, is_open=True), said(STRENGTHENED, 5), said(RESOLVED, 9)]
    assert told(own, [said(RAISED, 3)]) == [("way", RAISED, 3, "")]


def test_everybody_s_trouble_is_told_beside_the_hand_off_s() -> None:
    """Once it is beyond doubt that the others fare worse, too."""
    own = [said(RAISED, 4), said(STRENGTHENED, 6, is_spread=True)]
    assert told(own, [said(RAISED, 3)]) == [("way", RAISED, 3, ""), ("own", RAISED, 6, "")]


def test_what_is_about_one_way_is_not_hidden_behind_another_s_alert() -> None:
    """Those who come from the search fare badly since long; now those who come from the basket do, too."""
    other = OWN.coming_from("search")
    found = in_concert({OWN: [said(RAISED, 4, origin="basket")], other: [said(RAISED, 1)]})
    assert [getattr(one, "origin", "") for one in found[OWN]] == ["basket"]


def test_what_a_hand_off_s_alert_hid_is_told_when_that_is_over() -> None:
    """About whom its account said last: everybody, or those who came by another way."""
    for origin in ("", "search"):
        own: list[Transition] = [said(RAISED, 4), said(STRENGTHENED, 5, origin=origin)]
        assert ("own", RAISED, 6, origin) in told(own, [said(RAISED, 3), said(RESOLVED, 6)])


STILL: list[Transition] = [said(RAISED, 4, origin="basket"), said(STRENGTHENED, 5, origin="basket")]
"""The touchpoint's own account finds those who come from the basket worse off."""


def test_a_hand_off_s_alert_goes_on_while_the_touchpoint_s_own_account_tells_of_it() -> None:
    """One trouble, one alert: nobody hears that it is over and begins at one instant. It ends with the last of them."""
    way: list[Transition] = [said(RAISED, 3), said(RESOLVED, 6)]
    assert told(STILL, way) == [("way", RAISED, 3, "")]
    assert told([*STILL, said(RESOLVED, 9)], way) == [("way", RAISED, 3, ""), ("way", RESOLVED, 9, "")]


def test_a_hand_off_s_account_that_raises_again_meanwhile_has_its_alert_back() -> None:
    """It is over with its own end, whatever the touchpoint's account says."""
    way: list[Transition] = [said(RAISED, 3), said(RESOLVED, 6), said(RAISED, 7), said(RESOLVED, 12)]
    assert told([*STILL, said(RESOLVED, 9)], way) == [("way", RAISED, 3, ""), ("way", RESOLVED, 12, "")]


def test_a_hand_off_s_alert_is_over_where_what_kept_it_open_is_everybody_s() -> None:
    """Then that is told instead."""
    own: list[Transition] = [*STILL, said(STRENGTHENED, 9, is_spread=True)]
    assert told(own, [said(RAISED, 3), said(RESOLVED, 6)]) == [
        ("way", RAISED, 3, ""),
        ("way", RESOLVED, 9, ""),
        ("own", RAISED, 9, ""),
    ]


def test_an_alert_that_turns_out_to_be_about_one_way_says_so_at_once() -> None:
    """Before the hand-off's own account knows enough; once."""
    own = [said(RAISED, 1), said(STRENGTHENED, 2, origin="basket"), said(STRENGTHENED, 4, origin="basket")]
    assert [one for one in told(own, [said(RAISED, 5)]) if one[1] != STRENGTHENED] == [
        ("own", RAISED, 1, ""),
        ("own", EXPLAINED, 2, "basket"),
        ("way", RAISED, 5, ""),
    ]


def test_an_alert_that_stands_is_explained_by_the_hand_off_s() -> None:
    """The touchpoint's own says from where those come whom it is about."""
    assert told([said(RAISED, 1)], [said(RAISED, 3)]) == [
        ("own", RAISED, 1, ""),
        ("own", EXPLAINED, 3, "basket"),
        ("way", RAISED, 3, ""),
    ]
