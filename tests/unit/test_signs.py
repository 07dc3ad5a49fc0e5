"""Early signs: silence, abandonment and pressure are counted like answers, and watched by the same account."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.aggregator import usecases
from services.aggregator.adapters.signs import signs_in
from services.aggregator.domain.answers import Answer, Series
from services.aggregator.domain.signs import signs_of_interaction, signs_of_invitation
from services.aggregator.usecases import Deps
from services.invitations.adapters.interactions import item_of_decided
from services.invitations.adapters.invitations import item_of_invitation
from services.invitations.domain.interactions import Decided, Interaction, Planned, Suppressed
from services.invitations.domain.invitations import Invitation
from shared.dynamo import Item, marshal_item, unmarshal_item
from shared.marks import tally_channels
from shared.streams import Change
from tests.unit.test_aggregator import deps_at
from tests.worlds import START

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SILENCE = Series("checkout", "silence", "silence")


def invitation(**changed: Any) -> Item:
    """The item of an invitation that was sent at the start, as the stream has it."""
    sent = Invitation("inv", "checkout", "i", "p", "email", START, START, 1.0, state="sent", sent_at=START)
    return unmarshal_item(marshal_item(item_of_invitation(replace(sent, **changed)) | {"version": 1}))


def told(item: Item) -> dict[str, tuple[datetime, int, bool]]:
    return {one.series.source: (one.collected_at, one.score, one.is_counted) for one in signs_of_invitation(item)}


class TestInvitations:
    def test_one_that_is_not_answered_within_a_day_is_silence(self) -> None:
        """Known a day after it was sent; answered in time it is none, a second later it is."""
        assert told(invitation()) == {"silence": (START + DAY, 0, True)}
        assert told(invitation(answered_at=START + DAY)) == {"silence": (START + DAY, 1, True)}
        assert told(invitation(answered_at=START + DAY + HOUR)) == {"silence": (START + DAY, 0, True)}

    def test_one_that_is_opened_and_left_is_abandonment(self) -> None:
        """Known an hour after it was opened."""
        opened = invitation(opened_at=START + HOUR)
        assert told(opened)["abandonment"] == (START + 2 * HOUR, 0, True)
        finished = invitation(opened_at=START + HOUR, answered_at=START + HOUR)
        assert told(finished)["abandonment"] == (START + 2 * HOUR, 1, True)

    def test_one_that_was_not_sent_says_nothing(self) -> None:
        """Nor does one that reached nobody, whatever was said of it before."""
        assert told(invitation(sent_at=None, state="planned")) == {}
        assert told(invitation(state="bounced")) == {"silence": (START + DAY, 0, False)}

    def test_what_is_known_later_replaces_what_was_known(self) -> None:
        """In whatever order the stream tells it, and however often."""
        sent, answered = signs_of_invitation(invitation()), signs_of_invitation(invitation(answered_at=START + HOUR))
        bounced = signs_of_invitation(invitation(state="bounced"))
        for several, counted in (([*sent, *answered], {"email": [0, 1]}), ([*answered, *sent, *bounced], {})):
            assert tally_channels({one.mark for one in several}, 2) == counted


class TestInteractions:
    @pytest.mark.parametrize(
        ("decision", "score"),
        [
            (Planned("email", START, 1.0), 1),
            (Suppressed("not_sampled", 0.1), 1),
            (Suppressed("quarantine", 1.0), 0),
            (Suppressed("displaced", 1.0, channel="email"), 0),
        ],
    )
    def test_who_was_asked_too_often_already_is_under_pressure(self, decision: Any, score: int) -> None:
        """Who was not drawn is not: it came to the draw."""
        [sign] = signs_of_interaction(interaction(decision))
        assert (sign.series.source, sign.collected_at, sign.score) == ("pressure", START, score)

    @pytest.mark.parametrize("reason", ["touchpoint_paused", "opted_out", "no_consent", "channel_unusable"])
    def test_where_pressure_was_not_looked_at_nothing_is_said(self, reason: Any) -> None:
        """Something else was in the way first."""
        assert signs_of_interaction(interaction(Suppressed(reason, 1.0))) == []

    def test_the_stream_is_read_and_what_is_no_item_of_ours_is_named(self) -> None:
        """One of each, and one that cannot be read."""
        items = [invitation(), interaction(Planned("email", START, 1.0)), {"kind": "invitation"}, {"kind": "person"}]
        signs, unread = signs_in([Change(str(place), None, item) for place, item in enumerate(items)])
        assert ([sign.series.source for sign in signs], unread) == (["silence", "pressure"], ["2"])


def interaction(decision: Any) -> Item:
    decided = Decided(Interaction("i", "checkout", START, START), "p", "inv", decision, "hash")
    return unmarshal_item(marshal_item(item_of_decided(decided)))


def sendings(silent_from: int | None, days: int = 60, per_day: int = 30, seed: int = 3) -> Iterable[Answer]:
    """Invitations of which a quarter are answered within a day; from `silent_from` days on, hardly any."""
    chance = random.Random(seed)
    for number in range(days * per_day):
        at = START + timedelta(seconds=int(chance.uniform(0, days) * 86400))
        is_silent = silent_from is not None and at >= START + silent_from * DAY
        answers = chance.random() < (0.02 if is_silent else 0.25)
        known = {"answered_at": at + HOUR} if answers else {}
        yield from signs_of_invitation(invitation(invitation_id=f"inv-{number}", sent_at=at, **known))


def watched(signs: Iterable[Answer], days: int = 64) -> Deps:
    deps = deps_at(START + days * DAY)
    usecases.notice(list(signs), deps)
    later = replace(deps, now=lambda: START + days * DAY + HOUR)
    usecases.look(SILENCE, later)
    usecases.decide(later)
    return later


class TestSilence:
    def test_it_raises_an_alert_of_its_own(self) -> None:
        """Within days, to the touchpoint's owner, in words that speak of invitations."""
        [fact] = watched(sendings(silent_from=45)).alerts.all()
        event = fact.event
        assert (event.kind, event.owners, fact.series) == ("silence", ["web"], SILENCE)
        assert START + 45 * DAY < event.raised_at < START + 52 * DAY
        assert "ne répondent pas dans la journée" in event.sentence["fr"]
        assert "invitations; one chance in" in event.sentence["en"]

    def test_when_nobody_answers_any_more_the_account_goes_on(self) -> None:
        """Weeks of nothing but silence, where three quarters were silent before: one alert, and no end of it."""
        signs = (
            replace(one, score=0) if one.collected_at >= START + 46 * DAY else one for one in sendings(45, days=90)
        )
        [fact] = watched(signs, days=70).alerts.all()
        assert (fact.event.kind, fact.event.state) == ("silence", "raised")

    def test_the_usual_silence_raises_none(self) -> None:
        """Three quarters never answer; that is how it is."""
        assert watched(sendings(silent_from=None)).alerts.all() == []

    def test_order_and_repeats_leave_no_trace(self) -> None:
        """The same signs, shuffled and doubled."""
        signs = list(sendings(silent_from=45))
        mixed = [*signs, *signs[::3]]
        random.Random(1).shuffle(mixed)
        one, other = (watched(each).watches.read(SILENCE).account for each in (signs, mixed))
        assert one == other


class TestWhatIsDueLater:
    def test_a_series_is_looked_at_when_its_event_is_due(self) -> None:
        """A message waits a quarter of an hour at most; a note is kept, and asked for in its hour."""
        deps = deps_at(START)
        usecases.notice(signs_of_invitation(invitation()), deps)
        usecases.remind(deps)
        assert asked(deps) == []
        usecases.remind(replace(deps, now=lambda: START + DAY + 2 * HOUR))
        usecases.remind(replace(deps, now=lambda: START + DAY + 3 * HOUR))
        assert asked(deps) == [(SILENCE, 0)]


def asked(deps: Deps) -> list[tuple[Series, int]]:
    made: list[tuple[Series, int]] = deps.looks.asked  # type: ignore[attr-defined]
    return made
