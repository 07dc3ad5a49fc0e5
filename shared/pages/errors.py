"""What a person sees of an error; whoever is not signed in is led to where one signs in."""

from __future__ import annotations

from urllib.parse import quote

from chalice.app import Response

from shared.errors import EtincelleError, InvalidInput
from shared.sessions import SignInNeeded, Visitor, language

SAID = {"not_found", "forbidden", "gone", "conflict", "too_many_requests", "invalid_input", "malformed_body"}
"""Errors that have words of their own; any other is `internal_error`."""


def error_page(error: EtincelleError, visitor: Visitor | None, accepted: str | None, here: str | None) -> Response:
    """accepted: an Accept-Language header; here: path and query of a page to come back to, None of a form."""
    from shared.pages.shell import Frame, rendered, words

    if isinstance(error, SignInNeeded):
        return redirect("/sign-in" + (f"?next={quote(here, safe='')}" if here and here != "/" else ""))
    lang = visitor.lang if visitor else language(accepted)
    name = error.code if error.code in SAID else "internal_error"
    said = words()[lang]
    frame = Frame(said[f"{name}_title"], visitor, lang)
    return rendered("message.html", frame, text=said[name], wrong=wrong_of(error), status=error.status)


def wrong_of(error: EtincelleError) -> list[str]:
    """The names of what is wrong, as the address or the form has them."""
    found = error.errors if isinstance(error, InvalidInput) else ()
    return [one.pointer.removeprefix("query:").removeprefix("#/") for one in found]


def redirect(path: str, cookie: str | None = None) -> Response:
    """303 to a page of ours. cookie: a Set-Cookie header."""
    headers: dict[str, str | list[str]] = {"Location": path, "Content-Type": "text/html; charset=utf-8"}
    if cookie:
        headers["Set-Cookie"] = cookie
    return Response("", headers=headers, status_code=303)
