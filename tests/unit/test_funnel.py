"""The funnel counts each interaction once, whatever comes twice, late, in any order or in any batches."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from services.invitations.domain.funnel import Counts, counts, mark, passages
from services.invitations.domain.interactions import REASONS, Decided, Interaction, Planned, Reason, Suppressed
from services.invitations.domain.invitations import Invitation
from services.invitations.usecases import counting
from services.invitations.usecases.counting import Reaction, hear_reaction, tally
from services.invitations.usecases.funnels import funnel
from services.invitations.views.funnel import FunnelQuestion
from shared.bodies import parse_query
from shared.errors import InvalidInput, NotFound
from tests.invitations import NOW, World, touchpoint

TODAY = NOW.date()


def interaction(name: str, **more: Any) -> Interaction:
    return Interaction(name, more.pop("touchpoint", "checkout"), NOW - timedelta(hours=1), NOW, **more)


def planned(name: str, channel: str = "email", **more: Any) -> Decided:
    return Decided(interaction(name, **more), "p", f"invitation-{name}", Planned(channel, NOW, 1.0))


def refused(name: str, reason: Reason, whose: str | None = None, **more: Any) -> Decided:
    decision = Suppressed(reason, 0.5, whose=whose, channel="email")
    return Decided(interaction(name, **more), "p", f"invitation-{name}", decision)


def invited(decided: Decided, **more: Any) -> Invitation:
    """The invitation of a planned interaction. more: any of its fields."""
    one = decided.interaction
    usual = {"channel": "email", "occurred_at": one.occurred_at, "planned_at": NOW, "probability": 1.0}
    return Invitation(
        invitation_id=decided.invitation_id,
        touchpoint=one.touchpoint,
        interaction_id=one.interaction_id,
        person_id=decided.person_id,
        **{**usual, **more},
    )


def counted(world: World) -> Counts:
    return funnel("checkout", TODAY, TODAY, world.deps).counts


def test_every_stage_and_every_refusal_has_its_number() -> None:
    """Happened is planned and all refused; who came to the draw is eligible; who was drawn is sampled."""
    world = World()
    asked = [planned(f"asked-{n}") for n in range(4)]
    turned_away = [refused(f"no-{reason}", reason) for reason in REASONS]
    stages = [
        invited(asked[1], state="sent", sent_at=NOW),
        invited(asked[2], state="bounced", sent_at=NOW),
        invited(asked[3], state="answered", sent_at=NOW, delivered_at=NOW, opened_at=NOW, answered_at=NOW),
    ]
    tally([*asked, *turned_away], stages, world.deps)
    found = counted(world)
    assert found.refused == dict.fromkeys(REASONS, 1)
    assert (found.happened, found.planned) == (4 + len(REASONS), 4)
    assert found.eligible == 4 + len({"not_sampled", "quiet_hours", "displaced"})
    assert found.sampled == found.eligible - 1
    assert (found.sent, found.delivered, found.opened, found.answered, found.bounced) == (3, 1, 1, 1, 1)


def test_who_answers_was_reached_even_if_nobody_said_so() -> None:
    """Text messages tell of no opening, and some providers of no delivery."""
    world, one = World(), planned("1", "sms")
    tally([one], [invited(one, channel="sms", state="answered", answered_at=NOW)], world.deps)
    found = counted(world)
    assert (found.sent, found.delivered, found.opened, found.answered) == (1, 1, 1, 1)


def test_a_place_that_is_lost_later_is_refused_once() -> None:
    """First planned, then displaced: the interaction and the invitation both say so, and one is counted."""
    world, one = World(), planned("1")
    lost = replace(one, decision=Suppressed("displaced", 1.0, whose="support", channel="email"))
    tally([one, lost], [invited(one, state="suppressed", reason="displaced")], world.deps)
    found = counted(world)
    assert (found.happened, found.planned, found.sampled, found.refused) == (1, 0, 1, {"displaced": 1})


def test_a_wish_that_came_between_plan_and_message_is_a_refusal() -> None:
    """Planned, then opted out before anything was sent; it had been sampled."""
    world, one = World(), planned("1")
    tally([one], [invited(one, state="suppressed", reason="opted_out")], world.deps)
    found = counted(world)
    assert (found.planned, found.sampled, found.refused) == (0, 1, {"opted_out": 1})


def test_what_ended_after_the_message_had_gone_out_is_no_refusal() -> None:
    """The person was asked: that they want no reminder takes nothing back."""
    world, one = World(), planned("1")
    tally([one], [invited(one, state="suppressed", reason="opted_out", sent_at=NOW)], world.deps)
    found = counted(world)
    assert (found.planned, found.sent, found.refused) == (1, 1, {})


def test_an_invitation_without_its_interaction_yet_has_happened() -> None:
    """Two items' records may come in either order."""
    world, one = World(), planned("1")
    tally([], [invited(one, state="sent", sent_at=NOW)], world.deps)
    first = counted(world)
    tally([one], [], world.deps)
    assert first == counted(world) == Counts(1, 1, 1, 1, 1)


def test_any_order_batches_and_repeats_give_the_same_funnel() -> None:
    """A thousand interactions told one by one, and in random batches, twice, backwards."""
    chance = random.Random(3)
    asked = [planned(f"a{n}", chance.choice(("email", "sms")), attributes={"shop": f"s{n % 3}"}) for n in range(700)]
    others = [refused(f"r{n}", chance.choice(REASONS), whose="support") for n in range(300)]
    told: list[Any] = [*asked, *others]
    for one in asked[:500]:
        sent = invited(one, state="sent", sent_at=NOW)
        told += [sent, replace(sent, state="delivered", delivered_at=NOW)][: chance.randint(1, 2)]
    orderly, disorderly = (World(touchpoint("checkout", segments=("shop",))) for _ in range(2))
    for one in told:
        tell([one], orderly)
    again = told * 2
    chance.shuffle(again)
    while again:
        size = chance.randint(1, 90)
        tell(again[:size], disorderly)
        del again[:size]
    assert funnel("checkout", TODAY, TODAY, orderly.deps) == funnel("checkout", TODAY, TODAY, disorderly.deps)
    assert counted(orderly).happened == 1000


def tell(batch: list[Any], world: World) -> None:
    decided = [one for one in batch if isinstance(one, Decided)]
    tally(decided, [one for one in batch if isinstance(one, Invitation)], world.deps)


def test_channels_days_and_segments_add_up() -> None:
    """Each interaction stands on its day, under its channel, and in its segment's values."""
    world = World(touchpoint("checkout", segments=("shop",)))
    some = [planned(f"e{n}", "email", attributes={"shop": "nord"}) for n in range(6)]
    more = [planned(f"s{n}", "sms", attributes={"shop": 75}) for n in range(5)]
    tally([*some, *more], [], world.deps)
    found = funnel("checkout", TODAY - timedelta(days=3), TODAY, world.deps)
    assert {name: one.happened for name, one in found.channels.items()} == {"email": 6, "sms": 5}
    assert {day: one.happened for day, one in found.days.items()} == {TODAY: 11}
    assert [(one.value, one.counts.happened) for one in found.segments] == [("nord", 6), ("75", 5)]


def test_a_day_outside_the_span_is_not_counted() -> None:
    """Both ends are included, and nothing else is."""
    world = World()
    tally([planned("1")], [], world.deps)
    yesterday = TODAY - timedelta(days=1)
    assert funnel("checkout", yesterday, yesterday, world.deps).counts == Counts()


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [({"a": 20, "b": 4}, []), ({"a": 20, "b": 5}, ["a", "b"]), ({"a": 20, "b": 3, "c": 2}, ["a"]), ({"a": 4}, [])],
)
def test_a_small_segment_is_hidden_and_cannot_be_worked_out(sizes: dict[str, int], shown: list[str]) -> None:
    """Fewer than five are not shown; nor is another, if taking it from the whole would give them away."""
    world = World(touchpoint("checkout", segments=("shop",)))
    people = [(shop, n) for shop, size in sizes.items() for n in range(size)]
    tally([planned(f"{shop}{n}", attributes={"shop": shop}) for shop, n in people], [], world.deps)
    found = funnel("checkout", TODAY, TODAY, world.deps)
    assert [one.value for one in found.segments] == shown
    assert found.hidden.get("shop", 0) == len(sizes) - len(shown)


def test_who_crowds_whom_out_is_told_by_owner() -> None:
    """Refused because of another's contact: counted for that touchpoint and reason, with its owner."""
    world = World(touchpoint(), touchpoint("support"))
    tally([refused(f"r{n}", "company_cap", whose="support") for n in range(3)], [], world.deps)
    tally([refused("q", "quarantine", whose="checkout"), refused("g", "company_cap", whose="gone")], [], world.deps)
    found = funnel("checkout", TODAY, TODAY, world.deps).crowding
    assert [(one.touchpoint, one.owner, one.reason, one.n) for one in found] == [
        ("support", "web", "company_cap", 3),
        ("checkout", "web", "quarantine", 1),
        ("gone", None, "company_cap", 1),
    ]


def test_an_unknown_touchpoint_has_no_funnel() -> None:
    """Not an empty one."""
    with pytest.raises(NotFound):
        funnel("nowhere", TODAY, TODAY, World().deps)


def test_two_interactions_of_one_day_are_told_apart() -> None:
    """Marks differ by the invitation's id."""
    assert len(passages({mark("decided", "email", None, "a"), mark("decided", "email", None, "b")})) == 2
    assert counts([]).happened == 0


def test_an_answer_ends_what_was_due() -> None:
    """Opened, then answered; told again in any order, the first times stand and nobody is reminded."""
    world = World()
    one = invited(planned("1"), state="sent", sent_at=NOW, due_at=NOW + timedelta(days=2))
    world.invitations.save(one)
    later = NOW + timedelta(minutes=5)
    for what, at in (("opened", NOW), ("answered", later), ("opened", later), ("answered", later + timedelta(days=1))):
        hear_reaction(Reaction(one.invitation_id, what, at), world.deps)  # type: ignore[arg-type]
    found = world.invitations.get(one.invitation_id)
    assert found is not None
    assert (found.state, found.opened_at, found.answered_at, found.due_at) == ("answered", NOW, later, None)
    assert found.version == 3


def test_a_reaction_to_nobodys_invitation_is_passed_over() -> None:
    """Links may carry invitation ids of other systems."""
    world = World()
    one = invited(planned("1"), state="sent", sent_at=NOW, due_at=None)
    world.invitations.save(one)
    before = world.invitations.get(one.invitation_id)
    hear_reaction(Reaction("unknown", "answered", NOW), world.deps)
    assert world.invitations.get("unknown") is None
    assert world.invitations.get(one.invitation_id) == before, "nor is it anybody else's"


def test_the_changes_cover_every_reaction() -> None:
    """What may be heard can be written down."""
    assert set(counting.CHANGES) == {"opened", "answered"}


def test_the_day_is_the_interactions_own() -> None:
    """Whenever the answer comes, it counts on the day of what happened."""
    world, one = World(), planned("1")
    tally([one], [invited(one, state="answered", answered_at=NOW + timedelta(days=9))], world.deps)
    assert list(funnel("checkout", date(2024, 1, 1), date(2024, 4, 1), world.deps).days) == [TODAY]


@pytest.mark.parametrize("asked", [{"from": "9999-12-31"}, {"to": "0001-01-01"}, {"from": "1999-12-31"}])
def test_days_beyond_all_calendars_are_refused(asked: dict[str, str]) -> None:
    """They have no span of weeks before or after them; nothing happened then."""
    with pytest.raises(InvalidInput) as refusal:
        parse_query(FunnelQuestion, asked)
    assert [one.pointer for one in refusal.value.errors] == [f"query:{name}" for name in asked]
