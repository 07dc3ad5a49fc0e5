"""Every kind of alert is told in its own words, in French and in English, by mail, in chats and by text."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from services.aggregator.domain.detection.interval import Share as Found
from services.aggregator.domain.detection.transition import Transition
from services.aggregator.domain.findings import EXPLAINED, finding
from services.aggregator.domain.sentence import Setting, sentence
from services.alerts.messages import story
from services.alerts.messages.words import SAID
from shared.events import AlertKind, Share
from tests.events import alert_event

KINDS: tuple[Any, ...] = get_args(AlertKind)
AT = 1_709_290_800


def told(kind: str, transition: str, lang: str) -> str:
    shares = {
        "before": Found(80, 1000, 0.06, 0.1),
        "after": Found(46, 240, 0.1, 0.3),
        "otherwise": Found(4, 90, 0, 0.1),
    }
    plain = Transition(transition, AT, AT - 86400, (AT, AT), shares["before"], shares["after"], 99.0, 1.0, 1.0, "1")
    return sentence(finding(plain, **shares), Setting(kind, "Livraison", "Paiement", "UTC"), lang)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("transition", ["raised", "resolved", "adopted"])
def test_each_kind_has_a_sentence_of_its_own(transition: str, lang: str) -> None:
    """Nothing in braces is left over; a promise is never adopted, and staff's return is told like customers'."""
    said = {kind: told(kind, transition, lang) for kind in KINDS if (kind, transition) != ("promise", "adopted")}
    assert all("Livraison" in text and "{" not in text for text in said.values())
    own = [text for kind, text in said.items() if kind != "staff" or transition == "raised"]
    assert len(set(own)) == len(own)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_touchpoint_s_own_alert_names_the_hand_off_that_explains_it(lang: str) -> None:
    """And leaves the blame there."""
    assert "Paiement" in told("drop", EXPLAINED, lang)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_kind_has_a_title_of_its_own(lang: str) -> None:
    """What stands in the subject of a mail says what kind of trouble it is."""
    titles = {story.piece(alert_event(kind=kind), SAID[lang], lang, "https://x").title for kind in KINDS}
    assert len(titles) == len(KINDS)


def test_a_promise_is_held_against_its_target_and_a_hand_off_against_the_others() -> None:
    """In the figures beside the sentence."""
    target = Share(bad=0, n=0, low=0.1, high=0.1)
    promise = dict(story.piece(alert_event(kind="promise", before=target), SAID["en"], "en", "").facts)
    assert promise["Promised"] == "at most 10% bad"
    others = Share(bad=3, n=40, low=0.02, high=0.2)
    handoff = dict(story.piece(alert_event(kind="handoff", otherwise=others), SAID["en"], "en", "").facts)
    assert handoff["The others, since then"] == "8% bad (2–20%, 40 answers)"


def test_signs_are_counted_in_their_own_units() -> None:
    """Invitations, openings and visits are no answers."""
    said = " ".join(told(kind, "raised", "en") for kind in ("silence", "abandonment", "pressure"))
    assert all(unit in said for unit in ("240 invitations", "240 openings", "240 visits"))
