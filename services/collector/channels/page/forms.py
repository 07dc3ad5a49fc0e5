"""How the page's requests are read: the form, its language, and whether it was sent from our own page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs, urlsplit

from services.collector.channels.page.question import Typed
from services.collector.languages import choose
from services.collector.links import Sent, Visit, score_of
from shared.errors import Forbidden, MalformedBody, TooLarge

Header = Callable[[str], str | None]
LARGEST_FORM = 150_000
"""Bytes: a text of 4,000 characters takes at most 48,000 when each is sent as `%F0%9F%98%80`, and there are two."""
OURS = {"same-origin", "none"}


def page_language(visit: Visit, asked: str | None, header: Header) -> str:
    """The language of the whole page: one that both the question and our own words are in, so that none is mixed."""
    return choose(asked, header("accept-language"), visit.survey.languages)


def fields_of(raw: bytes | str) -> dict[str, str]:
    """The form's fields by name. Raises TooLarge, MalformedBody. NUL is dropped: nobody can type it or see it."""
    if len(raw) > LARGEST_FORM:
        raise TooLarge()
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=50, errors="replace")
    except ValueError:
        raise MalformedBody() from None
    return {name: values[-1].replace("\0", "").replace("\r\n", "\n") for name, values in fields.items()}


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
    )


def typed(sent: Sent) -> Typed:
    return Typed(sent.score, sent.comment, sent.follow_up, sent.follow_up_text)


def shown(visit: Visit, score: str) -> Typed:
    """What the form shows filled in when it is opened: the score of the address over what was answered before."""
    answer = visit.answer
    if answer is None:
        return Typed(score)
    own = score if score_of(score, visit.survey) is not None else str(answer.score)
    return Typed(own, answer.comment or "", answer.follow_up or "", answer.follow_up_text or "")


def refuse_foreign_form(header: Header, public_url: str) -> None:
    """Raises Forbidden where another site's page sent the form.

    Browsers say so in Sec-Fetch-Site. Where they do not, Origin tells; it is absent or `null` from our own
    page in an old browser, since the page sends no referrer.
    """
    site, origin = header("sec-fetch-site"), header("origin")
    if site is not None:
        is_ours = site in OURS
    else:
        is_ours = origin in (None, "null", origin_of(public_url)) or origin.partition("://")[2] == header("host")
    if not is_ours:
        raise Forbidden("the form was sent from another site")


def origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
