"""Texts that people write back: stored once, in the order they were written, and asked back at most once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from services.collector.channels.sms import words
from services.collector.channels.sms.inbound import inbound_of
from services.collector.domain.responses import Response
from shared.catalogue import Ask
from shared.errors import EtincelleError
from shared.gsm import count
from shared.scales import SCALES
from tests.collector import NOW, World, follow_up, survey, touchpoint
from tests.texting import NUMBER, OURS, Texts, event, hashed, record, text

DONE = {"batchItemFailures": []}


def answer(texts: Texts) -> Response:
    [stored] = texts.world.stored
    return stored


def test_a_text_is_an_answer_to_the_question_its_number_was_asked() -> None:
    """The recorded event: whose it is, to which invitation, in which language; its words beside the score."""
    texts = Texts()
    assert texts.handle(event("sms/answer")) == DONE
    stored = answer(texts)
    assert (stored.response_id, stored.touchpoint, stored.channel) == ("invitation:inv1", "checkout", "sms")
    assert (stored.score, stored.comment, stored.lang, stored.survey_version) == (9, "trop long", "fr", 3)
    assert (stored.customer, stored.invited_at) == ("c0ffee", texts.asked.sent_at)
    assert stored.evidence == {"sms": "reply", "invitation": "inv1"}
    assert stored.collected_at == NOW + timedelta(microseconds=123000)
    assert stored.is_counted
    assert texts.replies == []


def test_a_text_that_comes_twice_is_heard_once() -> None:
    """At least once is what SNS and SQS promise; nothing changes and nothing is written back again."""
    texts = Texts()
    for _ in range(3):
        assert texts.hear(text("trop long"), text("trop long")) == DONE
    assert len(texts.replies) == 1
    for _ in range(3):
        texts.hear(text("9", 1))
    assert (answer(texts).score, answer(texts).revision) == (9, 1)


def test_a_text_that_is_heard_late_answers_the_question_that_stood_when_it_was_written() -> None:
    """However many were sent meanwhile; what is written later answers the newest."""
    texts = Texts()
    newest = replace(texts.asked, invitation_id="inv2", sent_at=NOW + timedelta(hours=1))
    texts.questions.sent[hashed(NUMBER)] = newest
    texts.questions.earlier[hashed(NUMBER)] = [texts.asked]
    texts.hear(text("3"), text("9", 61))
    held = {one.response_id: one.score for one in texts.world.stored}
    assert held == {"invitation:inv1": 3, "invitation:inv2": 9}


def test_a_text_answers_the_last_question_that_surely_left() -> None:
    """One of which nobody knows comes after those, unless they take no answers any more, or are all unknown."""
    asked = Texts().asked
    unsure = replace(asked, invitation_id="inv2", sent_at=NOW - timedelta(minutes=5), has_left=False)
    surely = replace(asked, invitation_id="inv0", sent_at=NOW - timedelta(hours=3))
    over = replace(surely, sent_at=NOW - timedelta(days=90))
    for stood, answered in (([unsure, surely], "inv0"), ([unsure, over], "inv2"), ([unsure], "inv2")):
        texts = Texts()
        texts.questions.sent[hashed(NUMBER)], *texts.questions.earlier[hashed(NUMBER)] = stood
        texts.hear(text("9"))
        assert [one.response_id for one in texts.world.stored] == [f"invitation:{answered}"]


def test_a_text_takes_no_question_that_was_asked_after_it() -> None:
    """Its own went with its person, who was erased and came back; a clock that is ahead of another makes no after."""
    for after, dropped in ((timedelta(minutes=5), []), (timedelta(minutes=5, microseconds=1), ["unknown_number"])):
        texts = Texts(sent_at=NOW + after)
        assert texts.hear(text("9")) == DONE
        assert texts.dropped == dropped
        assert bool(texts.world.stored) is not bool(dropped)
    assert (texts.conversations.stored, texts.replies) == ({}, [])


def test_a_text_about_a_question_that_is_over_takes_no_later_one() -> None:
    """However late it is heard: it is dropped as what it is."""
    texts = Texts(World(touchpoint(ask=Ask(expires_days=2))))
    texts.questions.earlier[hashed(NUMBER)] = [replace(texts.asked, sent_at=NOW - timedelta(days=2))]
    texts.questions.sent[hashed(NUMBER)] = replace(texts.asked, invitation_id="inv2", sent_at=NOW + timedelta(hours=1))
    texts.hear(text("9"))
    assert (texts.dropped, texts.world.stored) == (["expired"], [])


def test_a_text_waits_while_the_question_it_may_answer_is_in_doubt() -> None:
    """A person may be quicker than the mark; what that says within eight minutes decides."""
    asked = Texts().asked
    surely = replace(asked, invitation_id="inv0", sent_at=NOW - timedelta(hours=3))
    unsure = replace(asked, sent_at=NOW, has_left=False)
    left = replace(unsure, has_left=True)
    for stands, after, answered in (
        ([unsure, surely], 7.9, None),
        ([left, surely], 7.9, "inv1"),
        ([surely], 7.9, "inv0"),
        ([unsure, surely], 8, "inv0"),
        ([replace(unsure, invitation_id="inv0"), surely], 1, "inv0"),
    ):
        texts = Texts()
        texts.world.now = NOW + timedelta(minutes=after)
        texts.questions.sent[hashed(NUMBER)], *texts.questions.earlier[hashed(NUMBER)] = stands
        said = text("9", 0.5)
        failed = [] if answered else [{"itemIdentifier": said.text_id}]
        assert texts.hear(said) == {"batchItemFailures": failed}
        assert [one.response_id for one in texts.world.stored] == ([f"invitation:{answered}"] if answered else [])


def test_a_text_before_a_question_in_doubt_does_not_wait_for_it() -> None:
    """It cannot be its answer, however late it is heard."""
    texts = Texts()
    unsure = replace(texts.asked, invitation_id="inv2", sent_at=NOW + timedelta(minutes=1), has_left=False)
    texts.questions.sent[hashed(NUMBER)], texts.questions.earlier[hashed(NUMBER)] = unsure, [texts.asked]
    texts.world.now = NOW + timedelta(minutes=2)
    assert texts.hear(text("9", 0.5)) == DONE
    assert answer(texts).response_id == "invitation:inv1"


def test_the_last_score_within_the_hour_holds_and_later_ones_do_not() -> None:
    """One side of the edge and the other; the time of the answer stays the first one's."""
    texts = Texts()
    texts.hear(text("9"), text("3", 59.9))
    assert (answer(texts).score, answer(texts).revision, answer(texts).collected_at) == (3, 2, NOW)
    texts.hear(text("10", 60))
    assert answer(texts).score == 3


def test_words_beside_an_answer_are_its_comment() -> None:
    """Those before it, those in it and those after it within the hour, in the order they were written."""
    texts = Texts()
    said = [text("Bonjour"), text("4 pas terrible", 1), text("45 minutes !", 2), text("100", 3), text("merci", 62)]
    texts.hear(*said)
    assert (answer(texts).score, answer(texts).comment) == (4, "Bonjour\npas terrible\n45 minutes !")


def test_a_number_at_the_end_is_a_score_only_where_there_is_none() -> None:
    """`I would say 9` answers; after an answer, `at desk 4` is a comment."""
    texts = Texts()
    texts.hear(text("je dirais 9"))
    assert answer(texts).score == 9
    texts.hear(text("servi au guichet 4", 1))
    assert (answer(texts).score, answer(texts).comment) == (9, "je dirais 9\nservi au guichet 4")
    texts.hear(text("4", 2))
    assert answer(texts).score == 4


def test_texts_in_any_order_come_to_the_same() -> None:
    """The order of the times at which they were published holds, not that in which they come."""
    written = [text("2"), text("long wait", 1), text("8", 2), text("but kind", 3)]
    for order in permutations(written):
        texts = Texts()
        for one in order:
            texts.hear(one)
        assert (answer(texts).score, answer(texts).comment) == (8, "long wait\nbut kind")


def test_what_is_unclear_is_asked_back_once() -> None:
    """In the language of the question, from the number that was written to; then silence."""
    texts = Texts()
    texts.hear(text("8 ou 9"))
    assert texts.sender.sent == [
        (NUMBER, "Désolés, nous n'avons pas compris. Répondez par un seul nombre, de 0 à 10.", OURS)
    ]
    texts.hear(text("100", 1), text("je ne sais pas", 2))
    assert len(texts.replies) == 1
    assert texts.world.stored == []


def test_nothing_is_asked_back_once_there_is_an_answer() -> None:
    """By text, or by the page meanwhile."""
    texts = Texts()
    texts.hear(text("9"), text("100", 1))
    assert texts.replies == []
    by_page = Texts()
    by_page.world.responses.add([replace(answer(texts), channel="web")])
    by_page.hear(text("merci"))
    assert by_page.replies == []


def test_a_text_changes_the_answer_given_on_the_page() -> None:
    """Both share the id of the invitation's one answer; the hour runs from the first."""
    texts = Texts()
    texts.hear(text("9"))
    page = replace(answer(texts), channel="web", score=2, comment="page")
    late, soon = Texts(), Texts()
    for one, minute in ((late, 61), (soon, 59)):
        one.world.responses.add([page])
        one.hear(text("7", minute))
    assert (answer(late).score, answer(late).comment) == (2, "page")
    assert (answer(soon).score, answer(soon).channel, answer(soon).revision) == (7, "web", 2)


def test_a_score_by_text_leaves_the_words_that_were_written_on_the_page() -> None:
    """Until there are words by text too; a follow-up answer stays with a score that the question is for."""
    asked = survey(follow_up=follow_up("bad", late="It came late"))
    texts = Texts(World(touchpoint(survey=asked)))
    texts.hear(text("9", text_id="elsewhere"))
    page = replace(answer(texts), score=2, comment="page", follow_up="late", evidence={"form": "page"})
    texts = Texts(World(touchpoint(survey=asked)))
    texts.world.responses.add([page])
    said = []
    for minute, content in enumerate(("3", "4", "9", "9 merci"), 1):
        texts.hear(text(content, minute))
        said.append((answer(texts).score, answer(texts).comment, answer(texts).follow_up))
    assert said == [(3, "page", "late"), (4, "page", "late"), (9, "page", None), (9, "merci", None)]


def test_help_is_answered_once_and_says_who_asks() -> None:
    """HELP is no answer; the message says how to stop."""
    texts = Texts()
    texts.hear(text("AIDE"), text("aide", 1))
    [reply] = texts.replies
    assert "The shop" in reply
    assert "STOP" in reply
    assert texts.world.stored == []


def test_nothing_is_written_back_after_stop() -> None:
    """Neither for help nor for what is unclear, in whatever order they come; START opens it again."""
    texts = Texts()
    texts.hear(text("STOP"), text("aide", 1), text("pourquoi ?", 2))
    assert texts.replies == []
    texts.hear(text("9", 3))
    assert answer(texts).score == 9
    texts.hear(text("START", 4), text("aide", 5))
    assert len(texts.replies) == 1


def test_an_old_text_is_stored_but_not_written_back_to() -> None:
    """A queue that stood still for a day: on one side of it and on the other."""
    for minutes, expected in ((24 * 60 - 1, 1), (24 * 60, 0)):
        texts = Texts()
        texts.world.now = NOW + timedelta(minutes=minutes)
        texts.hear(text("trop long"))
        assert len(texts.replies) == expected
    texts.hear(text("9", 1))
    assert answer(texts).collected_at == NOW + timedelta(minutes=1)


def test_a_number_that_was_never_asked_is_counted_and_told_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Nor is it logged."""
    texts = Texts()
    assert texts.hear(text("9", number="+33699999999")) == DONE
    assert (texts.dropped, texts.world.stored, texts.replies) == (["unknown_number"], [], [])
    assert "+336" not in caplog.text


def test_a_question_expires() -> None:
    """After the touchpoint's days, counted from when it was sent."""
    place = touchpoint(ask=Ask(expires_days=2))
    for minute, dropped in ((2879.9, []), (2880, ["expired"])):
        texts = Texts(World(place), sent_at=NOW)
        texts.world.now = NOW + timedelta(days=3)
        texts.hear(text("9", minute))
        assert texts.dropped == dropped


def test_a_poisoned_message_does_not_hold_the_others_back(caplog: pytest.LogCaptureFixture) -> None:
    """No JSON, no notification, no number: each comes again alone; neither words nor numbers are logged."""
    texts = Texts()
    good = record(text("9"))
    broken = []
    for place, body in enumerate(("{", "{}", json.dumps({"Message": '{"messageBody": "my secret"}'}))):
        broken.append(good | {"messageId": f"bad-{place}", "body": body})
    wrong_number = record(text("my secret", number="06 12 34 56 78")) | {"messageId": "bad-3"}
    reply = texts.handle({"Records": [broken[0], good, *broken[1:], wrong_number]})
    assert [one["itemIdentifier"] for one in reply["batchItemFailures"]] == [f"bad-{n}" for n in range(4)]
    assert answer(texts).score == 9
    assert "my secret" not in caplog.text
    assert "06 12" not in caplog.text


def test_a_reply_that_cannot_be_stored_comes_again() -> None:
    """Two texts at the same moment: the second is handed back to the queue, and then joins the first."""
    texts = Texts()
    texts.hear(text("9"))
    stale = texts.conversations.get("inv1")
    texts.conversations.get = lambda _: replace(stale, version=0)  # type: ignore[method-assign]
    assert texts.hear(text("2", 1)) == {"batchItemFailures": [{"itemIdentifier": "1-2"}]}
    del texts.conversations.get  # type: ignore[method-assign]
    assert texts.hear(text("2", 1)) == DONE
    assert answer(texts).score == 2


def test_a_conversation_does_not_grow_without_end() -> None:
    """A machine that answers machines: fifty texts are heard, no more."""
    texts = Texts()
    for n in range(60):
        texts.hear(text("9", n / 60, text_id=str(n)))
    assert len(texts.conversations.get("inv1").heard) == 50


def test_an_answer_at_a_paused_touchpoint_is_kept_and_not_counted() -> None:
    """As on every channel."""
    texts = Texts(World(touchpoint(paused=True)))
    texts.hear(text("9"))
    assert answer(texts).not_counted_because == "paused"


def test_a_pause_does_not_take_an_answer_out_of_the_figures() -> None:
    """What is written once the touchpoint is paused leaves the answer as it was when it counted."""
    texts = Texts()
    texts.hear(text("9"))
    texts.world.catalogue.known["checkout"] = touchpoint(paused=True)
    texts.hear(text("3", 5))
    assert (answer(texts).score, answer(texts).is_counted) == (9, True)


def test_words_after_an_answer_at_a_paused_touchpoint_are_kept_with_it() -> None:
    """What does not count may be added to as any other, and still does not count."""
    texts = Texts(World(touchpoint(paused=True)))
    texts.hear(text("9"), text("trop long", 5))
    assert (answer(texts).comment, answer(texts).not_counted_because) == ("trop long", "paused")


def test_a_text_dated_in_the_future_is_taken_as_of_now() -> None:
    """No answer is ahead of the clock by more than five minutes."""
    texts = Texts()
    texts.hear(text("9", 600))
    assert answer(texts).collected_at == texts.world.now + timedelta(minutes=5)


@pytest.mark.parametrize("lang", words.languages())
@pytest.mark.parametrize("scale", ["nps", "thumbs"])
def test_what_is_written_back_fits_one_part(lang: str, scale: str) -> None:
    """An SMS is paid for by the part."""
    for reply in ("again", "help"):
        written = words.text_of(reply, SCALES[scale], touchpoint(), lang)  # type: ignore[arg-type]
        assert "{" not in written
        assert count(written).parts == 1


def test_what_cannot_be_read_says_which_field_without_its_content() -> None:
    """The error names AWS's field; the log line has no more than that."""
    body = json.loads(record(text("hello"))["body"])
    body["Message"] = json.dumps({"originationNumber": "hello", "messageBody": 7})
    with pytest.raises(EtincelleError) as refused:
        inbound_of(json.dumps(body))
    assert {one.pointer for one in refused.value.errors} == {
        "#/originationNumber",
        "#/destinationNumber",
        "#/messageBody",
        "#/inboundMessageId",
    }
    assert "hello" not in str(refused.value.errors)
