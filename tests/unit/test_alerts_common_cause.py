"""What begins together on a journey is one message that names the common cause, by every way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.alerts.domain.deliveries import Delivery
from services.alerts.messages import slack, teams
from services.alerts.messages.letters import letter
from services.alerts.messages.story import Story, story
from services.alerts.messages.texts import text
from shared.catalogue import Way
from shared.events import AlertEvent, Causes, ExcessSegment, ExcessWord
from shared.gsm import count
from tests.alerts import CODES, MINUTE, World, owner, subscription
from tests.events import RAISED, alert_event

SHARE = alert_event().before
DAY = timedelta(days=1)


def caused(touchpoint: str, *words: str, raised_at: Any = RAISED, **segments: str) -> AlertEvent:
    """An alert with these causes."""
    found = [ExcessSegment(attribute=name, value=value, before=SHARE, after=SHARE) for name, value in segments.items()]
    texts = [ExcessWord(text=word, before=1, after=9) for word in words]
    return alert_event(touchpoint=touchpoint, raised_at=raised_at, causes=Causes(segments=found, words=texts))


def told(kind: Way, *events: AlertEvent, lang: str = "en") -> Delivery:
    """The one message by which the events, heard within a minute, are told."""
    world = World(owner("web", subscription("one", kind, lang=lang)))
    for event in events:
        world.hear(event)
    world.run()
    [(_, delivery, _)] = world.senders[kind].sent
    assert len(delivery.news) == len(events)
    return delivery


def mail(said: Delivery) -> str:
    plain, _ = letter(said, "a@example.com", CODES.address).iter_parts()
    content: str = plain.get_content()  # type: ignore[union-attr]
    return content


def html(said: Delivery) -> str:
    _, related = letter(said, "a@example.com", CODES.address).iter_parts()
    content: str = next(related.iter_parts()).get_content()  # type: ignore[union-attr]
    return content


def told_story(said: Delivery) -> Story:
    return story(said, CODES.address)


def posted(said: Delivery) -> str:
    tokens = {event.alert_id: "t" for event in said.news}
    return str([block["text"]["text"] for block in slack.post(told_story(said), tokens)["blocks"] if "text" in block])


def card(said: Delivery) -> str:
    body = teams.message(told_story(said))["attachments"][0]["content"]["body"]
    return str([element["text"].replace("\\", "") for element in body if element["type"] == "TextBlock"])


def short(said: Delivery) -> str:
    return text(told_story(said))


WAYS: list[tuple[Way, Any]] = [("email", mail), ("email", html), ("slack", posted), ("teams", card), ("sms", short)]
NAMES = [shown.__name__ for _, shown in WAYS]


@pytest.mark.parametrize(("kind", "shown"), WAYS, ids=NAMES)
def test_one_message_names_what_all_have_in_common(kind: Way, shown: Any) -> None:
    """A segment says more than a word, so it is named where all have both."""
    events = [caused(name, "erreur 500", device="mobile", country=name) for name in ("cart", "pay", "ship")]
    said = shown(told(kind, *events))
    assert "Friction in 3 places at once" in said
    assert "They have this in common: device: mobile" in said
    assert "erreur 500" not in shown(told(kind, *events)).split("device: mobile")[0]


@pytest.mark.parametrize(("kind", "shown"), WAYS, ids=NAMES)
def test_what_most_have_in_common_is_said_with_how_many(kind: Way, shown: Any) -> None:
    """Of several causes the one that most alerts have; in French as in English."""
    events = [
        caused("cart", "panne", device="mobile"),
        caused("pay", "panne", device="mobile"),
        caused("ship", "panne"),
        caused("help"),
    ]
    said = shown(told(kind, *events, lang="fr"))
    assert "3 sur 4 ont ceci en commun" in said
    assert "panne" in said.split("en commun")[1][:20]


@pytest.mark.parametrize(("kind", "shown"), WAYS, ids=NAMES)
def test_without_a_common_cause_the_time_is_what_they_share_or_nothing(kind: Way, shown: Any) -> None:
    """Two that began together may have one cause; two that began days apart are only told together."""
    together = shown(told(kind, caused("cart", "slow"), caused("pay", "rude")))
    assert "at about the same time" in together
    apart = shown(told(kind, caused("cart", "slow"), caused("pay", "rude", raised_at=RAISED - DAY)))
    assert "same time" not in apart and "in common" not in apart


@pytest.mark.parametrize(("kind", "shown"), WAYS, ids=NAMES)
def test_what_is_seen_in_several_ways_at_one_place_is_not_called_several_places(kind: Way, shown: Any) -> None:
    """A drop and a promise that is broken by it are one touchpoint's; the message names it, and has both."""
    promise = caused("checkout").model_copy(update={"alert_id": "promise.checkout", "kind": "promise"})
    said = told(kind, caused("checkout"), promise)
    assert "Friction: Checkout, seen in 2 ways" in shown(said)
    assert "Paiement, vue de 2 fa" in shown(Delivery(**{**vars(said), "lang": "fr"}))


def test_an_alert_alone_has_nothing_in_common() -> None:
    """Its causes are its own; and what is over says nothing of what began."""
    over = caused("pay", device="mobile").model_copy(
        update={"state": "resolved", "revision": 2, "resolved_at": RAISED, "resolved_because": "recovered"}
    )
    assert told_story(told("email", caused("cart", device="mobile"))).cause == ""
    lone = told("email", caused("cart", device="mobile"))
    both = Delivery(**{**vars(lone), "news": (*lone.news, over)})
    assert told_story(both).cause == ""


def test_a_text_that_names_a_cause_is_still_one_part() -> None:
    """A cause too long for it is left out, not the address."""
    long = "un très long segment qui ne tient pas dans un seul message, quoi que l'on fasse, hélas"
    for value in ("mobile", long):
        said = told("sms", caused("cart", device=value), caused("pay", device=value))
        assert count(short(said)).parts == 1
        assert short(said).endswith(CODES.address(said.news[0].alert_id, said.receiver))
    assert short(said).startswith("Friction in 2 places at once https")


def test_another_journey_is_told_apart() -> None:
    """What begins at the same time on two journeys makes a message each, however alike the causes are."""
    world = World(owner("web", subscription("mail")))
    for event in (caused("cart", device="mobile"), caused("pay", device="mobile")):
        world.hear(event)
    world.hear(caused("desk", device="mobile").model_copy(update={"journey": "other"}))
    world.run(MINUTE * 5)
    assert sorted(len(one.news) for _, one, _ in world.senders["email"].sent) == [1, 2]


def test_a_visitors_attribute_is_words_and_nothing_else_by_every_way() -> None:
    """Who answers by an open link chooses it: it makes no link, no line of its own, and no mention in a message."""
    value = "[your account](https://evil.example)\n<https://evil.example|here> <!channel> **now**"
    event = caused("web", shop=value)
    body = str(teams.message(told_story(told("teams", event)))["attachments"][0]["content"]["body"])
    assert "](" not in body and "**" not in body and "your account" in body
    blocks = slack.post(told_story(told("slack", event)), {})["blocks"]
    marked = [block["text"] for block in blocks if block["type"] == "section"]
    assert "&lt;https://evil.example|here&gt; &lt;!channel&gt;" in str(marked)
    assert "<https" not in str(marked) and all(one["verbatim"] for one in marked)
    assert '<a href="https://evil' not in html(told("email", event))
    together = told("email", event, caused("till", shop=value))
    assert "\n<https" not in mail(together) and "evil.example|here" in mail(together)
