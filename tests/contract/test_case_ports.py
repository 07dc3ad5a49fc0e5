"""What the stores of cases promise: the same tests on the fakes and on DynamoDB (moto, the true schema)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import pytest

from services.alerts.adapters.cases.answers import TableAnswers
from services.alerts.adapters.cases.people import TablePeople
from services.alerts.adapters.cases.table import TableCases
from services.alerts.domain.cases import case as cases
from services.alerts.domain.cases.answers import Answer
from services.alerts.domain.cases.case import Case, Reply
from services.alerts.usecases.cases.ports import Cases, Person, Way
from services.collector.adapters.responses import TableResponses
from services.collector.domain.responses import Response
from services.invitations.adapters.invitations import TableInvitations
from services.invitations.adapters.people import TablePeople as TableEverybody
from services.invitations.adapters.replies import TableCaseReplies
from services.invitations.adapters.suppressions import TableSuppressions
from services.invitations.domain.invitations import Invitation
from services.invitations.domain.ledger import Ledger
from services.invitations.domain.people import Identifier, merged
from services.invitations.domain.people import Person as Somebody
from services.invitations.domain.replies import ReplyStanding
from services.invitations.usecases.ports import Merge
from services.invitations.usecases.sending_ports import CaseReplies, Suppression
from shared.codes import keyed_hash
from shared.errors import Conflict
from shared.retention import retention
from shared.settings import Environment
from shared.tables.cases import case_key, customer_case_key
from tests.alerts import owner, subscription
from tests.aws import data_stack, table
from tests.cases import HOUR, RAISED, SECRET, FakeCases, answer, case_of, place
from tests.invitations import FakeLedgers
from tests.sending import FakeCaseReplies

EMAIL, PHONE = Identifier("email", "jane@example.com"), Identifier("phone", "+33612345678")
numbers = count(1)


@pytest.fixture(scope="module")
def built() -> Iterator[None]:
    with data_stack():
        yield


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Cases:
    if request.param == "fake":
        return FakeCases()
    request.getfixturevalue("built")
    return TableCases(table("cases"))


def begun(stores: Cases, team: str, after: float = 0, **more: object) -> Case:
    """A case of a team of the test's own, opened so many hours later."""
    at = RAISED + after * HOUR
    given = answer(f"r-{next(numbers)}", collected_at=at, stored_at=at, **more)
    touchpoint = place(team=owner(team, subscription()))
    return stores.save(cases.opened(case_of(given), given, ("score", "call_back"), touchpoint))


def test_a_case_is_kept_with_everything_it_says(stores: Cases) -> None:
    """As it was saved, and its deeds in their order."""
    team = f"t{next(numbers)}"
    case = begun(stores, team, customer="a hash")
    reply = Reply("reply-1", "person-1", "email", "fr")
    case = stores.save(cases.replied(case, reply, "Pardon", "person anna", RAISED + HOUR))
    case = stores.save(cases.escalated(case, [f"{team}/mail"], RAISED + 9 * HOUR, RAISED + 2 * HOUR))
    case = stores.save(cases.closed(case, "late", "key k", RAISED + 3 * HOUR, "done"))
    assert stores.get(case.case_id) == case
    assert (case.version, case.change) == (4, 4)
    story = stores.story(case.case_id)
    assert [deed.what for deed in story] == ["opened", "replied", "overdue", "closed"]
    assert (story[1].reply, story[1].text, story[2].told, story[3].detail) == (
        reply, "Pardon", (f"{team}/mail",), "late",
    )  # fmt: skip


def test_a_case_is_opened_once(stores: Cases) -> None:
    """Whoever comes second is told so, and writes nothing."""
    given = answer(f"r-{next(numbers)}")
    step = cases.opened(case_of(given), given, ("score",), place())
    stores.save(step)
    with pytest.raises(Conflict):
        stores.save(step)
    assert len(stores.story(case_of(given))) == 1


def test_of_two_deeds_on_what_was_read_one_is_refused_whole(stores: Cases) -> None:
    """Neither the case nor its story has anything of it."""
    read = begun(stores, f"t{next(numbers)}")
    stores.save(cases.noted(read, "first", "a", RAISED))
    with pytest.raises(Conflict):
        stores.save(cases.closed(read, "late", "b", RAISED))
    found = stores.get(read.case_id)
    assert found is not None and not found.is_closed
    assert [deed.text for deed in stores.story(read.case_id)] == [None, "first"]


def test_a_look_is_a_deed_but_no_change(stores: Cases) -> None:
    """The version goes on, `change` stays."""
    case = begun(stores, f"t{next(numbers)}")
    looked = stores.save(cases.looked(case, "a", RAISED))
    assert (looked.version, looked.change) == (2, 1)


def test_open_cases_are_listed_by_when_they_are_due(stores: Cases) -> None:
    """A team's own, page after page; those due by a time; closed ones are not among them."""
    team = f"t{next(numbers)}"
    late, early, done = begun(stores, team, 3), begun(stores, team, 1), begun(stores, team, 2)
    begun(stores, f"{team}x", 2)
    stores.save(cases.closed(done, "late", "a", RAISED + 5 * HOUR))
    first, place_of_first = stores.listed(team, is_closed=False, after=None, limit=1)
    assert [one.case_id for one in first] == [early.case_id]
    second, end = stores.listed(team, is_closed=False, after=place_of_first, limit=1)
    assert ([one.case_id for one in second], end) == ([late.case_id], None)
    due, _ = stores.listed(team, is_closed=False, after=None, limit=9, until=early.due_at)
    assert [one.case_id for one in due] == [early.case_id]


def test_closed_cases_are_listed_the_last_closed_first(stores: Cases) -> None:
    """And a reopened one is among the open ones again."""
    team = f"t{next(numbers)}"
    three = [begun(stores, team, n) for n in range(3)]
    for n, case in enumerate(three):
        stores.save(cases.closed(case, "late", "a", RAISED + (10 + n) * HOUR))
    first, place_of_first = stores.listed(team, is_closed=True, after=None, limit=2)
    assert [one.case_id for one in first] == [three[2].case_id, three[1].case_id]
    rest, end = stores.listed(team, is_closed=True, after=place_of_first, limit=2)
    assert ([one.case_id for one in rest], end) == ([three[0].case_id], None)
    stores.save(cases.reopened(first[0], RAISED + 99 * HOUR, "a", RAISED + 20 * HOUR))
    assert [one.case_id for one in stores.listed(team, is_closed=False, after=None, limit=9)[0]] == [three[2].case_id]


def test_a_case_is_listed_among_all_and_with_its_new_team(stores: Cases) -> None:
    """Handing it on takes it out of the former team's list."""
    team = f"t{next(numbers)}"
    case = stores.save(cases.assigned(begun(stores, team), f"{team}y", "a", RAISED))
    assert stores.listed(team, is_closed=False, after=None, limit=9)[0] == []
    assert stores.listed(f"{team}y", is_closed=False, after=None, limit=9)[0] == [case]
    everybodys = [one for one in stores.listed(None, is_closed=False, after=None, limit=200)[0] if one == case]
    assert everybodys == [case]


def test_the_cases_of_a_customer_are_found_by_the_hash(built: None) -> None:
    """For whoever wants to be forgotten."""
    given = answer(f"r-{next(numbers)}", customer="hash-of-jane")
    TableCases(table("cases")).save(cases.opened(case_of(given), given, ("score",), place()))
    assert table("cases").get(*customer_case_key("hash-of-jane", case_of(given))) is not None


def test_a_case_is_found_by_its_customer_as_long_as_its_last_deed_is_kept(built: None) -> None:
    """Each deed begins the days of what leads to the case anew."""
    now = [RAISED]
    stores = TableCases(replace(table("cases"), expiry=retention(Environment({}), lambda: now[0])))
    given = answer(f"r-{next(numbers)}", customer="hash-of-jane")
    case = stores.save(cases.opened(case_of(given), given, ("score",), place()))
    now.append(now.pop() + 700 * 24 * HOUR)
    stores.save(cases.noted(case, "Jane called", "a", now[0]))
    items = table("cases").query_all(case_key(case.case_id)[0])
    lead = table("cases").get(*customer_case_key("hash-of-jane", case.case_id)) or {}
    assert lead["expires_at"] == max(item["expires_at"] for item in items)


def test_an_answer_is_read_as_the_collector_wrote_it(built: None) -> None:
    """Every part that a case is judged and shown by; one there is not is None."""
    written = Response(
        response_id="invitation:i-1", touchpoint="checkout", owner="web", survey="s", survey_version=1, scale="csat",
        score=2, audience="customer", channel="email", collected_at=RAISED, stored_at=RAISED + HOUR, lang="fr",
        comment="Non", customer="hash", follow_up_text="Trop long", call_back=True, not_counted_because="sweep",
    )  # fmt: skip
    TableResponses(table("responses")).add([written])
    read = TableAnswers(table("responses")).get("checkout", "invitation:i-1")
    assert read == Answer(
        touchpoint="checkout", response_id="invitation:i-1", revision=1, audience="customer", scale="csat", score=2,
        collected_at=RAISED, stored_at=RAISED + HOUR, is_counted=False, comment="Non", follow_up="Trop long",
        call_back=True, customer="hash", lang="fr", channel="email",
    )  # fmt: skip
    assert read is not None and read.invitation_id == "i-1"
    assert TableAnswers(table("responses")).get("checkout", "invitation:i-2") is None


@pytest.fixture
def jane(built: None) -> Somebody:
    """Somebody known by an id, an address and a number of their own, as the service invitations keeps them."""
    name = f"jane{next(numbers)}"
    own = (
        Identifier("id", name),
        Identifier("email", f"{name}@example.com"),
        Identifier("phone", f"+3361234{1000 + next(numbers)}"),
    )
    return TableEverybody(table("contacts"), SECRET).save(Somebody(name, identifiers=own, locale="fr"), own)


def people() -> TablePeople:
    return TablePeople(table("contacts"), SECRET)


def of_customer(value: str) -> Answer:
    return answer(customer=keyed_hash(SECRET, "customer", value))


def test_who_answers_an_invitation_is_named_by_it(jane: Somebody) -> None:
    """Their ways by channel, and their language."""
    asked = Invitation(f"i-{jane.person_id}", "checkout", "x", jane.person_id, "email", RAISED, RAISED, 1.0)
    TableInvitations(table("contacts")).save(asked)
    found = people().behind(answer(f"invitation:{asked.invitation_id}"))
    _, email, phone = jane.identifiers
    assert found == Person(jane.person_id, (Way("email", email.value), Way("sms", phone.value)), "fr")


def test_a_customers_id_and_a_callers_number_lead_to_the_person(jane: Somebody) -> None:
    """By the very hashes that stand in responses; nobody else's hash does."""
    name, _, phone = jane.identifiers
    for value in (name.value, f"phone:{phone.value}"):
        found = people().behind(of_customer(value))
        assert found is not None and found.person_id == jane.person_id
    assert people().behind(of_customer("somebody else")) is None
    assert people().behind(answer()) is None


def test_two_who_prove_to_be_one_are_named_as_one(jane: Somebody) -> None:
    """The former person's hash leads to whom they were merged into."""
    everybody = TableEverybody(table("contacts"), SECRET)
    other_id = Identifier("id", f"other{next(numbers)}")
    other = everybody.save(Somebody(other_id.value, identifiers=(other_id,)), [other_id])
    survivor, absorbed = merged(jane, other)
    ledger = Ledger(jane.person_id)
    everybody.merge(Merge(survivor, absorbed, ledger, Ledger(other.person_id, merged_into=jane.person_id)))
    found = people().behind(of_customer(other_id.value))
    assert found is not None and found.person_id == jane.person_id


def test_what_may_not_be_used_says_why(jane: Somebody) -> None:
    """What they opted out of, what is on the suppression list, and what does not take anything."""
    _, email, phone = jane.identifiers
    everybody = TableEverybody(table("contacts"), SECRET)
    saved = everybody.save(replace(jane, opted_out=frozenset({"sms"})))
    TableSuppressions(table("contacts"), SECRET).add([Suppression(email, "stop", RAISED)])
    found = people().behind(of_customer(jane.identifiers[0].value))
    assert found is not None
    assert [(way.channel, way.refused) for way in found.ways] == [("email", "opted_out"), ("sms", "opted_out")]
    everybody.save(replace(saved, opted_out=frozenset(), unusable=frozenset({phone})))
    found = people().behind(of_customer(jane.identifiers[0].value))
    assert found is not None
    assert [(way.channel, way.refused) for way in found.ways] == [("email", "opted_out"), ("sms", "channel_unusable")]


@pytest.fixture(params=["fake", "dynamodb"])
def replies(request: pytest.FixtureRequest) -> CaseReplies:
    if request.param == "fake":
        return FakeCaseReplies(FakeLedgers())
    request.getfixturevalue("built")
    return TableCaseReplies(table("contacts"))


def standing(**more: object) -> ReplyStanding:
    name = f"reply-{next(numbers)}"
    usual = {"person_id": f"p-{name}", "touchpoint": "checkout", "channel": "email", "state": "claimed", "at": RAISED}
    return ReplyStanding(reply_id=name, case_id="c", **usual | more)  # type: ignore[arg-type]


def test_a_reply_is_claimed_once(replies: CaseReplies) -> None:
    """Whoever comes second is refused, and so is a change of what has changed."""
    claimed = standing()
    kept = replies.write(claimed, Ledger(claimed.person_id))
    assert replies.get(claimed.reply_id) == kept
    with pytest.raises(Conflict):
        replies.write(claimed, None)
    sent = replies.write(replace(kept, state="sent", message_id="m-1"), None)
    assert replies.get(claimed.reply_id) == sent
    with pytest.raises(Conflict):
        replies.write(replace(kept, state="failed"), None)


def test_a_reply_and_its_contact_are_written_together_or_not_at_all(replies: CaseReplies) -> None:
    """A ledger that has changed leaves no claim behind."""
    first, second = standing(), standing()
    replies.write(first, Ledger(first.person_id))
    with pytest.raises(Conflict):
        replies.write(second, Ledger(first.person_id))
    assert replies.get(second.reply_id) is None


def test_what_became_of_a_reply_is_read_by_the_case(built: None) -> None:
    """Before anything was tried it waits; a refusal says why."""
    replies, reply = TableCaseReplies(table("contacts")), standing(state="refused", reason="opted_out")
    assert people().reply_state(reply.reply_id) == ("waiting", None)
    replies.write(reply, None)
    assert people().reply_state(reply.reply_id) == ("refused", "opted_out")
