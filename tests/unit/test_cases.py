"""Cases from the answer to the close: opened once, told of, taken further when overdue, seen to, handed on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.alerts.domain.cases.case import MOST_ROUNDS
from services.alerts.usecases.cases import acting, opening
from services.alerts.usecases.cases.acting import Actor, Said
from services.alerts.usecases.cases.ports import Person, Way
from shared.catalogue import Digest, QuietHours
from shared.errors import Conflict, InvalidInput, NotFound
from tests.alerts import MINUTE, owner, subscription
from tests.cases import EVERY_REASON, HOUR, JANE, RAISED, World, answer, case_of, place

ANNA = Actor("person anna", "web")
OTHER = Actor("person otto", "stores")


def opened(world: World, **more: object) -> str:
    """A case of Jane's, told to its team."""
    world.people.known["jane's hash"] = JANE
    case = world.say(answer(customer="jane's hash", **more))
    assert case is not None
    world.run(2 * MINUTE)
    return case.case_id


def deeds(world: World, case_id: str) -> list[str]:
    return [deed.what for deed in world.cases.story(case_id)]


def test_an_answer_opens_its_case_once() -> None:
    """However often its stream tells of it; due by the touchpoint's hours from when we had it."""
    world = World()
    for _ in range(3):
        world.say(answer())
    [case] = world.cases.kept.values()
    assert (case.state, case.reasons, case.owner) == ("open", ("score",), "web")
    assert case.due_at == RAISED + 24 * HOUR
    assert deeds(world, case.case_id) == ["opened"]


def test_a_content_answer_opens_none_until_a_later_edit_fits() -> None:
    """The edit within the hour opens it; its time is the edit's."""
    world = World()
    assert world.say(answer(score=5)) is None
    later = RAISED + 10 * MINUTE
    case = world.say(answer(score=1, revision=2, stored_at=later))
    assert case is not None
    assert (case.opened_at, case.revision) == (later, 2)


def test_an_edit_that_takes_the_reason_back_is_noted_and_the_case_stays() -> None:
    """And again one that gives it back."""
    world = World()
    world.say(answer())
    case = world.say(answer(score=5, revision=2, stored_at=RAISED + MINUTE))
    assert case is not None and (case.state, case.score, case.taken_back_at) == ("open", 5, RAISED + MINUTE)
    case = world.say(answer(score=2, revision=3, stored_at=RAISED + 2 * MINUTE))
    assert case is not None and case.taken_back_at is None
    assert deeds(world, case.case_id) == ["opened", "taken_back", "changed"]


def test_a_first_revision_that_comes_late_opens_the_case_and_says_what_holds_now() -> None:
    """Streams keep the order of one item, retries do not."""
    world = World()
    world.answers.put(answer(score=5, revision=2, stored_at=RAISED + MINUTE))
    case = world.say(answer())
    assert case is not None and (case.score, case.revision, case.taken_back_at) == (5, 2, RAISED + MINUTE)


def test_an_answer_that_is_gone_when_its_stream_is_heard_opens_none() -> None:
    """It was erased meanwhile, and its case would bring the customer back."""
    world = World()
    opening.consider(answer(customer="jane's hash"), world.case_deps)
    assert world.cases.kept == {}


def test_an_answer_that_is_voided_later_is_noted() -> None:
    """A scanner's click opened it; the sweep that shows it was none takes the reason back."""
    world = World()
    world.say(answer())
    case = world.say(answer(revision=2, is_counted=False, stored_at=RAISED + MINUTE))
    assert case is not None and case.taken_back_at == RAISED + MINUTE


def test_the_team_is_told_with_a_link_and_nothing_of_the_person() -> None:
    """Neither what they said, nor who they are, in any message."""
    world = World()
    opened(world, comment="Call me on +33612345678, Jane Doe")
    [(_, delivery, _)] = world.senders["email"].sent
    [event] = delivery.news
    assert (event.kind, event.state) == ("case", "opened")
    told = event.model_dump_json()
    assert "https://example.com/cases/" in told
    assert not any(secret in told for secret in ("Jane", "+336", "Call me", "jane's hash"))


def test_who_is_told_of_cases() -> None:
    """Teams are, unless they name other kinds; programs and watchers only where they name `case`."""
    each = {
        "mail": subscription("mail"),
        "drops": subscription("drops", kinds=("drop",)),
        "cases": subscription("cases", kinds=("case",)),
        "hook": subscription("hook", "webhook"),
        "case-hook": subscription("case-hook", "webhook", kinds=("case",)),
    }
    watcher = owner("board", subscription("all", everywhere=True))
    keen = owner("care", subscription("all", everywhere=True, kinds=("case",)))
    world = World(
        place(team=owner("web", *each.values())),
        place(None, watcher, name="board"),
        place(None, keen, name="care"),
    )
    opened(world)
    told = {subscription for _, subscription, _ in world.told()}
    assert told == {"web/mail", "web/cases", "web/case-hook", "care/all"}


def test_quiet_hours_and_digests_hold_for_cases() -> None:
    """Nothing of a case is so grave that it wakes anybody."""
    quiet = QuietHours(start="00:00", end="23:00", except_for=("high", "medium", "low"))
    digest = Digest(every="day", at="18:00", except_for=("high", "medium", "low"))
    team = owner("web", subscription("quiet", quiet_hours=quiet), subscription("digest", digest=digest))
    world = World(place(team=team))
    opened(world)
    world.say(answer("r-2"))
    assert world.told() == []
    world.run(24 * HOUR)
    times = {(name, at.hour) for at, name, _ in world.told()}
    assert times == {("web/quiet", 23), ("web/digest", 18)}
    assert len(world.senders["email"].sent) == 2, "two cases in one message each"


def chained() -> World:
    """A team with a chain of two, and a pilot."""
    names = ("mail", "lead", "head")
    team = owner("web", *(subscription(name) for name in names), chain=("mail", "lead", "head"))
    pilot = owner("pilot", subscription("mail"))
    return World(place(team=team, pilot="pilot"), place(None, pilot, name="elsewhere"))


def test_an_overdue_case_goes_up_the_chain_then_to_the_pilot() -> None:
    """The team is reminded with the first step; each next one has its hours; then nobody is left."""
    world = chained()
    opened(world)
    world.pass_by(timedelta(days=10))
    told = [(round((at - RAISED) / HOUR), name) for at, name, news in world.told() if news == "overdue"]
    assert told == [(24, "web/lead"), (24, "web/mail"), (48, "web/head"), (72, "pilot/mail")]
    assert deeds(world, case_of(answer())) == ["opened", "overdue", "overdue", "overdue"]


def test_a_case_that_is_closed_in_time_is_never_overdue() -> None:
    """Nor does a schedule that comes late bring it up."""
    world = chained()
    case_id = opened(world)
    acting.close(case_id, ANNA, "late", Said(), world.case_deps)
    world.pass_by(timedelta(days=5))
    assert [news for _, _, news in world.told()] == ["opened"]


def test_a_reopened_case_is_told_again_and_its_time_begins_anew() -> None:
    """Its escalation starts from the first step."""
    world = chained()
    case_id = opened(world)
    world.pass_by(timedelta(days=2))
    acting.close(case_id, ANNA, "late", Said(), world.case_deps)
    acting.reopen(case_id, ANNA, Said("not yet"), world.case_deps)
    world.pass_by(timedelta(days=2))
    assert [name for _, name, news in world.told() if news == "reopened"] == ["web/mail"]
    assert [name for _, name, news in world.told() if news == "overdue"].count("web/lead") == 2


def test_a_case_handed_to_another_team_is_theirs_alone() -> None:
    """They are told; the former team finds it no more."""
    stores = owner("stores", subscription("desk"))
    world = World(place(), place(None, stores, name="till"))
    case_id = opened(world)
    acting.assign(case_id, ANNA, "stores", Said("this was in the shop"), world.case_deps)
    world.stream()
    world.run(2 * MINUTE)
    assert ("stores/desk", "assigned") in [(name, news) for _, name, news in world.told()]
    with pytest.raises(NotFound):
        acting.note(case_id, ANNA, Said("mine?"), world.case_deps)
    assert acting.note(case_id, OTHER, Said("ours"), world.case_deps).owner == "stores"
    with pytest.raises(InvalidInput):
        acting.assign(case_id, OTHER, "nobody", Said(), world.case_deps)
    with pytest.raises(Conflict):
        acting.assign(case_id, OTHER, "stores", Said(), world.case_deps)


def test_another_teams_case_is_not_there_and_nothing_changes() -> None:
    """Whatever is tried."""
    world = World()
    case_id = opened(world)
    before = (world.cases.get(case_id), world.cases.story(case_id))
    tries = (
        lambda: acting.note(case_id, OTHER, Said("hm"), world.case_deps),
        lambda: acting.contacted(case_id, OTHER, Said(), world.case_deps),
        lambda: acting.close(case_id, OTHER, "late", Said(), world.case_deps),
        lambda: acting.reopen(case_id, OTHER, Said(), world.case_deps),
        lambda: acting.assign(case_id, OTHER, "stores", Said(), world.case_deps),
        lambda: acting.look(case_id, OTHER, world.case_deps),
        lambda: acting.reply(case_id, OTHER, None, Said("hello"), world.case_deps),
    )
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()
    assert (world.cases.get(case_id), world.cases.story(case_id)) == before
    assert world.replies.sent == []


def test_the_states_of_a_case() -> None:
    """open → contacted → closed, with a cause; closed cases take notes and looks, and nothing else until reopened."""
    world = World()
    case_id = opened(world)
    deps = world.case_deps
    first = acting.contacted(case_id, ANNA, Said("by phone"), deps)
    world.clock.now += HOUR
    assert acting.contacted(case_id, ANNA, Said(), deps).contacted_at == first.contacted_at
    done = acting.close(case_id, ANNA, "price", Said("refunded"), deps)
    assert (done.state, done.cause, done.closed_at) == ("closed", "price", world.clock.now)
    for again in (
        lambda: acting.close(case_id, ANNA, "price", Said(), deps),
        lambda: acting.contacted(case_id, ANNA, Said(), deps),
        lambda: acting.reply(case_id, ANNA, None, Said("hello"), deps),
    ):
        with pytest.raises(Conflict):
            again()
    acting.note(case_id, ANNA, Said("a word more"), deps)
    again = acting.reopen(case_id, ANNA, Said(), deps)
    assert (again.state, again.cause, again.closed_at) == ("contacted", None, None)
    assert again.due_at == world.clock.now + 24 * HOUR
    with pytest.raises(Conflict):
        acting.reopen(case_id, ANNA, Said(), deps)


def test_a_cause_is_one_of_the_touchpoints() -> None:
    """Any other is refused with those there are; nothing changes."""
    world = World()
    case_id = opened(world)
    with pytest.raises(InvalidInput) as refused:
        acting.close(case_id, ANNA, "weather", Said(), world.case_deps)
    assert refused.value.errors[0].pointer == "#/cause"
    assert "late, price" in refused.value.errors[0].detail
    assert deeds(world, case_id) == ["opened"]


def test_a_form_that_is_sent_twice_counts_once() -> None:
    """It names what its sender saw; a look in between takes nothing from it."""
    world = World()
    case_id = opened(world)
    seen = world.cases.kept[case_id].change
    acting.look(case_id, ANNA, world.case_deps)
    acting.note(case_id, ANNA, Said("called", seen), world.case_deps)
    with pytest.raises(Conflict):
        acting.note(case_id, ANNA, Said("called", seen), world.case_deps)
    assert deeds(world, case_id) == ["opened", "looked", "noted"]


def test_every_look_at_the_contact_is_written_down() -> None:
    """Who and when; also where nobody can be named, and where the answer was erased."""
    world = World()
    case_id = opened(world)
    _, person = acting.look(case_id, ANNA, world.case_deps)
    assert person == JANE
    nameless = world.say(answer("r-2"))
    assert nameless is not None
    assert acting.look(nameless.case_id, ANNA, world.case_deps)[1] is None
    world.answers.kept.clear()
    assert acting.look(case_id, ANNA, world.case_deps)[1] is None
    assert [(deed.by, deed.at) for deed in world.cases.story(case_id) if deed.what == "looked"] == [
        ("person anna", world.clock.now),
    ] * 2


def test_a_reply_is_queued_once_and_counts_as_contact() -> None:
    """By the first way that may be used; its words stand in the story."""
    world = World()
    case_id = opened(world, lang="fr")
    case = acting.reply(case_id, ANNA, None, Said("Nous vous remboursons."), world.case_deps)
    world.stream()
    world.stream()
    [(of, reply, text)] = world.replies.sent
    assert (of, reply.person_id, reply.channel, reply.lang, text) == (
        case_id, "jane", "email", "fr", "Nous vous remboursons.",
    )  # fmt: skip
    assert (case.state, case.contacted_at) == ("contacted", world.clock.now)


@pytest.mark.parametrize(
    ("ways", "channel", "why"),
    [
        ((), None, "no address is known"),
        ((Way("email", "a@example.com", "opted_out"),), None, "email: opted_out"),
        ((Way("email", "a@example.com", "channel_unusable"), Way("sms", "+336", "opted_out")), None, "sms: opted_out"),
        ((Way("email", "a@example.com"),), "sms", "no address is known"),
    ],
)
def test_a_reply_to_who_wants_none_is_refused_with_the_reason(
    ways: tuple[Way, ...], channel: acting.Channel | None, why: str
) -> None:
    """And the case stays as it was."""
    world = World()
    case_id = opened(world)
    world.people.known["jane's hash"] = Person("jane", ways)
    with pytest.raises(Conflict, match=why):
        acting.reply(case_id, ANNA, channel, Said("hello"), world.case_deps)
    assert (deeds(world, case_id), world.replies.sent) == (["opened"], [])


def test_nobody_is_written_to_where_nobody_can_be_named() -> None:
    """An answer by a poster is a case all the same: it says so."""
    world = World()
    case = world.say(answer())
    assert case is not None
    with pytest.raises(Conflict, match="nobody can be named"):
        acting.reply(case.case_id, ANNA, None, Said("hello"), world.case_deps)


def test_a_reply_by_text_message_is_short() -> None:
    """Three parts at the most; an e-mail may be longer."""
    world = World()
    case_id = opened(world)
    with pytest.raises(InvalidInput) as refused:
        acting.reply(case_id, ANNA, "sms", Said("x" * 460), world.case_deps)
    assert refused.value.errors[0].pointer == "#/text"
    assert acting.reply(case_id, ANNA, "sms", Said("x" * 459), world.case_deps).state == "contacted"


def test_a_case_does_not_go_round_for_ever() -> None:
    """Ninety rounds are enough for anybody; the numbers of its news would run out."""
    world = World()
    case_id = opened(world)
    case = world.cases.kept[case_id]
    world.cases.kept[case_id] = replace(case, round=MOST_ROUNDS, state="closed", closed_at=world.clock.now)
    with pytest.raises(Conflict):
        acting.reopen(case_id, ANNA, Said(), world.case_deps)


def test_rules_that_are_taken_out_leave_cases_as_they_are() -> None:
    """Only that no further one is opened, and none can be closed without a cause; the file tells what is wrong."""
    world = World()
    case_id = opened(world)
    world.catalogue.known["checkout"] = place(None)
    assert world.say(answer("r-2")) is None
    assert acting.contacted(case_id, ANNA, Said(), world.case_deps).state == "contacted"
    world.catalogue.known["checkout"] = place(EVERY_REASON)
    assert acting.close(case_id, ANNA, "late", Said(), world.case_deps).is_closed
