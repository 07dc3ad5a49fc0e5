"""What a team writes to a customer: at most once, counted as a contact, never against the person's wishes."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from services.invitations.domain.replies import CustomerReply
from services.invitations.domain.sending import CLAIM_LASTS, NotTaken, Refused, Unclear
from services.invitations.usecases.replying import send_reply
from services.invitations.usecases.sending_ports import Suppression
from shared.catalogue import Cap, Pressure
from shared.errors import Conflict, Unavailable
from tests.invitations import NOW
from tests.sending import JANE, PHONE, World


def reply(world: World, reply_id: str = "case-1-2", **more: Any) -> CustomerReply:
    """A reply to Jane, known by her address and her number."""
    [person] = world.plain.people.find([JANE])
    usual = {"case_id": "case-1", "person_id": person.person_id, "touchpoint": "checkout", "owner": "web"}
    return CustomerReply(reply_id=reply_id, **usual | {"channel": "email", "lang": "fr", "text": "Pardon !"} | more)


@pytest.fixture
def world() -> World:
    made = World()
    made.plan(whose=JANE)
    [person] = made.plain.people.find([JANE])
    made.plain.people.save(person.with_identifiers([PHONE]), [PHONE])
    return made


def contacts(world: World) -> list[tuple[str, str]]:
    [ledger] = world.ledgers.stored.values()
    return [(one.invitation_id, one.state) for one in ledger.contacts if one.invitation_id.startswith("case")]


def state(world: World, reply_id: str = "case-1-2") -> tuple[str, str | None]:
    standing = world.case_replies.stored[reply_id]
    return standing.state, standing.reason


def test_a_reply_leaves_once_however_often_it_is_handed_over(world: World) -> None:
    """And stands in the person's ledger as a contact."""
    for _ in range(3):
        send_reply(reply(world), world.deps)
    assert [one.to for one in world.email.sent] == [JANE.value]
    assert (state(world), contacts(world)) == (("sent", None), [("case-1-2", "sent")])


def test_the_mail_says_who_writes_and_why_and_the_words_as_they_were_typed(world: World) -> None:
    """In the person's language around the team's own words; markup in these is text."""
    send_reply(reply(world, text="Bonjour <b>Jane</b>,\n\npardon.\nÀ bientôt"), world.deps)
    content = world.email.sent[0].content
    assert isinstance(content, bytes)
    mail = message_from_bytes(content, policy=policy.default)
    assert "a lu votre réponse" in mail["Subject"]
    plain, html = (part.get_content() for part in mail.iter_parts())
    assert "Bonjour <b>Jane</b>,\n\npardon.\nÀ bientôt" in plain.replace("\r\n", "\n")
    assert "&lt;b&gt;Jane&lt;/b&gt;" in html
    assert "pardon.<br>À bientôt" in html


def test_a_reply_by_text_message_goes_to_the_number(world: World) -> None:
    """Under the team's name."""
    send_reply(reply(world, channel="sms"), world.deps)
    [sent] = world.sms.sent
    assert sent.to == PHONE.value
    assert str(sent.content).endswith(": Pardon !")


def test_no_cap_refuses_a_reply_and_every_cap_counts_it(world: World) -> None:
    """The person spoke first; the next question waits."""
    world.catalogue.rules = Pressure(company=Cap(at_most=1, days=30))
    send_reply(reply(world), world.deps)
    send_reply(reply(world, "case-1-3"), world.deps)
    assert len(world.email.sent) == 2
    [person] = world.plain.people.find([JANE])
    assert sum(one.state == "sent" for one in world.ledgers.get(person.person_id).counted) == 2


@pytest.mark.parametrize("wish", ["email", "all"])
def test_who_opted_out_gets_none(world: World, wish: str) -> None:
    """The reason is kept where the case reads it."""
    [person] = world.plain.people.find([JANE])
    world.plain.people.save(replace(person, opted_out=frozenset({wish})))
    send_reply(reply(world), world.deps)
    assert (world.email.sent, state(world), contacts(world)) == ([], ("refused", "opted_out"), [])


def test_a_suppressed_address_gets_none(world: World) -> None:
    """Whoever has it."""
    world.suppressions.add([Suppression(JANE, "complaint", NOW)])
    send_reply(reply(world), world.deps)
    assert (world.email.sent, state(world)) == ([], ("refused", "opted_out"))


def test_an_address_that_takes_nothing_is_not_tried(world: World) -> None:
    """It bounced before."""
    [person] = world.plain.people.find([JANE])
    world.plain.people.save(replace(person, unusable=frozenset({JANE})))
    send_reply(reply(world), world.deps)
    assert (world.email.sent, state(world)) == ([], ("refused", "channel_unusable"))


def test_what_surely_did_not_leave_is_tried_again_and_does_not_count_meanwhile(world: World) -> None:
    """The queue hands it over once more."""
    world.email.outcomes = [NotTaken("Throttling")]
    with pytest.raises(Unavailable):
        send_reply(reply(world), world.deps)
    assert (state(world), contacts(world)) == (("failed", "Throttling"), [("case-1-2", "released")])
    send_reply(reply(world), world.deps)
    assert (len(world.email.sent), state(world)[0], contacts(world)) == (1, "sent", [("case-1-2", "sent")])


def test_what_may_have_left_is_never_tried_again(world: World) -> None:
    """It counts, as it may have arrived."""
    world.email.outcomes = [Unclear("ReadTimeout")]
    for _ in range(2):
        send_reply(reply(world), world.deps)
    assert (world.email.sent, state(world)[0], contacts(world)) == ([], "unknown", [("case-1-2", "sent")])


def test_what_the_provider_refuses_is_not_tried_again_and_is_learned_from(world: World) -> None:
    """The number wants none: so it is kept of the person, too."""
    world.sms.outcomes = [Refused("DESTINATION_PHONE_NUMBER_OPTED_OUT", "opted_out")]
    send_reply(reply(world, channel="sms"), world.deps)
    assert (state(world), contacts(world)) == (("refused", "opted_out"), [("case-1-2", "released")])
    [person] = world.plain.people.find([JANE])
    assert person.has_opted_out("sms")


def test_a_claim_whose_sender_is_gone_is_written_off_and_not_repeated(world: World) -> None:
    """While it may still be at work the queue waits; after that it is unknown whether it left."""

    class Gone(Exception):
        """The function was killed."""

    def killed(_: object) -> Any:
        raise Gone

    sender, world.email.send = world.email.send, killed  # type: ignore[method-assign]
    with pytest.raises(Gone):
        send_reply(reply(world), world.deps)
    world.email.send = sender  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        send_reply(reply(world), world.deps)
    world.now += CLAIM_LASTS
    send_reply(reply(world), world.deps)
    assert (world.email.sent, state(world)[0]) == ([], "unknown")


def test_a_ledger_that_changes_meanwhile_does_not_lead_to_a_second_message(world: World) -> None:
    """The claim is made anew; the mark too."""
    save, failures = world.ledgers.save, [True, False, True]

    def contested(ledger: Any) -> None:
        if failures and failures.pop(0):
            raise Conflict("somebody was faster")
        save(ledger)

    world.ledgers.save = contested  # type: ignore[method-assign]
    send_reply(reply(world), world.deps)
    assert (len(world.email.sent), state(world)[0]) == (1, "sent")


def test_a_reply_to_somebody_who_was_erased_is_dropped(world: World) -> None:
    """Among the dead letters its words would outlive them."""
    send_reply(reply(world, person_id="nobody"), world.deps)
    assert world.email.sent == []
