"""How the page's requests are read: what the form carries, and in which language."""

from __future__ import annotations

from collections.abc import Mapping

from services.collector.channels.page.question import Typed
from services.collector.usecases.answering import Sent, score_of
from services.collector.usecases.visits import Visit
from shared.forms import Header
from shared.languages import choose


def page_language(visit: Visit, asked: str | None, header: Header) -> str:
    """The language of the whole page: one that both the question and our own words are in, so that none is mixed."""
    return choose(asked, header("accept-language"), visit.survey.languages)


def sent_of(fields: Mapping[str, str], lang: str) -> Sent:
    """What the person sent, by a form in that language."""
    return Sent(
        score=fields.get("score", ""),
        comment=fields.get("comment", ""),
        ticket=fields.get("ticket", ""),
        lang=lang,
        is_trapped=bool(fields.get("subject")),
        follow_up=fields.get("follow_up", ""),
        follow_up_text=fields.get("follow_up_text", ""),
        was_asked="asked" in fields,
        call_back=fields.get("call_back") == "1",
    )


def typed(sent: Sent) -> Typed:
    return Typed(sent.score, sent.comment, sent.follow_up, sent.follow_up_text, sent.call_back)


def shown(visit: Visit, score: str) -> Typed:
    """What the form shows filled in when it is opened: the score of the address over what was answered before."""
    answer = visit.answer
    if answer is None:
        return Typed(score)
    own = score if score_of(score, visit.survey) is not None else str(answer.score)
    return Typed(own, answer.comment or "", answer.follow_up or "", answer.follow_up_text or "", answer.call_back)
