"""Forms of our own pages, as browsers send them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from shared.errors import Forbidden, MalformedBody, TooLarge

Header = Callable[[str], str | None]
FORM = ("application/x-www-form-urlencoded",)
FORMS = (*FORM, "multipart/form-data")
"""The second only of mail programs, which may choose (RFC 8058)."""
LARGEST_FORM = 150_000
"""Bytes: a text of 4,000 characters takes at most 48,000 when each is sent as `%F0%9F%98%80`, and there are two."""
OURS = {"same-origin", "none"}


def fields_of(raw: bytes) -> dict[str, str]:
    """The form's fields by name. Raises TooLarge, MalformedBody. NUL is dropped: nobody can type it or see it."""
    if len(raw) > LARGEST_FORM:
        raise TooLarge()
    try:
        fields = parse_qs(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=50, errors="replace")
    except ValueError:
        raise MalformedBody() from None
    return {name: values[-1].replace("\0", "").replace("\r\n", "\n") for name, values in fields.items()}


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
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
