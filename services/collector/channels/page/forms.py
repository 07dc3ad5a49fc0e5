"""How the page's requests are read: the form, its language, and whether it was sent from our own page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from services.collector.channels.page.render import Typed
from services.collector.languages import choose
from services.collector.links import Sent, Visit
from shared.errors import Forbidden, MalformedBody, TooLarge

Header = Callable[[str], str | None]
LARGEST_FORM = 100_000
"""Bytes: a comment of 4,000 characters takes at most 48,000 when each is sent as `%F0%9F%98%80`."""
OURS = {"same-origin", "none"}


def page_language(visit: Visit, asked: str | None, header: Header) -> str:
    return choose(asked, header("accept-language"), visit.survey.languages)


def read_form(raw: bytes | str, lang: str) -> Sent:
    """What the form carries. Raises TooLarge, MalformedBody. NUL is dropped: nobody can type it or see it."""
    if len(raw) > LARGEST_FORM:
        raise TooLarge()
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=50, errors="replace")
    except ValueError:
        raise MalformedBody() from None
    last = {name: values[-1].replace("\0", "") for name, values in fields.items()}
    return Sent(
        score=last.get("score", ""),
        comment=last.get("comment", "").replace("\r\n", "\n"),
        ticket=last.get("ticket", ""),
        lang=lang,
        is_trapped=bool(last.get("subject")),
    )


def typed(sent: Sent) -> Typed:
    return Typed(sent.score, sent.comment)


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
