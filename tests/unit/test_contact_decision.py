"""Whether a person is asked: each reason, on both sides of each edge, in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.invitations.domain.decision import Case, decide, decide_reminder, draw, to_displace
from services.invitations.domain.interactions import REASONS, Decision, Interaction, Planned, Share, Suppressed
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.ledger import Contact, Ledger
from services.invitations.domain.people import Identifier, Person
from services.invitations.domain.rules import Rules, halved
from shared.catalogue import Cap

NOW = datetime(2024, 3, 1, 10, 0, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
EMAIL, PHONE = Identifier("email", "jane@example.com"), Identifier("phone", "+33612345678")
JANE = Person("jane", 1, (EMAIL, PHONE))
RULES = Rules("checkout", ("web", "email", "sms"))


def at_once(_channel: str, _country: str | None, _zone: str, at: datetime) -> datetime:
    return at


def happened(**more: Any) -> Interaction:
    return replace(Interaction("order-1", "checkout", NOW, NOW), **more)


def contact(ago: timedelta = DAY, **more: Any) -> Contact:
    """Sent so long ago by another touchpoint, by mail."""
    plain = Contact("inv", 1, "delivery", "email", NOW - ago, NOW - ago, "sent")
    return replace(plain, **more)


def case(*contacts: Contact, person: Person = JANE, **more: Any) -> Case:
    """Nothing in the way but what a test says. more: fields of the rules, or of the case."""
    fields = {name: more.pop(name) for name in ("share", "now", "next_allowed") if name in more}
    usual = {"share": Share(1.0), "now": NOW, "seed": b"seed", "next_allowed": at_once} | fields
    return Case(replace(RULES, **more), person, Ledger(person.person_id, 1, contacts), **usual)  # type: ignore[arg-type]


def reason(decision: Decision) -> str | None:
    return decision.reason if isinstance(decision, Suppressed) else None


def test_with_nothing_in_the_way_the_first_channel_by_which_we_send_is_planned() -> None:
    """`web` is no channel by which we send; the probability is told."""
    assert decide(happened(), case(share=Share(0.999999))) == Planned("email", NOW, 0.999999)


def test_a_caller_may_ask_on_a_channel_of_their_own_at_once() -> None:
    """Neither the delay nor an address matters, as the person is there."""
    decision = decide(happened(channel="kiosk"), case(person=Person("nobody"), delay=timedelta(hours=1)))
    assert decision == Planned("kiosk", NOW, 1.0)


def test_a_touchpoint_without_a_channel_by_which_we_send_asks_nobody_by_itself() -> None:
    """There is no channel that could be used."""
    assert reason(decide(happened(), case(channels=("web", "qr")))) == "channel_unusable"


def test_a_paused_touchpoint_asks_nobody() -> None:
    """Whatever else holds."""
    assert reason(decide(happened(), case(is_paused=True))) == "touchpoint_paused"


@pytest.mark.parametrize(
    ("opted_out", "expected"),
    [({"email"}, "sms"), ({"web"}, "email"), ({"email", "sms"}, "opted_out"), ({"all"}, "opted_out")],
)
def test_who_opted_out_is_asked_by_another_channel_or_not_at_all(opted_out: set[str], expected: str) -> None:
    """Where the same is in the way of both, the reason that is told is that of the preferred channel."""
    decision = decide(happened(), case(person=replace(JANE, opted_out=frozenset(opted_out))))
    assert (decision.channel if isinstance(decision, Planned) else decision.reason) == expected


@pytest.mark.parametrize(
    ("consent", "needed", "expected"),
    [
        (None, set(), "email"),
        (None, {"sms"}, "email"),
        (None, {"email"}, "sms"),
        (None, {"email", "sms"}, "no_consent"),
        (frozenset(), set(), "no_consent"),
        (frozenset({"all"}), {"email", "sms"}, "email"),
        (frozenset({"sms"}), {"email", "sms"}, "sms"),
        (frozenset({"sms"}), {"sms"}, "email"),
        (frozenset({"web"}), {"email", "sms"}, "no_consent"),
    ],
)
def test_consent_is_needed_where_the_company_says_so_and_a_refusal_holds_everywhere(
    consent: frozenset[str] | None, needed: set[str], expected: str
) -> None:
    """A list of channels is consent to those, and no refusal of channels that need none."""
    decision = decide(happened(), case(person=replace(JANE, consent=consent), consent_needed=frozenset(needed)))
    assert (decision.channel if isinstance(decision, Planned) else decision.reason) == expected


def test_an_address_that_bounced_is_not_used_again() -> None:
    """Another address of the person is, and another channel."""
    bounced = replace(JANE, unusable=frozenset({EMAIL}))
    assert decide(happened(), case(person=bounced)) == Planned("sms", NOW, 1.0)
    moved = bounced.with_identifiers([Identifier("email", "jane@example.org")])
    assert decide(happened(), case(person=moved)) == Planned("email", NOW, 1.0)
    assert moved.address("email") == "jane@example.org"
    assert reason(decide(happened(), case(person=replace(JANE, identifiers=())))) == "channel_unusable"


@pytest.mark.parametrize(("ago", "expected"), [(30 * DAY - SECOND, "quarantine"), (30 * DAY, None)])
def test_the_touchpoint_rests_to_the_second(ago: timedelta, expected: str | None) -> None:
    """After a contact of its own, whose end is told."""
    decision = decide(happened(), case(contact(ago, touchpoint="checkout"), rest=30 * DAY))
    assert reason(decision) == expected
    if isinstance(decision, Suppressed):
        assert (decision.whose, decision.until) == ("checkout", NOW - ago + 30 * DAY)


def test_the_rest_is_after_the_touchpoints_own_contacts() -> None:
    """What others asked is a matter of the caps."""
    assert reason(decide(happened(), case(contact(SECOND), rest=30 * DAY))) is None


@pytest.mark.parametrize("state", ["reserved", "sent", "released"])
def test_a_contact_counts_until_it_is_given_back(state: str) -> None:
    """For the rest as for the caps."""
    given_back = state == "released"
    here = contact(touchpoint="checkout", state=state)
    assert (reason(decide(happened(), case(here, rest=2 * DAY))) is None) == given_back
    assert (reason(decide(happened(), case(here, company_cap=Cap(at_most=1, days=2)))) is None) == given_back


CAPS = [
    ("company_cap", {"company_cap": Cap(at_most=2, days=10)}, {}),
    (
        "programme_cap",
        {"programme_cap": Cap(at_most=2, days=10), "programme": "onboarding"},
        {"programme": "onboarding"},
    ),
    ("channel_cap", {"channel_caps": {"email": Cap(at_most=2, days=10)}, "channels": ("email",)}, {"channel": "email"}),
]


@pytest.mark.parametrize(("expected", "rules", "fields"), CAPS)
@pytest.mark.parametrize("beyond", [True, False])
def test_a_window_rolls_to_the_second(expected: str, rules: Any, fields: Any, beyond: bool) -> None:
    """A contact exactly as old as the window is long counts no more; else the reply says whose it is, until when."""
    oldest = contact(10 * DAY - (timedelta(0) if beyond else SECOND), touchpoint="first", **fields)
    decision = decide(happened(), case(contact(DAY, **fields), oldest, **rules))
    assert reason(decision) == (None if beyond else expected)
    if isinstance(decision, Suppressed):
        assert (decision.whose, decision.until) == ("first", NOW + SECOND)


@pytest.mark.parametrize(
    ("rules", "fields"),
    [
        (CAPS[1][1], {"programme": "loyalty"}),
        (CAPS[1][1], {"programme": None}),
        (CAPS[2][1], {"channel": "sms"}),
    ],
)
def test_a_cap_counts_its_own_contacts_only(rules: Any, fields: Any) -> None:
    """Those of the programme, those by the channel."""
    assert reason(decide(happened(), case(contact(**fields), contact(**fields), **rules))) is None


def test_a_full_channel_leaves_the_other() -> None:
    """The first channel by which nothing is in the way."""
    full = {"email": Cap(at_most=1, days=10)}
    assert decide(happened(), case(contact(), channel_caps=full)) == Planned("sms", NOW, 1.0)


def test_a_reminder_counts_as_a_contact() -> None:
    """One invitation and its reminder are two."""
    contacts = (contact(2 * DAY), contact(DAY, step=2))
    assert reason(decide(happened(), case(*contacts, company_cap=Cap(at_most=2, days=10)))) == "company_cap"
    assert reason(decide(happened(), case(*contacts, company_cap=Cap(at_most=3, days=10)))) is None


def test_what_is_reserved_for_later_counts_already() -> None:
    """A place that was taken for tomorrow is in the window of whoever asks today."""
    later = contact(-DAY, state="reserved")
    assert reason(decide(happened(), case(later, company_cap=Cap(at_most=1, days=10)))) == "company_cap"


def test_of_a_cap_that_is_more_than_full_the_place_that_gets_free_last_is_told() -> None:
    """Caps become smaller, and merged people have the contacts of both."""
    contacts = [contact(n * DAY, touchpoint=f"t{n}") for n in (1, 2, 3)]
    decision = decide(happened(), case(*contacts, company_cap=Cap(at_most=1, days=10)))
    assert decision == Suppressed("company_cap", 1.0, "t1", NOW + 9 * DAY)


def test_the_draw_is_the_interactions_own_and_even() -> None:
    """The same each time, with the same seed; of many as many fall below a share as it says."""
    draws = [draw(b"seed", "checkout", f"order-{n}") for n in range(10_000)]
    assert draws == [draw(b"seed", "checkout", f"order-{n}") for n in range(10_000)]
    assert draws != [draw(b"other", "checkout", f"order-{n}") for n in range(10_000)]
    assert all(0 <= one < 1 for one in draws)
    assert abs(sum(one < 0.3 for one in draws) / 10_000 - 0.3) < 0.015


def test_who_is_not_drawn_is_not_asked() -> None:
    """Sampled if and only if the draw is below the share; the share is told."""
    mine = draw(b"seed", "checkout", "order-1")
    assert decide(happened(), case(share=Share(mine))) == Suppressed("not_sampled", mine)
    assert isinstance(decide(happened(), case(share=Share(mine + 1e-9))), Planned)


def test_who_can_only_be_reached_by_the_second_channel_comes_to_the_draw_all_the_same() -> None:
    """Whether they are drawn or not: were only the drawn ones counted, the share would seem to be everybody."""
    by_phone = replace(JANE, identifiers=(PHONE,))
    mine = draw(b"seed", "checkout", "order-1")
    assert decide(happened(), case(person=by_phone, share=Share(mine + 1e-9))) == Planned("sms", NOW, mine + 1e-9)
    assert decide(happened(), case(person=by_phone, share=Share(mine))) == Suppressed("not_sampled", mine)


def test_of_two_channels_that_are_in_the_way_the_reason_is_of_the_one_that_came_further() -> None:
    """Quarantine is looked at after wishes, whichever channel it is."""
    person = replace(JANE, opted_out=frozenset({"email"}))
    decision = decide(happened(), case(contact(DAY, touchpoint="checkout"), person=person, rest=2 * DAY))
    assert reason(decision) == "quarantine"


def test_the_delay_counts_from_the_interaction_and_the_past_is_now() -> None:
    """An hour after it; at once where that hour is over."""
    late = case(delay=timedelta(hours=1))
    assert decide(happened(), late) == Planned("email", NOW + timedelta(hours=1), 1.0)
    assert decide(happened(occurred_at=NOW - DAY), late) == Planned("email", NOW, 1.0)


@pytest.mark.parametrize(
    ("slept", "expected"), [(timedelta(hours=72), None), (timedelta(hours=72) + SECOND, "quiet_hours")]
)
def test_past_its_freshness_nobody_is_asked(slept: timedelta, expected: str | None) -> None:
    """Where quiet hours put it off beyond that; exactly that late is fresh."""
    decision = decide(happened(), case(next_allowed=lambda _channel, _country, _zone, at: at + slept))
    assert reason(decision) == expected


def test_an_interaction_that_is_known_too_late_is_not_asked_about() -> None:
    """By whatever channel."""
    old = happened(occurred_at=NOW - timedelta(hours=73))
    assert reason(decide(old, case())) == reason(decide(replace(old, channel="web"), case())) == "quiet_hours"


def test_quiet_hours_are_those_of_the_person() -> None:
    """The interaction's own country and zone go before the person's, the person's zone before the touchpoint's."""
    heard: list[tuple[str, str | None, str]] = []

    def listening(channel: str, country: str | None, zone: str, at: datetime) -> datetime:
        heard.append((channel, country, zone))
        return at

    lived = replace(JANE, country="FR", time_zone="Europe/Paris")
    for person, told in ((JANE, {}), (lived, {}), (lived, {"country": "RE", "time_zone": "Indian/Reunion"})):
        decide(
            happened(**told), case(person=person, channels=("sms",), next_allowed=listening, time_zone="Europe/Rome")
        )
    assert heard == [
        ("sms", None, "Europe/Rome"),
        ("sms", "FR", "Europe/Paris"),
        ("sms", "RE", "Indian/Reunion"),
    ]


def test_the_reasons_come_in_their_order() -> None:
    """With everything in the way at once, taking away the first shows the next."""
    nothing = Person("jane", 1, (), opted_out=frozenset({"email"}), consent=frozenset())
    contacts = [contact(touchpoint="checkout", programme="p")]
    rules: dict[str, Any] = {
        "is_paused": True,
        "channels": ("email",),
        "rest": 9 * DAY,
        "company_cap": Cap(at_most=1, days=9),
        "programme": "p",
        "programme_cap": Cap(at_most=1, days=9),
        "channel_caps": {"email": Cap(at_most=1, days=9)},
        "share": Share(0.0),
        "next_allowed": lambda _channel, _country, _zone, at: at + 9 * DAY,
    }
    steps: list[dict[str, Any]] = [
        {"is_paused": False},
        {"person": replace(nothing, opted_out=frozenset())},
        {"person": replace(nothing, opted_out=frozenset(), consent=None)},
        {"person": JANE},
        {"rest": None},
        {"company_cap": None},
        {"programme_cap": None},
        {"channel_caps": {}},
        {"share": Share(1.0)},
        {"next_allowed": at_once},
    ]
    now: dict[str, Any] = {"person": nothing} | rules
    found = [reason(decide(happened(), case(*contacts, **now)))]
    for step in steps:
        now |= step
        # What quiet hours put off is asked nine days later, when nothing of today is in the way.
        found.append(reason(decide(happened(), case(*[replace(one, at=NOW + 9 * DAY) for one in contacts], **now))))
    assert found == [*REASONS[:-1], None]


@pytest.mark.parametrize(
    ("cap", "less"),
    [((1, 30), (1, 60)), ((2, 30), (1, 30)), ((3, 30), (1, 30)), ((4, 30), (2, 30)), ((5, 30), (2, 30))],
)
def test_less_often_halves_caps(cap: tuple[int, float], less: tuple[int, float]) -> None:
    """Half as many, rounded down; of one, one in twice the time."""
    assert halved(Cap(at_most=cap[0], days=cap[1])) == Cap(at_most=less[0], days=less[1])


def test_who_wishes_to_be_asked_less_often_rests_twice_as_long() -> None:
    """And has half the places under every cap."""
    gentle = replace(JANE, less_often=True)
    here = contact(45 * DAY, touchpoint="checkout")
    assert reason(decide(happened(), case(here, rest=30 * DAY))) is None
    assert reason(decide(happened(), case(here, person=gentle, rest=30 * DAY))) == "quarantine"
    for cap in ({"company_cap": Cap(at_most=2, days=60)}, {"channel_caps": {"email": Cap(at_most=2, days=60)}}):
        only_mail = {"channels": ("email",)} | cap
        assert reason(decide(happened(), case(here, **only_mail))) is None
        assert reason(decide(happened(), case(here, person=gentle, **only_mail))) in ("company_cap", "channel_cap")


INVITATION = Invitation("inv", "checkout", "order-1", "jane", "email", NOW - DAY, NOW - DAY, 0.4, 1, "sent")


def test_a_reminder_needs_a_place_and_the_persons_leave() -> None:
    """The rest after its own invitation is no matter, and nothing is drawn again."""
    first = contact(DAY, touchpoint="checkout")
    here: dict[str, Any] = {"rest": 30 * DAY, "share": Share(0.0)}
    assert decide_reminder(INVITATION, NOW, case(first, **here)) == Planned("email", NOW, 0.4)
    full = case(first, company_cap=Cap(at_most=1, days=10), **here)
    assert reason(decide_reminder(INVITATION, NOW, full)) == "company_cap"
    gone = case(first, person=replace(JANE, opted_out=frozenset({"all"})), **here)
    assert reason(decide_reminder(INVITATION, NOW, gone)) == "opted_out"


@pytest.mark.parametrize(
    ("fields", "is_lost"),
    [
        ({}, True),
        ({"reserved_at": NOW - timedelta(seconds=59.999999)}, True),
        ({"reserved_at": NOW - timedelta(seconds=60)}, False),
        ({"state": "sent"}, False),
        ({"need": 1.0}, False),
        ({"need": 2.0}, False),
        ({"step": 2}, False),
        ({"channel": "web"}, False),
    ],
)
def test_a_place_just_taken_goes_to_the_greater_need(fields: dict[str, Any], is_lost: bool) -> None:
    """Within a minute, while nothing is sent; a reminder and a question already put are not taken back."""
    just = replace(contact(state="reserved", at=NOW, reserved_at=NOW, need=0.5), **fields)
    full = case(just, company_cap=Cap(at_most=1, days=10), share=Share(1.0, need=1.0))
    assert reason(decide(happened(), full)) == "company_cap"
    assert to_displace(happened(), full) == ((just, Planned("email", NOW, 1.0)) if is_lost else None)


def test_the_place_of_the_least_need_is_lost_and_only_if_that_helps() -> None:
    """Where another reason stays in the way nobody loses anything."""
    two = [contact(state="reserved", at=NOW, reserved_at=NOW, need=n, invitation_id=f"i{n}") for n in (0.2, 0.1)]
    full = case(*two, company_cap=Cap(at_most=2, days=10), share=Share(1.0, need=1.0))
    found = to_displace(happened(), full)
    assert found is not None
    assert found[0] == two[1]
    never = replace(full, share=Share(0.0, need=1.0))
    assert to_displace(happened(), never) is None
